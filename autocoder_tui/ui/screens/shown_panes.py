"""Which panes of the workspace there are, and in which terminals one is seen at a time."""

from __future__ import annotations

from autocoder_tui.ui.widgets.tabs import Tab

NARROW_BELOW = 100
"""Columns; the side-by-side diff needs as many."""
TINY_BELOW = (60, 15)

LOWER_TABS = (
    Tab("output", "Output", "F4", "pane.output"),
    Tab("review", "Review", "F5", "pane.review"),
    Tab("check", "Check", "F7", "pane.check"),
    Tab("notes", "Notes"),
    Tab("reasoning", "Reasoning"),
    Tab("log", "Log", "F9", "pane.log"),
)
ON_THE_RIGHT = "As it is on disk"
"""The title of the file that is shown beside the work."""
ALL_TABS = (
    Tab("steps", "Steps", "F12", "pane.steps"),
    Tab("files", "Files", "F2", "pane.files"),
    Tab("requirements", "Ask", "F3", "pane.requirements"),
    *LOWER_TABS,
)
