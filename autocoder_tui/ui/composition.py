"""The program put together: its controllers, its start and its end."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual import work
from textual.css.query import NoMatches
from textual.screen import Screen

from autocoder_tui.diagnostics.debug_log import DebugLog
from autocoder_tui.diagnostics.log_file import LogFile
from autocoder_tui.ui.controllers.drafts import DialogDrafts
from autocoder_tui.ui.controllers.estimate import Estimator
from autocoder_tui.ui.controllers.file_preview import PreviewedFile
from autocoder_tui.ui.controllers.key_warning import KeyWarnings
from autocoder_tui.ui.controllers.mode import ModeChoice
from autocoder_tui.ui.controllers.models import ModelChoice
from autocoder_tui.ui.controllers.pane_sizes import KeptSizes
from autocoder_tui.ui.controllers.quit import Interrupt, leave
from autocoder_tui.ui.controllers.review_autosave import ReviewAutosave
from autocoder_tui.ui.controllers.session import SessionAutosave
from autocoder_tui.ui.controllers.shutdown import Shutdown
from autocoder_tui.ui.controllers.signs import TerminalSigns
from autocoder_tui.ui.controllers.spending import SessionSpending
from autocoder_tui.ui.controllers.startup import begin
from autocoder_tui.ui.controllers.themes import ThemeChoice
from autocoder_tui.ui.controllers.token_weights import FileWeigher
from autocoder_tui.ui.key_words import NamedKeys
from autocoder_tui.ui.keymap import keymap_of
from autocoder_tui.ui.messages import Messages
from autocoder_tui.ui.screens.main import MainScreen
from autocoder_tui.ui.terminal.driver import HasAnEnd, driver_class
from autocoder_tui.ui.terminal.early_terminal import EarlyTerminal
from autocoder_tui.ui.terminal.key_queue import TypeAheadApp
from autocoder_tui.ui.theme import style_anew, suited

if TYPE_CHECKING:
    from autocoder_tui.runs.preparation import Job
    from autocoder_tui.runs.review_session import ReviewSession
    from autocoder_tui.runs.setup import ChosenModel, Setup
    from autocoder_tui.ui.controllers.batch import BatchActions
    from autocoder_tui.ui.controllers.check import ProposalCheck
    from autocoder_tui.ui.controllers.clarify import ClarifyRounds
    from autocoder_tui.ui.controllers.conversation import OpenConversation
    from autocoder_tui.ui.controllers.fallback import ModelFallback
    from autocoder_tui.ui.controllers.feedback import FeedbackRounds
    from autocoder_tui.ui.controllers.file_finder import FileFinder
    from autocoder_tui.ui.controllers.guide import FirstGuide
    from autocoder_tui.ui.controllers.history import HistoryActions
    from autocoder_tui.ui.controllers.preprompts import Preprompts
    from autocoder_tui.ui.controllers.project import ProjectActions
    from autocoder_tui.ui.controllers.prompt_history import PromptHistory
    from autocoder_tui.ui.controllers.recovery import RunRecovery
    from autocoder_tui.ui.controllers.references import FileReferences
    from autocoder_tui.ui.controllers.runner import Runner
    from autocoder_tui.ui.controllers.settings import SettingsChanges
    from autocoder_tui.ui.controllers.text_call import TextCalls
    from autocoder_tui.ui.controllers.undo import UndoRedo
    from autocoder_tui.ui.program import Program
    from autocoder_tui.ui.widgets.diff.view import Arrangement

_Result = TypeVar("_Result")


class ComposedApp(NamedKeys, Messages, TypeAheadApp):
    """The program without its keys and messages: what it is made of, how it begins and ends."""

    def __init__(self, setup: Setup, early: EarlyTerminal | None = None) -> None:
        super().__init__(driver_class=driver_class())
        self.setup = setup
        self._early = early or EarlyTerminal()
        self.themes = ThemeChoice(self, self)
        self.signs = TerminalSigns(self, self._write_sign, lambda: self.app_focus)
        self.session = SessionAutosave(self)
        self.reviews = ReviewAutosave(self)
        self.modes = ModeChoice(self)
        self.dialog_drafts = DialogDrafts(self)
        self.models = ModelChoice(self)
        self.review_session: ReviewSession | None = None
        self.spending = SessionSpending(self)
        self.keys_asked_about = KeyWarnings()
        self.logbook = DebugLog(
            setup.debug_level, LogFile(setup.places.state / "log") if setup.places.keeps else None
        )
        self.logbook.trouble = lambda text: self.tell(text, severity="warning")
        self.estimator = Estimator(self)
        self.weigher = FileWeigher(self)
        layout = cast("Arrangement", setup.settings.ui.diff_layout)
        self.main = MainScreen(setup.root, self.logbook, layout)
        self.pane_sizes = KeptSizes(self)
        self.preview = PreviewedFile(self)
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

    def on_load(self) -> None:
        """Before anything is made: all is styled once, in the theme and with the keys wanted."""
        themes = self.themes.begin()
        keys, wrong_keys = keymap_of(self.setup.settings)
        self._start_problems = [*self.setup.problems, *themes, *wrong_keys]
        self.set_keymap(keys)
        self.pane_sizes.begin()
        self.stylesheet.set_variables(self.get_css_variables())
        self._styled_in = self.theme

    def refresh_css(self, animate: bool = True) -> None:
        """Textual asks for it after each change of theme, so for the one it starts in, too."""
        if self.theme != self._styled_in:
            self._styled_in = self.theme
            super().refresh_css(animate)
            if self.native_ansi_color:
                style_anew(self.screen)

    def watch_theme(self) -> None:
        """What a theme's colours become in this terminal is up to the theme."""
        self._filters = suited(self._filters, self, self.setup.environ)

    def on_mount(self) -> None:
        self.ending.begin()
        # What was typed already would keep the text that comes back from coming.
        self._restored = self.hold_keys()

    def on_main_screen_ready(self) -> None:
        self.call_after_refresh(self._begin)

    @work(exit_on_error=True)
    async def _begin(self) -> None:
        """After the first paint: what is slow, and what may have to ask."""
        try:
            await begin(self, self._start_problems, self._restored)
        except NoMatches:
            # Left again before it had begun, there are no panes to fill any more.
            if self.is_running and not self._exit:
                raise
        finally:
            self._restored()

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

    # ------------------------------------------------------------------ ending, the terminal

    def keep_everything(self) -> None:
        """Write down all that is on the screen and not written yet: the program ends."""
        self._left_running = self.runs_now
        # An end because of an error must not founder on the next.
        with suppress(Exception):
            self.reviews.changed()
        with suppress(Exception):
            self.session.close()

    async def on_unmount(self) -> None:
        self.session.close()
        for name in ("proposal_check", "batches", "project", "text_calls"):
            if self.is_made(name):
                await getattr(self, name).close()
        await self.reviews.settle()
        if self.is_made("runner"):
            await self.runner.close(offered=self._left_running)
        await asyncio.to_thread(self.logbook.close)
        await self.resources.aclose()

    def _handle_exception(self, error: Exception) -> None:
        """End without the framework's report, which would print local variables."""
        self._exception = error
        self._exception_event.set()
        self.ending.crashed(error)

    def _write_sign(self, sequence: str) -> None:
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def watch_app_focus(self, focused: bool) -> None:
        if focused:
            self.signs.looked()

    async def ask_unbidden(self, dialog: Screen[_Result]) -> _Result:
        """As it is done above; and whoever looks elsewhere is called."""
        self.signs.asked()
        try:
            return await super().ask_unbidden(dialog)
        finally:
            self.signs.answered()

    @property
    def keeps_title(self) -> bool:
        return self.setup.settings.terminal.title

    def hand_over_terminal(self) -> list[Any] | None:
        return self._early.hand_over()

    def terminal_taken(self) -> None:
        self.signs.show()

    @property
    def asks_background(self) -> bool:
        return self.themes.asks_terminal

    def background_is(self, light: bool) -> None:
        self.themes.heard(light)

    # ------------------------------------------------------------------ made when first asked for

    @cached_property
    def guide(self) -> FirstGuide:
        from autocoder_tui.ui.controllers.guide import FirstGuide

        return FirstGuide(self)

    @cached_property
    def preferring(self) -> SettingsChanges:
        from autocoder_tui.ui.controllers.settings import SettingsChanges

        return SettingsChanges(self, self, self.themes)

    @cached_property
    def browsing(self) -> HistoryActions:
        from autocoder_tui.ui.controllers.history import HistoryActions

        return HistoryActions(self)

    @cached_property
    def clarifying(self) -> ClarifyRounds:
        from autocoder_tui.ui.controllers.clarify import ClarifyRounds

        return ClarifyRounds(self)

    @cached_property
    def preprompts(self) -> Preprompts:
        from autocoder_tui.ui.controllers.preprompts import Preprompts

        return Preprompts(self)

    @cached_property
    def falling_back(self) -> ModelFallback:
        from autocoder_tui.ui.controllers.fallback import ModelFallback

        return ModelFallback(self)

    @cached_property
    def text_calls(self) -> TextCalls:
        from autocoder_tui.ui.controllers.text_call import TextCalls

        return TextCalls(self, self, self.logbook.trace)

    @cached_property
    def feedback(self) -> FeedbackRounds:
        from autocoder_tui.ui.controllers.feedback import FeedbackRounds

        return FeedbackRounds(self)

    @cached_property
    def file_finder(self) -> FileFinder:
        from autocoder_tui.ui.controllers.file_finder import FileFinder

        return FileFinder(self)

    @cached_property
    def references(self) -> FileReferences:
        from autocoder_tui.ui.controllers.references import FileReferences

        return FileReferences(self)

    @cached_property
    def undo_redo(self) -> UndoRedo:
        from autocoder_tui.ui.controllers.undo import UndoRedo

        return UndoRedo(self)

    @cached_property
    def proposal_check(self) -> ProposalCheck:
        from autocoder_tui.ui.controllers.check import ProposalCheck

        return ProposalCheck(self)

    @cached_property
    def batches(self) -> BatchActions:
        from autocoder_tui.ui.controllers.batch import BatchActions

        return BatchActions(self)

    @cached_property
    def project(self) -> ProjectActions:
        from autocoder_tui.ui.controllers.project import ProjectActions

        return ProjectActions(self)

    @cached_property
    def recovery(self) -> RunRecovery:
        from autocoder_tui.ui.controllers.recovery import RunRecovery

        return RunRecovery(self)

    @cached_property
    def conversation(self) -> OpenConversation:
        from autocoder_tui.ui.controllers.conversation import OpenConversation

        return OpenConversation(self)

    @cached_property
    def prompting(self) -> PromptHistory:
        from autocoder_tui.ui.controllers.prompt_history import PromptHistory

        return PromptHistory(self)

    @cached_property
    def runner(self) -> Runner:
        from autocoder_tui.ui.controllers.run_display import RunDisplay
        from autocoder_tui.ui.controllers.runner import Runner

        display, trace = RunDisplay(self), self.logbook.trace
        return Runner(self, display, self.setup, self.spending.raise_cap, trace)

    @property
    def runs_now(self) -> bool:
        """Whether a run is under way."""
        return self.is_made("runner") and self.runner.running

    def is_made(self, controller: str) -> bool:
        """Whether anybody has asked for that controller yet. One that was not made does nothing."""
        return controller in vars(self)

    # ------------------------------------------------------------------ what controllers use

    @property
    def root(self) -> Path:
        return self.setup.root

    def job(self) -> Job:
        """What the screen says right now."""
        job = self.main.job(self.root, self.setup.task.system_prompt)
        return self.conversation.job(job)

    @property
    def chosen(self) -> ChosenModel | None:
        return self.models.chosen


def _fits(app: ComposedApp) -> tuple[Program, HasAnEnd]:
    """The type checker proves here that the App is what controllers and driver take it for."""
    return app, app
