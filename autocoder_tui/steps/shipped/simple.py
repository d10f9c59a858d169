"""All files in one request."""

from __future__ import annotations

from autocoder_tui.steps.context import StepContext


async def simple(context: StepContext) -> None:
    """One request writes all files; you decide on them."""
    await context.generate(context.prompt)
    await context.propose()
