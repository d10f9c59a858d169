"""The panel of steps: beside the live output where there is room, above it where there is not."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from autocoder_tui.ui.key_words import KeyedText
from autocoder_tui.ui.widgets.row_list import RowList
from autocoder_tui.ui.widgets.steps.rows import detail, head_row, money, standing, step_row

if TYPE_CHECKING:
    from autocoder_tui.steps.progress import ProjectProgress, StepProgress

StepDeed: TypeAlias = Literal[
    "run", "one", "skip", "again", "open", "edit", "edit outside", "configure", "prompt"
]

NOTHING: Final = """\
No project is open here yet.

{steps.configure} chooses the steps to go from a prompt to a code base, {steps.prompt} writes \
the prompt, {steps.run} runs."""
_OF_A_STEP: Final = ("skip", "again", "open", "edit", "edit outside")
"""What is done with the step under the cursor."""
_TICK: Final = 0.5
_TALL: Final = 20
"""Rows of the pane from which on there is room for all that is known of a step."""
_LOW: Final = 7
"""Rows below which the steps themselves come first."""
_LEAST_ROWS: Final = 3


class StepList(RowList):
    """The steps, with the keys for them."""

    BINDINGS = [
        Binding("r", "want('run')", "Run on", id="steps.run"),
        Binding("o", "want('one')", "One step", id="steps.one"),
        Binding("s", "want('skip')", "Skip", id="steps.skip"),
        Binding("a", "want('again')", "Again from here", id="steps.again"),
        Binding("v", "want('open')", "Conversation", id="steps.open"),
        Binding("e", "want('edit')", "Edit output", id="steps.edit"),
        Binding("E", "want('edit outside')", "Edit it elsewhere", id="steps.edit_out", show=False),
        Binding("t", "want('configure')", "Other steps", id="steps.configure"),
        Binding("p", "want('prompt')", "Prompt", id="steps.prompt"),
    ]

    @dataclass
    class Wanted(Message):
        """Something is to be done, with the step `index` where one is under the cursor."""

        deed: StepDeed
        index: int | None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "want" and parameters[0] in _OF_A_STEP:
            return self.row_count > 0
        return super().check_action(action, parameters)

    def action_want(self, deed: StepDeed) -> None:
        self.post_message(self.Wanted(deed, self.highlighted))

    def action_select(self) -> None:
        self.action_want("open")

    def on_click(self, event: events.Click) -> None:
        """A click looks at a step; what is done with it has keys."""
        event.stop()
        event.prevent_default()
        at = event.y + int(self.scroll_offset.y)
        if at < self.row_count:
            self.highlighted = at


class StepsPane(Vertical):
    """Shows how far a project is. It is told, and posts what is wanted."""

    DEFAULT_CSS = """
    StepsPane { height: 1fr; }
    StepsPane #steps-standing { height: 1; padding: 0 1; }
    StepsPane #steps-money { height: auto; max-height: 2; padding: 0 1; }
    StepsPane #steps-standing { background: $panel; }
    StepsPane #steps-money, StepsPane #steps-head { color: $text-muted; }
    StepsPane #steps-head { height: 1; }
    StepsPane StepList { background: $background; }
    StepsPane #steps-about { height: 1fr; margin-top: 1; padding: 0 1; }
    StepsPane #steps-about Static { height: auto; width: 100%; }
    StepsPane #steps-line { height: auto; max-height: 2; padding: 0 1; background: $panel; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.keyboard_view = StepList(self._row)
        self.progress: ProjectProgress | None = None
        self._waits = self._says = ""
        self._since = 0.0
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield KeyedText(NOTHING, id="steps-standing")
        costs = Static("", id="steps-money", markup=False)
        costs.display = False
        yield costs
        yield Static("", id="steps-head", markup=False)
        yield self.keyboard_view
        yield Static("", id="steps-line", markup=False)
        with VerticalScroll(id="steps-about", can_focus=False):
            yield Static("", markup=False)

    def show(self, progress: ProjectProgress, *, waits: str = "", says: str = "") -> None:
        """Show how far it is. `waits` is why it does not run on by itself, `says` what is to be
        done about the step that runs; both safe to show."""
        before, self.progress = self.progress, progress
        self._waits, self._says, self._since = waits, says, time.monotonic()
        rows = self.keyboard_view
        if before is None or len(before.steps) != len(progress.steps):
            rows.show(len(progress.steps), progress.at or 0)
        elif progress.at is not None and progress.at != before.at:
            rows.highlighted = progress.at
        if self._timer is None:
            self._timer = self.set_interval(_TICK, self._tick)
        self._arrange()
        self._tell()

    def go_to(self, index: int) -> None:
        """Put the cursor on a step."""
        self.keyboard_view.highlighted = index

    # ------------------------------------------------------------------ what is shown

    def _tick(self) -> None:
        # The time goes on while nothing else changes.
        if self.progress is not None and self.progress.at is not None and not self._waits:
            self.keyboard_view.refresh()
            self._tell_detail()

    @property
    def _tall(self) -> bool:
        return self.size.height >= _TALL

    def _arrange(self) -> None:
        """The list gets the rows it needs, and what is left says more of one step."""
        steps = 0 if self.progress is None else len(self.progress.steps)
        there = self.progress is not None
        self.query_one("#steps-standing").styles.height = 1 if there else 5
        roomy = self.size.height >= _LOW
        self.query_one("#steps-head").display = there and roomy
        self.query_one("#steps-line").display = there and roomy and not self._tall
        self.query_one("#steps-about").display = there and self._tall
        if self._tall:
            most = max(_LEAST_ROWS, self.size.height - 12)
            self.keyboard_view.styles.height = max(1, min(steps, most))
        else:
            self.keyboard_view.styles.height = "1fr"

    def on_resize(self) -> None:
        self._arrange()
        self._tell()
        # It has its rows by then.
        self.call_after_refresh(self.keyboard_view.keep_in_view)

    def _tell(self) -> None:
        progress = self.progress
        if progress is None:
            return
        stands, costs = standing(progress, self._waits), money(progress)
        in_one = f"{stands} · {costs}"
        # Where every row counts, both share one if they can.
        shared = not self._tall and cell_len(in_one) <= self.size.width - 2
        self.query_one("#steps-standing", Static).update(in_one if shared else stands)
        self.query_one("#steps-money", Static).update(costs)
        self.query_one("#steps-money").display = not shared and self.size.height >= _LOW
        self.query_one("#steps-head", Static).update(head_row(self._room))
        self.keyboard_view.refresh()
        self._tell_detail()

    def _tell_detail(self) -> None:
        at, progress = self.keyboard_view.highlighted, self.progress
        if progress is None or at is None or at >= len(progress.steps):
            return
        step = progress.steps[at]
        says = self._says if at == progress.at else ""
        said = detail(step, self._seconds(at, step), says=says, whole=self._tall)
        place = "#steps-about Static" if self._tall else "#steps-line"
        self.query_one(place, Static).update(said)

    @property
    def _room(self) -> int:
        return self.keyboard_view.scrollable_content_region.width or self.size.width

    def _seconds(self, at: int, step: StepProgress) -> float:
        runs = self.progress is not None and self.progress.at == at and not self._waits
        return step.seconds + (time.monotonic() - self._since if runs else 0.0)

    def _row(self, at: int) -> Content:
        assert self.progress is not None
        step = self.progress.steps[at]
        return step_row(step, self._room, self._seconds(at, step))

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        if self.is_attached:
            self._tell_detail()
