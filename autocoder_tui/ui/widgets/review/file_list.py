"""The files of a review: what becomes of each, how much, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from autocoder_tui.engine.reply.blocks import normal_path
from autocoder_tui.review.beginning import Beginning
from autocoder_tui.review.file_review import Action, FileReview
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass

_MOST_ROWS = 6
_BESIDE_NAME = 46
"""Cells that the figures beside a name take."""
_LOW, _ROWS_WHERE_LOW = 30, 3
"""In a screen of fewer lines than this, the list takes at most that many."""


def status_of(file: FileReview) -> str:
    """What the proposal does to the file, in a word."""
    if not file.complete:
        return "incomplete"
    if file.action == "change" and not file.hunks:
        return "unchanged"
    return _STATUS[file.action]


_STATUS: dict[Action, str] = {
    "create": "new",
    "change": "changed",
    "delete": "deleted",
    "rename": "renamed",
}


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One row: a file under review with its number of warnings; or (None) a refused name. What is
    not whole yet `comes`: `file` is then what can be decided on of it, or None for nothing."""

    name: str
    file: FileReview | None
    warnings: int = 0
    comes: bool = False


def entries_of(session: ReviewSession | None, beginnings: Sequence[Beginning]) -> list[FileEntry]:
    """A row for each file: what is under review and what is to be seen of files that come, in that
    order; then what cannot be gone to."""
    rows, coming = [], () if session is None else session.coming or ()
    for file in () if session is None else session.review.files:
        assert session is not None
        warnings = len(session.warnings.get(file.path, ()))
        rows.append(FileEntry(file.names, file, warnings, session.comes(file.path)))
    rows += [FileEntry(each.path, None, comes=True) for each in beginnings]
    seen = {normal_path(row.file.path if row.file else row.name) for row in rows}
    rows += [FileEntry(name, None) for name, _ in (session.reviewable.refused if session else ())]
    rows += [FileEntry(name, None, comes=True) for name in coming if normal_path(name) not in seen]
    return rows


def next_undecided(files: Sequence[FileReview | Beginning], index: int, step: int) -> int | None:
    """The number of the next file with undecided hunks, around the end; None where there is no
    other than number `index`."""
    for far in range(1, len(files)):
        at = (index + step * far) % len(files)
        file = files[at]
        if isinstance(file, FileReview) and file.counts.undecided:
            return at
    return None


class FileList(Widget):
    """Shows a window of the files around the current one; a click goes to another.

    It never takes the keyboard: the keys of the review are those of the diff.
    """

    DEFAULT_CSS = """
    FileList { height: auto; border-bottom: solid $primary-muted; }
    """

    @dataclass
    class Chosen(Message):
        """`index` counts the files that are to be seen from 0."""

        index: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entries: tuple[FileEntry, ...] = ()
        self._current = self._to_choose = 0

    def show(self, entries: Sequence[FileEntry], current: int, to_choose: int) -> None:
        """Show `entries`, the first `to_choose` of which can be gone to; hidden where there is
        one."""
        self._entries, self._current, self._to_choose = tuple(entries), current, to_choose
        self.display = len(self._entries) > 1
        self.refresh(layout=True)

    @property
    def _window(self) -> range:
        most = _ROWS_WHERE_LOW if self.app.size.height < _LOW else _MOST_ROWS
        count = len(self._entries)
        start = max(0, min(self._current - most // 2, count - most))
        return range(start, min(count, start + most))

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return len(self._window)

    def render(self) -> Content:
        window = self._window
        rows = []
        for at in window:
            more = " "
            if at == window.start and window.start:
                more = "↑"
            elif at == window.stop - 1 and window.stop < len(self._entries):
                more = "↓"
            row = self._row(at).truncate(max(1, self.size.width - 2), ellipsis=True, pad=True)
            rows.append(Content.assemble(row, f" {more}"))
        return Content("\n").join(rows)

    def _row(self, at: int) -> Content:
        entry = self._entries[at]
        here = at == self._current
        room = max(12, min(56, self.size.width - _BESIDE_NAME))
        name, padding = _fitted(visible(entry.name), room)
        shown = Content.assemble(Content.styled(name, "bold reverse" if here else ""), padding)
        cursor = Content.styled("▌ " if here else "  ", "bold $accent")
        if entry.comes and entry.file is None:
            return Content.assemble(cursor, shown, Content.styled(" … coming", "$text-accent"))
        if entry.file is None:
            return Content.assemble(cursor, shown, Content.styled(" not offered", "$error"))
        file = entry.file
        counts = file.counts
        pieces: list[Content | str] = [
            cursor,
            shown,
            f" {'… coming' if entry.comes else status_of(file):<10}",
            *_lines_in_columns(file),
            Content.styled(f"  ✓{counts.accepted:<3}", "$success" if counts.accepted else ""),
            Content.styled(f"✗{counts.rejected:<3}", "$error" if counts.rejected else ""),
            Content.styled(f"·{counts.undecided:<3}", "bold" if counts.undecided else ""),
        ]
        if entry.warnings:
            pieces.append(Content.styled(f" !{entry.warnings}", "bold $warning"))
        return Content.assemble(*pieces)

    def on_click(self, event: events.Click) -> None:
        at = self._window.start + event.y
        if at < self._to_choose:
            self.post_message(self.Chosen(at))


def _lines_in_columns(file: FileReview) -> tuple[str, str]:
    """How many lines are added and removed; or how many get another end, where that is all."""
    lines = file.lines
    if lines.ends and not (lines.added or lines.removed):
        return f" {lines.ends:>6}", f" {'ends':>6}"
    return f" {f'+{lines.added}':>6}", f" {f'−{lines.removed}':>6}"


def _fitted(name: str, room: int) -> tuple[str, str]:
    """`name`, and the blanks that fill `room` cells; of a long path the end is kept, which is
    what tells it from others."""
    if cell_len(name) > room:
        while cell_len(name) > room - 1:
            name = name[1:]
        name = "…" + name
    return name, " " * (room - cell_len(name))
