"""The one workspace: panes side by side where there is room, tabs where there is not."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import MountError, Widget
from textual.widgets import ContentSwitcher, Input, Label, Static, TextArea

from autocoder_tui.config.preferences import Preferences
from autocoder_tui.diagnostics.debug_log import DebugLog, LogLine
from autocoder_tui.engine.purpose import Mode
from autocoder_tui.runs.recent_actions import note
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.paned import PanedScreen
from autocoder_tui.ui.screens.shown_panes import ALL_TABS, LOWER_TABS
from autocoder_tui.ui.screens.welcome import NO_NOTES, welcome_to
from autocoder_tui.ui.terminal.key_queue import TypeAheadApp
from autocoder_tui.ui.widgets.before_run import BeforeRun
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.files.preferences_line import PreferencesLine
from autocoder_tui.ui.widgets.files.suggested import SuggestedFiles
from autocoder_tui.ui.widgets.footer_line import FooterLine
from autocoder_tui.ui.widgets.header_line import HeaderLine
from autocoder_tui.ui.widgets.meters.meters import Meters
from autocoder_tui.ui.widgets.mode_switch import ModeSwitch
from autocoder_tui.ui.widgets.panes.body import PaneBody
from autocoder_tui.ui.widgets.plain_area import PlainInput
from autocoder_tui.ui.widgets.requirements_area import RequirementsArea
from autocoder_tui.ui.widgets.tab_strip import TabStrip

if TYPE_CHECKING:
    from autocoder_tui.runs.estimate import Weighed
    from autocoder_tui.runs.listed_run import Listed
    from autocoder_tui.runs.preparation import Job
    from autocoder_tui.ui.widgets.answers import AnswerView
    from autocoder_tui.ui.widgets.diff.view import Arrangement
    from autocoder_tui.ui.widgets.log.pane import LogPane
    from autocoder_tui.ui.widgets.stream.pane import StreamPane

_ASKED: Mapping[Mode, str] = {
    "generate": "Requirements",
    "query": "Question",
    "feedback": "What is wrong",
    "clarify": "Requirements",
}
"""What stands in the editor, by mode."""
LOWER_PANES = tuple(tab.pane for tab in LOWER_TABS)
_THERE_AT_ONCE = ("files", "requirements")
_FILES_WAITED_FOR = 0.3
"""Seconds: a disk that hangs keeps the files from being listed, and nothing else."""
_ASIDE = ("files", "requirements", "steps")


class MainScreen(PanedScreen):
    """Moves between the panes. What they do is decided by the App."""

    AUTO_FOCUS = "#requirements"
    """Textual would give the keyboard to the files for a moment, and all of it be drawn again."""

    class Ready(Message):
        """Every pane is there."""

    def __init__(self, root: Path, log: DebugLog, diff_layout: Arrangement) -> None:
        super().__init__()
        self._diff_layout = diff_layout
        self._root = root
        self._log = log
        log.show = self._show_log_line
        self._log_pane: LogPane | None = None
        self._early_lines: list[LogLine] = []
        self._failure = ""
        self._completes = False
        self._to_show: str | None = None  # asked for while it was not there yet
        self._awaits = ""
        self._has_run_before = False
        self._on_its_way: str | None = None  # gets the keyboard as soon as it is drawn
        self.log_lines: deque[str] = deque(maxlen=5000)

    def compose(self) -> ComposeResult:
        self.begin_sizes()
        yield HeaderLine()
        yield Static("Small terminal: widen it.", id="too-small")
        yield TabStrip(ALL_TABS, id="narrow-tabs")
        with PaneBody(self.shares, id="body"):
            with Vertical(id="files-pane", classes="pane") as files:
                files.border_title = "Files"
                yield FilePicker(self._root, id="files")
                yield SuggestedFiles()
                yield PreferencesLine()
            with Vertical(id="steps-pane", classes="pane") as steps:
                steps.border_title = "Steps"
            with Vertical(id="requirements-pane", classes="pane") as ask:
                ask.border_title = "Requirements"
                yield RequirementsArea(id="requirements", tab_behavior="focus", soft_wrap=True)
                with Horizontal(id="target-line"):
                    yield ModeSwitch()
                    yield Label("→ write")
                    yield PlainInput(id="target", compact=True, placeholder="any file; or name one")
            with Vertical(id="lower-pane", classes="pane") as lower:
                lower.border_title = ""
                yield TabStrip(LOWER_TABS, id="tabs")
                with ContentSwitcher(id="panes", initial="welcome"):
                    yield BeforeRun(welcome_to(), id="welcome")
            yield Vertical(id="right-pane", classes="pane")
        yield Meters()
        yield FooterLine()

    def on_mount(self) -> None:
        self.query_one("#requirements", TextArea).focus()
        self.query_one("#narrow-tabs", TabStrip).left_out = frozenset({"steps"})
        self.arrange_panes()
        self.set_timer(_FILES_WAITED_FOR, self._complete_once)

    def on_file_picker_folder_read(self) -> None:
        """The first one is all that was missing of what is to be seen."""
        self.call_after_refresh(self._complete_once)

    async def _complete_once(self) -> None:
        if not self._completes:
            self._completes = True
            await self._complete()

    async def _complete(self) -> None:
        """Bring in the panes that are hidden. Keys and the mouse wait for them."""
        from autocoder_tui.ui.screens.hidden_panes import hidden_panes

        log, panes = hidden_panes(self._log, self._diff_layout)
        # The program may be left meanwhile: then there is nothing to mount them in.
        with suppress(MountError), self.app.batch_update():
            for place, inside in panes.items():
                await self.query_one(place).mount(*inside)
            self._log_pane = log
            while self._early_lines:
                log.add(self._early_lines.pop(0))
            self.is_complete = True
            self.arrange_panes()
            if self._to_show is not None:
                self.show(self._to_show)
        self.post_message(self.Ready())

    def on_resize(self) -> None:
        self.query_one(SuggestedFiles).look_for_room()

    def show_next(self) -> None:
        """Bring the next of the lower panes to the front."""
        at = LOWER_PANES.index(self.pane) if self.pane in LOWER_PANES else -1
        self.show(LOWER_PANES[(at + 1) % len(LOWER_PANES)])

    @property
    def target(self) -> str:
        """The one file to write as it is typed, "" for whatever is proposed."""
        return self.query_one("#target", Input).value.strip()

    def edit_target(self) -> None:
        """Bring the field for the one file to write to the front."""
        self.show("requirements", focus=False)
        self.query_one("#target", Input).focus()

    def tell_picks(self, count: int) -> None:
        """Show how many files are picked."""
        for pane in self.query("#files-pane"):  # none when the screen is closing
            pane.border_subtitle = f"{count or 'none'} picked"
        self.mark("files", f" {count}" if count else "")

    def show(self, pane: str, *, focus: bool = True) -> None:
        """Bring `pane` to the front and, if asked, the keyboard to it."""
        if not self.is_complete and pane not in _THERE_AT_ONCE:
            self._to_show = pane
            return
        self._take(pane)
        note("pane", pane)
        if pane in LOWER_PANES and pane != "review":
            self.query_one("#panes", ContentSwitcher).current = self._content_of(pane)
        self.arrange_panes()
        if focus:
            # What is typed from now on is meant for the pane.
            release = cast(TypeAheadApp, self.app).hold_keys()
            self._on_its_way = pane
            self.call_after_refresh(self._focus_pane, pane)
            self.call_after_refresh(self.app.call_later, release)

    def _take(self, pane: str) -> None:
        self.pane = pane
        if pane in _ASIDE:
            self.beside = "steps" if pane == "steps" else "files"
        if pane == "steps":
            self.query_one("#narrow-tabs", TabStrip).left_out = frozenset()
            self._say_welcome()

    def job(self, root: Path, system_prompt: str) -> Job:
        """What the panes say right now."""
        from autocoder_tui.runs.preparation import Job

        mode = self.query_one(ModeSwitch).mode
        return Job(
            root=root,
            picks=self.query_one(FilePicker).picks,
            target=self.target or None if mode not in ("query", "feedback") else None,
            requirements=self.query_one("#requirements", TextArea).text,
            system_prompt=system_prompt,
            mode=mode,
            purpose="query" if mode == "query" else "generate",
        )

    def show_beside_steps(self) -> None:
        """Let what a step brings be seen, unless something else is being looked at."""
        if self.pane in ("steps", "output"):
            self.query_one("#panes", ContentSwitcher).current = self._content_of("output")
            self.query_one("#tabs", TabStrip).current = "output"
            self.arrange_panes()

    def show_mode(self, mode: Mode) -> None:
        """Say what is asked for, and show only what means something to it."""
        self.query_one(ModeSwitch).mode = mode
        self.entitle()
        self.query_one(RequirementsArea).invite(mode)
        self.query_one("#target").display = mode not in ("query", "feedback")
        label = self.query_one("#target-line > Label", Label)
        label.display = mode != "query"
        label.update("" if mode == "feedback" else "→ write")
        self._say_welcome()
        self.refresh_output()

    def entitle(self, place: str = "") -> None:
        """Say what the editor is for, and which of the earlier texts stands in it."""
        mode = self.query_one(ModeSwitch).mode
        self.query_one("#requirements-pane").border_title = f"{_ASKED[mode]}{place}"

    def refresh_output(self) -> None:
        """Show in the pane of the output what is there by now."""
        switcher = self.query_one("#panes", ContentSwitcher)
        if self.pane == "output" or switcher.current in ("output", "answers", "welcome"):
            held = self.focused is not None and self.focused.id in ("stream", "answers")
            switcher.current = self._content_of("output")
            if held:
                self._focus_pane("output")
            self.arrange_panes()

    def show_about(self, words: str, cost: str) -> None:
        """Say, in the place of the file to write, what a complaint is about, and what an
        instruction made of it costs; both safe to show."""
        if self.query_one(ModeSwitch).mode == "feedback":
            self.query_one("#target-line > Label", Label).update(Content(words))
            title = " · ".join(filter(None, (_ASKED["feedback"], cost)))
            self.query_one("#requirements-pane").border_title = Content(title)

    def show_preferences(self, found: Sequence[Preferences], tokens: int) -> None:
        """Say below the files what goes to the model with them."""
        for line in self.query(PreferencesLine):  # none when the screen is closing
            line.say(found, tokens)

    def offer(self, pane: str) -> bool:
        """`show` what nobody asked for just now: not where something is being written, for the
        keys of that would act there. Says whether it did."""
        focused = self.focused
        writing = isinstance(focused, Input) or (
            isinstance(focused, TextArea) and not focused.read_only
        )
        if self._on_its_way is not None:
            # A short run is over before the keyboard has left the requirements it was sent from.
            writing = self._on_its_way == "requirements"
        if not writing:
            self.show(pane)
        return not writing

    def show_output(self) -> None:
        """The output pane has something else in it, perhaps; called for every picture of a run."""
        content = self._content_of("output")
        if self.query_one("#panes", ContentSwitcher).current != content:
            self.show("output", focus=False)

    def _content_of(self, pane: str) -> str:
        """What is shown in a pane: the output has answers in it, or files."""
        if pane != "output":
            return pane
        if not self.is_complete:
            return "welcome"
        if self._asks and self.beside != "steps":
            answers = cast("AnswerView", self.query_one("#answers"))
            return "answers" if answers.has_entries else "welcome"
        return "welcome" if cast("StreamPane", self.query_one("#output")).is_empty else "output"

    @property
    def _asks(self) -> bool:
        return self.query_one(ModeSwitch).mode == "query"

    def _focus_pane(self, pane: str) -> None:
        if pane == self._on_its_way:
            self._on_its_way = None
        if pane != self.pane:
            return
        content = self._content_of(pane)
        widget = self.query_one(f"#{pane if content == 'welcome' else content}", Widget)
        # A pane of several parts says which of them it is.
        widget = getattr(widget, "keyboard_view", widget)
        if widget.focusable:
            # At once: until the widget's own `focus` acts, what is offered would find the keyboard
            # where it was.
            self.set_focus(widget)

    def _focus_if_none(self) -> None:
        if self.focused is None:
            self._focus_pane(self.pane)

    def mark(self, pane: str, sign: str) -> None:
        """Put a short sign behind a tab's title."""
        for strip in self.query(TabStrip):
            if strip.marks.get(pane, "") != sign:
                strip.marks = {**strip.marks, pane: sign}

    def on_tab_strip_chosen(self, event: TabStrip.Chosen) -> None:
        self.show(event.pane)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The pane that has the keyboard is the current one, however it got there."""
        nodes = [node for node in event.widget.ancestors_with_self if isinstance(node, Widget)]
        gone_on = self._on_its_way is not None or event.widget is not self.focused
        if gone_on or not all(node.display for node in nodes):
            return  # another pane was brought to the front meanwhile
        for node in nodes:
            pane = "output" if node.id == "answers" else node.id
            if pane in (*_ASIDE, *LOWER_PANES) and pane != self.pane:
                self._take(pane)
                self.arrange_panes()
                return

    def log_line(self, line: str, level: int = 1) -> None:
        """Put a line, which may be untrusted, into the log."""
        self._log.write(level, line)

    def _show_log_line(self, line: LogLine) -> None:
        self.log_lines.append(line.text)
        if self._log_pane is None:
            self._early_lines.append(line)
        else:
            self._log_pane.add(line)

    def clear_reasoning(self) -> None:
        self.query_one("#reasoning", TextArea).text = ""
        self.mark("reasoning", "")
        self._say_welcome()

    def add_reasoning(self, text: str) -> None:
        area, shown = self.query_one("#reasoning", TextArea), visible(text, lines=True)
        area.insert(shown, area.document.end, maintain_selection_offset=True)
        if self.focused is not area:
            area.scroll_end(animate=False)
        self.mark("reasoning", " •")
        if self.query_one("#panes", ContentSwitcher).current == "welcome":
            self._before_run.show_thought(shown)

    def show_failure(self, message: str) -> None:
        """Say in the place of the output why there is none; "" takes that back."""
        self._failure = message
        self._say_welcome()

    def show_waiting(self, words: str) -> None:
        """Say in the place of the output what is waited for; "" where nothing is."""
        self._awaits = words
        self._say_welcome()

    @property
    def _before_run(self) -> BeforeRun:
        return self.query_one("#welcome", BeforeRun)

    def show_next_run(self, weighed: Weighed | None) -> None:
        """Say in the place of the output, as long as there is none, what a run would send."""
        self._before_run.show_next(weighed)

    def show_runs_before(self, runs: Sequence[Listed]) -> None:
        """The same of the newest runs of the project."""
        self._has_run_before = bool(runs)
        self._before_run.show_before(runs)
        self._say_welcome()

    def _say_welcome(self) -> None:
        steps = self.beside == "steps"
        if self._failure:
            why = f"✗ {visible(self._failure, lines=True)}"
            self._before_run.say(why, alone=True, failed=True)
        elif self._awaits:
            self._before_run.say(self._awaits)
        else:
            words = welcome_to(asks=self._asks, steps=steps, back=self._has_run_before)
            self._before_run.say(words, alone=steps)

    def show_notes(self, notes: str, nothing: str = NO_NOTES) -> None:
        text = visible(notes.strip(), lines=True) or nothing
        self.query_one("#notes", TextArea).text = text
        self.mark("notes", " •" if notes.strip() else "")
