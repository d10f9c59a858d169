"""The person decides on what was generated."""

from __future__ import annotations

from autocoder_tui.steps.context import StepContext
from autocoder_tui.steps.step import takes


@takes(0, 0)
async def propose(context: StepContext) -> str:
    """Let you review what was generated; what you accept is written, and nothing else."""
    if not context.draft:
        context.say("Nothing was generated that is not decided on.")
        return "Nothing to decide on.\n"
    count = len(context.draft)
    proposed = await context.propose()
    lines = [f"Written: {path}" for path in proposed.written]
    if proposed.open:
        lines.append("Not all of it is decided on yet.")
    elif not proposed.written:
        lines.append("Nothing was accepted.")
    context.say(f"{len(proposed.written)} of {count} files written.")
    return "\n".join(lines) + "\n"
