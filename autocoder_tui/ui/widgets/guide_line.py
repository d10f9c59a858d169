"""The steps of a first run in one line: done, next, still to come."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from autocoder_tui.values import dataclass

CLOSE = " ✕ "


@dataclass(frozen=True, slots=True)
class Progress:
    """`titles` of all steps and which are `done`; what `next` is and the `advice` for it. Without a
    next one, the advice is what is said at the end. All of it is safe to show."""

    titles: Sequence[str]
    done: frozenset[int]
    next: int | None
    advice: str

    @property
    def next_words(self) -> str:
        """What is next, or what is said at the end."""
        return self.advice if self.next is None else f"{self.titles[self.next]}: {self.advice}"


class GuideLine(Widget):
    """What is next is always whole; the titles of the others give way to it. A click on the cross
    closes it."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    GuideLine { height: 1; padding: 0 0 0 1; background: $surface; color: $foreground; }
    .-tiny GuideLine { display: none; }
    """

    progress: reactive[Progress | None] = reactive(None)

    class Closed(Message):
        """Nobody wants it any more."""

    def render(self) -> Content:
        progress = self.progress
        if progress is None:
            return Content("")
        room = max(0, self.content_size.width - len(CLOSE))
        shown = steps_in(progress, room)
        gap = " " * max(0, room - shown.cell_length)
        return Content.assemble(shown, gap, Content.styled(CLOSE, "bold"))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if event.x >= self.size.width - len(CLOSE):
            self.post_message(self.Closed())


def steps_in(progress: Progress, room: int) -> Content:
    """The line as it fits: at first without the titles to come, then without those done."""
    for done_named, later_named in ((True, True), (True, False), (False, True), (False, False)):
        line = _line(progress, done_named=done_named, later_named=later_named)
        if line.cell_length <= room:
            return line
    return _now(progress).truncate(room, ellipsis=True)


def _now(progress: Progress) -> Content:
    if progress.next is None:
        return Content.styled(f"✓ {progress.advice}", "bold $text-success")
    title = f"▸ {progress.next + 1} {progress.titles[progress.next]}: "
    return Content.assemble(
        Content.styled(title, "bold $accent"), Content.styled(progress.advice, "bold")
    )


def _line(progress: Progress, *, done_named: bool, later_named: bool) -> Content:
    if progress.next is None:
        return _now(progress)
    parts: list[Content] = []
    for number, title in enumerate(progress.titles):
        if number == progress.next:
            parts.append(_now(progress))
        elif number in progress.done:
            text = f"✓ {title}" if done_named else f"✓{number + 1}"
            parts.append(Content.styled(text, "$text-success"))
        else:
            text = f"{number + 1} {title}" if later_named else f"{number + 1}"
            parts.append(Content.styled(text, "$text-muted"))
    return Content("  ").join(parts)
