"""Keys typed faster than a screen opens are meant for that screen, once it is there."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Final, TypeVar

from textual import events
from textual.screen import Screen

from autocoder_tui.ui.noting import NotingApp

_LONGEST: Final = 2.0
"""Seconds."""
_PAUSE_IN_TYPING: Final = 1.0
"""Seconds."""
_TYPED: Final = frozenset({"enter", "backspace", "delete", "tab"})
"""What belongs to typing besides the characters; commands (Ctrl+R) do not."""

T = TypeVar("T")


class TypeAheadApp(NotingApp):
    """Holds keys and pastes back until the screen in front has its widgets.

    Without it a key that closes a dialog, sent right behind the one that opens it, closes it
    before it is built, and building it then fails.
    """

    last_typed_at = float("-inf")
    """When the last key of a text was pressed, on the clock of `time.monotonic`."""

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and (event.is_printable or event.key in _TYPED):
            self.last_typed_at = time.monotonic()
        if isinstance(event, events.Key | events.Paste) and self.screen_stack:
            built: asyncio.Event = self.screen._mounted_event
            if not built.is_set() and self.screen.is_attached:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LONGEST):
                        await built.wait()
        await super().on_event(event)

    async def until_nobody_types(self) -> None:
        """Wait for a pause in typing."""
        while self.is_running:
            left = self.last_typed_at + _PAUSE_IN_TYPING - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(left)

    async def ask_unbidden(self, dialog: Screen[T]) -> T:
        """The answer to a dialog that opens by itself, and so must not take the keys of what
        is being written just then. Must be called from a worker."""
        await self.until_nobody_types()
        return await self.push_screen_wait(dialog)
