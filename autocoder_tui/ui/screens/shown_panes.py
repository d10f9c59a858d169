"""Which panes of the workspace there are, and in which terminals one is seen at a time."""

from __future__ import annotations

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
ON_THE_RIGHT = "As it is on disk"
"""The title of the file that is shown beside the work."""
ALL_TABS = (
    Tab("steps", "Steps", "F12"),
    Tab("files", "Files", "F2"),
    Tab("requirements", "Ask", "F3"),
    *(Tab(tab.pane, tab.title, tab.key) for tab in LOWER_TABS),
)
