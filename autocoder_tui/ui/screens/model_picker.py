"""Choose a model by typing a part of its name; prices and sizes beside each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from autocoder_tui.display import visible
from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.cost import format_tokens
from autocoder_tui.ui.widgets.plain_area import PlainInput

_MONTH = re.compile(r"\d{4}-\d{2}")
_FULL_WIDTH = 100
"""Cells a whole row takes; in less, the row leaves out max tokens and the date of the price."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of the picker: use `model`, refresh or edit its endpoint, or add one."""

    what: Literal["use", "refresh", "edit", "add"]
    model: Model | None = None


class ModelPicker(ModalScreen[Wish | None]):
    """Returns what the user wants, or None. `ready` names the models whose key was found;
    `used` is the day each was last used, by provider and name."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Cancel", id="picker.cancel"),
        Binding("ctrl+n", "wish('add')", "Add a server", id="picker.add", priority=True),
        Binding("ctrl+e", "wish('edit')", "Edit server", id="picker.edit", priority=True),
        Binding("ctrl+r", "wish('refresh')", "Refresh", id="picker.refresh", priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(
        self,
        models: tuple[Model, ...],
        ready: frozenset[str],
        current: str,
        used: Mapping[tuple[str, str], str],
    ) -> None:
        super().__init__()
        self._used = used
        self._models = models
        self._ready = ready
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide-dialog") as dialog:
            dialog.border_title = "Model"
            dialog.border_subtitle = "Enter chooses · Esc cancels"
            yield PlainInput(placeholder="type a part of the name", id="model-filter", compact=True)
            yield Static(self._head(), classes="picker-head", markup=False)
            yield OptionList(id="model-list", compact=True)
            yield Static("", id="model-detail", markup=False)
            yield Static(
                "✓ key found · ? not known · Ctrl+N add a server · Ctrl+E edit · Ctrl+R refresh",
                classes="hint",
            )

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._fill("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def on_input_submitted(self) -> None:
        self._choose(self.query_one(OptionList).highlighted)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._shown):
            detail = self._detail(self._shown[event.option_index])
            self.query_one("#model-detail", Static).update(visible(detail))

    def _detail(self, model: Model) -> str:
        """Where the price comes from, how old it is, and when the model was last used."""
        day = self._used.get((model.provider, model.name))
        used = f"last used {day}" if day else "not used yet"
        if model.input_price is None:
            return f"Price unknown; {used}."
        source = model.source or "the packaged table"
        return f"Price from {source}, {age(model.priced_on, date.today())}; {used}."

    def action_wish(self, what: Literal["refresh", "edit", "add"]) -> None:
        index = self.query_one(OptionList).highlighted
        model = self._shown[index] if index is not None and index < len(self._shown) else None
        self.dismiss(Wish(what, model))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._choose(event.option_index)

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def _fill(self, wanted: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        words = wanted.casefold().split()
        self._shown = [
            model
            for model in self._models
            if all(word in f"{model.name} {model.provider}".casefold() for word in words)
        ]
        for model in self._shown:
            options.add_option(Option(self._row(model)))
        names = [model.name for model in self._shown]
        if names:
            options.highlighted = names.index(self._current) if self._current in names else 0

    @property
    def _is_wide(self) -> bool:
        return self.app.size.width >= _FULL_WIDTH

    def _head(self) -> str:
        more = f" {'max':>8}  as of" if self._is_wide else ""
        return f"  {'model':<34} {'provider':<11}{'$/M in':>7}{'out':>6}{'ctx':>7}{more}"

    def _row(self, model: Model) -> Content:
        mark = "✓ " if model.name in self._ready else "  "
        name, provider = visible(model.name), visible(model.provider)
        figures = (
            f"{_price(model.input_price):>7}{_price(model.output_price):>6}"
            f"{_size(model.context_length):>7}"
        )
        if self._is_wide:
            figures += f" {_size(model.max_tokens):>8}  {visible(model.priced_on or 'unknown')}"
        return Content.assemble(mark, _cell(name, 34), " ", _cell(provider, 11), figures)

    def _choose(self, index: int | None) -> None:
        if index is not None and index < len(self._shown):
            self.dismiss(Wish("use", self._shown[index]))

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)


def age(priced_on: str | None, today: date) -> str:
    """ "as of 2024-12, 23 months old"; a price of this month is not old.

    What is no date (the demo's prices say that they are fictional) is shown as it is.
    """
    if priced_on is None:
        return "of unknown age"
    if _MONTH.match(priced_on) is None:
        return priced_on
    year, month = int(priced_on[:4]), int(priced_on[5:7])
    months = (today.year - year) * 12 + today.month - month
    if months < 1:
        return f"as of {priced_on}"
    return f"as of {priced_on}, {months} month{'s' * (months != 1)} old"


def _cell(text: str, width: int) -> Content:
    return Content(text).truncate(width, ellipsis=True, pad=True)


def _price(price: object) -> str:
    return "?" if price is None else f"{price}"


def _size(count: int | None) -> str:
    return "?" if count is None else format_tokens(count, short=True)
