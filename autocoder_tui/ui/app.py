"""The full-screen program: one workspace, one run at a time, nothing written unasked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, cast

from textual import work
from textual.app import SystemCommand
from textual.css.query import NoMatches
from textual.notifications import SeverityLevel as Severity
from textual.screen import Screen
from textual.widgets import Input, TextArea

from autocoder_tui.diagnostics.debug_log import DebugLog
from autocoder_tui.diagnostics.log_file import LogFile
from autocoder_tui.runs.preparation import Job
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.setup import ChosenModel, Setup
from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.ui.commands import Palette, commands_of, keys_of
from autocoder_tui.ui.controllers import answer_blocks, review_actions
from autocoder_tui.ui.controllers.batch import BatchActions
from autocoder_tui.ui.controllers.check import ProposalCheck
from autocoder_tui.ui.controllers.clarify import ClarifyRounds
from autocoder_tui.ui.controllers.control_files import load_or_save
from autocoder_tui.ui.controllers.conversation import OpenConversation
from autocoder_tui.ui.controllers.copy import copy_out
from autocoder_tui.ui.controllers.drafts import DialogDrafts
from autocoder_tui.ui.controllers.estimate import Estimator
from autocoder_tui.ui.controllers.fallback import ModelFallback
from autocoder_tui.ui.controllers.feedback import FeedbackRounds
from autocoder_tui.ui.controllers.given_reply import copy_prompt, paste_reply
from autocoder_tui.ui.controllers.history import HistoryActions
from autocoder_tui.ui.controllers.key_warning import KeyWarnings, ask_about_secret
from autocoder_tui.ui.controllers.mode import ModeChoice
from autocoder_tui.ui.controllers.models import ModelChoice
from autocoder_tui.ui.controllers.preferences import preferences
from autocoder_tui.ui.controllers.preprompts import Preprompts
from autocoder_tui.ui.controllers.prompt_history import PromptHistory
from autocoder_tui.ui.controllers.quit import Interrupt, leave
from autocoder_tui.ui.controllers.recovery import RunRecovery
from autocoder_tui.ui.controllers.review_autosave import ReviewAutosave
from autocoder_tui.ui.controllers.run_display import RunDisplay
from autocoder_tui.ui.controllers.runner import Runner
from autocoder_tui.ui.controllers.send import go_on_after_asking, send
from autocoder_tui.ui.controllers.session import SessionAutosave
from autocoder_tui.ui.controllers.shutdown import Shutdown
from autocoder_tui.ui.controllers.spending import SessionSpending
from autocoder_tui.ui.controllers.startup import begin
from autocoder_tui.ui.controllers.text_call import TextCalls
from autocoder_tui.ui.controllers.token_weights import FileWeigher
from autocoder_tui.ui.controllers.undo import UndoRedo
from autocoder_tui.ui.keymap import checked_keys
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.program_keys import PROGRAM_KEYS
from autocoder_tui.ui.screens.keys_help import KeysHelp
from autocoder_tui.ui.screens.main import MainScreen
from autocoder_tui.ui.screens.usage import UsageScreen
from autocoder_tui.ui.terminal.driver import HasAnEnd, driver_class
from autocoder_tui.ui.terminal.key_queue import ASKS, SEND, TypeAheadApp
from autocoder_tui.ui.theme import keep_choice, load_into
from autocoder_tui.ui.widgets.answers import AnswerView
from autocoder_tui.ui.widgets.check.pane import CheckPane
from autocoder_tui.ui.widgets.diff.view import Arrangement, DiffView
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.log.pane import LogPane
from autocoder_tui.ui.widgets.mode_switch import ModeSwitch
from autocoder_tui.ui.widgets.requirements_area import RequirementsArea
from autocoder_tui.ui.widgets.review.pane import ReviewPane


class AutocoderApp(TypeAheadApp):
    """Returns "demo" when the user asked for the demo instead, else None."""

    TITLE = "autocoder-tui"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (72, "-roomy")]
    BINDINGS = PROGRAM_KEYS

    def __init__(self, setup: Setup) -> None:
        super().__init__(driver_class=driver_class())
        self.setup = setup
        self.session = SessionAutosave(self)
        self.reviews = ReviewAutosave(self)
        self.recovery = RunRecovery(self)
        self.browsing = HistoryActions(self)
        self.prompting = PromptHistory(self)
        self.modes = ModeChoice(self)
        self.conversation = OpenConversation(self)
        self.clarifying = ClarifyRounds(self)
        self.preprompts = Preprompts(self)
        self.dialog_drafts = DialogDrafts(self)
        self.models = ModelChoice(self)
        self.review_session: ReviewSession | None = None
        self.spending = SessionSpending(self)
        self.falling_back = ModelFallback(self)
        self.keys_asked_about = KeyWarnings()
        display = RunDisplay(self)
        self.logbook = DebugLog(
            setup.debug_level, LogFile(setup.places.state / "log") if setup.places.keeps else None
        )
        self.logbook.trouble = lambda text: self.tell(text, severity="warning")
        self.runner = Runner(self, display, setup, self.spending.raise_cap, self.logbook.trace)
        self.text_calls = TextCalls(self, self, self.logbook.trace)
        self.feedback = FeedbackRounds(self)
        self.estimator = Estimator(self)
        self.weigher = FileWeigher(self)
        self.undo_redo = UndoRedo(self)
        self.proposal_check = ProposalCheck(self)
        self.batches = BatchActions(self)
        layout = cast(Arrangement, setup.settings.ui.diff_layout)
        self.main = MainScreen(setup.root, self.logbook, layout)
        self.ending = Shutdown(self)
        self.last_words = self.ending.last_words
        self.last_words.append(self.keep_everything)
        self._left_running = False
        self._styled_in = ""
        self.resources = AsyncExitStack()
        """Closed when the App ends."""
        self._start_problems: list[str] = []
        self._interrupt = Interrupt(self)

    # ------------------------------------------------------------------ starting, ending

    def get_default_screen(self) -> Screen[None]:
        return self.main

    def on_load(self) -> None:
        """Before anything is made: all is styled once, in the theme and with the keys wanted."""
        folder = self.setup.places.config / "themes"
        themes = load_into(self, folder, self.setup.theme)
        keys, wrong_keys = checked_keys(self.setup.settings.keys)
        self._start_problems = [*self.setup.problems, *themes, *wrong_keys]
        self.set_keymap(keys)
        self.stylesheet.set_variables(self.get_css_variables())
        self._styled_in = self.theme

    def refresh_css(self, animate: bool = True) -> None:
        """Textual asks for it after each change of theme, so for the one it starts in, too."""
        if self.theme != self._styled_in:
            self._styled_in = self.theme
            super().refresh_css(animate)

    def on_mount(self) -> None:
        self.ending.begin()

    def on_main_screen_ready(self) -> None:
        self.call_after_refresh(self._begin)

    @work(exit_on_error=True)
    async def _begin(self) -> None:
        """After the first paint: what is slow, and what may have to ask."""
        try:
            file = self.setup.places.config / "config.toml"
            keep_choice(self, self.main, file, self.tell)
            await begin(self, self._start_problems)
        except NoMatches:
            # Left again before it had begun, there are no panes to fill any more.
            if self.is_running and not self._exit:
                raise

    async def action_quit(self) -> None:
        """Quit; asks first when a run is under way."""
        leave(self)

    def action_help_quit(self) -> None:
        """Ctrl+C where nothing is selected: stops a run when pressed twice."""
        self._interrupt.pressed()

    def action_suspend_process(self) -> None:
        """Stop as a job of the shell; its `fg` comes back."""
        self.ending.stop_as_a_job()

    def exit(self, *args: Any, **options: Any) -> None:
        """End the App, with everything saved first."""
        self.ending.say_last_words()
        super().exit(*args, **options)

    def keep_everything(self) -> None:
        """Write down all that is on the screen and not written yet: the program ends."""
        self._left_running = self.runner.running
        # An end because of an error must not founder on the next.
        with suppress(Exception):
            self.reviews.changed()
        with suppress(Exception):
            self.session.close()

    async def on_unmount(self) -> None:
        self.session.close()
        await self.proposal_check.close()
        await self.batches.close()
        await self.text_calls.close()
        await self.reviews.settle()
        await self.runner.close(offered=self._left_running)
        await asyncio.to_thread(self.logbook.close)
        await self.resources.aclose()

    def _handle_exception(self, error: Exception) -> None:
        """End without the framework's report, which would print local variables."""
        self._exception = error
        self._exception_event.set()
        self.ending.crashed(error)

    # ------------------------------------------------------------------ the job, the model

    @property
    def root(self) -> Path:
        return self.setup.root

    def job(self) -> Job:
        """What the screen says right now."""
        job = self.main.job(self.root, self.setup.task.system_prompt)
        return self.conversation.job(job)

    def on_file_picker_picks_changed(self, event: FilePicker.PicksChanged) -> None:
        self.main.tell_picks(len(event.picks))
        self.estimator.schedule()
        self.session.changed()

    def on_file_picker_folder_read(self, event: FilePicker.FolderRead) -> None:
        self.weigher.add(event.entries)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        if event.text_area.id == "requirements":
            self.estimator.schedule()
        self.session.changed()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "target":
            self.estimator.schedule()
            self.session.changed()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "target":
            self.main.show("requirements")

    def on_file_picker_pick_refused(self, event: FilePicker.PickRefused) -> None:
        self.tell(f"{event.path} can't be picked: {event.reason}", severity="warning")

    def on_file_picker_picks_told(self, event: FilePicker.PicksTold) -> None:
        self.tell(event.text)

    @work
    async def on_file_picker_secret_picked(self, event: FilePicker.SecretPicked) -> None:
        await ask_about_secret(self, event.path)

    @property
    def chosen(self) -> ChosenModel | None:
        return self.models.chosen

    def on_mode_switch_chosen(self, event: ModeSwitch.Chosen) -> None:
        self.modes.choose(event.mode)

    def action_next_mode(self) -> None:
        """Write files, ask, complain of a result, or be asked first."""
        self.modes.choose_next()

    @work(group=ASKS)
    async def action_edit_preprompt(self) -> None:
        """Change what the model is told of how to go about the present mode."""
        await self.preprompts.edit()

    def action_choose_model(self) -> None:
        """Pick another model."""
        self.models.pick()

    # ------------------------------------------------------------------ running

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        possible = {
            "run": not (self.runner.running or self.text_calls.running),
            "send_as_typed": self.modes.mode == "feedback" and not self.runner.running,
            "stop": self.runner.running or self.text_calls.running or self.proposal_check.running,
            "go_on": self.runner.resumable,
            "show_history": self.screen is self.main,
        }
        return possible.get(action, True)

    def action_run(self) -> None:
        """Send the request."""
        self.run_worker(send(self), group=SEND, exclusive=True, exit_on_error=True)

    @work(group=SEND)
    async def action_send_as_typed(self) -> None:
        """Send a complaint without an instruction made of it, or without waiting for that."""
        await self.feedback.send(as_typed=True)

    @work(group=ASKS)
    async def action_preferences(self, what: str) -> None:
        """Look at what is told in every run, and change it."""
        await preferences(self, what)

    def action_go_on(self) -> None:
        """Continue the kept text of a run that stopped or failed."""
        self.run_worker(go_on_after_asking(self), group=SEND, exclusive=True, exit_on_error=True)

    def action_forget_endpoint(self) -> None:
        """Try again everything this endpoint once refused."""
        if self.chosen is not None:
            name = self.chosen.model.name
            self.runner.forget(self.chosen.endpoint.provider.base_url, name)
            self.tell(f"Forgotten what was learnt about {name} at this address.")

    def action_stop(self) -> None:
        """Stop the run, whose text so far is kept; without one, the check."""
        if self.runner.running:
            self.runner.stop()
        elif self.text_calls.running:
            self.text_calls.stop()
        else:
            self.proposal_check.stop()

    # ------------------------------------------------------------------ deciding

    def on_requirements_area_stepped(self, event: RequirementsArea.Stepped) -> None:
        self.prompting.step(event.by)

    @work(group=ASKS)
    async def on_requirements_area_search_requested(self) -> None:
        await self.prompting.search()

    def on_review_pane_decided(self, event: ReviewPane.Decided) -> None:
        self.session.changed()
        self.reviews.changed()
        if event.said:
            self.main.log_line(event.said)
        self.main.mark("review", f" {event.review.counts.undecided or '✓'}")

    @work(group=ASKS)
    async def on_review_pane_wanted(self, event: ReviewPane.Wanted) -> None:
        await review_actions.do(self, event.deed)

    @work(group=ASKS)
    async def on_check_pane_wanted(self, event: CheckPane.Wanted) -> None:
        await self.proposal_check.do(event)

    def on_diff_view_arrangement_chosen(self, event: DiffView.ArrangementChosen) -> None:
        review_actions.keep_arrangement(self, event.arrangement)

    @work
    async def on_log_pane_copy_asked(self, event: LogPane.CopyAsked) -> None:
        await copy_out(self, event.text, event.what, "copied-log.txt")

    @work(group=ASKS)
    async def action_last_write(self, verb: str) -> None:
        """Undo, redo or commit what was written last."""
        await self.undo_redo.act(verb)

    @work(group=ASKS)
    async def action_elsewhere(self, what: str) -> None:
        """Review a reply from a chat page or another program; or copy the prompt to ask there."""
        await (paste_reply(self) if what == "paste" else copy_prompt(self))

    @work(group=ASKS)
    async def action_control_file(self, verb: str) -> None:
        """Load a control file over what is on the screen, or save that as one."""
        await load_or_save(self, verb)

    @work(group=ASKS)
    async def on_answer_view_wanted(self, event: AnswerView.Wanted) -> None:
        await answer_blocks.do(self, event.deed)

    @work(group=ASKS)
    async def on_markdown_view_block_chosen(self, event: AnswerView.BlockChosen) -> None:
        await answer_blocks.propose(self, event.block)

    # ------------------------------------------------------------------ moving, telling

    def action_show_pane(self, pane: str) -> None:
        """Go to a pane."""
        self.main.show(pane)

    def action_next_pane(self) -> None:
        """Go to the next of the lower panes."""
        self.main.show_next()

    def action_edit_target(self) -> None:
        """Name the one file to write; or say what a complaint is about."""
        if self.modes.mode == "feedback":
            self.feedback.next_scope()
        else:
            self.main.edit_target()

    def action_show_history(self) -> None:
        """Every run so far."""
        self.browsing.open()

    def action_show_batch(self) -> None:
        """Many jobs in a queue, and their results."""
        self.batches.open()

    def action_show_usage(self) -> None:
        """What runs used and cost."""
        self.push_screen(UsageScreen(self.setup.places.state))

    def action_show_keys(self) -> None:
        """List every key."""
        self.push_screen(KeysHelp(keys_of(self, self.main)))

    def tell(self, text: str, *, severity: Severity = "information", timeout: float = 6) -> None:
        """A notification, also kept in the log. `text` may be untrusted."""
        self.notify(safe_line(text), severity=severity, timeout=timeout, markup=False)
        self.main.log_line(text, 1 if severity == "information" else 0)

    def action_command_palette(self) -> None:
        """Every command, found by typing."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        said = {"preprompt.edit": self.preprompts.in_force()}
        forget = self.action_forget_endpoint
        yield from commands_of(self, self.main, screen, forget=forget, said=said)


def _fits(app: AutocoderApp) -> tuple[Program, HasAnEnd]:
    """The type checker proves here that the App is what controllers and driver take it for."""
    return app, app
