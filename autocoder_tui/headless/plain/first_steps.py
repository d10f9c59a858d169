"""No key for the chosen model: which models could be used instead, as lines."""

from __future__ import annotations

from autocoder_tui.engine.provider.local_servers import probe_local
from autocoder_tui.headless.plain.desk import Desk
from autocoder_tui.runs.keyed_models import models_with_keys
from autocoder_tui.safety.sanitize import visible


def tell_first_steps(desk: Desk) -> None:
    """Name what would do without further ado; nothing where the chosen model has its key.

    Servers on this machine are asked for their models; nothing of the project is sent.
    """
    if desk.chosen is not None and desk.chosen.ready:
        return
    told = False
    for one in models_with_keys(desk.setup):
        name, provider = visible(one.model.name), visible(one.endpoint.provider.name)
        source = visible(one.endpoint.key_source or "")
        desk.talk.tell(f"A key for {provider} is there ({source}): model {name} uses it.")
        told = True
    for server in desk.do(probe_local()):
        for model in server.models[:1]:
            at = f"{server.name} answers on this machine"
            desk.talk.tell(f"{at}: model {visible(model)} {server.base_url} uses it.")
            told = True
    if not told:
        desk.talk.tell(
            "No other key is there, and no local server answers. model NAME URL uses a server of "
            "your own; autocoder-tui --plain --demo shows the whole job without one."
        )
