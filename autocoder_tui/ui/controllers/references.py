"""`@` in the requirements: files are offered as one types, and the one chosen is picked."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Offset

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.files.completion_list import CompletionList
from autocoder_tui.ui.widgets.files.finder_rows import FileRow, RowLook, drawn
from autocoder_tui.ui.widgets.requirements_area import RequirementsArea
from autocoder_tui.workspace.file_index import FileIndex
from autocoder_tui.workspace.file_search import FileSearch

_MOST_OFFERED = 50


class FileReferences:
    """What is offered for the reference that is being typed."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._search = FileSearch(FileIndex())
        self._paths: tuple[str, ...] = ()
        self._query = ""
        self._list: CompletionList | None = None

    @property
    def _area(self) -> RequirementsArea:
        return self._app.main.query_one(RequirementsArea)

    def typed(self, query: str | None) -> None:
        """Offer the files for what follows an `@`; None closes the list."""
        if query is None:
            self._offer("", ())
            return
        findable = self._app.file_finder.findable()
        if findable.index is not None and findable.index is not self._search.index:
            self._search = FileSearch(findable.index)
        first = (*findable.picks, *findable.recent)
        self._offer(query, self._search.search(query, first, most=_MOST_OFFERED).paths)

    def pressed(self, deed: str) -> None:
        """A key that acts on the list."""
        area, offered = self._area, self._list
        if offered is None or not self._paths:
            return
        if deed == "choose":
            path = self._paths[offered.highlighted or 0]
            area.put_reference(reference_to(path))
            self._offer("", ())
            self._app.file_finder.toggle(FileRow(path), only_pick=True)
        elif deed == "close":
            area.forget_reference()
            self._offer("", ())
        elif deed.startswith("page"):
            offered.action_move_pages(-1 if deed == "page_up" else 1)
        else:
            offered.action_move(-1 if deed == "up" else 1)

    def _offer(self, query: str, paths: tuple[str, ...]) -> None:
        self._query, self._paths = query, paths
        if self._list is None:
            if not paths:
                return
            self._list = CompletionList(self._row)
            self._app.main.mount(self._list)
        area = self._area
        area.completing = bool(paths)
        at_sign = area.cursor_screen_offset - Offset(len(query) + 1, 0)
        self._list.offer(len(paths), at_sign)
        if paths:
            self._app.file_finder.in_view(paths[:10])

    def _row(self, at: int) -> Content:
        offered = self._list
        assert offered is not None
        path, weights = self._paths[at], self._app.weigher.weights
        findable = self._app.file_finder.findable()
        look = RowLook(
            width=offered.scrollable_content_region.width,
            query=self._query,
            picked=path in findable.picks,
            mark=findable.marks.get(path, ""),
            weight=weights.of(path),
            exact=weights.exact,
            plain=offered.highlighted == at,
        )
        return drawn(FileRow(path), look)


def reference_to(path: str) -> str:
    """`path` as it is referred to in a text: readable, and with an end that can be told."""
    shown = visible(path)
    return f'@"{shown}"' if any(letter.isspace() for letter in shown) else f"@{shown}"
