"""The guide of a first run: one line that ticks what was really done, until all of it was."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from textual.screen import Screen

from autocoder_tui.runs.guide import (
    TITLES,
    GuideMemory,
    Situation,
    StepId,
    advice,
    done_steps,
    next_step,
    steps_of,
)
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.guide_line import GuideLine, Progress
from autocoder_tui.ui.widgets.header_line import HeaderLine
from autocoder_tui.workspace.git import find_git

_END: Final = "Done. {app.palette} lists every command, {app.keys} every key; {app.quit} quits."
_END_OF_DEMO: Final = "Done and committed. For a project of yours: {app.quit}, then autocoder-tui."
_END_WITHOUT_GIT: Final = "Done: tested and written. No commit: git was not found here."


class FirstGuide:
    """Owns the line, and what is ticked in it."""

    def __init__(self, app: Program) -> None:
        self._app = app
        places = app.setup.places
        self._memory = GuideMemory(places.state if places.keeps else None)
        self._line: GuideLine | None = None
        self._steps: tuple[StepId, ...] = ()
        self._done: frozenset[StepId] = frozenset()
        self._over = False
        self.next_key = ""
        """What the key of the next step is called in the settings; "" where there is none."""

    async def begin(self) -> None:
        """Show it in the demo and where nothing has ever been run, unless that was done before."""
        if await asyncio.to_thread(self._is_wanted):
            self.show()

    def _is_wanted(self) -> bool:
        memory, demo = self._memory, self._app.setup.demo
        return memory.wanted and (demo or memory.nothing_ran_yet)

    def show(self) -> None:
        """Show it, from the beginning; somebody who asks for it gets it again."""
        if self._line is not None:
            return
        app = self._app
        self._steps = steps_of(demo=app.setup.demo, repository=find_git(app.root) is not None)
        self._done, self._over = frozenset(), False
        self._line = GuideLine()
        app.main.mount(self._line, after=app.main.query_one(HeaderLine))
        app.main.bindings_updated_signal.subscribe(app.main, self._changed)
        self.look()

    def close(self) -> None:
        """Take it away for good."""
        if self._line is not None:
            self._line.remove()
            self._line = None
            self._remember()

    def _remember(self) -> None:
        try:
            self._memory.forget_it()
        except OSError:
            self._app.main.log_line("That the guide is over can't be kept: it will come again.")

    @property
    def next_step(self) -> str:
        """What comes next, in the words of the line; "" where there is none."""
        line = self._line
        if line is None or not line.display or line.progress is None or self._over:
            return ""
        return f"Next: {line.progress.next_words}"

    def _changed(self, _: Screen[Any]) -> None:
        self.look()

    def look(self) -> None:
        """Tick what is done by now, and say what is next."""
        line, app = self._line, self._app
        if line is None or not app.is_running:
            return
        # The steps of a project are another way to go: it speaks of keys that lead off it.
        line.display = app.main.beside != "steps"
        now = self._situation()
        if self._over:
            if now.running:
                self.close()
            return
        self._done = done_steps(now, self._done)
        step = next_step(self._steps, self._done)
        done = frozenset(at for at, one in enumerate(self._steps) if one in self._done)
        if step is None:
            self._over = True
            self._remember()
        named: list[str] = []

        def key(id: str) -> str:
            named.append(id)
            return self._app.key(id)

        words = self._end() if step is None else advice(step, now, key)
        self.next_key = named[0] if named else ""
        line.progress = Progress(
            [TITLES[one] for one in self._steps],
            done,
            None if step is None else self._steps.index(step),
            words,
        )

    def _end(self) -> str:
        if not self._app.setup.demo:
            return self._app.with_keys(_END)
        in_demo = _END_OF_DEMO if "commit" in self._steps else _END_WITHOUT_GIT
        return self._app.with_keys(in_demo)

    def _situation(self) -> Situation:
        app, session = self._app, self._app.review_session
        job = app.job()
        now = Situation(
            pane=app.main.pane,
            picks=len(app.main.query_one(FilePicker).picks),
            requirements=bool(job.requirements.strip()),
            running=app.runner.running,
            checking=app.proposal_check.running,
        )
        if session is None or not session.review.files:
            return now
        counts, checked = session.review.counts, session.checked
        result = checked.result if checked is not None and session.check_holds else None
        return Situation(
            now.pane,
            now.picks,
            now.requirements,
            now.running,
            proposed=True,
            accepted=counts.accepted,
            undecided=counts.undecided,
            checking=now.checking,
            checked="" if result is None else "passed" if result.passed else "failed",
            written=bool(session.written),
            committed=session.is_committed,
        )
