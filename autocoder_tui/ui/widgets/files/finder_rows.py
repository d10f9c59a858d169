"""What the finder lists for what is typed, and each row of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TypeAlias

from rich.cells import cell_len
from textual.content import Content

from autocoder_tui.engine.metering.money import format_tokens
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.files.row import cut
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.file_group import FileGroup, glob_group, is_glob
from autocoder_tui.workspace.file_index import FileIndex
from autocoder_tui.workspace.file_search import (
    MOST_FOUND,
    FileSearch,
    matched_letters,
    wanted_letters,
)

MOST_GROUPS = 8
_FILES_BEFORE_GROUPS = 3
_FEWEST_LETTERS = 3
"""Of the name of a group, before it is offered among files."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file; `note` says why it is offered."""

    path: str
    note: str = ""


FinderRow: TypeAlias = FileRow | FileGroup


@dataclass(frozen=True, slots=True)
class Findable:
    """All that can be found, as it is at one moment. `index` is None until the project is listed.
    `recent` are picks, the latest first; `suggested` has why each file is."""

    root: Path
    index: FileIndex | None = None
    picks: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    groups: tuple[FileGroup, ...] = ()
    suggested: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundRows:
    """The rows for a query; `start` is the one the cursor begins at, `total` how many files match
    though not all may be listed."""

    rows: tuple[FinderRow, ...] = ()
    total: int = 0
    start: int = 0


def rows_for(query: str, findable: Findable, search: FileSearch) -> FoundRows:
    """What is listed for `query`. Blocking; `search` is on the index of `findable`."""
    if is_glob(query):
        group = glob_group(findable.root, search.index, query)
        return FoundRows((group, *map(FileRow, group.paths[:MOST_FOUND])), len(group.paths))
    first = (*findable.picks, *findable.recent)
    found = search.search(query, first)
    recent, suggested = set(findable.recent), findable.suggested
    wanted = wanted_letters(query)
    paths = found.paths if wanted else dict.fromkeys((*suggested, *found.paths))
    rows = [
        FileRow(path, suggested.get(path) or ("recent" if path in recent else "")) for path in paths
    ]
    if not wanted:
        groups = findable.groups[:MOST_GROUPS]
        start = len(groups) if rows else 0
        return FoundRows((*groups, *rows), found.total, start)
    named, others = _groups_called(wanted, findable.groups)
    listed: tuple[FinderRow, ...] = (
        *named,
        *rows[:_FILES_BEFORE_GROUPS],
        *others,
        *rows[_FILES_BEFORE_GROUPS:],
    )
    return FoundRows(listed, found.total)


def suggestions(findable: Findable) -> list[FileRow]:
    """What may be picked next, the best first: files that belong to the picks, those picked
    before, those changed since the base of the branch."""
    why = dict(findable.suggested)
    for path in findable.recent:
        why.setdefault(path, "picked before")
    for group in findable.groups:
        if not group.saved:
            for path in group.paths[:MOST_GROUPS]:
                why.setdefault(path, "changed")
    picked, index = set(findable.picks), findable.index
    return [
        FileRow(path, note)
        for path, note in why.items()
        if path not in picked and index is not None and index.place_of(path) is not None
    ]


def name_of(row: FinderRow) -> str:
    """What a row is told from others by, whatever is said of it."""
    return row.path if isinstance(row, FileRow) else f"/{row.label}"


def _groups_called(
    wanted: str, groups: Iterable[FileGroup]
) -> tuple[list[FileGroup], list[FileGroup]]:
    """The groups that are meant, and those that may be."""
    meant, maybe = [], []
    for group in groups:
        words = [_plain(word) for word in group.label.split()]
        if _plain(wanted) in ("".join(words), *words[:1]):
            meant.append(group)
        elif "".join(words).startswith(_plain(wanted)) or (
            len(wanted) >= _FEWEST_LETTERS and _plain(wanted) in "".join(words)
        ):
            maybe.append(group)
    return meant, maybe


