"""The bottom line: the keys of what has the keyboard, the way to all others always among them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias, runtime_checkable

from textual import events
from textual.content import Content
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass

ALWAYS = {"show_keys": "Keys", "command_palette": "Commands"}
"""Actions that lead to every other: shown at every width, on the right, by these names."""

LAST = "quit"
"""The action whose key goes first where there is no room."""

FIRST = "last_write"
"""What these act on has just come about, and is what most people want next."""

Span: TypeAlias = tuple[int, int, str]
"""First column, the column after the last, and the key."""


@dataclass(frozen=True, slots=True)
class FooterKey:
    """`shown` is the key's name as a person reads it, `key` what pressing it is called."""

    key: str
    shown: str
    description: str
    always: bool

    @property
    def text(self) -> Content:
        return Content.assemble(
            Content.styled(f" {visible(self.shown)}", "bold $footer-key-foreground"),
            f" {self.description} ",
        )


@runtime_checkable
class Refuses(Protocol):
    """A pane some of whose keys are answered with a reason at times, and do nothing then."""

    def refuses(self, action: str) -> bool:
        """Whether the action, as its binding has it, would be refused now."""


class FooterLine(Widget):
    """One line drawn as a whole. A widget for each key, as in Textual's own footer, is styled and
    laid out anew whenever the keyboard moves, which was a third of the program's start.

    Keys that would do nothing now are left out, and so is, from the right, what has no room.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    FooterLine {
        dock: bottom;
        height: 1;
        color: $footer-description-foreground;
        background: $footer-background;
        pointer: pointer;
    }
    """

    keys: reactive[tuple[FooterKey, ...]] = reactive(())

    def __init__(self) -> None:
        super().__init__()
        self._spans: list[Span] = []
        self._due = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)
        self._bindings_updated(self.screen)

    def _bindings_updated(self, _: Screen[Any]) -> None:
        if not self._due:
            self._due = True
            self.call_after_refresh(self._read_bindings)

    def _read_bindings(self) -> None:
        self._due = False
        if self.is_attached:
            self.keys = tuple(self._keys_that_act())

    def look_again(self) -> None:
        """A dialog was opened above the screen, or closed."""
        self._bindings_updated(self.screen)

    def _keys_that_act(self) -> Iterable[FooterKey]:
        covered = self.app.screen is not self.screen
        active = [one for one in self.app.screen.active_bindings.values() if one.enabled]
        active.sort(key=lambda one: _rank(one.binding.action))
        seen: set[str] = set()
        for node, binding, _, _ in active:
            name = ALWAYS.get(binding.action.removeprefix("app."))
            always = name is not None
            # A dialog names its own keys; those of what is below it do nothing meanwhile.
            named = always or (binding.show and not covered)
            if named and binding.action not in seen and not _refuses(node, binding.action):
                seen.add(binding.action)
                shown = self.app.get_key_display(binding)
                yield FooterKey(binding.key, shown, name or binding.description, always)

    def render(self) -> Content:
        line, self._spans = line_of(self.keys, self.content_size.width)
        return line

    def on_click(self, event: events.Click) -> None:
        for start, end, key in self._spans:
            if start <= event.x < end:
                self.app.simulate_key(key)


def _rank(action: str) -> int:
    """Whoever leaves finds the way out without the footer; there is more to do before."""
    return 0 if action.startswith(FIRST) else 2 if action == LAST else 1


def _refuses(node: DOMNode, action: str) -> bool:
    """Whether all that `action` would do now is to say why it does nothing. Its key stays alive,
    so that whoever presses it is told."""
    return isinstance(node, Refuses) and node.refuses(action)


def line_of(keys: Iterable[FooterKey], width: int) -> tuple[Content, list[Span]]:
    """The line of `keys` in `width` columns, and where each one named on it stands."""
    keys = tuple(keys)
    right = [key for key in keys if key.always]
    begin_of_right = max(0, width - sum(key.text.cell_length for key in right))
    line, spans = _placed((key for key in keys if not key.always), 0, begin_of_right)
    gap = Content(" " * (begin_of_right - line.cell_length))
    end, spans_of_right = _placed(right, begin_of_right, width)
    return Content.assemble(line, gap, end), [*spans, *spans_of_right]


def _placed(keys: Iterable[FooterKey], start: int, end: int) -> tuple[Content, list[Span]]:
    """As many of `keys` as there is room for from column `start` to before `end`."""
    placed: list[Content] = []
    spans: list[Span] = []
    for key in keys:
        text = key.text
        if start + text.cell_length > end:
            break
        placed.append(text)
        spans.append((start, start + text.cell_length, key.key))
        start += text.cell_length
    return Content.assemble(*placed), spans
