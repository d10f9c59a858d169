"""Trying the proposal before it is written: asks once, runs beside everything else, shows it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

from textual.worker import Worker, WorkerError

from autocoder_tui.check.check import CommandResult, check
from autocoder_tui.check.sandbox import Sandbox, sandbox_here
from autocoder_tui.diagnostics.crash_report import report_of_run
from autocoder_tui.engine.metering.money import format_usd
from autocoder_tui.engine.request import Limits
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.proof import (
    Checked,
    Commands,
    Tried,
    commands_of,
    in_words,
    note_of,
    place_of_line,
    plan_of,
    question,
    tried_part,
)
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.project_checks import CheckBases, ProjectChecks
from autocoder_tui.ui.controllers.review_display import decide_check_on
from autocoder_tui.ui.controllers.send_again import send_again
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.widgets.check.pane import CheckPane
from autocoder_tui.ui.widgets.review.keys import OF_A_WHOLE_REPLY
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.workspace.errors import ReadError
from autocoder_tui.workspace.textfile import read_text_file

_AROUND = 6
"""Lines shown above and below a place that is not under review."""
_CLOSE_SECONDS = 10


class ProposalCheck:
    """The one check at a time, with what is remembered of those before."""

    def __init__(self, app: Program) -> None:
        self._app = app
        setup = app.setup
        self._bases = CheckBases(setup.places.state if setup.places.keeps else None)
        self._worker: Worker[None] | None = None
        self._confirmed: set[tuple[str, tuple[str, ...], bool]] = set()
        """What was said yes to since the start, for where that can't be kept."""
        self._named: tuple[str, ...] = ()
        self._spent: dict[str, Decimal] = {}
        """US dollars that the runs before a run of this id cost, whose failures it mends."""
        self._doing, self._since = "", 0.0

    @property
    def running(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    async def do(self, wanted: CheckPane.Wanted) -> None:
        """Do what the pane of the check asked for. Must be called from a worker."""
        match wanted.deed:
            case "check":
                await self.check()
            case "send back":
                await self.send_back()
            case "choose commands":
                await self.choose_commands()
            case "go there":
                await self.go_to(wanted.path, wanted.line)

    def stop(self) -> None:
        """End the check with all it started."""
        if self._worker is not None:
            self._worker.cancel()

    async def close(self) -> None:
        """The program ends: end the check, and wait until nothing of it is left."""
        worker = self._worker
        if worker is None or worker.is_finished:
            return
        worker.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                with suppress(WorkerError):
                    await worker.wait()

    # ------------------------------------------------------------------ the commands

    async def _commands(self, sandbox: Sandbox) -> Commands | None:
        """The commands, named and said yes to; None where somebody said no."""
        commands = await asyncio.to_thread(commands_of, self._app.setup, sandbox)
        for problem in commands.problems:
            self._app.tell(problem, severity="warning")
        if not commands.texts and self._named:
            settings = replace(commands.settings, commands=self._named)
            commands = replace(commands, settings=settings, origin="chosen by you")
        if not commands.texts:
            named = await self._name(commands)
            return None if not named else await self._said_yes(named, sandbox)
        asked = [
            each
            for each in commands.asked
            if self._key(each, commands, sandbox) not in self._confirmed
        ]
        return commands if not asked else await self._said_yes(commands, sandbox)

    async def choose_commands(self) -> None:
        """Name other commands for this project."""
        sandbox = await asyncio.to_thread(sandbox_here)
        commands = await asyncio.to_thread(commands_of, self._app.setup, sandbox)
        named = await self._name(commands)
        if named is not None and await self._said_yes(named, sandbox) is not None:
            if commands.origin.startswith("named in"):
                self._app.tell(
                    f"The commands {commands.origin} still apply, so yours are not used: change "
                    "them there.",
                    severity="warning",
                )

    async def _name(self, commands: Commands) -> Commands | None:
        """Let the person write the commands down, beginning with what the project suggests."""
        offered = commands.texts or commands.suggested
        found = (
            "These are suggested by the files of the project. "
            if commands.suggested and not commands.texts
            else ""
        )
        hint = (
            "What is this project checked with? One command a line, as in a shell in the "
            f"project's folder. {found}Nothing runs before you have said yes to it."
        )
        text = await self._app.dialog_drafts.ask("Check commands", hint, "\n".join(offered))
        lines = [] if text is None else [line.strip() for line in text.split("\n")]
        named = tuple(dict.fromkeys(line for line in lines if line))
        if not named:
            return None
        settings = replace(commands.settings, commands=named)
        return replace(commands, settings=settings, origin="chosen by you")

    async def _said_yes(self, commands: Commands, sandbox: Sandbox) -> Commands | None:
        answers = (Answer("run", "Run", "r"), Answer("no", "Don't run", "d", harmless=True))
        ask = Question("Run this project's checks?", question(commands, sandbox), answers, start=1)
        if await self._app.push_screen_wait(ask) != "run":
            return None
        self._named = commands.texts
        self._confirmed |= {self._key(each, commands, sandbox) for each in commands.texts}
        remembered = ProjectChecks(self._app.setup.places.state, self._app.root)
        passed = commands.settings.pass_environment
        try:
            if self._app.setup.places.keeps and not self._app.setup.demo:
                await asyncio.to_thread(
                    remembered.confirm, commands.texts, passed, closed=sandbox.closed
                )
        except OSError:
            self._app.tell("Your yes can't be kept, so the next start asks again.")
        return commands

    def _key(
        self, command: str, commands: Commands, sandbox: Sandbox
    ) -> tuple[str, tuple[str, ...], bool]:
        return command, commands.settings.pass_environment, sandbox.closed

    # ------------------------------------------------------------------ one check

    async def check(self) -> None:
        """Try what stands of the review. Must be called from a worker, for it may ask."""
        await self._begin()

    async def _begin(self) -> Worker[None] | None:
        app, session = self._app, self._app.review_session
        if session is None or not session.review.files:
            app.tell("There is nothing to check: no proposal is under review.")
            return None
        if session.coming is not None:
            app.tell(OF_A_WHOLE_REPLY["check"], severity="warning")
            return None
        if self.running:
            app.tell(
                f"A check is under way: {app.key('pane.check')} shows it, "
                f"{app.key('run.stop')} stops it."
            )
            return None
        sandbox = await asyncio.to_thread(sandbox_here)
        commands = await self._commands(sandbox)
        if commands is None or self.running or app.review_session is not session:
            return None
        try:
            tried = tried_part(session.reviewable, session.review)
        except AutocoderError as error:
            app.tell(error.message, severity="error")
            return None
        if not tried.changes:
            app.tell("There is nothing to check: every hunk is rejected.")
            return None
        worker = self._worker = app.run_worker(
            self._work(session, tried, commands, sandbox), group="check", exit_on_error=False
        )
        app.refresh_bindings()
        return worker

    async def _work(
        self, session: ReviewSession, tried: Tried, commands: Commands, sandbox: Sandbox
    ) -> None:
        app, review = self._app, session.review
        setup, pane = app.setup, app.main.query_one(CheckPane)
        pane.begin(tried.words)
        app.main.mark("check", " …")
        self._tell_doing("copying the project")
        app.set_timer(0.5, self._tick)
        plan = plan_of(app.root, commands.settings, tried.changes)
        words, sign = "Stopped. The copy was removed.", ""
        remarks: tuple[str, ...] = ()
        try:
            result = await check(plan, self, setup.environ, self._bases, sandbox)
            session.checked = Checked(review, tried, result)
            words, remarks = f"{in_words(result)}, on {tried.words}", result.remarks
            sign = " ✓" if result.passed else " ✗"
        except AutocoderError as error:
            words, sign = f"✗ {error.message}", " ✗"
        except Exception as error:
            words = report_of_run(error, state=setup.places.state, environ=setup.environ)
            sign = " ✗"
        finally:
            self._worker = None
            self._doing = ""
            if app.is_running:
                pane.end(words, remarks, {file.path for file in review.files})
                app.main.mark("check", sign)
                decide_check_on(app, app.review_session)
                app.main.query_one(ReviewPane).show_checking("")
                app.refresh_bindings()
                app.main.log_line(f"check: {words}")
                app.signs.ended("the check is over")
        if app.main.pane not in ("check", "review"):
            shows = app.key("pane.check")
            app.tell(
                words if sign == " ✓" else f"{words}. {shows} shows what was printed.",
                severity="information" if sign == " ✓" else "warning",
            )

    def check_began(self, sandbox: Sandbox) -> None:
        self._app.main.query_one(CheckPane).tell_sandbox(sandbox)

    def command_began(self, command: str, *, base: bool) -> None:
        self._app.main.query_one(CheckPane).command_began(command, base=base)
        self._tell_doing(f"{visible(command)}{', without the proposal' if base else ''}")

    def command_printed(self, data: bytes) -> None:
        self._app.main.query_one(CheckPane).hear(data)

    def command_ended(self, result: CommandResult) -> None:
        self._app.main.query_one(CheckPane).command_ended(result)

    def _tell_doing(self, doing: str) -> None:
        self._doing, self._since = doing, time.monotonic()
        self._show_doing()

    def _tick(self) -> None:
        if self._doing and self._app.is_running:
            self._show_doing()
            self._app.set_timer(0.5, self._tick)

    def _show_doing(self) -> None:
        passed = time.monotonic() - self._since
        shows, stops = self._app.key("pane.check"), self._app.key("run.stop")
        # A long command is cut, and what can be done about it is not.
        line = f"… checking, {passed:.0f} s · {shows} shows, {stops} stops: {self._doing}"
        self._app.main.query_one(ReviewPane).show_checking(line)

    # ------------------------------------------------------------------ what follows

    async def go_to(self, path: str, line: int) -> None:
        """Show a place that the output names: in the diff, or else as it is on disk."""
        app, session = self._app, self._app.review_session
        checked = None if session is None else session.checked
        if checked is not None:
            file = next((file for file in checked.review.files if file.path == path), None)
            if file is not None:
                side, at = place_of_line(file, line, whole=checked.tried.whole)
                app.main.show("review")
                if app.main.query_one(ReviewPane).go_to_place(path, side, at):
                    return
        try:
            text = (await asyncio.to_thread(read_text_file, app.root / path, name=path)).text
        except ReadError as error:
            app.tell(error.message, severity="warning")
            return
        lines = text.split("\n")
        first = max(0, line - 1 - _AROUND)
        shown = [
            f"{'▶' if number == line else ' '}{number:5}  {lines[number - 1]}"
            for number in range(first + 1, min(len(lines), line + _AROUND) + 1)
        ]
        title = f"{path}, line {line}: not changed by the proposal"
        app.push_screen(
            Question(title, "\n".join(shown), (Answer("close", "Close", "c", harmless=True),))
        )

    async def send_back(self) -> None:
        """Send what failed back to the model, in a new run on what stands of the proposal."""
        app, session = self._app, self._app.review_session
        checked = None if session is None else session.checked
        if session is None or checked is None or checked.result.passed:
            app.tell("No check has failed, so there is nothing to send back: C checks.")
            return
        if app.runner.running or self.running:
            app.tell(
                "A run or a check is under way: wait for it, or stop it "
                f"({app.key('run.stop')}) first."
            )
            return
        prepared = session.reviewable.prepared
        if prepared is None:
            app.tell(
                "The run behind this proposal is not known any more, so nothing was "
                "sent back. Run again."
            )
            return
        spent = self._spent_by(prepared.request.run_id)
        limits = self._limits_after(spent)
        if limits is None:
            return
        if await send_again(
            app, session, prepared, session.review, note_of(checked.result), limits
        ):
            self._follow(prepared.request.run_id, spent)

    def _spent_by(self, run_id: str) -> Decimal:
        """What the run, and those whose failures it was to mend, cost."""
        return self._spent.get(run_id, Decimal(0)) + self._app.runner.cost_of(run_id)

    def _limits_after(self, spent: Decimal) -> Limits | None:
        """The limits of the next round; None, with a word on it, where nothing is left."""
        limits = self._app.spending.limits(self._app.setup.limits)
        cap = limits.max_cost_usd
        if cap is None:
            return limits
        if spent >= cap:
            self._app.tell(
                f"The rounds so far cost {format_usd(spent)}, and one task may cost "
                f"{format_usd(cap)}: nothing was sent. --max-cost raises that.",
                severity="warning",
            )
            return None
        return replace(limits, max_cost_usd=cap - spent)

    def _follow(self, before: str, spent: Decimal) -> None:
        """The run that was just begun goes on the bill of `before` and those before that, as soon
        as it has an id."""
        app = self._app

        def note() -> None:
            prepared = app.runner.prepared
            if prepared is not None and prepared.request.run_id != before:
                self._spent[prepared.request.run_id] = spent
            elif app.runner.running:
                app.set_timer(0.1, note)

        app.set_timer(0.1, note)

    async def may_write(self, session: ReviewSession) -> bool:
        """Whether what is accepted may be written: it has passed, or somebody says so."""
        app = self._app
        commands = await asyncio.to_thread(commands_of, app.setup, Sandbox())
        if not commands.settings.check_before_accept or not session.review.counts.accepted:
            return True
        review = session.review
        if not session.check_holds:
            worker = await self._begin()
            if worker is not None:
                with suppress(WorkerError):
                    await worker.wait()
        if session.review is not review or app.review_session is not session:
            app.tell("The verdicts have changed meanwhile, so nothing was written.")
            return False
        checked = session.checked
        holds = checked is not None and session.check_holds
        if checked is not None and holds and checked.result.passed:
            return True
        said = in_words(checked.result) if checked is not None and holds else "It was not checked."
        text = f"{said}\n\nNothing is written before a check has passed, unless you say so."
        answers = (
            Answer("no", "Don't write", "d", harmless=True),
            Answer("write", "Write anyway", "w"),
        )
        return await app.push_screen_wait(Question("Not checked", text, answers)) == "write"