def _plain(text: str) -> str:
    """The letters and digits of a name: nobody types the signs in it."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


# -------------------------------------------------------------------- how a row looks


@dataclass(frozen=True, slots=True)
class RowLook:
    """What a row shows besides its file: `weight` is tokens, None while they are not counted,
    and `counted` false while they are so only in part. `plain`: the cursor's colours win."""

    width: int
    query: str = ""
    picked: bool = False
    mark: str = ""
    weight: int | None = None
    counted: bool = True
    exact: bool = False
    plain: bool = False


def drawn(row: FinderRow, look: RowLook) -> Content:
    """One row, safe to show: picked, the mark of git, the name, its folder, why, the weight."""
    if isinstance(row, FileGroup):
        return _group(row, look)
    places = () if is_glob(look.query) else matched_letters(row.path, look.query)
    folder, _, name = row.path.rpartition("/")
    begins = len(row.path) - len(name)
    room = look.width - 4 - 8 - 1
    note = visible(row.note)
    note = "" if cell_len(note) > room // 2 else note
    left = room - (cell_len(note) + 1 if note else 0)
    name_shown, name_places = cut_marked(name, {at - begins for at in places if at >= begins}, left)
    left -= cell_len(name_shown) + 2
    folder_shown, folder_places = cut_marked(
        folder, {at for at in places if at < begins}, max(0, left), from_end=True
    )
    middle = [
        _marked(name_shown, name_places, "", look),
        "  " if folder_shown else "",
        _marked(folder_shown, folder_places, "$muted", look),
    ]
    return _line(look, middle, note, git=look.mark)


def _group(group: FileGroup, look: RowLook) -> Content:
    count = len(group.paths)
    what = f"{count:,} file{'s' * (count != 1)}"
    kind, label = "saved set: " if group.saved else "", visible(group.label[:500])
    room = look.width - 4 - 8 - len(what) - 1 - len(kind)
    passed_over = f" (+{group.passed_over:,} passed over)" if group.passed_over else ""
    if cell_len(label) + len(passed_over) <= room:
        what += passed_over
    else:
        label = cut(label, max(8, room))
    middle = [_coloured(kind, "$muted", look), _coloured(label, "bold $accent", look)]
    return _line(look, middle, what, git="")


def _line(look: RowLook, middle: Sequence[Content | str], note: str, *, git: str) -> Content:
    left = Content.assemble(
        _coloured("✓ " if look.picked else "  ", "bold $text-success", look),
        _coloured(f"{git or ' '} ", "$text-warning", look),
        *middle,
    )
    about = "" if look.exact and look.counted else "~" if look.counted else "≥"
    weight = "" if look.weight is None else f"{about}{format_tokens(look.weight, short=True)}"
    right = f"{note}{weight:>8}"
    gap = max(1, look.width - left.cell_length - cell_len(right))
    return Content.assemble(left, " " * gap, _coloured(right, "$muted", look))


def _coloured(text: str, style: str, look: RowLook) -> Content:
    if look.plain:
        style = "bold" if "bold" in style else ""
    return Content.styled(text, style) if style else Content(text)


def _marked(text: str, places: Iterable[int], style: str, look: RowLook) -> Content:
    content = _coloured(text, style, look)
    for at in places:
        content = content.stylize(
            "bold underline" if look.plain else "bold underline $accent", at, at + 1
        )
    return content


def cut_marked(
    text: str, places: Iterable[int], room: int, *, from_end: bool = False
) -> tuple[str, list[int]]:
    """`text` safe to show in at most `room` cells, and where `places` are in that. `from_end`
    keeps the end of it, which else is kept along with the beginning."""
    shown = visible(text)
    if len(shown) <= room and cell_len(shown) <= room:
        return shown, sorted(places)
    if room < 2:
        return "", []
    tail_room = room - 1 if from_end else (room - 1) // 2
    tail = _fitting(shown[: -room - 1 : -1], tail_room)
    head = 0 if from_end else _fitting(shown[:room], room - 1 - tail_room)
    moved = len(shown) - tail - head - 1
    kept = [at for at in places if at < head]
    kept += [at - moved for at in places if at >= len(shown) - tail]
    return f"{shown[:head]}…{shown[len(shown) - tail :]}", sorted(kept)


def _fitting(text: str, room: int) -> int:
    """How many characters of `text` fit into `room` cells."""
    used = 0
    for count, character in enumerate(text):
        used += cell_len(character)
        if used > room:
            return count
    return len(text)
