"""The jobs of a batch as they stand, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from autocoder_tui.batch.batch import Batch
from autocoder_tui.batch.job import JobProgress, Status
from autocoder_tui.batch.time_left import in_words
from autocoder_tui.engine.metering.money import format_tokens, format_usd
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import KeyedText, key_of
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.widgets.row_list import RowList

Deed: TypeAlias = Literal[
    "new", "pause", "cancel", "retry", "up", "down", "open", "earlier", "later"
]

_PERIOD: Final = 0.1
"""Seconds between two looks at what has changed."""
_WIDE: Final = 96
"""Cells from which on the parts have a column, and a status is given more room."""
_NAME: Final = (10, 60)
"""Least and most cells of a job's name, which gets what the other columns leave."""
_MARKS: Final[dict[Status, tuple[str, str]]] = {
    "waiting": ("·", "$muted"),
    "running": ("▶", "$text-accent"),
    "done": ("✓", "$text-success"),
    "failed": ("✗", "$text-error"),
    "cancelled": ("■", "$text-warning"),
}
_OPENED: Final = ("○", "$muted")
HINT = (
    "{batch.cancel} cancel the job · {batch.retry} retry what failed · "
    "{batch.up} {batch.down} move it up, down\n"
    "{batch.earlier} {batch.later} the batch before, after"
)


def _deed(key: str, deed: Deed, description: str) -> Binding:
    return Binding(key, f"do('{deed}')", description, id=f"batch.{deed}")


