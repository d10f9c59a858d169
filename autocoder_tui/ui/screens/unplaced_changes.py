"""Changes of a reply that have no place in their file: a person says where each goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from autocoder_tui.review.unplaced_change import UnplacedChange
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import with_keys
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.values import dataclass

_HINT: Final = (
    "↑ ↓ {unplaced.more} {unplaced.less} move it · "
    "{unplaced.change_before} {unplaced.next_change} other changes · "
    "{unplaced.send_back} sends it back"
)
Settlement: TypeAlias = Literal["place", "edit", "leave out", "send back"]


@dataclass(frozen=True, slots=True)
class Settled:
    """What to do with change number `change` (from 0); its place are lines `start` to `end` (from
    0, half open) of the proposed text."""

    what: Settlement
    change: int
    start: int = 0
    end: int = 0


class UnplacedChanges(Dialog[Settled | None]):
    """Shows a change above and the proposed text below, with the place it would take."""

    BINDINGS = [
        Binding("escape,q", "dismiss(None)", "Close", id="unplaced.close"),
        Binding("enter", "settle('place')", "Place it here", id="unplaced.place", priority=True),
        Binding("tab,n", "candidate(1)", "Next place like it", id="unplaced.next", priority=True),
        Binding("shift+tab,p", "candidate(-1)", "Place before", id="unplaced.previous",
                priority=True),
        Binding("down,j", "move(1)", "A line down", id="unplaced.down", priority=True),
        Binding("up,k", "move(-1)", "A line up", id="unplaced.up", priority=True),
        Binding("pagedown", "move(20)", show=False, priority=True),
        Binding("pageup", "move(-20)", show=False, priority=True),
        Binding("plus", "widen(1)", "One line more", id="unplaced.more"),
        Binding("minus", "widen(-1)", "One line less", id="unplaced.less"),
        Binding("right_square_bracket", "change(1)", "Next change", id="unplaced.next_change"),
        Binding("left_square_bracket", "change(-1)", "Change before", id="unplaced.change_before"),
        Binding("e", "settle('edit')", "Edit the change", id="unplaced.edit"),
        Binding("x", "settle('leave out')", "Leave it out", id="unplaced.leave_out"),
        Binding("N", "settle('send back')", "Send it back", id="unplaced.send_back"),
    ]  # fmt: skip
    BUTTONS = (
        KeyButton("Place", "enter"),
        KeyButton("Next", "n"),
        KeyButton("Edit", "e"),
        KeyButton("Leave out", "x"),
        KeyButton("Close", "escape"),
    )
    DEFAULT_CSS = """
    UnplacedChanges #unplaced-said { height: auto; max-height: 4; }
    UnplacedChanges #unplaced-change { height: auto; max-height: 40%; margin: 1 0 0 0;
        border-top: solid $panel; border-title-color: $text-muted; }
    UnplacedChanges #unplaced-place { height: 1fr; border-top: solid $panel;
        border-title-color: $text-muted; }
    UnplacedChanges VerticalScroll Static { width: auto; }
    """

    def __init__(
        self, changes: Sequence[UnplacedChange], lines: Sequence[str], at: int = 0
    ) -> None:
        """`lines` are those of the proposed text, as its diff has them."""
        super().__init__()
        self._changes = tuple(changes)
        self._lines = lines
        self._at = min(at, len(changes) - 1)
        self._candidate = 0
        self._start = self._end = 0
        self._go_to_candidate()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall-dialog") as dialog:
            dialog.border_subtitle = with_keys(self.app, _HINT)
            yield Static("", id="unplaced-said", markup=False)
            with VerticalScroll(id="unplaced-change"):
                yield Static("", id="unplaced-lines", markup=False)
            with VerticalScroll(id="unplaced-place"):
                yield Static("", id="unplaced-text", markup=False)

    def on_mount(self) -> None:
        self.query_one("#unplaced-place").focus()
        self._show()

    def on_resize(self) -> None:
        self._show()

    # ------------------------------------------------------------------ what keys do

    def action_candidate(self, by: int) -> None:
        """Go to the next place that is like what the change looks for."""
        candidates = self._change.candidates
        if candidates:
            self._candidate = (self._candidate + by) % len(candidates)
            self._go_to_candidate()
            self._show()

    def action_move(self, by: int) -> None:
        """Move the place."""
        size = self._end - self._start
        self._start = min(max(self._start + by, 0), len(self._lines) - size)
        self._end = self._start + size
        self._show()

    def action_widen(self, by: int) -> None:
        """Let the change take the place of more or fewer lines."""
        self._end = min(max(self._end + by, self._start), len(self._lines))
        self._show()

    def action_change(self, by: int) -> None:
        """Go to another change."""
        self._at = (self._at + by) % len(self._changes)
        self._candidate = 0
        self._go_to_candidate()
        self._show()

    def action_settle(self, what: Settlement) -> None:
        """Say what becomes of the change."""
        self.dismiss(Settled(what, self._at, self._start, self._end))

    # ------------------------------------------------------------------ what is shown

    @property
    def _change(self) -> UnplacedChange:
        return self._changes[self._at]

    def _go_to_candidate(self) -> None:
        change = self._change
        if change.candidates:
            place = change.candidates[self._candidate]
            self._start, self._end = place.start, place.end
            return
        line = (change.block.line or 1) - 1
        self._start = min(max(line, 0), len(self._lines))
        self._end = min(self._start + len(change.block.old), len(self._lines))

    def _show(self) -> None:
        if not self.is_mounted or self.closing:
            return
        change = self._change
        count = len(self._changes)
        number = f"{self._at + 1} of {count} · " if count > 1 else ""
        title = f"A change without a place · {number}{visible(change.path)}"
        self.query_one(".dialog", Vertical).border_title = Content(title)
        self.query_one("#unplaced-said", Static).update(Content(visible(change.said)))
        pane = self.query_one("#unplaced-change", VerticalScroll)
        pane.border_title = Content("The change")
        self.query_one("#unplaced-lines", Static).update(_block_lines(change))
        place = self.query_one("#unplaced-place", VerticalScroll)
        place.border_title = Content(self._place_in_words())
        room = max(place.size.height, 3)
        self.query_one("#unplaced-text", Static).update(self._text_lines(room))
        place.scroll_home(animate=False)

    def _place_in_words(self) -> str:
        if self._start == self._end:
            where = f"before line {self._start + 1}"
        elif self._end - self._start == 1:
            where = f"in the place of line {self._end}"
        else:
            where = f"in the place of lines {self._start + 1} to {self._end}"
        candidates = self._change.candidates
        if not candidates:
            return f"It would go {where}. No place is like it"
        chosen = candidates[self._candidate]
        like = ""
        if (chosen.start, chosen.end) == (self._start, self._end):
            like = f", {chosen.likeness:.0%} alike, place {self._candidate + 1} of"
            like += f" {len(candidates)}"
        return f"It would go {where}{like}"

    def _text_lines(self, room: int) -> Content:
        """As many lines as there is room for, the place in their middle."""
        digits = len(str(len(self._lines)))
        size = self._end - self._start
        first = max(0, self._start - max(2, (room - size) // 2))
        shown: list[Content] = []
        for number in range(first, min(first + room, len(self._lines))):
            inside = self._start <= number < self._end
            if number == self._start == self._end:
                shown.append(Content.styled(f"▌{'':{digits}}  ── here ──", "bold $accent"))
            mark = "▌" if inside else " "
            text = f"{mark}{number + 1:>{digits}}  {_one_line(self._lines[number])}"
            shown.append(Content.styled(text, "bold $accent" if inside else ""))
        if self._start == self._end == len(self._lines):
            shown.append(Content.styled(f"▌{'':{digits}}  ── here ──", "bold $accent"))
        return Content("\n").join(shown)


def _block_lines(change: UnplacedChange) -> Content:
    styles = {"-": "$text-error", "+": "$text-success", " ": ""}
    scopes = [Content.styled(f"@ {_one_line(scope)}", "$muted") for scope in change.block.scopes]
    lines = [
        Content.styled(f"{line.mark} {_one_line(line.text)}", styles[line.mark])
        for line in change.block.lines
    ]
    return Content("\n").join([*scopes, *lines])


def _one_line(text: str) -> str:
    return visible(text.removesuffix("\n").removesuffix("\r").expandtabs(4))
