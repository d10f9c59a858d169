"""Which panes of the workspace are seen."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Beside: TypeAlias = Literal["files", "steps"]
"""What stands beside what is worked in: the project's files, with the requirements; or its steps,
beside what they bring."""

_DECIDING: Final = ("review", "check")


def shown_panes(pane: str, beside: Beside, *, narrow: bool) -> frozenset[str]:
    """The ids of the boxes that are seen where `pane` has the keyboard."""
    if not narrow:
        if pane in _DECIDING:
            # The diff takes the width.
            return frozenset({"work", "lower-pane"})
        if beside == "steps":
            return frozenset({"steps-pane", "work", "lower-pane"})
        return frozenset({"files-pane", "work", "requirements-pane", "lower-pane"})
    if pane == "files":
        return frozenset({"files-pane"})
    if pane == "requirements":
        return frozenset({"work", "requirements-pane"})
    if beside == "steps" and pane in ("steps", "output"):
        return frozenset({"steps-pane", "work", "lower-pane"})
    return frozenset({"work", "lower-pane"})
