"""Which panes of the workspace there are, and which are seen."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from autocoder_tui.ui.widgets.tabs import Tab

NARROW_BELOW = 100
"""Columns; the side-by-side diff needs as many."""
TINY_BELOW = (60, 15)

LOWER_TABS = (
    Tab("output", "Output", "F4"),
    Tab("review", "Review", "F5"),
    Tab("check", "Check", "F7"),
    Tab("notes", "Notes"),
    Tab("reasoning", "Reasoning"),
    Tab("log", "Log", "F9"),
)
ALL_TABS = (
    Tab("steps", "Steps", "F12"),
    Tab("files", "Files", "F2"),
    Tab("requirements", "Ask", "F3"),
    *(Tab(tab.pane, tab.title, tab.key) for tab in LOWER_TABS),
)

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
