"""The full-screen program: one workspace, one run at a time, nothing written unasked.

What a key or a message is the first to need is imported then: nobody waits for it at the start.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import work
from textual.app import SystemCommand
from textual.screen import Screen
from textual.widgets import Input, TextArea

from autocoder_tui.ui.paned_app import PanedApp
from autocoder_tui.ui.program_keys import PROGRAM_KEYS
from autocoder_tui.ui.terminal.key_queue import ASKS, SEND

if TYPE_CHECKING:
    from autocoder_tui.ui.screens.palette import Command
    from autocoder_tui.ui.widgets.answers import AnswerView
    from autocoder_tui.ui.widgets.check.pane import CheckPane
    from autocoder_tui.ui.widgets.diff.view import DiffView
    from autocoder_tui.ui.widgets.files.picker import FilePicker
    from autocoder_tui.ui.widgets.files.suggested import SuggestedFiles
    from autocoder_tui.ui.widgets.log.pane import LogPane
    from autocoder_tui.ui.widgets.meters.meters import Meters
    from autocoder_tui.ui.widgets.mode_switch import ModeSwitch
    from autocoder_tui.ui.widgets.requirements_area import RequirementsArea
    from autocoder_tui.ui.widgets.review.pane import ReviewPane
    from autocoder_tui.ui.widgets.steps.pane import StepList
    from autocoder_tui.ui.widgets.stream.pane import StreamPane


class AutocoderApp(PanedApp):
    """What keys and messages do. Returns "demo" when the user asked for the demo instead, else
    None."""

    TITLE = "autocoder-tui"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (72, "-roomy")]
    BINDINGS = PROGRAM_KEYS

    # ------------------------------------------------------------------ the job, the model

    def on_file_picker_picks_changed(self, event: FilePicker.PicksChanged) -> None:
        self.main.tell_picks(len(event.picks))
        self.file_finder.picked(event.picks)
        self.guide_looks()
        self.preview.look()
        self.estimator.schedule()
        self.session.changed()

    def on_file_picker_folder_read(self, event: FilePicker.FolderRead) -> None:
        self.weigher.add(event.entries)
        self.preview.look()
        self.file_finder.look_at_git()

    def on_tree_node_highlighted(self) -> None:
        self.preview.look()

    def on_paned_screen_column_changed(self) -> None:
        self.preview.look()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        if event.text_area.id == "requirements":
            self.estimator.schedule()
            self.guide_looks()
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

    def action_find_files(self) -> None:
        """Find any file of the project by letters of its name, and pick it."""
        self.file_finder.open()

    def action_picks(self, what: str) -> None:
        """Pick what changed, or save what is picked as a set."""
        (self.file_finder.pick_changed if what == "changed" else self.file_finder.save_set)()

    def on_suggested_files_chosen(self, event: SuggestedFiles.Chosen) -> None:
        self.file_finder.toggle(event.row, only_pick=False)

    def on_suggested_files_room_found(self) -> None:
        if self.is_made("file_finder"):
            self.file_finder.suggest()

    def on_file_picker_picks_told(self, event: FilePicker.PicksTold) -> None:
        self.tell(event.text)

    @work
    async def on_file_picker_secret_picked(self, event: FilePicker.SecretPicked) -> None:
        from autocoder_tui.ui.controllers.key_warning import ask_about_secret

        await ask_about_secret(self, event.path)

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

    @property
    def _asks_aside(self) -> bool:
        return self.is_made("text_calls") and self.text_calls.running

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        stoppable = (
            self.runs_now
            or self._asks_aside
            or (self.is_made("proposal_check") and self.proposal_check.running)
            or (self.is_made("project") and self.project.stoppable)
        )
        possible = {
            "run": not (self.runs_now or self._asks_aside),
            "send_as_typed": self.modes.mode == "feedback" and not self.runs_now,
            "stop": stoppable,
            "go_on": self.is_made("runner") and self.runner.resumable,
            "show_history": self.screen is self.main,
            "show_steps": self.screen is self.main,
            "find_files": self.screen is self.main,
            "explain_figures": self.screen is self.main,
            "maximise_pane": self.screen is self.main,
            "resize_pane": self.screen is self.main,
        }
        return possible.get(action, True)

    def refuses(self, action: str) -> bool:
        """For the footer: the last write is spoken of there as long as its review stands."""
        if not action.startswith("last_write"):
            return False
        session = self.review_session
        possible = frozenset() if session is None else session.last_write_takes
        return action not in {f"last_write('{verb}')" for verb in possible}

    def action_run(self) -> None:
        """Send the request."""
        from autocoder_tui.ui.controllers.send import send

        self.run_worker(send(self), group=SEND, exclusive=True, exit_on_error=True)

    @work(group=SEND)
    async def action_send_as_typed(self) -> None:
        """Send a complaint without an instruction made of it, or without waiting for that."""
        await self.feedback.send(as_typed=True)

    @work(group=ASKS)
    async def action_preferences(self, what: str) -> None:
        """Look at what is told in every run, and change it."""
        from autocoder_tui.ui.controllers.preferences import preferences

        await preferences(self, what)

    def action_go_on(self) -> None:
        """Continue the kept text of a run that stopped or failed."""
        from autocoder_tui.ui.controllers.send import go_on_after_asking

        self.run_worker(go_on_after_asking(self), group=SEND, exclusive=True, exit_on_error=True)

    def action_forget_endpoint(self) -> None:
        """Try again everything this endpoint once refused."""
        if self.chosen is not None:
            name = self.chosen.model.name
            self.runner.forget(self.chosen.endpoint.provider.base_url, name)
            self.tell(f"Forgotten what was learnt about {name} at this address.")

    def action_stop(self) -> None:
        """Stop the run, whose text so far is kept, or the step; without one, the check."""
        if self.runner.running:
            self.runner.stop()
        elif self.project.stoppable:
            self.project.stop()
        elif self.text_calls.running:
            self.text_calls.stop()
        else:
            self.proposal_check.stop()

    # ------------------------------------------------------------------ deciding

    def on_requirements_area_stepped(self, event: RequirementsArea.Stepped) -> None:
        self.prompting.step(event.by)

    @work(group=ASKS)
    async def action_requirements(self, what: str) -> None:
        """Edit the requirements in your editor, or keep them as a template."""
        prompting = self.prompting
        await (prompting.edit_outside() if what == "editor" else prompting.save_template())

    def on_requirements_area_reference_typed(self, event: RequirementsArea.ReferenceTyped) -> None:
        self.references.typed(event.query)

    def on_requirements_area_completion_key_pressed(
        self, event: RequirementsArea.CompletionKeyPressed
    ) -> None:
        self.references.pressed(event.deed)

    @work(group=ASKS)
    async def on_requirements_area_search_requested(self) -> None:
        await self.prompting.search()

    def on_review_pane_decided(self, event: ReviewPane.Decided) -> None:
        self.session.changed()
        self.reviews.changed()
        from autocoder_tui.ui.controllers.review_display import mark_review

        if event.said:
            self.main.log_line(event.said)
        mark_review(self)
        self.guide_looks()

    def on_review_pane_uncovered(self) -> None:
        if self.is_made("runner"):
            self.runner.looked_at()

    def on_stream_pane_review_wanted(self, event: StreamPane.ReviewWanted) -> None:
        from autocoder_tui.ui.widgets.review.pane import ReviewPane

        self.main.show("review")
        self.main.query_one(ReviewPane).go_to_file(event.path)

    @work(group=ASKS)
    async def on_review_pane_wanted(self, event: ReviewPane.Wanted) -> None:
        from autocoder_tui.ui.controllers import review_actions

        await review_actions.do(self, event.deed)
        self.guide_looks()

    @work(group=ASKS)
    async def on_step_list_wanted(self, event: StepList.Wanted) -> None:
        await self.project.do(event)

    @work(group=ASKS)
    async def on_check_pane_wanted(self, event: CheckPane.Wanted) -> None:
        await self.proposal_check.do(event)

    def on_diff_view_arrangement_chosen(self, event: DiffView.ArrangementChosen) -> None:
        from autocoder_tui.ui.controllers import review_actions

        review_actions.keep_arrangement(self, event.arrangement)

    @work
    async def on_log_pane_copy_asked(self, event: LogPane.CopyAsked) -> None:
        from autocoder_tui.ui.controllers.copy import copy_out

        await copy_out(self, event.text, event.what, "copied-log.txt")

    @work(group=ASKS)
    async def action_last_write(self, verb: str) -> None:
        """Undo, redo or commit what was written last."""
        await self.undo_redo.act(verb)
        self.guide_looks()

    @work(group=ASKS)
    async def action_elsewhere(self, what: str) -> None:
        """Review a reply from a chat page or another program; or copy the prompt to ask there."""
        from autocoder_tui.ui.controllers.given_reply import copy_prompt, paste_reply

        await (paste_reply(self) if what == "paste" else copy_prompt(self))

    @work(group=ASKS)
    async def action_control_file(self, verb: str) -> None:
        """Load a control file over what is on the screen, or save that as one."""
        from autocoder_tui.ui.controllers.control_files import load_or_save

        await load_or_save(self, verb)

    @work(group=ASKS)
    async def on_answer_view_wanted(self, event: AnswerView.Wanted) -> None:
        from autocoder_tui.ui.controllers import answer_blocks

        await answer_blocks.do(self, event.deed)

    @work(group=ASKS)
    async def on_markdown_view_block_chosen(self, event: AnswerView.BlockChosen) -> None:
        from autocoder_tui.ui.controllers import answer_blocks

        await answer_blocks.propose(self, event.block)

    # ------------------------------------------------------------------ moving, telling

    def load_all_keys(self) -> None:
        """Load everything that has keys."""
        import autocoder_tui.ui.key_table  # noqa: F401

    def guide_looks(self) -> None:
        """Tick what is done by now, where the guide is there already."""
        if "guide" in self.__dict__:
            self.guide.look()

    def on_guide_line_closed(self) -> None:
        self.guide.close()

    def action_guide(self, verb: str) -> None:
        """Show the steps of a first run, or close them."""
        (self.guide.show if verb == "show" else self.guide.close)()

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

    def action_show_steps(self) -> None:
        """The steps from a prompt to a code base, and how far they are."""
        self.project.open()

    @work(group=ASKS)
    async def action_explain_figures(self) -> None:
        """What each figure of the meters means, and how it was found."""
        from autocoder_tui.ui.controllers.figures import explain_figures

        await explain_figures(self)

    @work(group=ASKS)
    async def on_meters_asked(self, event: Meters.Asked) -> None:
        from autocoder_tui.ui.controllers.figures import explain_figures

        await explain_figures(self, event.field)

    def action_show_usage(self) -> None:
        """What runs used and cost."""
        from autocoder_tui.ui.screens.usage import UsageScreen

        self.push_screen(UsageScreen(self.setup.places.state))

    @work(group=ASKS)
    async def action_show_keys(self) -> None:
        """Every key, those that act here first."""
        await self.preferring.show_keys()

    @work(group=ASKS)
    async def action_show_settings(self) -> None:
        """Every setting and every key, to be changed."""
        await self.preferring.show()

    def action_command_palette(self) -> None:
        """Every command, found by typing."""
        self.run_worker(self._choose_command(), group=ASKS)

    async def _choose_command(self) -> None:
        from autocoder_tui.ui.screens.palette import Palette

        if isinstance(self.screen, Palette):
            return
        commands = self._commands(self.screen)
        if command := await self.push_screen_wait(Palette(commands)):
            self.call_later(command.call)

    def action_change_theme(self) -> None:
        """Choose the colours."""
        self.run_worker(self.themes.choose(), group=ASKS)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from autocoder_tui.ui.key_table import PANES

        panes = {title for _, title in PANES}
        for one in self._commands(screen):
            title = f"{one.group}: {one.title}" if one.group in panes else one.title
            yield SystemCommand(title, one.says, one.call)

    def _commands(self, screen: Screen[object]) -> list[Command]:
        from autocoder_tui.ui.commands import commands_of

        said = {"preprompt.edit": self.preprompts.in_force()}
        forget = self.action_forget_endpoint
        return commands_of(self, self.main, screen, forget=forget, said=said)
