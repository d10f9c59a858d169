"""The script that starts the program: written, and run once the person said yes."""

from __future__ import annotations

import re
from typing import Final

from autocoder_tui.steps.context import ScriptEnded, StepContext
from autocoder_tui.steps.errors import StepFailed
from autocoder_tui.steps.shipped.repair import repair
from autocoder_tui.steps.step import takes
from autocoder_tui.steps.surroundings import fitting
from autocoder_tui.store.evaluation import read_answer

SCRIPT: Final = "run.sh"
REPAIRS: Final = 2
"""How often what the script wrote may go back to the model."""
_TELLING: Final = (
    "readme", "requirements", "pyproject.", "setup.py", "package.json", "makefile", "cargo.toml",
    "go.mod", "main", "__main__", "app", "cli", "index", "server", "run",
)  # fmt: skip
"""How files begin that show how a program is started."""
_SHARE: Final = 2
_MOST_GIVEN: Final = 5
_LONGEST_OUTPUT: Final = 8_000
_MOST_LISTED: Final = 300


@takes(0, 1)
async def gen_entrypoint(context: StepContext) -> str | None:
    """Write run.sh, a script that starts the program, where there is none."""
    paths = await context.paths()
    if SCRIPT in paths:
        return f"{SCRIPT} is there already and stays as it is.\n"
    if not paths:
        raise StepFailed("There is no program to be started yet. Have the code written first.")
    program = [path for path in paths if not _is_test(path)] or list(paths)
    telling = [path for path in program if _tells(path)] or program[:_MOST_GIVEN]
    texts = {path: text for path in telling if (text := await context.read(path)) is not None}
    room = None if context.room is None else context.room // _SHARE
    given, _ = fitting(texts, room, context.tokens)
    listed = "\n".join(paths[:_MOST_LISTED])
    generated = await context.generate(
        f"What the program is for:\n\n{context.prompt.strip()}\n\nAll its files:\n\n{listed}\n\n"
        f"Write {SCRIPT}, the shell script that starts it, and change no other file.",
        instructions=context.preprompt("entrypoint"),
        files=given,
        target=SCRIPT,
    )
    if not generated.files.get(SCRIPT):
        raise StepFailed(f"The reply held no {SCRIPT}. Run the step again.")
    return None


@takes(0, REPAIRS)
async def execute_entrypoint(context: StepContext) -> str:
    """Show run.sh, and run it once you said yes.

    Where it fails, what it wrote may go back to the model; what that changes is proposed as
    everything is.
    """
    if await context.read(SCRIPT) is None:
        context.say(f"There is no {SCRIPT}, so nothing was run.")
        return f"There is no {SCRIPT}.\n"
    ended = await context.run_script(SCRIPT)
    for _ in range(REPAIRS):
        if not ended.code or not ended.output.strip():
            break
        answer = await context.ask_person(
            f"{ended.words} Send what it wrote to the model, to be repaired?", ("yes", "no"), "no"
        )
        if read_answer(answer) != "yes":
            break
        went_wrong = f"The program was started by {SCRIPT}, and failed. It wrote:"
        await repair(context, went_wrong, ended.output)
        if (await context.propose()).open:
            break
        ended = await context.run_script(SCRIPT)
    return _told(ended)


def _told(ended: ScriptEnded) -> str:
    output = ended.output.rstrip()
    if len(output) > _LONGEST_OUTPUT:
        output = "…\n" + output[-_LONGEST_OUTPUT:]
    return f"{ended.words}\n" + (f"\n{output}\n" if output else "")


def _is_test(path: str) -> bool:
    return (
        re.search(r"(?:^|/)(?:tests?/|test_|conftest)|_test\.|\.test\.|\.spec\.", path) is not None
    )


def _tells(path: str) -> bool:
    name = path.rpartition("/")[2].casefold()
    return name.startswith(_TELLING) and path.count("/") < 3
