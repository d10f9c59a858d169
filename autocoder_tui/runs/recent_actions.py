"""What the program did last, by name only: for the report of a crash.

Names of actions, screens and events are noted, never what was typed, streamed or picked. They
stay in memory, and are written nowhere but into a report.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from autocoder_tui.engine.events import Event, RunFailed
from autocoder_tui.values import dataclass

KEPT: Final = 50
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,59}")
"""What is longer or holds anything else is no name that a program gives."""


@dataclass(slots=True)
class _Noted:
    at: float
    kind: str
    name: str
    times: int = 1


_last: deque[_Noted] = deque(maxlen=KEPT)


def note(kind: str, name: str) -> None:
    """Note one action ("action"), screen or event by its name; what is no name is left out."""
    name = name if _NAME.fullmatch(name) else "(no name)"
    now = time.monotonic()
    newest = _last[-1] if _last else None
    if newest is not None and (newest.kind, newest.name) == (kind, name):
        newest.times += 1
        newest.at = now
    else:
        _last.append(_Noted(now, kind, name))


def note_events(events: Sequence[Event]) -> None:
    """Note the kinds of what a run brought."""
    for event in events:
        failed = f".{event.error.kind}" if isinstance(event, RunFailed) else ""
        note("event", f"{type(event).__name__}{failed}")


def lines() -> list[str]:
    """What was noted, the oldest first, each with how many seconds ago it was."""
    now = time.monotonic()
    return [
        f"{now - noted.at:9.2f} s ago  {noted.kind:<6} {noted.name}"
        + (f" ({noted.times} times)" if noted.times > 1 else "")
        for noted in tuple(_last)
    ]
