"""The code is tried, and what fails goes back to the model."""

from __future__ import annotations

import re
from typing import Final

from autocoder_tui.steps.check_commands import commands_for
from autocoder_tui.steps.context import Checked, StepContext
from autocoder_tui.steps.errors import StepFailed
from autocoder_tui.steps.shipped.repair import concerned, repair
from autocoder_tui.steps.shipped.wanted import wanted
from autocoder_tui.steps.step import takes

REPAIRS: Final = 2
"""How often what fails may go back to the model."""
_NONE: Final = re.compile(r"[\W_]*(?:none|no (?:faults|errors|problems|issues)[\w ]*)[\W_]*", re.I)
_FORM: Final = "Where nothing is wrong, write the one word NONE instead."
_FAULTS: Final = "A colleague read the program and found:"


async def try_out(context: StepContext) -> Checked:
    """What comes of the commands that fit the files there are; where nothing may be run, or there
    is nothing to run, that is said, for the review is still to come."""
    texts = {
        path: text
        for path in await context.paths()
        if (text := await context.read(path)) is not None
    }
    try:
        return await context.run_check(*commands_for(texts))
    except StepFailed as error:
        context.say(error.message)
        return Checked(False, f"Nothing was tried: {error.message}", "")


@takes(0, REPAIRS)
async def check(context: StepContext) -> str:
    """Try the code in the closed place of the check, and have repaired what fails.

    The commands are those that fit the files: tests, else whether it compiles. What fails goes
    back to the model, twice at the most.
    """
    checked = await try_out(context)
    lines = [checked.words]
    for _ in range(REPAIRS):
        if checked.passed or not checked.note.strip():
            break
        try:
            await repair(context, "The program was checked, and this failed:", checked.note)
        except StepFailed as error:
            # What there is can be reviewed all the same; nothing more is done in this step.
            context.say(f"It was not repaired: {error.message}")
            lines.append(f"It was not repaired: {error.message}")
            break
        checked = await try_out(context)
        lines.append(checked.words)
    if not checked.passed and checked.note.strip():
        context.say("It still fails; you see it in the review.")
        lines += ["", checked.note.strip()]
    return "\n".join(lines) + "\n"


@takes(1, 2)
async def fix_code(context: StepContext) -> str:
    """Read the code once more for what is missing or does not fit together, and repair that."""
    question = f"{wanted(context)}\n\nWhat keeps this program from doing that?"
    files, _ = await concerned(context, "", context.tokens(question))
    faults = await context.ask(
        question,
        instructions=f"{context.preprompt('review').strip()}\n\n{_FORM}",
        files=files,
    )
    if not faults.strip() or _NONE.fullmatch(faults):
        return "Nothing was found.\n"
    await repair(context, _FAULTS, faults)
    return faults.strip() + "\n"
