"""No key yet: the ways to begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from autocoder_tui.engine.catalog import LOCAL_KEY_VARIABLE, Provider
from autocoder_tui.engine.provider.local_servers import LocalServer, probe_local
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import with_keys
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.widgets.options import Options

ADD: Final = "add"
MODEL: Final = "model"
DEMO: Final = "demo"
LATER: Final = "later"

_LABELS: Final = {
    ADD: "Add a server of your own",
    MODEL: "Choose a model, and see where its key comes from",
    DEMO: "Try the demo: recorded replies, no key, no network",
    LATER: "Look around first",
}


class FirstSteps(Dialog[str | LocalServer | ChosenModel]):
    """Offers `keyed`, models of other providers whose keys are there, the local servers that
    answer, a server to add, another model, or the demo.

    Returns the chosen model or server, ADD, MODEL, DEMO or LATER. `at` is preselected, else the
    first model that has a key, else the server found first.
    Looking for servers sends no key and no project data; none is used before it is chosen here.
    """

    BINDINGS = [Binding("escape", "dismiss('later')", "Later", id="first.later")]
    BUTTONS = (KeyButton("Choose", "enter"), KeyButton("Look around first", "escape"))
    DEFAULT_CSS = """
    FirstSteps OptionList { height: auto; border: none; padding: 0; margin: 1 0; }
    FirstSteps #first-detail { height: 3; color: $text-muted; }
    """

    def __init__(
        self, provider: Provider, keyed: Sequence[ChosenModel] = (), at: str | None = None
    ) -> None:
        super().__init__()
        self._at = at
        self._provider = provider
        self._keyed = {f"keyed-{number}": chosen for number, chosen in enumerate(keyed)}
        self._servers: dict[str, LocalServer] = {}

    def compose(self) -> ComposeResult:
        name = visible(self._provider.name)
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "How do you want to begin?"
            lacking = f"No API key for {name} yet: it serves the model chosen so far."
            yield Static(lacking, markup=False, classes="dialog-text")
            yield Options(*self._options(), id="first-choices", compact=True)
            yield Static("", id="first-detail", markup=False)
            yield Static("Looking for local servers…", id="local-state", markup=False)

    def _options(self) -> Iterator[Option]:
        for id, chosen in self._keyed.items():
            label = f"Use {chosen.model.name} of {chosen.endpoint.provider.name}"
            yield Option(Content(visible(label)), id=id)
        for id, server in self._servers.items():
            models = ", ".join(server.models[:2]) or "no model loaded"
            label = visible(f"Use {server.name} at {server.base_url} ({models})")
            yield Option(Content(label), id=id, disabled=not server.models)
        for id, label in _LABELS.items():
            yield Option(Content(label), id=id)

    def on_mount(self) -> None:
        for options in self.query(OptionList):
            # None is left when the program is closing down.
            options.focus()
            options.highlighted = options.get_option_index(
                self._at or next(iter(self._keyed), DEMO)
            )
        self.run_worker(self._look_for_servers(), exit_on_error=False)

    async def _look_for_servers(self) -> None:
        servers = await probe_local()
        if self.closing or not self.query(OptionList):
            return
        self._servers = {f"local-{number}": server for number, server in enumerate(servers)}
        options = self.query_one(OptionList)
        at = options.highlighted
        chosen = DEMO if at is None else options.get_option_at_index(at).id or DEMO
        usable = [id for id, server in self._servers.items() if server.models]
        if usable and chosen == DEMO:
            # Nobody has chosen otherwise meanwhile, and it is the nearest to a real run.
            chosen = usable[0]
        options.clear_options()
        options.add_options(list(self._options()))
        options.highlighted = options.get_option_index(chosen)
        found = f"{len(servers)} local server{'s' * (len(servers) != 1)} found."
        none = "No local server answers (Ollama, LM Studio, llama.cpp, vLLM)."
        self.query_one("#local-state", Static).update(found if servers else none)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        for detail in self.query("#first-detail").results(Static):
            detail.update(self._says(event.option.id or LATER))

    def _says(self, choice: str) -> str:
        """What a choice leads to. Safe to show."""
        if choice in self._keyed:
            source = self._keyed[choice].endpoint.key_source or ""
            return f"Its key is there: {visible(source)}."
        variable = visible(self._provider.key_variable)
        if choice == MODEL:
            by_hand = self._provider.key_variable == LOCAL_KEY_VARIABLE
            any_text = " If its server checks none, any text will do." if by_hand else ""
            return (
                f"The key is read from {variable}: export {variable}=... in the shell before you "
                f"start, or a line {variable}=... in .env of this project.{any_text}"
            )
        return {
            ADD: "Anything that speaks the OpenAI API: its address, and the name of the variable "
            "that holds the key. The connection is tested before it is kept.",
            DEMO: "The whole job on a sample project: a run, its review, a check, a commit.",
            LATER: with_keys(
                self.app, "{model.choose} chooses a model later, {app.keys} lists the keys."
            ),
        }.get(choice, "Runs on this machine: no key, nothing leaves it.")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        chosen = event.option.id or LATER
        self.dismiss(self._keyed.get(chosen) or self._servers.get(chosen, chosen))
