"""What stands where the output will, before there is any: how to begin, what the next run sends,
and the runs before it. While a run has brought nothing yet, what is waited for."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.widgets import Static

from autocoder_tui.engine.metering.money import format_tokens
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import key_of, with_keys

if TYPE_CHECKING:
    from autocoder_tui.engine.request import RunRequest
    from autocoder_tui.runs.estimate import Weighed
    from autocoder_tui.runs.listed_run import Listed

_WIDEST: Final = 84
_LEAST_FILES: Final = 3
_MOST_FILES: Final = 12
_MOST_RUNS: Final = 8
_MOST_THOUGHT: Final = 4_000
"""Characters of what a model thinks that are laid out again with each picture."""
SENT: Final = "Sent. The first words of the reply are awaited; {run.stop} stops."
TO_BE_SENT_AGAIN: Final = (
    "The request failed, and is sent again in a moment: the meters say when. {run.stop} stops."
)
THINKS: Final = (
    "The model thinks before it answers; its reply comes in here. All of it is in Reasoning: "
    "{pane.next} goes on there, pane by pane."
)


class BeforeRun(Static):
    """Shows as much as there is room for: first of all words, then what the next run sends, then
    the runs before."""

    def __init__(self, words: str, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self._words = words
        self._thought = ""
        self._alone = False
        """Whether the words are all there is to say: why there is no output, what is awaited."""
        self._next: Weighed | None = None
        self._before: Sequence[Listed] = ()

    # ------------------------------------------------------------------ what is told

    def say(self, words: str, *, alone: bool = False, failed: bool = False) -> None:
        """Show `words`, which are safe; nothing else where they are `alone`. Why something
        `failed` is not as faint as the rest; the others have keys as in `with_keys`, which a
        server's words have not."""
        self.set_class(failed, "-failed")
        if (words, alone, "") != (self._words, self._alone, self._thought):
            self._words, self._alone, self._thought = words, alone, ""
            self._show()

    def show_thought(self, text: str) -> None:
        """More of what a model thinks, safe to show: the end of it is seen while there is no
        other text."""
        self._words, self._alone = THINKS, True
        self._thought = (self._thought + text)[-_MOST_THOUGHT:]
        if self.region.height:
            self._show()

    def show_next(self, weighed: Weighed | None) -> None:
        """What a run begun now would send; None where none can begin."""
        self._next = weighed
        self._show()

    def mark_sent(self, request: RunRequest) -> None:
        """A run begins. What would have been sent stays as what was, where it is that."""
        known = None if self._next is None else self._next.request
        if known is not None and replace(known, run_id=request.run_id) != request:
            self._next = None

    def show_before(self, runs: Sequence[Listed]) -> None:
        """The newest runs of the project, the newest first."""
        self._before = runs
        self._show()

    # ------------------------------------------------------------------ drawing

    def on_resize(self) -> None:
        self._show()

    def look_at_keys(self) -> None:
        """Name the keys that act now."""
        self._show()

    def _show(self) -> None:
        width, height = min(self.content_size.width, _WIDEST), self.content_size.height
        if not width:
            return  # not laid out yet
        if self._alone:
            failed = self.has_class("-failed")
            words = self._words if failed else with_keys(self.app, self._words)
            said = [Content(words), *self._end_of_thought(height)]
            self.update(Content("\n\n").join(said), layout=False)
            return
        words, sent = with_keys(self.app, self._words), self._words in (SENT, TO_BE_SENT_AGAIN)
        lines = [Content(line) for line in wrapped(words, width)]
        room = height - len(lines) - 1
        if self._next is not None and room > _LEAST_FILES + 4:
            title = "This was sent" if sent else "The next run sends"
            part = next_in_rows(self._next, title, width, room)
            lines += [Content(""), *part]
            room -= len(part) + 1
        if self._before and room > 2 and not sent:
            lines += [
                Content(""),
                *before_in_rows(self._before, width, room, key_of(self.app, "history.show")),
            ]
        self.update(Content("\n").join(lines), layout=False)

    def _end_of_thought(self, height: int) -> list[Content]:
        if not self._thought:
            return []
        # What comes in pieces that are safe each can be a flood of marks on one character together.
        thought = visible(self._thought, lines=True)
        lines = wrapped(thought, max(20, self.content_size.width - 1))
        return [Content("\n".join(lines[-max(1, height - 3) :]))]


def wrapped(text: str, width: int) -> list[str]:
    """The lines of `text` in `width` columns."""
    lines: list[str] = []
    for line in text.splitlines():
        lines += textwrap.wrap(line, width, replace_whitespace=False) or [""]
    return lines


def next_in_rows(weighed: Weighed, title: str, width: int, most: int) -> list[Content]:
    """What a run sends, a row each, the heaviest files first; at most so many rows."""
    from autocoder_tui.engine.metering.cost import format_cost_range

    figure, weights = weighed.estimate, list(weighed.weights.items())
    room = max(1, min(_MOST_FILES, most - 4))
    shown = weights if len(weights) <= room else weights[: room - 1]
    rows = [_row(visible(path), tokens, width) for path, tokens in shown]
    if left := weights[len(shown) :]:
        count = len(left)
        rows.append(_row(f"and {count} more files", sum(tokens for _, tokens in left), width))
    rest = figure.prompt_tokens - sum(weighed.weights.values())
    rows.append(_row("what you write, and how to answer", rest, width))
    share = "" if weighed.share is None else f", {_part(weighed.share)} of the context window"
    mark = "" if figure.exact else "~"
    whole = _row(f"in all{share}", figure.prompt_tokens, width, mark=mark).stylize("bold")
    cost = f"  {format_cost_range(figure)}, however long the reply is"
    if "unknown" in cost:
        cost = "  cost unknown: no prices are known for this model"
    return [_head(title, "tokens", width), *rows, whole, Content(cost)]


def before_in_rows(runs: Sequence[Listed], width: int, most: int, key: str) -> list[Content]:
    """The newest of `runs`; at most so many rows. `key` lists them all."""
    from autocoder_tui.ui.widgets.history.rows import one_line

    rows = [
        one_line(line, marked=False, wide=False).truncate(width, ellipsis=True)
        for line in runs[: max(1, min(_MOST_RUNS, most - 1))]
    ]
    return [_head("Runs before", f"{key} lists and opens them", width), *rows]


def _part(share: float) -> str:
    return f"{share * 100:.0f} %" if share >= 0.005 else "less than 1 %"


def _head(title: str, right: str, width: int) -> Content:
    gap = " " * max(2, width - len(title) - len(right))
    return Content.assemble(Content.styled(title, "bold $foreground"), gap, right)


def _row(what: str, tokens: int, width: int, *, mark: str = "~") -> Content:
    weight = f"{mark}{format_tokens(tokens)}"
    room = max(8, width - len(weight) - 4)
    name = Content(f"  {what}").truncate(room, ellipsis=True)
    return Content.assemble(name, " " * max(1, width - name.cell_length - len(weight)), weight)
