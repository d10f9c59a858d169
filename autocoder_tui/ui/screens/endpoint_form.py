"""A server of the user's own: its address, the name of its key, and a test of both."""

from __future__ import annotations

from dataclasses import replace

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from autocoder_tui.config.api_keys import find_key, plain_http_warning
from autocoder_tui.engine.base_url import (
    below_v1,
    check_base_url,
    host_of,
    is_plain_http,
    with_scheme,
)
from autocoder_tui.engine.catalog import Endpoint, Provider
from autocoder_tui.engine.errors import NotAReply, ProviderError, StatusError
from autocoder_tui.engine.metering.money import format_price, format_tokens
from autocoder_tui.engine.provider.model_list import ListedModel, list_models
from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import shortened
from autocoder_tui.runs.setup import Setup
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import ButtonRow, KeyButton
from autocoder_tui.ui.widgets.options import Options
from autocoder_tui.ui.widgets.plain_area import PlainInput
from autocoder_tui.values import dataclass

_MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """What the form returns: the provider, the model of it to use, and all that it lists."""

    provider: Provider
    model: ListedModel
    listed: tuple[ListedModel, ...] = ()


def _row(model: ListedModel, width: int) -> Content:
    """The name, and what the server says of the model: its window, and its prices."""
    said = []
    if model.context_length is not None:
        said.append(f"{format_tokens(model.context_length, short=True)} ctx")
    if model.input_price is not None:
        said.append(f"${format_price(model.input_price)} in")
    if model.output_price is not None:
        said.append(f"${format_price(model.output_price)} out")
    figures = "  ".join(said)
    name = Content(visible(model.name))
    return Content.assemble(
        name.truncate(max(12, width - len(figures) - 4), ellipsis=True, pad=True), " ", figures
    )


async def _listed(endpoint: Endpoint) -> tuple[Provider, tuple[ListedModel, ...]]:
    """The models, and the provider at the address that has the list: below /v1 where only the
    server was named and has none itself. Raises ProviderError of the address as it was typed."""
    provider = endpoint.provider
    try:
        return provider, await list_models(endpoint)
    except (StatusError, NotAReply) as error:
        below = below_v1(provider.base_url)
        if below is None or (isinstance(error, StatusError) and error.status != 404):
            raise
        provider = replace(provider, base_url=below)
        try:
            return provider, await list_models(replace(endpoint, provider=provider))
        except ProviderError:
            raise error from None


class EndpointForm(Dialog[NewEndpoint | None]):
    """Asks for an OpenAI-compatible server. Nothing is sent to it before Enter is pressed."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Cancel", id="endpoint.cancel")]
    BUTTONS = (KeyButton("Test it", "enter"), KeyButton("Cancel", "escape"))
    DEFAULT_CSS = """
    EndpointForm .hint { height: auto; width: 100%; color: $text-muted; }
    EndpointForm Input { background: $panel; text-style: underline; }
    """

    def __init__(self, setup: Setup, provider: Provider | None = None) -> None:
        super().__init__()
        self._setup = setup
        self._before = provider
        self._provider: Provider | None = None
        self._warned_of = ""
        self._models: tuple[ListedModel, ...] = ()

    def compose(self) -> ComposeResult:
        before = self._before
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "A server of your own"
            yield Static("Address (base URL)", classes="hint")
            yield PlainInput(
                before.base_url if before else "",
                placeholder="https://host/v1",
                id="endpoint-url",
                compact=True,
            )
            yield Static(
                "Environment variable with the key (leave it where none is wanted)",
                classes="hint",
            )
            yield PlainInput(
                before.key_variable if before else "LOCAL_API_KEY",
                id="endpoint-variable",
                compact=True,
            )
            yield Static("Model, if the server does not list it", classes="hint")
            yield PlainInput(id="endpoint-model", compact=True)
            yield Static("", id="endpoint-result", markup=False)
            yield Options(id="endpoint-models", compact=True)

    def on_mount(self) -> None:
        self.query_one("#endpoint-url").focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, Input | OptionList):
            does = "Test it" if isinstance(event.widget, Input) else "Choose"
            for buttons in self.query(ButtonRow):
                buttons.say("enter", does)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        named = self.query_one("#endpoint-model", Input).value.strip()
        if event.input.id == "endpoint-model" and named:
            self._use_named(named)
        else:
            self._test()

    def _entered(self) -> Provider | None:
        try:
            url = check_base_url(with_scheme(self.query_one("#endpoint-url", Input).value))
        except AutocoderError as error:
            self._say(error.message)
            return None
        variable = self.query_one("#endpoint-variable", Input).value.strip()
        if not variable.isidentifier() or not variable.isascii():
            self._say("Give the name of an environment variable, never the key itself.")
            return None
        name = self._before.name if self._before is not None else host_of(url)
        known = {
            provider.name: provider.base_url for provider in self._setup.catalog.providers.values()
        }
        if self._before is None and known.get(name, url) != url:
            name = shortened(url.partition("://")[2], 100)
        return Provider(name, url, variable)

    @work(exclusive=True)
    async def _test(self) -> None:
        """Ask for the list of models; says exactly what is wrong when there is none."""
        provider = self._entered()
        if provider is None:
            return
        found = find_key(provider, self._setup.root, self._setup.environ)
        if is_plain_http(provider.base_url) and provider.base_url != self._warned_of:
            self._warned_of = provider.base_url
            warning = plain_http_warning(provider.name, found.source)
            self._say(f"{warning} Enter connects all the same.")
            return
        self._say(f"Asking {provider.base_url} for its models…")
        asked, models, problem = self._fields(), tuple[ListedModel, ...](), ""
        try:
            provider, models = await _listed(Endpoint(provider, found.secret, found.source))
        except AutocoderError as error:
            problem = error.message
        if self.closing:
            return
        if self._fields() != asked:
            problem = "What you entered is another by now: Enter asks again."
        if problem:
            self._say(problem)
            return
        self._provider, self._models = provider, models[:_MOST_SHOWN]
        self.query_one("#endpoint-url", Input).value = provider.base_url
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(_row(model, options.size.width)) for model in self._models])
        key = f"with the key from {found.source}" if found.secret else "without a key"
        many = f"{len(models)} model{'s' * (len(models) != 1)}"
        advice = (
            "Choose one with Enter; it is kept in models.toml."
            if models
            else "Load one there and press Enter again, or name it above."
        )
        self._say(f"Connected {key}: {many}. {advice}")
        if models:
            options.focus()
            options.highlighted = 0

    def _fields(self) -> tuple[str, ...]:
        """What says whom to ask."""
        names = ("#endpoint-url", "#endpoint-variable")
        return tuple(self.query_one(name, Input).value for name in names)

    def _use_named(self, name: str) -> None:
        provider = self._entered()
        if provider is None:
            return
        if shortened(name, 200) != name:
            self._say("The model's name is too long or holds control characters.")
            return
        self.dismiss(NewEndpoint(provider, ListedModel(name)))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if self._provider is not None:
            chosen = self._models[event.option_index]
            self.dismiss(NewEndpoint(self._provider, chosen, self._models))

    def _say(self, text: str) -> None:
        self.query_one("#endpoint-result", Static).update(visible(text))
