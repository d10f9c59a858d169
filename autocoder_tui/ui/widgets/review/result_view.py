"""The exact text that accepting would write."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from textual import work

from autocoder_tui.errors import AutocoderError
from autocoder_tui.review.result import as_result
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.diff.rows import Geometry
from autocoder_tui.ui.widgets.diff.search import SearchedDiff
from autocoder_tui.workspace.textfile import newline_of

if TYPE_CHECKING:
    from autocoder_tui.review.file_review import FileReview
    from autocoder_tui.runs.reviewable import Reviewable
    from autocoder_tui.ui.widgets.diff.canvas import Arrangement

_RESULT: Final = "result"
"""The group of the work that puts a large result together."""
_NEWLINES = {"\n": "LF", "\r\n": "CRLF", "\r": "CR", "mixed": "mixed newlines"}


class ResultView(SearchedDiff):
    """One column of text, whole; accepted lines stand out. `text` is what is on show."""

    FOLDS = False
    text = ""

    def show(self, file: FileReview) -> None:
        """Show what `file` as decided would leave on disk."""
        self.workers.cancel_group(self, _RESULT)
        if file.diff.in_places:
            self._make_and_draw(file)
        else:
            self._draw(as_result(file))

    @work(group=_RESULT, exit_on_error=False)
    async def _make_and_draw(self, file: FileReview) -> None:
        """Of a file too large to be compared the result is put together in a thread."""
        self._draw(await asyncio.to_thread(as_result, file))

    def _draw(self, result: FileReview) -> None:
        self.text = result.after
        self.set_reactive(ResultView.arrangement, "unified")
        self.draw_review(result, -1)

    @property
    def suited_arrangement(self) -> Arrangement:
        return "unified"

    def _geometry(self) -> Geometry:
        full = super()._geometry()
        return Geometry(full.width, full.digits, side_by_side=False, single=True)


def described(data: bytes | None, file: FileReview, encoding: str, newline: str) -> str:
    """One line: what will be on disk, in bytes, and how it is encoded. Safe to show."""
    name = visible(file.final_path)
    if file.removes:
        return f"Result: {name} is deleted"
    if data is None:
        return f"Result: {name} is not written, no hunk is accepted"
    if not file.writes:
        return f"Result: {name} stays as it is, no hunk is accepted ({len(data):,} bytes)"
    style = _NEWLINES.get(newline, newline)
    last = "" if not data or data[-1:] in b"\r\n\0" else ", no newline at the end"
    if file.moves:
        name = file.names
    return f"Result: {name} will be {len(data):,} bytes, {encoding}, {style}{last}"


def result_in_words(reviewable: Reviewable, file: FileReview) -> str:
    """What the file will be on disk, or why it can't be written."""
    from autocoder_tui.runs.reviewable import written_bytes

    original = reviewable.originals[file.path]
    encoding, newline = "utf-8", newline_of(file.result() or "")
    if original is not None:
        encoding = original.encoding + (" with a byte order mark" if original.bom else "")
        newline = original.newline if original.newline in ("\r\n", "\r") else newline
    try:
        data = written_bytes(reviewable, file)
    except AutocoderError as error:
        return error.message
    return described(data, file, encoding, newline)
