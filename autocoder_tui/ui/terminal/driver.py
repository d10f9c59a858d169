"""The terminal, taken and given back: also where nobody reads it, or it has gone away."""

from __future__ import annotations

import os
import re
import select
import signal
from typing import Any, Final, Protocol, cast

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.message import Message

from autocoder_tui.system.jobs import in_foreground
from autocoder_tui.system.locale_encoding import shows_utf8
from autocoder_tui.system.signals import SIGCONT, SIGHUP, SIGTSTP
from autocoder_tui.system.terminal_kind import is_basic
from autocoder_tui.ui.terminal.background import QUERY, BackgroundAnswer
from autocoder_tui.ui.terminal.base_driver import LinuxDriver
from autocoder_tui.ui.terminal.early_terminal import SCREEN, output
from autocoder_tui.ui.terminal.fewer_signs import table_for
from autocoder_tui.ui.terminal.input import TypedInput
from autocoder_tui.ui.terminal.posix import restore
from autocoder_tui.ui.terminal.signs import GIVE_TITLE_BACK, KEEP_TITLE, NO_PROGRESS, progress
from autocoder_tui.ui.terminal.writer import TerminalWriter

_TICK: Final = 0.1
"""Seconds after which the parser is told that nothing came."""

_PATIENCE: Final = 0.4
"""Seconds a terminal is given to take the last of the output."""

