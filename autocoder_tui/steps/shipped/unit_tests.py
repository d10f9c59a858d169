"""Tests before the code."""

from __future__ import annotations

from typing import Final

from autocoder_tui.steps.context import StepContext
from autocoder_tui.steps.errors import StepFailed
from autocoder_tui.steps.shipped.code import write_code
from autocoder_tui.steps.shipped.wanted import wanted
from autocoder_tui.steps.step import takes

_TESTS: Final = """\
Write the tests of this program, and nothing but the tests. The program is written afterwards, so \
that they pass."""
_PASS: Final = """\
The tests in the files you are given are there already and stay as they are. Write the program so \
that they pass: its modules, functions and classes have the names that the tests use."""


async def gen_unit_tests(context: StepContext) -> str | None:
    """Write the tests that the code will have to pass."""
    generated = await context.generate(
        f"{wanted(context)}\n\n{_TESTS}", instructions=context.preprompt("unit_tests")
    )
    if not generated.files:
        raise StepFailed("The reply held no tests. Run the step again.")
    return generated.notes.strip() or None


@takes(1, 20)
async def gen_code_after_unit_tests(context: StepContext) -> str | None:
    """Write the code that passes the tests."""
    before = dict(context.draft)
    notes = await write_code(context, wanted(context), _PASS if before else "")
    changed = [path for path, text in before.items() if context.draft.get(path) != text]
    if changed:
        said = f"The model changed tests that were there: {', '.join(changed)}. Look at them."
        context.say(said)
        notes = f"{said}\n\n{notes or ''}".strip()
    return notes
