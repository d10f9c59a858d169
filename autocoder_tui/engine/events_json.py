"""Events as plain data for JSON, and back.

What a newer version wrote is read as far as it is known: an event of an unknown kind is no
event (and see `text.plain_data`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from autocoder_tui.engine.events import Event, TextDelta
from autocoder_tui.text.plain_data import Unexpected, plain_fields, read_fields

_KINDS: Final[dict[str, type]] = {kind.__name__: kind for kind in get_args(Event)}


def event_data(event: Event) -> dict[str, Any]:
    """`event` as values that JSON has, under the name of its kind."""
    return {"event": type(event).__name__, **plain_fields(event)}


def read_event(data: object) -> Event | None:
    """The event `event_data` made `data` from; None where it is none that is known here."""
    if type(data) is dict and data.get("event") == "TextDelta" and type(data.get("text")) is str:
        return TextDelta(data["text"])  # most events by far
    if not isinstance(data, Mapping):
        return None
    kind = _KINDS.get(str(data.get("event")))
    try:
        return None if kind is None else read_fields(kind, data)
    except Unexpected:
        return None
