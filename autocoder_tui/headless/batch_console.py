"""How far a batch has come: a line for each job that ends, and a bar where there is a terminal."""

from __future__ import annotations

import os
import sys
import time

from autocoder_tui.batch.batch import Batch
from autocoder_tui.batch.job import JobResult, Status
from autocoder_tui.batch.provider.rounds import RoundProgress
from autocoder_tui.batch.time_left import in_words
from autocoder_tui.engine.metering.money import format_tokens, format_usd
from autocoder_tui.headless.console import say
from autocoder_tui.headless.progress import to_stderr
from autocoder_tui.safety.sanitize import visible

_PERIOD = 0.2
"""Seconds between two pictures of the bar."""
_BAR = 24
MARKS: dict[Status, str] = {
    "waiting": "·",
    "running": "▶",
    "done": "✓",
    "failed": "✗",
    "cancelled": "■",
}


class BatchConsole:
    """A `BatchListener`. `level` is as for a run: at 0 only failures are said."""

    def __init__(self, level: int) -> None:
        self._level = level
        self._bar = level > 0 and sys.stderr.isatty()
        self._shown_at = 0.0
        self._dirty = False
        self._said: dict[int, JobResult] = {}
        self._round = ""
        self.batch: Batch | None = None

    def begin(self, batch: Batch) -> None:
        """Show this one; what has ended before is not said again."""
        self.batch = batch
        self._said = dict(batch.results)

    def job_changed(self, number: int) -> None:
        if self.batch is None:
            return
        result = self.batch.results.get(number)
        if result is not None and self._said.get(number) is not result:
            self._said[number] = result
            self.clear()
            self._say(number, result)
        self._show()

    def batch_told(self, message: str) -> None:
        self.clear()
        say(message)

    def round_came(self, progress: RoundProgress) -> None:
        """How far the batches of a provider are."""
        failed = f", {progress.failed} failed" if progress.failed else ""
        line = (
            f"round {progress.round}: {progress.completed} of {progress.requests} requests done"
            f"{failed} ({visible(progress.status)})"
        )
        if line == self._round:
            return
        self._round = line
        if self._bar:
            self._dirty = True
            to_stderr(f"\r\x1b[K{line[: _width() - 1]}")
        else:
            say(line, 1)

    def _say(self, number: int, result: JobResult) -> None:
        assert self.batch is not None
        job = self.batch.jobs[number]
        line = f"{MARKS[result.status]} {number}/{len(self.batch.jobs)} {visible(job.name)}"
        if result.status == "failed":
            say(f"{line}: {result.error}")
            return
        tokens = format_tokens(result.completion_tokens)
        parts = f"{result.parts} part{'s' * (result.parts != 1)}"
        cost = "" if result.cost_usd is None else f", {format_usd(result.cost_usd)}"
        what = result.status if result.status == "cancelled" else _made(result)
        say(f"{line}: {what} ({parts}, {tokens} tokens{cost}, {result.seconds:.1f} s)", 1)

    def _show(self) -> None:
        now = time.monotonic()
        if self._bar and now - self._shown_at >= _PERIOD:
            self._shown_at, self._dirty = now, True
            to_stderr(f"\r\x1b[K{self.line()[: _width() - 1]}")

    def line(self) -> str:
        """The bar, what stands how, and the time left."""
        batch = self.batch
        assert batch is not None
        counts, all_jobs = batch.counts, len(batch.jobs)
        ended = all_jobs - counts["waiting"] - counts["running"]
        full = _BAR * ended // max(1, all_jobs)
        failed = f", {counts['failed']} failed" if counts["failed"] else ""
        pause = max((rate.pause for rate in batch.rates.each()), default=0.0)
        waits = f", the provider asks to wait {pause:.0f} s" if pause >= 1 else ""
        spent = f"{format_usd(batch.spent)}, " if batch.spent else ""
        return (
            f"{'█' * full}{'░' * (_BAR - full)} {ended}/{all_jobs}{failed}, "
            f"{counts['running']} running, {spent}{in_words(batch.seconds_left)}{waits}"
        )

    def clear(self) -> None:
        """Make room for a line."""
        if self._dirty:
            to_stderr("\r\x1b[K")
            self._dirty, self._shown_at = False, 0.0


def _made(result: JobResult) -> str:
    if not result.files:
        return "done"
    more = f" and {len(result.files) - 1} more" if len(result.files) > 1 else ""
    return f"{'wrote' if result.written else 'proposes'} {visible(result.files[0])}{more}"


def _width() -> int:
    try:
        return os.get_terminal_size(2).columns or 80
    except OSError:
        return 80
