"""Earlier requirements, found by typing a part of them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import with_keys
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.screens.dialogs.filtered_list import FilteredList, has_words
from autocoder_tui.ui.widgets.options import Options
from autocoder_tui.ui.widgets.plain_area import PlainInput
from autocoder_tui.values import dataclass

MOST_SHOWN = 500
NONE_YET = """\
No prompt yet: what you send is listed here, and templates. {app.palette}, "Save the \
requirements as a template", keeps one."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Requirements; `when` they were sent, in words. `name` is that of a template."""

    text: str
    when: str
    name: str = ""


class PromptList(FilteredList[str | None]):
    """Returns the chosen text, or None. `prompts` are newest first."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Cancel", id="prompts.cancel"),
        Binding("ctrl+n", "move(1)", show=False, priority=True),
        Binding("ctrl+p", "move(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
    ]
    BUTTONS = (KeyButton("Take it", "enter"), KeyButton("Cancel", "escape"))
    DEFAULT_CSS = """
    PromptList #prompts { height: auto; max-height: 50%; border: none; padding: 0; }
    PromptList #prompts { text-wrap: nowrap; text-overflow: ellipsis; }
    PromptList #prompt-preview { height: auto; max-height: 10; margin-top: 1; }
    PromptList #prompt-text { height: auto; width: 100%; color: $text-muted; }
    """

    def __init__(self, prompts: Sequence[Prompt]) -> None:
        super().__init__()
        self._prompts = prompts
        self._shown: list[Prompt] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide-dialog") as dialog:
            dialog.border_title = "Earlier prompts"
            yield PlainInput(placeholder="type words of it", id="prompt-filter", compact=True)
            yield Options(id="prompts", compact=True)
            with VerticalScroll(id="prompt-preview", can_focus=False):
                yield Static("", id="prompt-text", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self.fill("")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._shown):
            self._preview(self._shown[event.option_index].text)

    def action_page(self, step: int) -> None:
        preview = self.query_one("#prompt-preview")
        preview.scroll_relative(y=step * max(1, preview.size.height - 1), animate=False)

    def fill(self, wanted: str) -> None:
        found = [
            prompt for prompt in self._prompts if has_words(f"{prompt.name} {prompt.text}", wanted)
        ]
        self._shown = found[:MOST_SHOWN]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(_row(prompt)) for prompt in self._shown)
        self.offer("enter", acts=bool(self._shown))
        if self._shown:
            options.highlighted = 0
            self._preview(self._shown[0].text)
        else:
            nothing = (
                "None of them has these words." if self._prompts else with_keys(self.app, NONE_YET)
            )
            self.query_one("#prompt-text", Static).update(nothing)

    def _preview(self, text: str) -> None:
        self.query_one("#prompt-text", Static).update(visible(text.strip(), lines=True))
        self.query_one("#prompt-preview").scroll_home(animate=False)

    def choose(self, index: int | None) -> None:
        if index is not None and index < len(self._shown):
            self.dismiss(self._shown[index].text)


def first_line(text: str) -> str:
    """The first line of `text` that says anything. Safe to show."""
    lines = (line.strip() for line in text.splitlines())
    return visible(next((line for line in lines if line), ""))


def _row(prompt: Prompt) -> Content:
    lines = prompt.text.strip().count("\n")
    more = f"  +{lines} line{'s' * (lines != 1)}" if lines else ""
    return Content.assemble(
        Content.styled(f"{visible(prompt.when):<16} ", "$muted"),
        Content.styled(f"{visible(prompt.name)}: " if prompt.name else "", "bold"),
        first_line(prompt.text),
        Content.styled(more, "$muted"),
    ).truncate(300)
