"""How the full-screen program ends, whatever ends it: saved first, then the terminal restored.

A key, a signal, a closed terminal and an error nobody foresaw all pass through here. The event
loop is asked to end in good order; where it does not get to it in time, a thread saves what it
can reach, restores the terminal, and ends the process.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Protocol, Self

from textual.css.query import NoMatches
from textual.driver import Driver
from textual.notifications import SeverityLevel as Severity
from textual.worker import WorkerFailed

from autocoder_tui.diagnostics import crash_report as crash
from autocoder_tui.runs.setup import Setup
from autocoder_tui.system.jobs import ask_to_stop, has_shell, stop_at_once
from autocoder_tui.system.signals import (
    SIGCONT,
    SIGHUP,
    SIGINT,
    SIGQUIT,
    SIGTERM,
    SIGTSTP,
    SignalWatch,
)
from autocoder_tui.ui.terminal.driver import TerminalDriver

GRACE: Final = 1.3
"""Seconds for an end in good order."""
SAVING: Final = 0.3
"""Seconds more for the last words, where there was none."""

_ENDS = (SIGTERM, SIGHUP, SIGINT, SIGQUIT)
_STOPS = (SIGTSTP, SIGCONT)


class EndedApp(Protocol):
    """What an end needs of the App."""

    setup: Setup
    _driver: Driver | None

    @property
    def is_running(self) -> bool: ...

    def exit(self, *, return_code: int) -> None: ...

    def refresh(self, *, layout: bool = False) -> object: ...

    def tell(self, text: str, *, severity: Severity = "information") -> None: ...


class Shutdown:
    """`with Shutdown(app):` around the App's whole run.

    `last_words` are called once before any end, in order; each must be quick, must not wait
    for the event loop, and may be called from another thread when the loop is stuck.
    """

    def __init__(self, app: EndedApp) -> None:
        self._app = app
        self.last_words: list[Callable[[], None]] = []
        self.crash: BaseException | None = None
        self._untold: BaseException | None = None
        self.report: Path | None = None
        self.signal = 0
        self._said = False
        self._one_at_a_time = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = self._will_stop = False
        self._owns_the_process = False
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._owns_the_process = True
        terminal = sys.__stdin__.fileno() if sys.__stdin__ is not None else None
        self._open.enter_context(crash.hooked(self.crashed_elsewhere))
        self._open.enter_context(SignalWatch(self.hear, (*_ENDS, *_STOPS), terminal=terminal))
        return self

    def __exit__(self, *_: object) -> None:
        # Signals stay heard until the process has ended: that may still take its time.
        if not self.signal:
            self._open.close()

    def begin(self) -> None:
        """From now on the event loop can end the App. Called in it."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._in_loop)
        if self._will_stop:
            # Asked for before there was a screen that could be given back.
            threading.Thread(target=self.hear, args=(SIGTSTP,), name="stop", daemon=True).start()

    # ------------------------------------------------------------------ saving

    def say_last_words(self) -> None:
        """Save everything, once."""
        with self._one_at_a_time:
            if self._said:
                return
            self._said = True
        for word in self.last_words:
            try:
                word()
            except Exception as error:
                # One that fails must not keep the others from being said.
                self._note(error)

    # ------------------------------------------------------------------ signals

    def hear(self, number: int) -> None:
        """Act on a signal. Called in a thread of its own, which is why it may wait."""
        driver = self._app._driver
        lent = isinstance(driver, TerminalDriver) and driver.lent
        if number == SIGTSTP:
            self._stop(lent)
        elif number == SIGCONT:
            self._go_on(lent)
        elif lent and number in (SIGINT, SIGQUIT):
            # Typed in the editor that has the terminal, and meant for it.
            return
        elif not self.signal:
            self.signal = number
            self._end_in_time(128 + number, lambda: self._app.exit(return_code=128 + number))

    def _end_in_time(self, code: int, end: Callable[[], None]) -> None:
        self._ask(end)
        if not self._owns_the_process:
            return
        guard = threading.Thread(target=self._force, args=(code,), name="ending", daemon=True)
        guard.start()

    def _force(self, code: int) -> None:
        """End the process if it is still there after its time."""
        if self._loop is not None:
            threading.Event().wait(GRACE)
        saving = threading.Thread(target=self.say_last_words, daemon=True)
        saving.start()
        saving.join(SAVING)
        driver = self._app._driver
        if isinstance(driver, TerminalDriver):
            driver.give_back_at_once()
        self.tell()
        os._exit(code)

    def _ask(self, what: Callable[[], Any]) -> bool:
        if self._loop is None:
            return False
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:
            # The loop is closed: the end is under way.
            return False
        return True

    # ------------------------------------------------------------------ stopping, going on

    def stop_as_a_job(self) -> None:
        """What Ctrl+Z does to a program that does not read keys itself."""
        if has_shell():
            ask_to_stop()
        else:
            self._app.tell("There is no shell to go back to from here.", severity="warning")

    def _stop(self, lent: bool) -> None:
        """Stop as a job does (Ctrl+Z), with the terminal as it was before the program."""
        if self.signal or not has_shell():
            return
        self._will_stop = self._loop is None
        if self._will_stop:
            return
        if not lent:
            given_back = threading.Event()
            if self._ask(lambda: self._give_back(given_back)) and not given_back.wait(1):
                driver = self._app._driver
                assert isinstance(driver, TerminalDriver)
                driver.give_back_at_once()
            self._stopped = True
        stop_at_once()

    def _give_back(self, done: threading.Event) -> None:
        driver = self._app._driver
        if isinstance(driver, TerminalDriver) and driver.taken:
            driver.suspend_application_mode()
        done.set()

    def _go_on(self, lent: bool) -> None:
        self._will_stop = False
        if lent or self.signal:
            return
        driver = self._app._driver
        if self._stopped and isinstance(driver, TerminalDriver) and not driver.in_foreground:
            # Sent to the background: there is no screen to go on with.
            stop_at_once()
            return
        self._stopped = False
        self._ask(self._take_again)

    def _take_again(self) -> None:
        driver = self._app._driver
        if not isinstance(driver, TerminalDriver) or self.signal:
            return
        if driver.taken:
            # Stopped without a word (SIGSTOP): who had the terminal since may have changed it.
            driver.suspend_application_mode()
        driver.resume_application_mode()
        self._app.refresh(layout=True)

    # ------------------------------------------------------------------ errors

    def crashed(self, error: BaseException) -> bool:
        """End because of `error`, unless it is one of an end: whether it is no such. Called in the
        event loop."""
        if isinstance(error, WorkerFailed):
            error = error.error
        if isinstance(error, NoMatches) and (self._said or not self._app.is_running):
            return False  # ended before it had its panes, or while they go
        if self.crash is None:
            self.crash = self._untold = error
            self.report = self._note(error)
            self._app.exit(return_code=1)
            if self._loop is not None:
                self._end_in_time(1, lambda: None)
        return True

    def crashed_elsewhere(self, error: BaseException) -> None:
        """The same from any other thread."""
        if not self._ask(lambda: self.crashed(error)):
            self.crash = self._untold = error
            self.report = self._note(error)

    def _in_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, Exception):
            return
        if "handle" in context:
            self.crashed(error)
        else:
            # A task whose end nobody waited for: noted, and nothing is the worse for it.
            self._note(error)

    def tell(self) -> None:
        """Say on stderr what went wrong, once."""
        with self._one_at_a_time:
            error, self._untold = self._untold, None
        if error is not None:
            crash.say(error, self.report)

    def _note(self, error: BaseException) -> Path | None:
        setup = self._app.setup
        return crash.write_report(setup.places.state, error, setup.environ)
