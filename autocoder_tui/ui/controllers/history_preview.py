"""What the history shows of single runs: read and compared in threads, the one wanted last."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import replace
from typing import Final

from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.proposed_review import proposed_review, said_by
from autocoder_tui.runs.review_record import review_to_keep
from autocoder_tui.runs.run_comparison import Comparison, compared_runs
from autocoder_tui.store.history.glance import Glance
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.store.history.summary import RunSummary
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.history import HistoryScreen
from autocoder_tui.ui.screens.run_comparison import RunComparison
from autocoder_tui.ui.widgets.history.preview import Preview
from autocoder_tui.ui.widgets.markdown.entries import Entry

_KEPT: Final = 20
"""Previews that are at hand without being read again."""
_MOST_TEXT: Final = 40_000
"""Characters of a reply that are shown beside the list."""
_LARGE: Final = (
    "This run is large: only the beginning of its text is shown. {history.diff} opens its diff."
)
_CUT: Final = "Only the beginning of the text is shown."


class HistoryPreviews:
    """The App's side of the preview, and of two runs beside each other."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._known: OrderedDict[str, Preview] = OrderedDict()
        self._followed: HistoryScreen | None = None
        """Whose cursor is followed; None while nothing is read."""

    def forget(self) -> None:
        """What was decided of a run may be other by now."""
        self._known = OrderedDict()

    async def follow(self, screen: HistoryScreen) -> None:
        """Show the run under the cursor; reading can't be stopped, so it is one at a time."""
        is_followed, self._followed = self._followed is not None, screen
        if is_followed:
            return
        try:
            shown: tuple[HistoryScreen, str] | None = None
            while (run := self._wanted(screen)) is not None and (screen, run.run_id) != shown:
                known = self._known
                preview = known.get(run.run_id)
                if preview is None:
                    preview = await asyncio.to_thread(self._read, run)
                    known[run.run_id] = preview
                    if len(known) > _KEPT:
                        known.popitem(last=False)
                if known is self._known and screen.is_attached:
                    shown = screen, run.run_id
                    screen.show_preview(run.run_id, preview)
                screen = self._followed
        finally:
            self._followed = None

    @staticmethod
    def _wanted(screen: HistoryScreen) -> RunSummary | None:
        line = screen.highlighted if screen.is_attached else None
        return None if line is None else line.run

    def _read(self, run: RunSummary) -> Preview:
        """What there is to see of a run. Blocking."""
        try:
            glance = self._app.recovery.history.glance(run.run_id)
            if glance is None:
                return Preview(remark="This run is not in the history any more.")
            if glance.run is None:
                return Preview(
                    entries=_entries(run, glance, glance.reply), remark=self._app.with_keys(_LARGE)
                )
            text, remark = said_by(glance.run), ""
            try:
                proposed = proposed_review(self._as_it_stands(glance.run))
                if proposed.review.files:
                    return Preview(proposed)
            except (AutocoderError, OSError) as error:
                remark = str(error)
            if len(text) > _MOST_TEXT:
                text, remark = text[:_MOST_TEXT], _CUT
            return Preview(entries=_entries(run, glance, text), remark=remark)
        except AutocoderError as error:
            return Preview(remark=error.message)

    def _as_it_stands(self, run: KeptRun) -> KeptRun:
        """`run` with what is decided by now, where its review is on the screen: that of the newest
        run is not in the history before the next one begins."""
        session = self._app.review_session
        if session is None or session.run_id != run.snapshot.run_id or session.coming is not None:
            return run
        return replace(run, review=review_to_keep(session))

    async def compare(self, run_ids: tuple[str, ...]) -> None:
        """Put two runs beside each other."""
        if len(run_ids) != 2:
            self._app.tell("Mark a run with Space, and go to another to compare it with.")
            return
        history = self._app.recovery.history

        def both() -> Comparison:
            one, other = (self._as_it_stands(history.get(run_id)) for run_id in run_ids)
            return compared_runs(one, other)

        try:
            found = await asyncio.to_thread(both)
        except (AutocoderError, OSError) as error:
            self._app.tell(str(error), severity="error", timeout=12)
            return
        await self._app.push_screen_wait(RunComparison(found))


def _entries(run: RunSummary, glance: Glance, text: str) -> tuple[Entry, ...]:
    asked = Entry(glance.requirements.strip(), "plain", head="asked")
    # A reply that is no answer is code for the most part, and no Markdown.
    came = Entry(text, "markdown" if run.purpose == "query" else "plain", head=run.model)
    return (asked, came) if text else (asked,)
