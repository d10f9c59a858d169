"""The live output with a tab for each file in it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer

from autocoder_tui.engine.reply.blocks import normal_path
from autocoder_tui.ui.widgets.stream.file_spans import FileSpan
from autocoder_tui.ui.widgets.stream.file_tabs import FileState, FileTab, FileTabs
from autocoder_tui.ui.widgets.stream.view import StreamView

_AT_ONCE: Final = 32_000
"""Characters."""
_COUNT_PERIOD: Final = 0.5
"""Seconds between two counts of the lines of the file that comes."""


@dataclass(frozen=True, slots=True)
class FileFigures:
    """What is known of a whole file: what becomes of it, and how much it changes, in words."""

    state: FileState
    detail: str = ""


class StreamPane(Vertical):
    """Shows a reply while it streams. The tab of the file that comes is the current one, unless
    another was chosen or scrolled to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "review_file", "Review", id="output.review", tooltip="the file in view"),
        Binding(
            "right_square_bracket", "step_file(1)", "Next file", id="output.next_file", show=False
        ),
        Binding(
            "left_square_bracket",
            "step_file(-1)",
            "Previous file",
            id="output.previous_file",
            show=False,
        ),
    ]

    @dataclass
    class ReviewWanted(Message):
        """The changes of the file at `path` are to be seen."""

        path: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._chosen: tuple[int, int] | None = None
        """The file that was gone to, and the top line that this led to."""
        self._figures: dict[str, FileFigures] = {}
        self._running = False
        self._lines = 0
        """How many lines the file that comes is said to have; they were counted at `_counted`."""
        self._counted = 0.0
        self._counted_of = 0
        self._counting: Timer | None = None
        self._shows: tuple[object, ...] = ()
        """All that the tabs say depends on, as they show it."""

    def compose(self) -> ComposeResult:
        yield FileTabs(id="file-tabs")
        yield StreamView(id="stream")

    @property
    def keyboard_view(self) -> StreamView:
        """What has the keyboard."""
        return self.query_one(StreamView)

    @property
    def is_empty(self) -> bool:
        return self.keyboard_view.is_empty

    @property
    def current(self) -> int:
        """The number of the file in view; -1 where there is none."""
        view, spans = self.keyboard_view, self.keyboard_view.files.spans
        if not spans:
            return -1
        if self._chosen is not None:
            number, top = self._chosen
            if number < len(spans) and top == view.top_line and not view.following:
                return number
            self._chosen = None
        return len(spans) - 1 if view.following else view.files.at(view.top_line)

    # ------------------------------------------------------------------ what is told

    def begin(self) -> None:
        """A run begins."""
        self._chosen, self._figures, self._running = None, {}, True
        self._shows, self._lines, self._counted = (), 0, 0.0
        self.show_tabs()

    async def append_whole(self, text: str) -> None:
        """Show a text that is there already; of a long one so much between two turns of others
        that a key is not kept waiting. What is shown in its place meanwhile is left alone."""
        view = self.keyboard_view
        files = view.files
        for begin in range(0, len(text), _AT_ONCE):
            if view.files is not files:
                return
            view.append(text[begin : begin + _AT_ONCE])
            await asyncio.sleep(0)

    def end(self) -> None:
        """The run is over: what is not whole now was cut off."""
        self._running, self._shows = False, ()
        self.show_tabs()

    def tell(self, figures: Mapping[str, FileFigures]) -> None:
        """What is known of the files, by the paths that the reply gives them."""
        self._figures = {normal_path(path): known for path, known in figures.items()}
        self.show_tabs()

    def show_tabs(self) -> None:
        """Show how far the files have come. Called for every picture of a run."""
        files, tabs = self.keyboard_view.files, self.query_one(FileTabs)
        spans = files.spans
        if not spans and not tabs.tabs:
            return
        current = max(0, self.current)
        is_open = self._running and bool(spans) and not spans[-1].is_whole
        if is_open:
            self._count(spans)
        shows = (len(spans), files.closed, current, is_open, self._lines, self._figures)
        if shows == self._shows:
            return
        self._shows = shows
        last = {span.path: at for at, span in enumerate(spans)}
        seen: Counter[str] = Counter()
        shown = []
        for at, span in enumerate(spans):
            seen[span.path] += 1
            shown.append(self._tab(span, seen[span.path], is_last=last[span.path] == at))
        before = len(tabs.tabs)
        tabs.show(shown, current)
        if min(before, 2) != min(len(shown), 2):
            self.refresh_bindings()

    def _tab(self, span: FileSpan, count: int, *, is_last: bool) -> FileTab:
        name = span.label if count == 1 else f"{span.label} ({count})"
        if not span.is_whole:
            if self._running and is_last:
                return FileTab(name, "coming", self._length())
            return FileTab(name, "cut off")
        known = self._figures.get(normal_path(span.path)) if is_last else None
        return FileTab(name, "whole") if known is None else FileTab(name, known.state, known.detail)

    def _count(self, spans: list[FileSpan]) -> None:
        """Count the lines of the file that comes, now and then only: they grow with every frame."""
        lines = max(0, self.keyboard_view.line_count - spans[-1].first - 1)
        now = time.monotonic()
        if len(spans) != self._counted_of:
            self._counted_of, self._counted = len(spans), 0.0
        elif lines == self._lines or self._counting is not None:
            return
        wait = self._counted + _COUNT_PERIOD - now
        if wait > 0:
            self._counting = self.set_timer(wait, self._count_again)
        else:
            self._lines, self._counted = lines, now

    def _count_again(self) -> None:
        self._counting, self._counted = None, 0.0
        self.show_tabs()

    def _length(self) -> str:
        return f"{self._lines} line{'s' * (self._lines != 1)}" if self._lines else ""

    # ------------------------------------------------------------------ going between files

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "step_file":
            return len(self.query_one(FileTabs).tabs) > 1
        if action == "review_file":
            return bool(self.keyboard_view.files.spans) and (self._running or bool(self._figures))
        return True

    def action_step_file(self, step: int) -> None:
        """Go to the next file of the reply, or the one before."""
        if count := len(self.keyboard_view.files.spans):
            self._go_to((self.current + step) % count)

    def on_file_tabs_chosen(self, event: FileTabs.Chosen) -> None:
        event.stop()
        self._go_to(event.index)
        self.keyboard_view.focus()

    def _go_to(self, number: int) -> None:
        view, spans = self.keyboard_view, self.keyboard_view.files.spans
        if number == len(spans) - 1 and not spans[number].is_whole and self._running:
            self._chosen = None
            view.follow()
        else:
            view.hold_at(spans[number].first)
            self._chosen = (number, view.top_line)
        self.show_tabs()

    def on_line_scroller_moved(self) -> None:
        self.show_tabs()

    def on_stream_view_follow_changed(self) -> None:
        self.show_tabs()

    def action_review_file(self) -> None:
        """See the changes of the file in view."""
        spans, at = self.keyboard_view.files.spans, self.current
        path = spans[at].path if at >= 0 else ""
        self.post_message(self.ReviewWanted(path))