# All that the program may have switched on, off again. The first ends whatever sequence the
# output was cut in the middle of.
GIVE_BACK: Final = (
    "\x1b\\\x1b[0m\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1016l\x1b[?1000l\x1b[?1003l"
    "\x1b[?1015l\x1b[?1006l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)


# What a basic terminal may show as text, and what leaves nothing of the program on the one screen
# that it has.
_MORE_THAN_BASIC: Final = re.compile(
    r"\x1b\[(?:\?\d+\$p|[<>=]\d*u)|\x1b\]22;[^\x07\x1b]*(?:\x07|\x1b\\)"
)
_LONGEST_SWITCH: Final = 40
_WIPE: Final = "\x1b[0m\x1b[2J\x1b[H"

_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class EndOfApp(Protocol):
    """Ends the App in good order. Its methods are called in the thread that reads keys."""

    def hear(self, number: int) -> None: ...

    def crashed_elsewhere(self, error: BaseException) -> None: ...


class HasAnEnd(Protocol):
    """What the driver needs of the App besides what the framework's does."""

    @property
    def ending(self) -> EndOfApp: ...

    @property
    def asks_background(self) -> bool:
        """Whether the terminal is to be asked if it is light or dark."""

    def background_is(self, light: bool) -> None: ...

    @property
    def keeps_title(self) -> bool:
        """Whether the window's title is changed, and so is to be given back."""

    def hand_over_terminal(self) -> list[Any] | None:
        """What the terminal was like before it was taken, if it is taken already."""

    def terminal_taken(self) -> None:
        """The terminal is as the program needs it."""


def driver_class() -> type[Driver] | None:
    """Our driver, unless the environment asks for another one, as a page in a browser does."""
    return None if constants.DRIVER else TerminalDriver


class TerminalDriver(LinuxDriver):
    """The framework's driver, except that nothing ever waits for the terminal.

    Signals are the business of `Shutdown`, so the framework's handlers are not left in place.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        handlers = {n: signal.getsignal(n) for n in (SIGTSTP, SIGCONT)}
        super().__init__(app, **options)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        self._writer: TerminalWriter | None = None
        self._asked_back = False
        self._background = BackgroundAnswer(self._heard_background)
        self._title_kept = False
        self._drawn_on = False
        self._is_basic = is_basic(os.environ)
        self._signs = table_for(os.environ, utf8=shows_utf8())
        self._before: list[Any] | None = None
        """The attributes of the terminal before it was taken, while it is being taken over."""

    @property
    def _ending_of_app(self) -> EndOfApp:
        return cast(HasAnEnd, self._app).ending

    @property
    def taken(self) -> bool:
        """Whether the terminal is in the state the program needs, and not as it was before."""
        return self._writer is not None

    @property
    def lent(self) -> bool:
        """Whether another program, an editor, has the terminal for now."""
        return not self._auto_restart

    @property
    def in_foreground(self) -> bool:
        """Whether the terminal is ours to change."""
        return in_foreground(self.fileno)

    def write(self, data: str) -> None:
        if self._is_basic and len(data) < _LONGEST_SWITCH:
            data = _MORE_THAN_BASIC.sub("", data)
        if self._signs is not None:
            data = data.translate(self._signs)
        if self._writer is not None and not (self._drawn_on and data == SCREEN):
            self._writer.write(data)

    def start_application_mode(self) -> None:
        app = cast(HasAnEnd, self._app)
        self._writer = TerminalWriter(output(), self._repaint)
        self._asked_back = False
        # Whoever ends it between two steps of this has to know, too.
        before = self._before = app.hand_over_terminal()
        # What is there already is not wiped away before there is more to see.
        self._drawn_on = before is not None
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._drawn_on = False
        if before is not None:
            self.attrs_before = before
        self._before = None
        if app.asks_background:
            self._background.asked()
            self.write(QUERY)
        self._title_kept = app.keeps_title and not self._is_basic
        if self._title_kept:
            self.write(KEEP_TITLE)
            app.terminal_taken()

    def stop_application_mode(self) -> None:
        self.write(self._outside + (_WIPE if self._is_basic else ""))
        self._title_kept = False
        super().stop_application_mode()
        self._asked_back = True

    def disable_input(self) -> None:
        """Once the terminal is given back, what is typed is the shell's: Textual's last call of
        this would throw it away."""
        if not self._asked_back:
            super().disable_input()

    def _repaint(self) -> None:
        self._loop.call_soon_threadsafe(self._app.refresh)

    @property
    def _give_back(self) -> str:
        """What gives back a terminal in whatever state."""
        basic = _WIPE + _MORE_THAN_BASIC.sub("", GIVE_BACK)
        return (basic if self._is_basic else GIVE_BACK) + self._outside

    @property
    def _outside(self) -> str:
        """What gives back what is outside the window."""
        shown = progress(NO_PROGRESS, os.environ)
        return shown + (GIVE_TITLE_BACK if self._title_kept else "")

    def _heard_background(self, light: bool) -> None:
        """In the thread that reads keys."""
        hear = cast(HasAnEnd, self._app).background_is
        self._loop.call_soon_threadsafe(self._app.call_later, hear, light)

    def close(self) -> None:
        super().close()
        writer, self._writer = self._writer, None
        if writer is not None and not writer.close(_PATIENCE):
            writer.write_over(self._give_back, _PATIENCE)

    def give_back_at_once(self) -> None:
        """Restore the terminal from any thread, whatever state the program is in."""
        writer, self._writer = self._writer, None
        if writer is None or not self.in_foreground:
            return
        # A mode that is ended twice would end one of whoever had the terminal before.
        if writer.close(_PATIENCE / 4 if self._asked_back else 0) and self._asked_back:
            return
        attributes = self._before or self.attrs_before
        if attributes is not None:
            restore(self.fileno, attributes)
        writer.write_over(self._give_back, _PATIENCE)

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.Paste):
            # No text has a use for these, and not every place it may go to shows them as marks.
            message.text = _CONTROLS.sub("", message.text)
        super().process_message(message)

    def run_input_thread(self) -> None:
        """Read keys until the terminal is given back. Raises OSError when it has gone."""
        parser, typed = XTermParser(self._debug), TypedInput()
        while not self.exit_event.is_set():
            text, wait = "", typed.wait
            if select.select([self.fileno], [], [], _TICK if wait is None else wait)[0]:
                data = os.read(self.fileno, 4096)
                if not data:
                    raise OSError("the terminal is closed")
                text = typed.take(data)
            elif wait is not None:
                text = typed.settle()
            text = self._background.take(text)
            # No text at all would mean the end of it to the parser.
            for message in parser.feed(text) if text else ():
                self.process_message(message)
            for message in parser.tick():
                self.process_message(message)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:
            self._ending_of_app.hear(SIGHUP)
        except Exception as error:
            self._ending_of_app.crashed_elsewhere(error)
