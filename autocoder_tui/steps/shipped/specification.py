"""A specification before any code."""

from __future__ import annotations

from typing import Final

from autocoder_tui.engine.request import Turn
from autocoder_tui.steps.context import StepContext
from autocoder_tui.steps.errors import StepFailed
from autocoder_tui.steps.shipped.wanted import asked

_WRITE: Final = "Write the specification of this program:"
_AGAIN: Final = """\
Review the specification you wrote, and write it once more, whole, with all that put right that \
was missing, unclear, in contradiction or asked for by nobody. Begin with the specification \
itself."""


async def gen_spec(context: StepContext) -> str:
    """Write a specification of what the prompt asks for, and no code yet."""
    text = await context.ask(_question(context), instructions=context.preprompt("spec"))
    return _filled(text)


async def respec(context: StepContext) -> str:
    """Review the specification and write it again, with what was missing or unclear."""
    before = context.outputs.get("gen_spec", "").strip()
    if not before:
        raise StepFailed(
            "There is no specification to be reviewed: the output of gen_spec is empty. Run "
            "gen_spec first, or write the specification into its output."
        )
    text = await context.ask(
        _AGAIN,
        instructions=context.preprompt("respec"),
        turns=[Turn(_question(context), before)],
    )
    return _filled(text)


def _question(context: StepContext) -> str:
    return f"{_WRITE}\n\n{asked(context)}"


def _filled(text: str) -> str:
    if not text.strip():
        raise StepFailed("The model wrote no specification. Run the step again.")
    return text.strip() + "\n"
