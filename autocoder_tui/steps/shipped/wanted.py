"""What is to be written, in words: the prompt with all that earlier steps settled."""

from __future__ import annotations

from typing import Final

from autocoder_tui.steps.context import StepContext

CLARIFIED: Final = "clarify"
SPECIFICATIONS: Final = ("respec", "gen_spec")
"""Steps whose output is a specification, the better one first."""


def asked(context: StepContext) -> str:
    """The prompt, and what was answered about it."""
    settled = context.outputs.get(CLARIFIED, "").strip()
    return "\n\n".join(filter(None, [context.prompt.strip(), settled]))


def wanted(context: StepContext) -> str:
    """The same, with the specification made of it."""
    found = (context.outputs.get(name, "").strip() for name in SPECIFICATIONS)
    specification = next(filter(None, found), "")
    if not specification:
        return asked(context)
    return f"{asked(context)}\n\nSpecification:\n\n{specification}"
