"""An answer as it comes, into the view: its steps go into the folded part, the rest is shown."""

from __future__ import annotations

from typing import Final

from autocoder_tui.engine.steps import read_steps
from autocoder_tui.ui.widgets.markdown.conversation_view import ConversationView
from autocoder_tui.ui.widgets.markdown.entries import Entry, Part

_STEPS: Final = "Steps"


class AnswerStream:
    """Feeds the last entry of a view. What comes costs what it is, once the answer has begun."""

    def __init__(self, view: ConversationView) -> None:
        self._view = view
        self._entry = 0
        self._before = ""
        """The text up to the answer, or all of it while it is not known where that begins."""
        self._shown: int | None = None
        """Characters of the answer in the view, None while it has not begun."""

    def begin(self, entry: int) -> None:
        """From now on what comes belongs to this entry, the last one."""
        self._entry, self._before, self._shown = entry, "", None

    def append(self, text: str) -> None:
        if self._shown is not None:
            self._shown += len(text)
            self._view.append(text)
            return
        self._before += text
        self._look(finished=False, news="\n" in text)

    def retract(self, count: int) -> None:
        """Take back what came last."""
        shown = self._shown or 0
        self._view.retract(min(count, shown))
        if count <= shown and self._shown is not None:
            self._shown = shown - count
            return
        self._before = self._before[: len(self._before) - (count - shown)]
        self._shown = None
        self._look(finished=False, news=True)

    def take_back(self) -> None:
        """Take back all of it: it comes once more."""
        self.retract(len(self._before) + (self._shown or 0))

    def finish(self) -> None:
        """Nothing more comes for now."""
        if self._shown is None:
            self._look(finished=True, news=True)
        self._view.finish()

    def _look(self, *, finished: bool, news: bool) -> None:
        steps, begin = read_steps(self._before, finished=finished)
        if begin is not None:
            answer, self._before = self._before[begin:], self._before[:begin]
            self._shown = len(answer)
            self._view.append(answer)
            news = bool(steps)
        if news:
            self._view.set_parts(self._entry, parts_of(steps))


def parts_of(steps: str) -> tuple[Part, ...]:
    """What is folded above an answer."""
    return (Part(_STEPS, steps),) if steps else ()


def answer_entry(text: str, head: str, note: str) -> Entry:
    """A finished answer."""
    steps, begin = read_steps(text, finished=True)
    return Entry(text[begin or 0 :], head=head, note=note, parts=parts_of(steps))
