"""All that was said in a step: what the model was told, and what it answered."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.widgets.plain_area import PlainArea
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """One request of a step: `head` says what it was and how it ended, `messages` are the roles
    and the texts in their order, the reply the last of them."""

    head: str
    messages: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """All of it, each message below who said it."""
        return "\n\n".join(f"━━ {role} ━━\n{text.strip()}" for role, text in self.messages)


class StepConversation(Dialog[None]):
    """Shows the requests of a step, one at a time, the newest first."""

    BINDINGS = [
        Binding("escape,q", "dismiss(None)", "Close", id="step_conversation.close"),
        Binding(
            "left_square_bracket",
            "turn(-1)",
            "The request before",
            id="step_conversation.before",
            priority=True,
        ),
        Binding(
            "right_square_bracket",
            "turn(1)",
            "The next request",
            id="step_conversation.next",
            priority=True,
        ),
    ]
    DEFAULT_CSS = """
    StepConversation PlainArea { height: 1fr; background: $background; }
    StepConversation PlainArea, StepConversation PlainArea:focus { border: none; padding: 0; }
    StepConversation #said-head { height: auto; max-height: 2; color: $text-muted; }
    """

    def __init__(self, step: str, requests: Sequence[Said]) -> None:
        super().__init__()
        self._step = step
        self._requests = tuple(requests)
        self._at = len(self._requests) - 1

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall-dialog") as dialog:
            dialog.border_title = Content(visible(self._step))
            dialog.border_subtitle = "[ ] other requests · Esc" if self._at > 0 else "Esc"
            yield Static("", id="said-head", markup=False)
            yield PlainArea("", read_only=True, soft_wrap=True)

    def on_mount(self) -> None:
        self.query_one(PlainArea).focus()
        self._show()

    def action_turn(self, by: int) -> None:
        """To another request."""
        self._at = max(0, min(len(self._requests) - 1, self._at + by))
        self._show()

    def _show(self) -> None:
        said = self._requests[self._at]
        number = f"Request {self._at + 1} of {len(self._requests)}"
        self.query_one("#said-head", Static).update(visible(f"{number} · {said.head}"))
        area = self.query_one(PlainArea)
        area.text = said.text
        area.scroll_home(animate=False)
