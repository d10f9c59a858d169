"""What a proposal has that the one before it had not."""

from __future__ import annotations

from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.review import Review
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import key_of
from autocoder_tui.ui.widgets.diff.changes_view import ChangesView


class BeforeView(ChangesView):
    """The text that was proposed before against the one that is proposed now. It is looked at:
    nothing is decided here."""

    def show(self, before: Review, file: FileReview) -> str:
        """Compare `file` with what `before` proposed for it; what that comes to, in words."""
        known = next((one for one in before.files if one.old_path == file.old_path), None)
        compared = _between(known, file)
        if self._review != compared:
            self.draw_review(compared, 0 if compared.hunks else -1)
        name, back = visible(file.path), key_of(self.app, "review.before")
        if known is None:
            return f"Compared with the proposal before: {name} is new in it ({back} goes back)"
        if not compared.hunks:
            return f"Compared with the proposal before: {name} is as it was ({back} goes back)"
        count = len(compared.hunks)
        changes = f"{count} change{'s' * (count != 1)}, {compared.lines}"
        return f"Compared with the proposal before: {changes} ({back} goes back)"


def _between(known: FileReview | None, file: FileReview) -> FileReview:
    before = None if known is None else known.after
    return FileReview.of(file.path, before, file.after, file.complete)
