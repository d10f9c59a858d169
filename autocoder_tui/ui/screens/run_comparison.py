"""Two runs of one task beside each other: a table of what they were given and took, and the diff
from the files of the first to those of the second."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from autocoder_tui.runs.run_comparison import Comparison, Fact
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import KeyedText
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.widgets.diff.canvas import DiffCanvas
from autocoder_tui.ui.widgets.history.compared_diff import ComparedDiff

_MOST_VALUE = 200
"""Characters of a value in the table."""
_HINT: Final = (
    "{comparison.previous} {comparison.next} file · "
    "{comparison.next_hunk} {comparison.previous_hunk} difference · "
    "{comparison.arrangement} side by side · {comparison.wrap} wrap · "
    "{comparison.same} all of the table"
)


class RunComparison(Dialog[None]):
    """Nothing is decided here; what is compared is given to it whole."""

    BINDINGS = [
        Binding("escape,q", "dismiss(None)", "Close", id="comparison.close"),
        Binding("right_square_bracket", "step(1)", "Next file", id="comparison.next"),
        Binding("left_square_bracket", "step(-1)", "File before", id="comparison.previous"),
        Binding("equals_sign", "toggle_same", "What is the same too", id="comparison.same"),
        Binding("s", "toggle_arrangement", "Side by side", id="comparison.arrangement"),
        Binding("w", "toggle_wrap", "Wrap", id="comparison.wrap"),
        Binding("n", "next_hunk(1)", "Next difference", id="comparison.next_hunk"),
        Binding("N,p", "next_hunk(-1)", "Difference before", id="comparison.previous_hunk"),
    ]
    BUTTONS = (KeyButton("Side by side", "s"), KeyButton("Close", "escape"))
    DEFAULT_CSS = """
    RunComparison VerticalScroll { height: auto; max-height: 45%; scrollbar-size-vertical: 1; }
    RunComparison #comparison-table { height: auto; }
    RunComparison #comparison-file {
        height: auto; max-height: 2; color: $text-muted; border-top: solid $primary-muted;
    }
    RunComparison DiffCanvas { background: $background; }
    RunComparison #comparison-hint { height: 1; color: $text-muted; }
    """

    def __init__(self, found: Comparison) -> None:
        super().__init__()
        self._found = found
        self._at = 0
        self._all = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall-dialog") as dialog:
            dialog.border_title = "Two runs compared"
            with VerticalScroll(can_focus=True):
                yield Static("", id="comparison-table", markup=False)
            yield Static("", id="comparison-file", markup=False)
            yield ComparedDiff()
            yield KeyedText(_HINT, id="comparison-hint")

    def on_mount(self) -> None:
        self._show_table()
        self._show_file()
        self.query_one(DiffCanvas).focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_table)

    def _show_table(self) -> None:
        facts = [fact for fact in self._found.facts if self._all or fact.differs]
        width = self.query_one(VerticalScroll).size.width - 1
        label = max((len(fact.label) for fact in facts), default=0)
        value = max(8, (width - label - 6) // 2)
        lines = [_line(fact, label, value) for fact in facts]
        same = len(self._found.facts) - len(facts)
        if same:
            rest = f"  the same in both: {same} more, = shows them"
            lines.append(Content.styled(rest, "$text-muted"))
        self.query_one("#comparison-table", Static).update(Content("\n").join(lines))

    def _show_file(self) -> None:
        texts = self._found.texts
        canvas = self.query_one(DiffCanvas)
        if not texts:
            self._tell("Neither proposed a file.")
            canvas.display = False
            return
        text = texts[self._at]
        place = f"{self._at + 1} of {len(texts)}: " if len(texts) > 1 else ""
        sides = "old: first run, new: second"
        self._tell(f"{place}{visible(text.title)}  {text.says}  ({sides})")
        canvas.display = text.review is not None
        if text.review is not None:
            canvas.draw_review(text.review, 0 if text.review.hunks else -1)

    def _tell(self, line: str) -> None:
        self.query_one("#comparison-file", Static).update(line)

    def action_step(self, by: int) -> None:
        """Show another of the files that differ."""
        if self._found.texts:
            self._at = (self._at + by) % len(self._found.texts)
            self._show_file()

    def action_toggle_same(self) -> None:
        """Show also what is the same in both, or only what differs."""
        self._all = not self._all
        self._show_table()

    def action_next_hunk(self, by: int) -> None:
        self.query_one(ComparedDiff).step_hunk(by)

    def action_toggle_arrangement(self) -> None:
        """Side by side, or one below the other."""
        canvas = self.query_one(DiffCanvas)
        if not canvas.one_sided:
            canvas.arrangement = "unified" if canvas.side_by_side else "side-by-side"

    def action_toggle_wrap(self) -> None:
        canvas = self.query_one(DiffCanvas)
        canvas.wrap = not canvas.wrap


def _line(fact: Fact, label: int, value: int) -> Content:
    first = _value(fact.first, value)
    second = _value(fact.second, value)
    mark = "≠" if fact.differs else " "
    line = Content(f"{mark} {fact.label:<{label}}  ")
    style = "bold" if fact.differs else "$text-muted"
    filled = first.pad_right(max(0, value - first.cell_length))
    return line + filled.stylize(style) + Content("  ") + second.stylize(style)


def _value(text: str, width: int) -> Content:
    return Content(visible(text[:_MOST_VALUE])).truncate(width, ellipsis=True)
