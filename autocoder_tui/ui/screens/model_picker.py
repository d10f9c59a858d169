"""Choose a model by typing a part of its name; prices and sizes beside each."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Literal, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.metering.money import format_price, format_tokens
from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import key_of, with_keys
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.screens.dialogs.filtered_list import FilteredList, has_words
from autocoder_tui.ui.widgets.options import Options
from autocoder_tui.ui.widgets.plain_area import PlainInput
from autocoder_tui.values import dataclass

_MONTH = re.compile(r"\d{4}-\d{2}")
_FULL_WIDTH = 100
"""Cells of the screen from which a row has max tokens, age of the price and last use, too."""
_BESIDE_LIST = 14
"""Rows of the dialog that are not the list's."""
_BESIDE_NAME = 21
_BESIDE_NAME_FULL = 50
"""Cells a row takes beside name and provider."""
_FIGURES = (7, 7, 7)
_FIGURES_FULL = (10, 8, 8)
"""Cells of both prices and the context window."""

Listing: TypeAlias = Callable[[], Awaitable[Sequence[Model]]]
"""Asks a server for its models; raises AutocoderError."""


@dataclass(frozen=True, slots=True)
class Known:
    """The models to choose from; `ready` are those whose key was found, by provider and name.
    `variables` says which environment variable holds a provider's key."""

    models: tuple[Model, ...]
    ready: frozenset[tuple[str, str]]
    variables: Mapping[str, str]


Refresh: TypeAlias = Callable[[Model], Awaitable[tuple[str, Known]]]
"""Asks the endpoint of a model for fresh figures: a sentence to show, and what is known then.
Raises AutocoderError."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of the picker: use `model`, edit its endpoint, or add one."""

    what: Literal["use", "edit", "add"]
    model: Model | None = None


