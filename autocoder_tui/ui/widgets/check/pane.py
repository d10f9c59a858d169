"""The check of a proposal: how it stands, and what its commands print."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import KeyedText, key_of
from autocoder_tui.ui.widgets.check.lines import CheckLines
from autocoder_tui.ui.widgets.check.view import CheckView

if TYPE_CHECKING:
    from autocoder_tui.check.check import CommandResult
    from autocoder_tui.check.sandbox import Sandbox
    from autocoder_tui.runs.review_session import ReviewSession

CheckDeed: TypeAlias = Literal["check", "send back", "choose commands", "go there"]

NOTHING = """\
Nothing checked yet.

{review.check} in the review tries the proposal before it is written: the project's commands \
(tests, linters) run on a copy with the changes made, and what they print stands here."""

_FRAME = 1 / 10


class CheckPane(Vertical):
    """Shows a check as it goes. It is told what happens, and posts what is wanted."""

    BINDINGS = [
        Binding(
            "B",
            "want('send back')",
            "Send back",
            id="check.send_back",
            tooltip="what failed, to the model",
        ),
        Binding("C", "want('check')", "Check", id="check.start", tooltip="again"),
        Binding(
            "K",
            "want('choose commands')",
            "Commands",
            id="check.commands",
            tooltip="choose others",
            show=False,
        ),
    ]
    DEFAULT_CSS = """
    CheckPane { height: 1fr; }
    CheckPane #check-state { height: auto; max-height: 3; padding: 0 1; background: $panel; }
    CheckPane #check-nothing { padding: 1 2; color: $text-muted; display: none; }
    CheckPane.-empty #check-nothing { display: block; }
    CheckPane.-empty #check-state, CheckPane.-empty CheckView { display: none; }
    """

    @dataclass
    class Wanted(Message):
        """Something is to be done that needs more than this pane. To "go there" is to line `line`
        (from 1) of the project's file `path`."""

        deed: CheckDeed
        path: str = ""
        line: int = 0

    class Filled(Message):
        """The first check has begun: there is something to see."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="-empty")
        self.keyboard_view = CheckView(id="check-view")
        self._lines = CheckLines()
        self._timer: Timer | None = None
        self._doing = ""
        self._since = 0.0
        self._failed = False
        self._words = ""
        self._tried: ReviewSession | None = None
        """The review whose proposal was tried last."""
        self.session: ReviewSession | None = None
        """The review whose proposal would be tried: `decide_on` changes it."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "want":
            # Which commands it would be can be chosen at any time.
            sends = self._failed and not self._doing
            possible = {"check": self.session is not None, "send back": sends}
            return possible.get(str(parameters[0]), True)
        return super().check_action(action, parameters)

    def refuses(self, action: str) -> bool:
        """For the footer: a check under way is not begun again, nor one of half a reply."""
        if action not in ("want('check')", "want('send back')"):
            return False
        still_comes = self.session is not None and self.session.coming is not None
        return bool(self._doing) or still_comes

    def compose(self) -> ComposeResult:
        yield KeyedText(NOTHING, id="check-nothing")
        yield Static("", id="check-state", markup=False)
        yield self.keyboard_view

    def action_want(self, deed: CheckDeed) -> None:
        self.post_message(self.Wanted(deed))

    def on_check_view_followed(self, event: CheckView.Followed) -> None:
        event.stop()
        self.post_message(self.Wanted("go there", event.path, event.line))

    # ------------------------------------------------------------------ what is told

    def begin(self, what: str) -> None:
        """A check of `what` begins."""
        if self.has_class("-empty"):
            self.remove_class("-empty")
            self.post_message(self.Filled())
        self._failed, self._words, self._tried = False, "", self.session
        self._lines = CheckLines()
        self.keyboard_view.show([])
        self.keyboard_view.start_over()
        self._doing, self._since = f"Copying the project with {what} in it", time.monotonic()
        if self._timer is None:
            self._timer = self.set_interval(_FRAME, self._frame)
        self._show_state()
        self.refresh_bindings()

    def tell_sandbox(self, sandbox: Sandbox) -> None:
        self._lines.remark(sandbox.words)
        self._show_lines()

    def command_began(self, command: str, *, base: bool) -> None:
        self._lines.begin(command, base=base)
        where = "without the proposal, to compare" if base else ""
        self._doing = " ".join(filter(None, (f"Running {visible(command)}", where)))
        self._since = time.monotonic()
        self._show_lines()
        self._show_state()

    def hear(self, data: bytes) -> None:
        self._lines.hear(data)

    def command_ended(self, result: CommandResult) -> None:
        self._lines.end(result)
        self._show_lines()

    def end(self, words: str, remarks: Sequence[str] = (), changed: Collection[str] = ()) -> None:
        """The check is over; `words` say how. The cursor goes to the first place in one of the
        files `changed`, else to the first of all."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        for remark in remarks:
            self._lines.remark(remark)
        self._show_lines()
        self._doing = ""
        self._failed = words.startswith("✗")
        self.refresh_bindings()
        self._words = words
        self.query_one("#check-state", Static).update(visible(words))
        view = self.keyboard_view
        links = view.links
        if links and view.cursor < 0:
            at = (number for number in links if view.lines[number].path in changed)
            view.cursor = next(at, links[0])
            view.refresh()

    def decide_on(self, session: ReviewSession | None) -> bool:
        """The proposal that would be tried is `session`'s now. Says whether the check on show
        was another's, which the pane tells from here on."""
        self.session = session
        if self._doing or not self._words or (session is not None and session.checked):
            return False
        self._failed = False
        self.refresh_bindings()
        if session is not None and session is self._tried:
            return False  # it was stopped, or could not be done
        self.query_one("#check-state", Static).update(
            visible(f"Of the proposal before: {self._words}")
        )
        return True

    # ------------------------------------------------------------------ drawing

    def _frame(self) -> None:
        if self._lines.take():
            self._show_lines()
        self._show_state()

    def _show_lines(self) -> None:
        self.keyboard_view.show(self._lines.lines)

    def _show_state(self) -> None:
        if self._doing:
            passed = time.monotonic() - self._since
            self.query_one("#check-state", Static).update(
                f"{self._doing} … {passed:.0f} s · {key_of(self.app, 'run.stop')} stops"
            )
