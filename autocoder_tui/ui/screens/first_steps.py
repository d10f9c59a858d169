"""No key yet: three ways to begin."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from autocoder_tui.engine.catalog import LOCAL_KEY_VARIABLE, Provider
from autocoder_tui.engine.provider.local_servers import LocalServer, probe_local
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog

DEMO = "demo"
LATER = "later"


class FirstSteps(Dialog[str | LocalServer]):
    """Offers a key, a local server that answers, or the demo.

    Returns the chosen local server, DEMO or LATER. The server found first is preselected.
    Looking for servers sends no key and no project data; none is used before it is chosen here.
    """

    BINDINGS = [Binding("escape", "dismiss('later')", "Later", id="first.later")]

    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self._provider = provider
        self._servers: dict[str, LocalServer] = {}

    def compose(self) -> ComposeResult:
        name, variable = visible(self._provider.name), visible(self._provider.key_variable)
        by_hand = self._provider.key_variable == LOCAL_KEY_VARIABLE
        any_text = " If the server checks none, any text will do." if by_hand else ""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"No API key for {name} yet")
            yield Static(
                f"Put the key in the environment, then start again:\n\n"
                f"    export {variable}=...\n\n"
                f"or in a file .env of this project, as {variable}=... "
                f"(keep .env out of version control).{any_text} Another model: Esc, then Ctrl+O.",
                markup=False,
                classes="dialog-text",
            )
            yield Static("Looking for local servers…", id="local-state", markup=False)
            yield OptionList(
                Option("Try the demo: recorded replies, no key, no network", id=DEMO),
                Option("Look around first; add a key later", id=LATER),
                id="first-choices",
                compact=True,
            )

    def on_mount(self) -> None:
        for options in self.query(OptionList):
            # None is left when the program is closing down.
            options.focus()
            options.highlighted = 0
        self.run_worker(self._look_for_servers(), exit_on_error=False)

    async def _look_for_servers(self) -> None:
        servers = await probe_local()
        if self.closing or not self.query(OptionList):
            return
        options = self.query_one(OptionList)
        for server in servers:
            key = f"local-{len(self._servers)}"
            self._servers[key] = server
            models = ", ".join(server.models[:2]) or "no model loaded"
            label = visible(f"Use {server.name} at {server.base_url} ({models})")
            options.add_option(Option(Content(label), id=key, disabled=not server.models))
            if server.models and options.highlighted == 0:
                # Nobody has chosen otherwise meanwhile, and it is the nearest to a real run.
                options.highlighted = options.option_count - 1
        found = f"{len(servers)} local server{'s' * (len(servers) != 1)} found:"
        none = "No local server answers (Ollama, LM Studio, llama.cpp, vLLM)."
        self.query_one("#local-state", Static).update(found if servers else none)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        chosen = event.option.id or LATER
        self.dismiss(self._servers.get(chosen, chosen))