class BatchScreen(Dialog[None]):
    """Shows the batch it is given by `show`; what is to be done is told by `answer`."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Close", id="batch.close"),
        _deed("n", "new", "New batch"),
        Binding("enter", "do('new')", show=False),
        _deed("space", "pause", "Pause or go on"),
        _deed("x,delete", "cancel", "Cancel the job"),
        _deed("r", "retry", "Retry what failed"),
        _deed("K,shift+up", "up", "Move the job up"),
        _deed("J,shift+down", "down", "Move the job down"),
        _deed("left_square_bracket", "earlier", "The batch before"),
        _deed("right_square_bracket", "later", "The batch after"),
    ]
    BUTTONS = (
        KeyButton("Review", "enter"),
        KeyButton("New", "n"),
        KeyButton("Pause, go on", "space"),
        KeyButton("Close", "escape"),
    )
    DEFAULT_CSS = """
    BatchScreen #batch-head { color: $text-muted; height: 1; padding: 0 0 0 2; }
    BatchScreen #batch-bar { height: 1; }
    BatchScreen #batch-detail { height: auto; max-height: 2; }
    BatchScreen #batch-hint { height: auto; max-height: 2; color: $text-muted; }
    """

    class Wanted(Message):
        """Something is to be done: with the job `number`, None where none is under the cursor."""

        def __init__(self, deed: Deed, number: int | None) -> None:
            super().__init__()
            self.deed = deed
            self.number = number

    def __init__(self, answer: Callable[[Wanted], None]) -> None:
        super().__init__()
        self._answer = answer
        self._batch: Batch | None = None
        self._under_way = False
        self._changed = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall-dialog") as dialog:
            dialog.border_title = "Batch"
            yield Static("", id="batch-bar", markup=False)
            yield Static("", id="batch-head", markup=False)
            yield RowList(self._row)
            yield Static("", id="batch-detail", markup=False)
            yield KeyedText(HINT, id="batch-hint")

    def on_mount(self) -> None:
        self.query_one(RowList).focus()
        self.set_interval(_PERIOD, self._show_changes)

    # ------------------------------------------------------------------ what is shown

    def show(self, batch: Batch | None, *, running: bool) -> None:
        """Show another batch, or the same in another state."""
        other = batch is not self._batch
        self._batch, self._under_way = batch, running
        if self.closing:
            return
        self._offer_what_acts()
        rows = self.query_one(RowList)
        if other or batch is None:
            rows.show(0 if batch is None else len(batch.queue.order), 0)
        self.changed()
        self._show_changes()

    def _offer_what_acts(self) -> None:
        """Where there is no batch, all that can be done is to begin one."""
        batch = self._batch
        self.query_one("#batch-hint").display = batch is not None
        self.call_button("enter", "New" if batch is None else "Review")
        rows = self.query_one(RowList)
        if rows.visible != (batch is not None):
            # An empty list would take Enter, and do nothing with it.
            rows.visible = batch is not None
            self.set_focus(rows if rows.visible else None)
        self.offer("n", acts=batch is not None)
        self.offer("space", acts=batch is not None and not batch.queue.over)

    def changed(self) -> None:
        """Something of the batch is not as shown any more."""
        self._changed = True

    def go_to(self, number: int) -> None:
        """Put the cursor on a job."""
        if self._batch is not None and not self.closing:
            self.query_one(RowList).highlighted = list(self._batch.queue.order).index(number)

    def say(self, text: str) -> None:
        """Show a sentence in the place of the details. Untrusted."""
        if not self.closing:
            self.query_one("#batch-detail", Static).update(visible(text))

    def _show_changes(self) -> None:
        # The time goes on while nothing else changes.
        if self.closing or not (self._changed or self._under_way):
            return
        changed, self._changed = self._changed, False
        self._offer_what_acts()
        self._tell_bar()
        if changed or self._under_way:
            self.query_one(RowList).refresh()
        if changed:
            self._tell_detail()

    def _tell_bar(self) -> None:
        batch, dialog = self._batch, self.query_one(".dialog")
        head, close = self.query_one("#batch-head", Static), key_of(self.app, "batch.close")
        if batch is None:
            dialog.border_subtitle = close
            self.query_one("#batch-bar", Static).update("No batch of this project yet.")
            new = key_of(self.app, "batch.new")
            head.update(f"{new} takes control files, folders of them, or a list of jobs (.jsonl).")
            return
        dialog.border_subtitle = f"{batch.head.batch_id} · {close}"
        self.query_one("#batch-bar", Static).update(_bar(batch, running=self._under_way))
        name, status, parts = self._widths
        head.update(
            f"{'job':<{name}}{'status':<{status}}{'parts' if parts else '':>{parts}}"
            f"{'tokens':>8}{'cost':>10}{'time':>8}"
        )

    @property
    def _widths(self) -> tuple[int, int, int]:
        """Cells of the columns that depend on the room there is: name, status, parts."""
        room = self.query_one(RowList).size.width
        status, parts = (22, 7) if room >= _WIDE else (17, 0)
        least, most = _NAME
        return max(least, min(most, room - status - parts - 28)), status, parts

    @property
    def _number(self) -> int | None:
        at = self.query_one(RowList).highlighted
        order = () if self._batch is None else self._batch.queue.order
        return order[at] if at is not None and at < len(order) else None

    def _row(self, at: int) -> Content:
        batch = self._batch
        assert batch is not None
        number = batch.queue.order[at]
        status = batch.queue.status(number)
        mark, colour = _OPENED if number in batch.opened else _MARKS[status]
        result, progress = batch.results.get(number), batch.progress.get(number)
        if result is not None:
            parts, tokens, cost = result.parts, result.completion_tokens, result.cost_usd
        else:
            told = progress or JobProgress()
            parts, tokens, cost = told.part, told.completion_tokens, told.cost_usd
        begun = status != "waiting"
        figures = (
            f"{format_tokens(tokens, short=True) if begun else '':>8}"
            f"{format_usd(cost) if cost is not None else '':>10}"
            f"{_time(batch.seconds(number)) if begun else '':>8}"
        )
        name = visible(f"{number} {_short(batch.jobs[number].name)}")
        width, status_width, parts_width = self._widths
        said: str = status
        if progress is not None and progress.waits:
            said = progress.waits
        elif status == "done":
            said = "written" if result is not None and result.written else "to review"
            if number in batch.opened:
                said = "opened"
        return Content.assemble(
            (mark, colour),
            " ",
            _cell(name, width),
            (_cell(said, status_width), colour),
            f"{parts if parts and parts_width else '':>{parts_width}}",
            figures,
        )

    def _tell_detail(self) -> None:
        batch, number = self._batch, self._number
        if batch is None or number is None:
            return
        result = batch.results.get(number)
        if result is not None and result.error:
            self.say(result.error)
        elif batch.held:
            self.say(f"Paused: {batch.held}")
        elif result is not None and result.files:
            verb = "wrote" if result.written else "proposes"
            self.say(f"{verb} {', '.join(result.files)}")
        else:
            job = batch.jobs[number]
            self.say(" ".join(job.task.requirements.split())[:300])

    # ------------------------------------------------------------------ what is done

    def on_row_list_highlighted(self) -> None:
        self._tell_detail()

    def on_row_list_selected(self) -> None:
        self.action_do("open")

    def action_do(self, deed: Deed) -> None:
        self._answer(self.Wanted(deed, self._number))

    def on_resize(self) -> None:
        self.changed()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)


def _bar(batch: Batch, *, running: bool) -> Content:
    """How far it is, what stands how, and the time left."""
    counts, everything = batch.counts, len(batch.jobs)
    ended = everything - counts["waiting"] - counts["running"]
    cells = 16
    full = cells * ended // max(1, everything)
    said = [f"{ended}/{everything}"]
    said += [f"{counts['failed']} failed"] if counts["failed"] else []
    said += [f"{counts['running']} running"] if counts["running"] else []
    cap = batch.budget.cap
    if cap is not None:
        said.append(f"{format_usd(batch.spent)} of {format_usd(cap)}")
    elif batch.spent:
        said.append(format_usd(batch.spent))
    pause = max((rate.pause for rate in batch.rates.each()), default=0.0)
    if batch.queue.over:
        left = sum(number not in batch.opened for number in batch.queue.those("done"))
        said.append(f"{left} to review" if batch.head.deliver == "review" else "over")
    elif batch.queue.paused or not running:
        said.append("paused: Space goes on")
    elif pause >= 1:
        said.append(f"the provider asks to wait {pause:.0f} s")
    else:
        said.append(in_words(batch.seconds_left))
    bar = ("█" * full + "░" * (cells - full), "$text-accent")
    return Content.assemble(bar, " ", " · ".join(said))


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _short(name: str) -> str:
    """The last part of a path, with the line in it."""
    return name.rsplit("/", 1)[-1]


def _cell(text: str, width: int) -> str:
    """`text` cut or filled to `width` cells, one of them a space."""
    if cell_len(text) >= width:
        while cell_len(text) >= width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - cell_len(text))
