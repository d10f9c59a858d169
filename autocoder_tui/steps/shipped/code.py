"""The code itself: in one request where the program is small, else file by file."""

from __future__ import annotations

from typing import Final

from autocoder_tui.steps.context import StepContext
from autocoder_tui.steps.errors import StepFailed
from autocoder_tui.steps.plan import Plan
from autocoder_tui.steps.shipped.file_by_file import write_files
from autocoder_tui.steps.shipped.plan import planned
from autocoder_tui.steps.shipped.wanted import CLARIFIED, wanted
from autocoder_tui.steps.step import takes

AT_ONCE: Final = 4
"""Files that are asked for in one request, at most."""
TOKENS_A_FILE: Final = 1500
"""What a file of a plan may come to, for whether all of them fit one request."""
# "Every file that it needs" had a small model write a README without an end.
_WHOLE: Final = """\
Write the whole program, in as few files as will do, so that it runs as it is. Each file imports \
what it uses of the others. Write no README and no other documentation unless it is asked for."""


@takes(1, 20)
async def gen_code(context: StepContext) -> str | None:
    """Write the code: a small program in one request, a larger one file by file as planned."""
    return await write_code(context, wanted(context))


@takes(1, 20)
async def gen_clarified_code(context: StepContext) -> str | None:
    """Write the code with what your answers settled."""
    if not context.outputs.get(CLARIFIED, "").strip():
        context.say("No answers are there; the code is written by the prompt alone.")
    return await write_code(context, wanted(context))


async def write_code(context: StepContext, text: str, also: str = "") -> str | None:
    """Have everything written that `text` asks for, by the plan where there is one; `also` is
    what is to be heeded with it. The output is the model's notes, if it made any."""
    plan = await planned(context)
    if _goes_by_file(context, plan):
        return await write_files(context, plan, "\n\n".join(filter(None, [text, also])))
    parts = [text]
    if plan.files:
        parts.append(f"It consists of these files:\n\n{plan.tree().rstrip()}")
    # Of a planned file that is there already the model has to see the text it changes.
    there = [path for path in plan.paths if await context.read(path) is not None]
    generated = await context.generate(
        "\n\n".join(filter(None, [*parts, also, _WHOLE])),
        files=[*context.picks, *context.draft, *there],
    )
    if not generated.files:
        raise StepFailed(
            "The reply held no file. Run the step again, or say in the prompt what is to be "
            "written."
        )
    missing = [path for path in plan.paths if path not in context.draft]
    if missing:
        # A model that is asked for several files leaves some out now and then.
        names = ", ".join(missing)
        context.say(f"Not in the first reply, and asked for by themselves: {names}.")
        await write_files(context, plan, "\n\n".join(filter(None, [text, also])), only=missing)
    return generated.notes.strip() or None


def _goes_by_file(context: StepContext, plan: Plan) -> bool:
    count = len(plan.files)
    if count <= 1:
        return False
    room = context.room
    return count > AT_ONCE or (room is not None and count * TOKENS_A_FILE > room)
