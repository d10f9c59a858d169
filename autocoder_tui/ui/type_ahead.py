"""Keys typed faster than a screen opens are meant for that screen, once it is there."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Final

from textual import events

from autocoder_tui.ui.noting import NotingApp

_LONGEST: Final = 2.0
"""Seconds."""


class TypeAheadApp(NotingApp):
    """Holds keys and pastes back until the screen in front has its widgets.

    Without it a key that closes a dialog, sent right behind the one that opens it, closes it
    before it is built, and building it then fails.
    """

    last_key_at = float("-inf")
    """When the last key was pressed, on the clock of `time.monotonic`."""

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste):
            self.last_key_at = time.monotonic()
        if isinstance(event, events.Key | events.Paste) and self.screen_stack:
            built: asyncio.Event = self.screen._mounted_event
            if not built.is_set() and self.screen.is_attached:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LONGEST):
                        await built.wait()
        await super().on_event(event)
