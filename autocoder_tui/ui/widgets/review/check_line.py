"""The line of the review that says what came of the last check."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import with_keys

if TYPE_CHECKING:
    from autocoder_tui.runs.review_session import ReviewSession


_MOST_ROWS: Final = 2


class CheckLine(Widget):
    """Hidden where nothing was checked. What has no room in its rows ends in "…"."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    CheckLine { height: auto; max-height: 2; padding: 0 1; display: none; }
    CheckLine.-there { display: block; }
    CheckLine.-passed { color: $text-success; }
    CheckLine.-failed { color: $text-error; }
    """

    text: reactive[str] = reactive("", layout=True)

    def show(self, checking: str, session: ReviewSession | None) -> None:
        """How the check that runs stands, or, where that is "", what came of the last; it is
        marked as passed or failed by how it begins."""
        known = "" if session is None else with_keys(self.app, session.check_line)
        self.text = visible(checking or known)
        self.set_class(bool(self.text), "-there")
        self.set_class(self.text.startswith("✓"), "-passed")
        self.set_class(self.text.startswith("✗"), "-failed")

    def render(self) -> Content:
        # Before the first layout it has no width, and its height is made of what this returns.
        width = self.content_size.width or self.app.size.width - 2
        lines = textwrap.wrap(self.text, max(20, width)) or [""]
        if len(lines) > _MOST_ROWS:
            kept = lines[_MOST_ROWS - 1][: max(20, width) - 2].rstrip()
            lines[_MOST_ROWS - 1 :] = [f"{kept} …"]
        return Content("\n".join(lines))