class ModelPicker(FilteredList[Wish | None]):
    """Returns what the user wants, or None. `current` names the model in use, by provider and
    name, and `used` the day each was last used. `listing`, if any, is asked for more models
    while the screen is open."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Cancel", id="picker.cancel"),
        Binding("ctrl+n", "wish('add')", "Add a server", id="picker.add", priority=True),
        Binding("ctrl+e", "wish('edit')", "Edit server", id="picker.edit", priority=True),
        Binding("ctrl+r", "refresh", "Refresh", id="picker.refresh", priority=True),
    ]
    BUTTONS = (
        KeyButton("Choose", "enter"),
        KeyButton("Add", "ctrl+n"),
        KeyButton("Edit", "ctrl+e"),
        KeyButton("Cancel", "escape"),
    )

    def __init__(
        self,
        known: Known,
        current: tuple[str, str] | None,
        used: Mapping[tuple[str, str], str],
        refresh: Refresh,
        listing: Listing | None = None,
    ) -> None:
        super().__init__()
        self._listing = listing
        self._shown: list[Model] = []
        self._used = used
        self._refresh = refresh
        self._models, self._ready = known.models, known.ready
        self._variables = known.variables
        self._current = current

    def compose(self) -> ComposeResult:
        refreshes = key_of(self.app, "picker.refresh")
        with Vertical(classes="dialog wide-dialog") as dialog:
            dialog.border_title = "Model"
            yield PlainInput(placeholder="type a part of the name", id="model-filter", compact=True)
            yield Static("", id="model-head", classes="picker-head", markup=False)
            yield Options(id="model-list", compact=True)
            yield Static("", id="model-detail", markup=False)
            yield Static("", id="model-listing", markup=False, classes="hint")
            yield Static(
                f"✓ key found · ? not known · {refreshes} asks for the list again",
                classes="hint",
                id="model-hint",
            )

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self.call_after_refresh(self.fill, "")
        if self._listing is not None:
            self.run_worker(self._list(self._listing), exit_on_error=False)

    def on_resize(self) -> None:
        # What is said below the list must be seen however many models there are.
        room = self.size.height * 9 // 10 - _BESIDE_LIST
        self.query_one(OptionList).styles.max_height = max(3, room)
        self.call_after_refresh(self._fill_anew)

    def _fill_anew(self) -> None:
        if not self.closing:
            self.fill(self.query_one(Input).value)

    async def _list(self, listing: Listing) -> None:
        """The models of a server the user named, as they come."""
        state = self.query_one("#model-listing", Static)
        state.update("Asking the server for its models…")
        try:
            listed = await listing()
        except AutocoderError as error:
            state.update(visible(error.message))
            return
        if self.closing:
            return
        known = {(model.provider, model.name) for model in self._models}
        fresh = [model for model in listed if (model.provider, model.name) not in known]
        state.update(f"The server lists {len(listed)} model{'s' * (len(listed) != 1)}.")
        # Beside the model in use, which is of that server: the table's come after.
        same = {model.provider for model in listed}
        ours = [model for model in self._models if model.provider in same]
        others = [model for model in self._models if model.provider not in same]
        self._models = (*ours, *fresh, *others)
        self._ready |= {(model.provider, model.name) for model in fresh}
        self.fill(self.query_one(Input).value)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._shown):
            detail = self._detail(self._shown[event.option_index])
            self.query_one("#model-detail", Static).update(visible(detail, lines=True))

    def _detail(self, model: Model) -> str:
        """Where each figure comes from, how old it is, when the model was last used, and where its
        key is looked for as long as there is none."""
        day = self._used.get((model.provider, model.name))
        used = f"Last used {day}." if day else "Not used yet."
        price = "Price unknown"
        if model.input_price is not None:
            cached = format_price(model.cached_price)
            discount = "" if model.cached_price is None else f", cached input {cached} $/M"
            source = model.source or "the packaged table"
            price = f"Price from {source}, {age(model.priced_on, date.today())}{discount}"
        variable = self._variables.get(model.provider)
        key = ""
        if variable and (model.provider, model.name) not in self._ready:
            key = f"\nNo key yet: export {variable}=..., or that line in .env here."
        return f"{price}.\n{_sizes(model)} {used}{key}"

    def _highlighted(self) -> Model | None:
        index = self.query_one(OptionList).highlighted
        return self._shown[index] if index is not None and index < len(self._shown) else None

    def action_wish(self, what: Literal["edit", "add"]) -> None:
        self.dismiss(Wish(what, self._highlighted()))

    def action_refresh(self) -> None:
        """Ask the endpoint of the highlighted model for fresh figures; the list stays open."""
        model = self._highlighted()
        if model is not None:
            self.run_worker(
                self._refreshed(model), group="refresh", exclusive=True, exit_on_error=False
            )

    async def _refreshed(self, model: Model) -> None:
        state = self.query_one("#model-listing", Static)
        state.update(visible(f"Asking {model.provider} for its models…"))
        try:
            said, known = await self._refresh(model)
        except AutocoderError as error:
            said, known = error.message, None
        if self.closing:
            return
        state.update(visible(said))
        if known is not None:
            self._models, self._ready = known.models, known.ready
            self._variables = known.variables
            self.fill(self.query_one(Input).value)

    def fill(self, wanted: str) -> None:
        options = self.query_one(OptionList)
        at = options.highlighted
        kept = self._current
        if at is not None and at < len(self._shown):
            kept = self._shown[at].provider, self._shown[at].name
        options.clear_options()
        self._shown = [
            model for model in self._models if has_words(f"{model.name} {model.provider}", wanted)
        ]
        for model in self._shown:
            options.add_option(Option(self._row(model)))
        self.query_one("#model-head", Static).update(self._head())
        names = [(model.provider, model.name) for model in self._shown]
        self.offer("enter", "ctrl+e", acts=bool(names))
        if not names:
            self.query_one("#model-detail", Static).update(with_keys(self.app, _NONE))
        else:
            options.highlighted = names.index(kept) if kept in names else 0
            self.call_after_refresh(options.scroll_to_highlight)

    @property
    def _is_wide(self) -> bool:
        return self.app.size.width >= _FULL_WIDTH

    @property
    def _widths(self) -> tuple[int, int]:
        """Cells for name and provider; two are kept for the mark and two for a scroll bar."""
        beside = _BESIDE_NAME_FULL if self._is_wide else _BESIDE_NAME
        room = self.query_one(OptionList).size.width - beside - 4
        provider = min(16, max(11, room // 4))
        return max(12, room - provider), provider

    def _head(self) -> Content:
        name, provider = self._widths
        more = f"{'max':>8}{'age':>8}{'used':>8}" if self._is_wide else ""
        price, out, size = _FIGURES_FULL if self._is_wide else _FIGURES
        figures = f"{'$/M in':>{price}}{'out':>{out}}{'ctx':>{size}}{more}"
        return Content.assemble("  ", _cell("model", name), _cell("provider", provider), figures)

    def _row(self, model: Model) -> Content:
        mark = "✓ " if (model.provider, model.name) in self._ready else "  "
        price, out, size = _FIGURES_FULL if self._is_wide else _FIGURES
        prices = f"{format_price(model.input_price):>{price}}"
        prices += f"{format_price(model.output_price):>{out}}"
        if model.input_price is None and model.output_price is None:
            prices = f"{'unknown':>{price + out}}"
        figures = f"{prices}{_size(model.context_length):>{size}}"
        if self._is_wide:
            today = date.today()
            priced = short_age(model.priced_on, today) if model.input_price is not None else "?"
            used = short_age(self._used.get((model.provider, model.name)), today, never="–")
            figures += f"{_size(model.max_tokens):>8}{visible(priced):>8}{used:>8}"
        name, provider = self._widths
        return Content.assemble(
            mark,
            _cell(visible(model.name), name - 1),
            " ",
            _cell(visible(model.provider), provider),
            figures,
        )

    def choose(self, index: int | None) -> None:
        if index is not None and index < len(self._shown):
            self.dismiss(Wish("use", self._shown[index]))


_NONE = "No model has these letters.\n{picker.add} adds a server, or a model that it does not list."


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


def short_age(day: str | None, today: date, *, never: str = "?") -> str:
    """ "today", "12 d", "3 mo", "2 y"; a month counts from its end. What is no date as it is,
    cut to seven cells."""
    if day is None:
        return never
    if _MONTH.match(day) is None:
        return day.replace("version ", "v")[:7]
    year, month = int(day[:4]), int(day[5:7])
    if len(day) == 10:
        try:
            days = (today - date.fromisoformat(day)).days
        except ValueError:
            return "?"
        if days < 31:
            return "today" if days < 1 else f"{days} d"
    months = (today.year - year) * 12 + today.month - month
    if months < 1:
        return "< 1 mo"
    return f"{months} mo" if months < 36 else f"{months // 12} y"


def _cell(text: str, width: int) -> Content:
    return Content(text).truncate(width, ellipsis=True, pad=True)


def _sizes(model: Model) -> str:
    """Where the context window and the most output come from."""
    packaged = "the packaged table"
    context, output = model.source_of_context or packaged, model.source_of_max_tokens or packaged
    if model.context_length is None and model.max_tokens is None:
        return "Sizes unknown."
    if model.context_length is None:
        return f"Context unknown, max output from {output}."
    if model.max_tokens is None:
        return f"Context from {context}, max output unknown."
    if context == output:
        return f"Context and max output from {context}."
    return f"Context from {context}, max output from {output}."


def _size(count: int | None) -> str:
    return "?" if count is None else format_tokens(count, short=True)
