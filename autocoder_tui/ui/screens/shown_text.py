"""A text shown whole, before something is done with it that needs a yes."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.question import Answer, way_out
from autocoder_tui.ui.screens.dialogs.unbidden import Unbidden
from autocoder_tui.ui.widgets.plain_area import PlainArea


class ShownText(Unbidden[str]):
    """Shows `shown` below `question` and returns the chosen answer's value. Escape is the
    harmless one; Enter gives the last: a reflex runs nothing."""

    BINDINGS = [
        Binding("escape", "cancel", "Cancel", id="shown_text.cancel", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
        *(
            Binding(key, f"move('{key}')", show=False)
            for key in ("up", "down", "pageup", "pagedown", "home", "end")
        ),
    ]
    DEFAULT_CSS = """
    ShownText PlainArea { height: 1fr; background: $background; }
    ShownText PlainArea, ShownText PlainArea:focus { border: none; padding: 0; }
    ShownText VerticalScroll { height: auto; max-height: 50%; margin-bottom: 1; }
    """

    def __init__(self, title: str, question: str, shown: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._heading = title
        self._question = question
        self._shown = shown.rstrip("\n")
        self._answers = tuple(answers)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall-dialog") as dialog:
            dialog.border_title = Content(visible(self._heading))
            question = visible(self._question, lines=True)
            with VerticalScroll(can_focus=False):
                yield Static(question, markup=False, classes="dialog-text")
            yield PlainArea(self._shown, read_only=True, soft_wrap=True, show_line_numbers=True)
            with Horizontal(classes="dialog-buttons"):
                for index, answer in enumerate(self._answers):
                    label = Content(visible(f"{answer.label} ({answer.key})"))
                    yield Button(label, id=f"answer-{index}")

    @property
    def keys_line(self) -> str:
        count = self._shown.count("\n") + 1
        return f"{count} line{'s' * (count != 1)} · ↑ ↓ move through them"

    def on_mount(self) -> None:
        area = self.query_one(PlainArea)
        area.can_focus = False
        area.show_cursor = False
        for button in self.query(f"#answer-{len(self._answers) - 1}"):
            button.focus(scroll_visible=False)

    def action_move(self, key: str) -> None:
        """Move through the question and the text, whichever answer has the keyboard."""
        question, area = self.query_one(VerticalScroll), self.query_one(PlainArea)
        back = key in ("up", "pageup", "home")
        if key in ("home", "end"):
            places: tuple[Widget, ...] = (question, area)
        elif back:
            places = (question if area.scroll_offset.y <= 0 else area,)
        else:
            places = (question if question.scroll_offset.y < question.max_scroll_y else area,)
        for place in places:
            move = {
                "up": place.scroll_up,
                "down": place.scroll_down,
                "pageup": place.scroll_page_up,
                "pagedown": place.scroll_page_down,
                "home": place.scroll_home,
                "end": place.scroll_end,
            }
            move[key](animate=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        index = int((event.button.id or "answer-0").removeprefix("answer-"))
        if self.listens:
            self.dismiss(self._answers[index].value)

    def on_key(self, event: events.Key) -> None:
        for answer in self._answers:
            if event.key == answer.key and self.listens:
                event.stop()
                self.dismiss(answer.value)

    def action_cancel(self) -> None:
        if self.listens:
            self.dismiss(way_out(self._answers))
