"""The editor for what a person wants."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, get_args

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets.text_area import Edit, EditResult

from autocoder_tui.engine.reply.framing import Fence
from autocoder_tui.ui.widgets.plain_area import PlainArea
from autocoder_tui.ui.widgets.prompt_marks import Mark, fences, marks

if TYPE_CHECKING:
    from autocoder_tui.engine.purpose import Mode

_COMPLETION_KEYS = {
    "down": "down",
    "up": "up",
    "pagedown": "page_down",
    "pageup": "page_up",
    "tab": "choose",
    "enter": "choose",
    "escape": "close",
}

INVITATIONS: Final[Mapping[Mode, str]] = {
    "generate": "Say what you want, in plain words. @ and letters of a name pick a file.",
    "query": "Ask about the files you picked.",
    "feedback": "Say what is wrong with the proposal.",
    "clarify": "Say what you want. What it leaves open, the model asks before it writes.",
}
"""What stands in the editor while nothing does, by mode."""


class RequirementsArea(PlainArea):
    """Text to send. Earlier prompts are the App's to bring, and so are the files for a reference:
    an `@` that is typed where no word is before it, and what follows it without a blank."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"requirements--{mark}" for mark in get_args(Mark)}
    DEFAULT_CSS = """
    RequirementsArea {
        & .requirements--heading { color: $text-primary; text-style: bold; }
        & .requirements--code { color: $text-success; }
        & .requirements--list { color: $text-accent; text-style: bold; }
        & .requirements--quote { color: $text-secondary; text-style: italic; }
        & .requirements--strong { text-style: bold; }
        & .requirements--reference { color: $text-accent; text-style: underline; }
    }
    """

    # A Mac keeps the keys with Ctrl for itself, some terminals those with Alt.
    BINDINGS = [
        Binding("ctrl+up,alt+up", "step(1)", "Earlier prompt", id="prompt.earlier", show=False),
        Binding("ctrl+down,alt+down", "step(-1)", "Later prompt", id="prompt.later", show=False),
        Binding(
            "alt+e",
            "app.requirements('editor')",
            "In your editor",
            id="prompt.editor",
            show=False,
            priority=True,
        ),
        Binding("alt+p", "search", "Search prompts", id="prompt.search", show=False, priority=True),
        # The framework's own, with names by which others can be put in their place.
        Binding("up", "cursor_up", "Up", id="requirements.up", show=False),
        Binding("down", "cursor_down", "Down", id="requirements.down", show=False),
        Binding("left", "cursor_left", "Left", id="requirements.left", show=False),
        Binding("right", "cursor_right", "Right", id="requirements.right", show=False),
        Binding("pageup", "cursor_page_up", "Page up", id="requirements.page_up", show=False),
        Binding(
            "pagedown", "cursor_page_down", "Page down", id="requirements.page_down", show=False
        ),
    ]

    @dataclass
    class Stepped(Message):
        """An earlier prompt is wanted, or a later one where `by` is below 0."""

        by: int

    class SearchRequested(Message):
        """The list of earlier prompts is wanted."""

    @dataclass
    class ReferenceTyped(Message):
        """What follows the `@` before the cursor is `query`; None where there is no such."""

        query: str | None

    @dataclass
    class CompletionKeyPressed(Message):
        """A key that acts on the files offered: "down", "up", "choose" and so on."""

        deed: str

    completing = False
    """Files are offered: the keys that move and choose in a list are for that."""
    _at: tuple[int, int] | None = None

    def on_mount(self) -> None:
        if not self.placeholder:
            self.invite("generate")

    def invite(self, mode: Mode) -> None:
        """Say what is to be written here, as long as nothing is."""
        self.placeholder = INVITATIONS[mode]

    def action_step(self, by: int) -> None:
        self.post_message(self.Stepped(by))

    def action_search(self) -> None:
        self.post_message(self.SearchRequested())

    # ------------------------------------------------------------------ colours

    _knows: Callable[[str], bool] = frozenset[str]().__contains__
    _fences: Sequence[tuple[int, Fence | None]] = ()
    _same_until = 0
    """The line up to which the text is as it was when the fences in it were looked for."""
    _edited_from: int | None = None

    def know_files(self, knows: Callable[[str], bool]) -> None:
        """From now on `knows` says whether the project has a file of a path."""
        self._knows = knows
        self.notify_style_update()
        self.refresh()

    def _build_highlight_map(self) -> None:
        """Called after each change of the text."""
        first, self._edited_from = self._edited_from or 0, None
        self._same_until = min(self._same_until, first)
        super()._build_highlight_map()

    def edit(self, edit: Edit) -> EditResult:
        self._edited_from = min(edit.from_location, edit.to_location)[0]
        return super().edit(edit)

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        for start, end, mark in marks(
            self.document.get_line(line_index),
            is_code=self._is_code(line_index),
            knows=self._knows,
        ):
            style = self.get_component_rich_style(f"requirements--{mark}", partial=True)
            # Not the ground, which is that of the cursor's line or of a selection.
            line.stylize(_without_ground(style), start, end)
        return line

    def _is_code(self, row: int) -> bool:
        """Whether the line is in a fence, or the mark of one."""
        lines = self.document.lines
        if self._same_until < len(lines):
            self._fences = fences(lines, self._fences, self._same_until)
            self._same_until = len(lines)
        at = bisect_right(self._fences, row, key=lambda fence: fence[0])
        if at == 0:
            return False
        marked, is_open = self._fences[at - 1]
        return marked == row or is_open is not None

    # ------------------------------------------------------------------ references to files

    async def _on_key(self, event: events.Key) -> None:
        if event.key.startswith("alt+") and event.is_printable:
            # Terminals send Alt as ESC before the letter: a key, and no text.
            event.prevent_default()
            return
        deed = _COMPLETION_KEYS.get(event.key) if self.completing else None
        # Nothing was typed or moved to yet: Enter still is what it always is.
        if deed is not None and not (event.key == "enter" and not self.query_typed):
            event.stop()
            event.prevent_default()
            self.post_message(self.CompletionKeyPressed(deed))
            return
        if event.character == "@" and self.selection.is_empty:
            row, column = self.cursor_location
            before = self.document.get_line(row)[:column][-1:]
            self._at = None if before.isalnum() or before in ("_", ".") else (row, column)
        await super()._on_key(event)

    @property
    def query_typed(self) -> str | None:
        """What follows the `@` before the cursor, None where there is none."""
        row, column = self.cursor_location
        if self._at is None or self._at[0] != row or column <= self._at[1]:
            return None
        typed = self.document.get_line(row)[self._at[1] : column]
        blank = any(character.isspace() for character in typed)
        return None if blank or not typed.startswith("@") else typed[1:]

    def on_text_area_selection_changed(self) -> None:
        """Tell which reference is being typed, if any."""
        if self._at is not None or self.completing:
            query = self.query_typed
            if query is None:
                self._at = None
            self.post_message(self.ReferenceTyped(query))

    def forget_reference(self) -> None:
        """What is being typed is no reference."""
        self._at = None

    def put_reference(self, reference: str) -> None:
        """Put a reference in the place of the one that is being typed."""
        if self._at is not None and self.query_typed is not None:
            self.replace(f"{reference} ", self._at, self.cursor_location)
            self._at = None


def _without_ground(style: Style) -> Style:
    return Style(color=style.color, bold=style.bold, italic=style.italic, underline=style.underline)
