"""Keys act in the order typed, however fast: each on what the one before it has brought about.

Waiting has an end: what hangs must not take the keyboard along with it.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias, TypeVar
from weakref import WeakSet

from textual import events
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.worker import Worker, get_current_worker

from autocoder_tui.ui.terminal.action_trace import TracedApp

ASKS: Final = "asks"
SEND: Final = "send"
ASKING: Final = (ASKS, SEND)
"""Groups of workers that a key starts and that may open a dialog: until such a one waits for an
answer, or has ended, the next key is not acted on."""

_LOOK: Final = 0.01
_PAUSE_IN_TYPING: Final = 1.0
"""Seconds."""
_WAYS_OUT: Final = frozenset({"quit", "help_quit", "suspend_process"})
"""Actions that are asked for when the program seems to hang."""
_TYPED: Final = frozenset({"enter", "backspace", "delete", "tab"})
"""What belongs to typing besides the characters; commands (Ctrl+R) do not."""

_Waiting: TypeAlias = events.Key | events.Paste | events.MouseEvent
_Result = TypeVar("_Result")


class TypeAheadApp(TracedApp):
    """Takes keys and pastes one at a time.

    The framework hands a key to the widget that has the keyboard at once, though the key
    before it may be still on its way to where it opens a dialog, moves the keyboard, or
    decides something.
    """

    last_typed_at = float("-inf")
    """When the last key of a text was pressed, on the clock of `time.monotonic`."""

    last_input_at = float("-inf")
    """When the last key, paste or click was acted on, on the same clock."""

    longest_wait = 2.0
    """Seconds a key waits at most for the one before it. Time in which a busy machine keeps the
    program from its work counts little."""
    longest_wait_to_leave = 0.5
    """The same where one of the keys that wait is a way out of the program."""

    class Acted(Message):
        """Sent after a key, along the same way: where it arrives, the key has been acted on. The
        second one follows what the acting has sent."""

        def __init__(self, acting_in: MessagePump, number: int, *, second: bool = False) -> None:
            super().__init__()
            self.acting_in = acting_in
            self.number = number
            self.second = second

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._waiting: deque[_Waiting] = deque()
        self._number = 0
        self._acting_in: MessagePump | None = None
        self._only_wrote = False
        self._stuck: WeakSet[MessagePump] = WeakSet()
        self._settled: Screen[Any] | None = None
        self._holds: set[object] = set()
        self._waited_for: WeakSet[Worker[Any]] = WeakSet()
        self._not_waited_for: WeakSet[Worker[Any]] = WeakSet()
        self._watch: asyncio.Task[None] | None = None

    def hold_keys(self) -> Callable[[], None]:
        """Act on no further key until the returned is called, or for `longest_wait`."""
        hold = object()
        self._holds.add(hold)
        return lambda: self._holds.discard(hold)

    @contextmanager
    def keys_wait(self) -> Iterator[None]:
        """Keys wait for this worker as for one that a key has started: it does what an answer to
        its question asked for, and may ask more. Must be used in a worker."""
        worker = get_current_worker()
        self._waited_for.add(worker)
        try:
            yield
        finally:
            self._waited_for.discard(worker)

    async def push_screen_wait(  # type: ignore[override]
        self, screen: Screen[_Result], *, mode: str | None = None
    ) -> _Result:
        worker = get_current_worker()
        self._not_waited_for.add(worker)
        try:
            return await super().push_screen_wait(screen, mode=mode)
        finally:
            self._not_waited_for.discard(worker)

    # ------------------------------------------------------------------ one key at a time

    @property
    def input_waits(self) -> bool:
        """Whether a key waits, or anything else that may be one."""
        return bool(self._waiting) or self.message_queue_size > 0

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if isinstance(event, events.Key) and (event.is_printable or event.key in _TYPED):
                self.last_typed_at = time.monotonic()
            self._waiting.append(event)
            await self._act_on_next()
        elif (
            (self._waiting or self._holds)
            and isinstance(event, events.MouseEvent)
            and not event.is_forwarded
        ):
            # A click would move the keyboard away from what the keys before it were meant for,
            # and where something is about to open it waits for that as a key does.
            self._waiting.append(event)
            await self._act_on_next()
        else:
            if isinstance(event, events.MouseEvent) and not _only_moves(event):
                self.last_input_at = time.monotonic()
            await super().on_event(event)

    async def _act_on_next(self) -> None:
        """Act on the next key if it is its turn; else see to it that its turn comes."""
        while self._waiting:
            if not (self._may_act() and self._may_follow(self._waiting[0])):
                if self._watch is None or self._watch.done():
                    self._watch = asyncio.create_task(self._keep_watch(), name="type-ahead")
                return
            event = self._waiting.popleft()
            self.last_input_at = time.monotonic()
            if isinstance(event, events.MouseEvent):
                await super().on_event(event)
            else:
                await self._act_on(event)

    async def _act_on(self, event: events.Key | events.Paste) -> None:
        self._number += 1
        target = (self.focused or self.screen) if self.screen_stack else self
        self._acting_in, self._only_wrote = target, self._only_writes(event, target)
        await super().on_event(event)
        if not target.post_message(self.Acted(target, self._number)) or target in self._stuck:
            self._acting_in = None

    def _may_follow(self, event: _Waiting) -> bool:
        """Whether `event` need not wait for the key before it: characters get into a field in
        the order typed, and none of them moves the keyboard."""
        field = self._acting_in
        if field is None:
            return True
        follows = self._only_wrote and self._only_writes(event, field)
        return follows and field is self.focused

    def _only_writes(self, event: _Waiting, target: MessagePump) -> bool:
        """Whether all that `event` does is to put a character into the field `target`."""
        return (
            isinstance(event, events.Key)
            and event.is_printable
            and isinstance(target, Input | TextArea)
            and target.check_consume_key(event.key, event.character)
            and not any(
                binding.priority
                for _, bindings in target.screen._binding_chain
                for binding in bindings.key_to_bindings.get(event.key, ())
            )
        )

    async def on_type_ahead_app_acted(self, event: Acted) -> None:
        event.stop()
        acting_in = event.acting_in
        self._stuck.discard(acting_in)
        if event.number != self._number or self._acting_in is None:
            return
        again = self.Acted(acting_in, event.number, second=True)
        if not event.second and acting_in.post_message(again):
            return
        # A worker that the key has started comes to its first dialog meanwhile.
        await asyncio.sleep(0)
        self._acting_in = None
        await self._act_on_next()

    async def _keep_watch(self) -> None:
        """For turns that nothing announces, until no key waits."""
        number, waited, looked_at = self._number, 0.0, time.monotonic()
        while self._waiting and self._running:
            await asyncio.sleep(_LOOK)
            if number != self._number:
                number, waited = self._number, 0.0
            now = time.monotonic()
            waited += min(now - looked_at, 2 * _LOOK)
            looked_at = now
            acting_in = self._acting_in
            if isinstance(acting_in, Widget) and not acting_in.is_attached:
                # Closed by the key, and what was sent after the key is gone with it.
                self._acting_in = None
            leaving = any(map(self._is_way_out, self._waiting))
            if waited > (self.longest_wait_to_leave if leaving else self.longest_wait):
                self._wait_no_more()
            self.call_later(self._act_on_next)

    def _is_way_out(self, event: _Waiting) -> bool:
        if not isinstance(event, events.Key):
            return False
        bound = self._bindings.key_to_bindings.get(event.key, ())
        return any(binding.action in _WAYS_OUT for binding in bound)

    def _wait_no_more(self) -> None:
        if self._acting_in is not None:
            # Keys still go there, but none waits for it again before it has come round.
            self._stuck.add(self._acting_in)
        self._acting_in = None
        self._holds.clear()
        self._not_waited_for.update(self.workers)
        if self.screen_stack:
            self._settled = self.screen

    # ------------------------------------------------------------------ what a key waits for

    def _may_act(self) -> bool:
        if not self.screen_stack:
            return True
        if self._holds or any(self._is_about_to_ask(worker) for worker in self.workers):
            return False
        screen = self.screen
        if screen is not self._settled and screen._mounted_event.is_set():
            # What it asked for while it was built, the focus above all, comes first.
            screen.call_later(self.call_later, self._settle, screen)
        return screen is self._settled

    async def _settle(self, screen: Screen[Any]) -> None:
        self._settled = screen
        await self._act_on_next()

    def _is_about_to_ask(self, worker: Worker[Any]) -> bool:
        asks = worker.group in ASKING or worker in self._waited_for
        return asks and not worker.is_finished and worker not in self._not_waited_for

    # ------------------------------------------------------------------ what opens by itself

    async def until_nobody_types(self) -> None:
        """Wait for a pause in typing."""
        while self.is_running:
            left = self.last_typed_at + _PAUSE_IN_TYPING - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(min(left, _PAUSE_IN_TYPING))

    async def ask_unbidden(self, dialog: Screen[_Result]) -> _Result:
        """The answer to a dialog that opens by itself, and so must not take the keys of what
        is being written just then. Must be called from a worker."""
        await self.until_nobody_types()
        return await self.push_screen_wait(dialog)


def _only_moves(event: events.MouseEvent) -> bool:
    """Whether the mouse was moved over the screen and nothing was dragged by it."""
    return isinstance(event, events.MouseMove) and not event.button
