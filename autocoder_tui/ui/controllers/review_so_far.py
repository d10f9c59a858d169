"""Reviewing the files that are whole while the rest of their reply still comes."""

from __future__ import annotations

import asyncio
import time
from typing import Final, NamedTuple

from autocoder_tui.engine.purpose import writes_files
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.files_so_far import FilesSoFar
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.ui.controllers.review_display import (
    clear_review,
    show_figures,
    show_later,
    show_review,
    take_later,
)
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.stream.pane import StreamPane

_LEAST_REST: Final = 0.3
_REST: Final = 12
"""Between two looks at the reply passes at least that many seconds, and so many times what a look
took: a long reply in many files is read again for each of them."""


class _Come(NamedTuple):
    """What there is of a reply: how many files and changes were closed, how many files there are,
    and how many characters; and whether anybody sees what is made of them."""

    closed: int
    changes: int
    files: int
    length: int
    in_view: bool


_NOTHING: Final = _Come(0, 0, 0, 0, False)


class ReviewSoFar:
    """Follows one run after the other. A run that goes on with a review leaves that one alone."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._files: FilesSoFar | None = None
        self._looked_at: FilesSoFar | None = None
        """The files of the run that is being looked at right now."""
        self._seen = _NOTHING
        """What there was of the reply when it was looked last."""
        self._coming: tuple[str, ...] = ()
        self._is_told = False
        """Whether it was said that there is something to review."""

    def began(self, prepared: Prepared) -> None:
        """A run begins that writes files, and goes on with no review: what is on the screen makes
        room for what it brings, unless it is of the same reply."""
        self._files, self._seen, self._coming, self._is_told = None, _NOTHING, (), False
        session = self._app.review_session
        if session is not None and prepared.request.partial and is_of_run(session, prepared):
            session.coming = ()
            self._app.main.query_one(ReviewPane).show_later()
        else:
            clear_review(self._app)
        is_followed = prepared.reply is None and not prepared.goes_on
        if is_followed and writes_files(prepared.request.purpose):
            self._files = FilesSoFar(prepared)

    def brought(self, state: RunState) -> None:
        """Something has come."""
        files = self._files
        if files is None:
            return
        spans = self._app.main.query_one(StreamPane).keyboard_view.files
        coming = tuple(span.path for span in spans.spans if not span.is_whole)
        if coming != self._coming:
            self._coming = coming
            self._say_coming(files)
        if self._looked_at is not files and self._is_due(files, state):
            self._looked_at = files
            self._app.run_worker(self._look(files, state), group="review so far")

    def _is_due(self, files: FilesSoFar, state: RunState) -> bool:
        """Whether a file or a change came to its end since; or another file began, and one that
        came to its end was not whole for what stood behind it. Where the review is in view,
        whether anything has come at all."""
        now, seen = self._now(state), self._seen
        if (now.closed, now.changes) != (seen.closed, seen.changes):
            return True
        begun = now.files != seen.files and len(files.whole) < now.closed
        other = now.length != seen.length or not seen.in_view
        return begun or (now.in_view and bool(now.length) and other)

    def _now(self, state: RunState) -> _Come:
        spans = self._app.main.query_one(StreamPane).keyboard_view.files
        counts = spans.closed, spans.changes, len(spans.spans)
        return _Come(*counts, state.text_length, self._app.main.shows_review)

    def ended(self, state: RunState) -> None:
        """The run is over: from here on its proposal is what is reviewed."""
        self._files = None
        if not state.files:
            for pane in self._app.main.query(ReviewPane):  # none when the program is left
                pane.show_beginnings(())

    def brought_nothing(self) -> None:
        """The run that is over took nothing away: the review is what it was before it."""
        session = self._app.review_session
        if session is not None:
            session.coming = None
            show_later(self._app, ())

    def _say_coming(self, files: FilesSoFar) -> None:
        session = self._app.review_session
        if (
            session is not None
            and session.coming is not None
            and is_of_run(session, files.prepared)
        ):
            session.coming = self._coming
            self._app.main.query_one(ReviewPane).show_later()
            self._tell()

    def _tell(self) -> None:
        """Say that the first file can be reviewed, where another one comes: whoever waits for the
        only one has it in front of them in a moment."""
        session = self._app.review_session
        files = () if session is None else session.review.files
        is_whole = any(file.path not in self._coming for file in files)
        if self._coming and is_whole and not self._is_told:
            self._is_told = True
            reviews = self._app.key("pane.review")
            self._app.tell(
                f"A file of the reply is whole: {reviews} reviews it while the rest comes."
            )

    async def _look(self, files: FilesSoFar, state: RunState) -> None:
        """Look at the reply, again as long as files in it come to their end."""
        try:
            while self._files is files:
                self._seen, began = self._now(state), time.monotonic()
                if await asyncio.to_thread(files.look, state.text, tuple(state.joins)):
                    reviewable = await asyncio.to_thread(files.reviewable)
                    if self._files is files:
                        self._show(files, reviewable)
                if self._app.main.shows_review:
                    beginnings = await asyncio.to_thread(files.beginnings)
                    if self._files is files:
                        self._app.main.query_one(ReviewPane).show_beginnings(beginnings)
                took = time.monotonic() - began
                await asyncio.sleep(max(_LEAST_REST, _REST * took))
                if self._files is not files or not self._is_due(files, state):
                    return
        except AutocoderError as error:
            # The end of the run reads the same files, and says it where that matters.
            self._app.main.log_line(f"Not reviewed before the end: {error.message}")
        finally:
            if self._looked_at is files:
                self._looked_at = None

    def _show(self, files: FilesSoFar, reviewable: Reviewable) -> None:
        app, proposed = self._app, tuple(files.whole.values())
        session = app.review_session
        if (
            session is not None
            and session.coming is not None
            and is_of_run(session, files.prepared)
        ):
            take_later(app, reviewable, proposed, self._coming)
        elif reviewable.review.files or reviewable.refused:
            show_review(app, reviewable, proposed, coming=self._coming)
            self._tell()
        show_figures(app, reviewable, proposed)


def is_of_run(session: ReviewSession, prepared: Prepared) -> bool:
    """Whether what is decided on is what this run proposes, and nothing of it is on disk."""
    wrote = session.written or session.reviewable.written
    return session.run_id == prepared.request.run_id and not prepared.goes_on and not wrote


def is_so_far(app: Program, prepared: Prepared) -> bool:
    """Whether the review on the screen is of what this run has brought so far."""
    session = app.review_session
    return session is not None and session.coming is not None and is_of_run(session, prepared)
