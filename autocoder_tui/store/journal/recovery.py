"""After a kill, a crash or a power cut: journals nobody writes any more, put into history."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from autocoder_tui.engine.events import Event, TextDelta
from autocoder_tui.engine.purpose import ASIDES
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.engine.seam import MARKER_WORDS
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.history import History, RunSummary
from autocoder_tui.store.history.kept_run import KeptRun, Status, kept_run, moment
from autocoder_tui.store.history.schema import HistoryUnavailable
from autocoder_tui.store.journal.held_text import HeldText
from autocoder_tui.store.journal.journal import FOLDER
from autocoder_tui.store.journal.reader import (
    UnreadableJournal,
    journals,
    read_journal,
    sweep_unfinished,
    taken_over,
)
from autocoder_tui.values import dataclass

WORTH_SAYING: Final = 8_000_000
"""Bytes of journals that take more than a moment."""

_TOGETHER: Final = 1000
"""Pieces of text that are taken in as one: a journal may have millions."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """`offered` are runs somebody should be asked about, the newest first, `recovered` the ids
    of those found just now that had not ended and are for a person to see to; `messages` what
    there is to say."""

    offered: tuple[RunSummary, ...] = ()
    recovered: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecoveryProgress:
    """How far the journals of interrupted runs are on their way into history, in bytes of them.
    `str` of it is what to show: "Keeping an interrupted run: 37 % of 201 MB"."""

    done: int
    size: int
    runs: int

    def __str__(self) -> str:
        what = "an interrupted run" if self.runs == 1 else f"{self.runs:,} interrupted runs"
        share = min(99, 100 * self.done // max(1, self.size))
        return f"Keeping {what}: {share} % of {self.size / 1_000_000:,.0f} MB"


class _Journals:
    """Those that are to be put into history, and how far that is."""

    def __init__(self, state: Path, tell: Callable[[RecoveryProgress], object] | None) -> None:
        self.paths = journals(state)
        self._sizes = {path: _size(path) for path in self.paths}
        sizes = self._sizes.values()
        self._whole = RecoveryProgress(0, sum(sizes), sum(size > 0 for size in sizes))
        self._before = 0
        self._tell = tell if self._whole.size >= WORTH_SAYING else None

    def begun(self, path: Path) -> Callable[[int], None]:
        """To be told how much of `path` is read."""
        before, self._before = self._before, self._before + self._sizes[path]

        def read(count: int) -> None:
            if self._tell is not None:
                self._tell(replace(self._whole, done=before + count))

        read(0)
        return read


def _size(path: Path) -> int:
    """Bytes of a journal; of one that somebody writes, and that stays where it is, none."""
    with suppress(OSError), taken_over(path) as ours:
        return path.stat().st_size if ours else 0
    return 0


def recover_runs(
    history: History, tell: Callable[[RecoveryProgress], object] | None = None
) -> Recovery:
    """Put every journal without a living writer into history, and remove it.

    Blocking; raises nothing: what can't be put there now stays for the next time. Where it
    takes a while `tell` hears how far it is; what that raises is passed on, and leaves what is
    not in history yet in its journal.
    """
    messages: list[str] = []
    recovered: list[str] = []
    offered: tuple[RunSummary, ...] = ()
    stopped = False
    try:
        sweep_unfinished(history.state)
        found = _Journals(history.state, tell)
        for path in found.paths:
            try:
                run = _recover(history, path, messages, found.begun(path))
            except OSError as error:
                reason = (error.strerror or "unknown error").lower()
                place = visible(str(path))
                messages.append(
                    f"The journal {place} can't be recovered: {reason}. It stays, and "
                    "the next start tries again."
                )
                continue
            if run is not None and run.status == "interrupted" and _is_to_be_told(run):
                recovered.append(run.run_id)
    except HistoryUnavailable as error:
        stopped = True
        messages.append(f"{error.message} Interrupted runs stay in their journals until then.")
    except OSError as error:
        stopped = True
        folder = visible(str(history.state / FOLDER))
        reason = (error.strerror or "unknown error").lower()
        messages.append(f"Journals of earlier runs can't be looked at in {folder}: {reason}.")
    try:
        offered = tuple(history.list(offered=True))
    except HistoryUnavailable as error:
        if not stopped:
            messages.append(error.message)
    return Recovery(offered, tuple(recovered), (*history.messages(), *messages))


def _is_to_be_told(run: KeptRun) -> bool:
    """What belongs to a batch or to a project is gone on with there."""
    sent = run.snapshot
    return not (sent.batch or sent.project_run) and sent.purpose not in ASIDES


def runs_in_journals(state: Path) -> list[KeptRun]:
    """The runs that living programs are at, and those that could not be put into history yet,
    the oldest first. Raises OSError."""
    found = []
    for path in journals(state):
        try:
            with taken_over(path) as ours:
                found.append(replay(path, running=not ours))
        except (UnreadableJournal, OSError):
            continue
    return sorted(found, key=lambda run: run.position)


def replay(
    path: Path, *, running: bool = False, read: Callable[[int], object] | None = None
) -> KeptRun:
    """The run that the journal's events tell of, with what was held back when they ended.
    `read` as for `read_journal`.

    Raises UnreadableJournal, and OSError.
    """
    state, held, seen = RunState(), HeldText(), time.monotonic()
    pieces: list[str] = []

    def apply(event: Event) -> None:
        state.apply(event, seen)
        held.apply(event)

    def put_together() -> None:
        if pieces:
            apply(TextDelta("".join(pieces)))
            pieces.clear()

    def heard(event: Event) -> None:
        if type(event) is TextDelta:
            pieces.append(event.text)
            if len(pieces) < _TOGETHER:
                return
        put_together()
        if type(event) is not TextDelta:
            apply(event)

    content = read_journal(path, heard, read)
    put_together()
    sent = content.snapshot
    marker_is_code = MARKER_WORDS in "".join(
        [sent.requirements, *(file.text for file in sent.files)]
    )
    for event in held.released(state.text, marker_is_code=marker_is_code):
        state.apply(event, seen)
    status: Status | None = "running" if running and not state.ended else None
    return kept_run(
        content.snapshot,
        state,
        status=status,
        ended=moment(content.written),
        review=content.review,
        damaged=content.damaged,
    )


def _recover(
    history: History, path: Path, messages: list[str], read: Callable[[int], object]
) -> KeptRun | None:
    """The run of the journal, if it was put into history."""
    try:
        with taken_over(path) as ours:
            if not ours:
                return None
            run = replay(path, read=read)
            read(path.stat().st_size)
            # Left behind by a program that ended before anybody had seen to the run.
            history.add(run, offered=_is_to_be_told(run))
            path.unlink()
            if run.damaged:
                messages.append(
                    f"The journal of run {run.run_id} had {run.damaged} damaged lines; "
                    "what they held is missing in its text."
                )
            return run
    except FileNotFoundError:
        return None
    except UnreadableJournal as error:
        if error.newer:
            return None  # a newer version will know what to do with it
        aside = path.with_suffix(".damaged")
        path.rename(aside)
        messages.append(
            f"A journal in {visible(str(path.parent))} can't be read and is set aside "
            f"as {visible(aside.name)}."
        )
    return None
