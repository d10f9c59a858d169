"""What has come of a file while the rest of it still comes."""

from __future__ import annotations

import time
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from autocoder_tui.review.beginning import Beginning
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.diff.changes_view import ChangesView
from autocoder_tui.ui.widgets.diff.place import hunk_again

_REST: Final = 12
"""A text that grows is coloured anew after that many times what colouring it took."""


class BeginningView(ChangesView):
    """The beginning of a file against as much of the old text as it stands for. It is looked at:
    nothing is decided here. Who has scrolled to the end sees what comes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,r,u,A,R,e,E,s,enter", "say_when", "Say when it can be decided on", show=False),
    ]

    def show(self, beginning: Beginning) -> str:
        """Show it, in words too. A later state of the one shown keeps its place."""
        file, known = beginning.file, self._review
        if known is None or known.path != file.path:
            self.draw_review(file, 0 if file.hunks else -1)
        elif known.after != file.after:
            at = hunk_again(known, self.cursor, file)
            cursor = min(max(0, self.cursor), len(file.hunks) - 1) if at is None else at
            self.draw_review(file, cursor, self.place)
        left = beginning.left
        more = f", {left} line{'s' * (left != 1)} of the old text left" if left else ""
        return f"{visible(file.path)} still comes{more}: it can be decided on when it is whole."

    def _may_lex(self) -> bool:
        return time.monotonic() > self._coloured_at + _REST * self._colouring_took

    def action_say_when(self) -> None:
        """Say why nothing is decided."""
        if self._review is not None:
            name = visible(self._review.path)
            self.app.notify(f"{name} still comes: decide when it is whole.", markup=False)
