"""What is kept of a batch while it runs: its jobs, then every change, on disk before the next.

One append-only file per batch, `batches/<id>.jsonl` in the state folder: the head, a line for
each job, and then what became of them. Each line is one unbuffered write that is synced, so that
neither a kill nor a power cut has a job done twice: whatever is not in here yet is in the journal
of its run. The file is locked while the batch is run.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, Self

from autocoder_tui.batch.job import BatchJob, JobResult
from autocoder_tui.engine.request import new_run_id
from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import shortened
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.kept_run import now
from autocoder_tui.system.descriptors import open_descriptor, sync_folder
from autocoder_tui.system.file_lock import FileLock, lock
from autocoder_tui.text.plain_data import read_value, value_data
from autocoder_tui.values import dataclass

VERSION: Final = 1
FOLDER: Final = "batches"
LAST: Final = "last"


class BatchUnavailable(AutocoderError):
    """There is no such batch, or it can't be used now."""

    kind = "batch_unavailable"


@dataclass(frozen=True, slots=True)
class BatchHead:
    """What holds for all jobs of a batch. `at_once` jobs run at the same time, `max_cost` is the
    cap they share in US dollars, `deliver` is what becomes of their results. `sent_by` is how
    requests go out: each by itself, in the batches of the provider, or in files for another
    program."""

    project: str
    at_once: int = 4
    max_cost: Decimal | None = None
    deliver: Literal["review", "patch", "apply"] = "review"
    patch: str | None = None
    report: str | None = None
    sent_by: Literal["run", "provider", "file"] = "run"
    created: str = field(default_factory=now)
    batch_id: str = field(default_factory=lambda: new_run_id()[:8])


@dataclass(slots=True)
class KeptBatch:
    """A batch as its journal tells of it. `results` are of the jobs that have ended, `opened` the
    numbers of those whose result somebody has looked at."""

    head: BatchHead
    jobs: list[BatchJob] = field(default_factory=list)
    results: dict[int, JobResult] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    opened: set[int] = field(default_factory=set)

    def take(self, line: dict[str, Any]) -> None:
        """Apply what one line says. Raises ValueError, TypeError or KeyError for damage."""
        if "job" in line:
            self.jobs.append(BatchJob.from_data(line["job"]))
        if "ended" in line:
            self.results[int(line["ended"])] = JobResult.from_data(line["result"])
        for number in line.get("back", ()):
            self.results.pop(int(number), None)
        if "order" in line:
            self.order = [int(number) for number in line["order"]]
        if "opened" in line:
            self.opened.add(int(line["opened"]))
        if "settings" in line:
            self.head = read_value(BatchHead, line["settings"])


class BatchJournal:
    """Writes a batch down. `write` may be called from any thread, and blocks for the disk.

    A disk that refuses is told about once, by `say`; what was not written goes with the next.
    """

    def __init__(self, path: Path, descriptor: int, say: Callable[[str], object]) -> None:
        self.path = path
        self._descriptor: int | None = descriptor
        self._say = say
        self._pending = b""
        self._told = False
        self._writing = threading.Lock()

    @classmethod
    def create(
        cls, state: Path, head: BatchHead, jobs: Sequence[BatchJob], say: Callable[[str], object]
    ) -> Self:
        """Begin a batch. Blocking. Raises BatchUnavailable: without a journal nothing is sent."""
        folder = state / FOLDER
        path = folder / f"{head.batch_id}.jsonl"
        unfinished = path.with_suffix(".new")
        lines = [{"batch": VERSION, "settings": value_data(head)}]
        data = b"".join(map(_line, [*lines, *({"job": job.to_data()} for job in jobs)]))
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
            descriptor = open_descriptor(unfinished, flags)
            try:
                with contextlib.suppress(OSError):
                    lock(descriptor)
                _put(descriptor, data)
                unfinished.rename(path)
                with contextlib.suppress(OSError):
                    sync_folder(folder)
            except OSError:
                os.close(descriptor)
                with contextlib.suppress(OSError):
                    unfinished.unlink()
                raise
        except OSError as error:
            raise BatchUnavailable(
                f"The batch can't be kept in {visible(str(folder))}: {_reason(error)}. Nothing was "
                "sent. Make room or set AUTOCODER_TUI_STATE_DIR to another folder."
            ) from error
        return cls(path, descriptor, say)

    @classmethod
    def reopen(cls, path: Path, say: Callable[[str], object]) -> tuple[Self, KeptBatch]:
        """Go on with a batch. Blocking. Raises BatchUnavailable, too where another program is at
        it."""
        try:
            descriptor = open_descriptor(path, os.O_RDWR | os.O_APPEND)
        except OSError as error:
            raise BatchUnavailable(
                f"The batch {visible(path.stem)} can't be gone on with: {_reason(error)}."
            ) from error
        try:
            with contextlib.suppress(OSError):
                if lock(descriptor) is FileLock.TAKEN:
                    raise BatchUnavailable(
                        f"The batch {visible(path.stem)} is being run by another program. Wait "
                        "until it has ended, or end it."
                    )
            kept = read_batch(path)
            _drop_torn_line(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise BatchUnavailable(
                f"The batch {visible(path.stem)} can't be read: {_reason(error)}."
            ) from error
        except BaseException:
            os.close(descriptor)
            raise
        return cls(path, descriptor, say), kept

    def write(self, **line: Any) -> None:
        """Write one change down and sync it."""
        with self._writing:
            if self._descriptor is None:
                return
            self._pending += _line(line)
            try:
                self._pending = _put(self._descriptor, self._pending)
            except OSError as error:
                if not self._told:
                    self._told = True
                    self._say(
                        f"What the batch comes to can't be kept in {visible(str(self.path))}: "
                        f"{_reason(error)}. It goes on; its runs are kept each for itself."
                    )

    def new_head(self, head: BatchHead) -> None:
        """Write down that from here on this holds for all jobs."""
        self.write(settings=value_data(head))

    def close(self) -> None:
        """Let go of the file."""
        with self._writing:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None


def _put(descriptor: int, data: bytes) -> bytes:
    """Write all of it and sync; what is left when it fails is lost for nobody: the line is
    written again as a whole, and a torn one before it is left out when it is read."""
    begun = os.fstat(descriptor).st_size
    try:
        rest = data
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, begun)
        raise
    return b""


def _drop_torn_line(descriptor: int) -> None:
    """What a kill left of a line would spoil the next one."""
    size = os.fstat(descriptor).st_size
    at = size
    while at > 0:
        begin = max(0, at - 65_536)
        end = os.pread(descriptor, at - begin, begin).rfind(b"\n")
        if end >= 0:
            at = begin + end + 1
            break
        at = begin
    if at < size:
        os.ftruncate(descriptor, at)


def read_batch(path: Path) -> KeptBatch:
    """What a journal says, as far as it can be read. Raises BatchUnavailable, and OSError."""
    with path.open("rb") as opened:
        first = _object(opened.readline())
        version = None if first is None else first.get("batch")
        try:
            if first is None or not isinstance(version, int):
                raise ValueError
            kept = KeptBatch(read_value(BatchHead, first["settings"]))
        except (ValueError, KeyError):
            newer = isinstance(version, int) and version > VERSION
            why = "a newer version of the program wrote it" if newer else "it is damaged"
            raise BatchUnavailable(
                f"The batch {visible(path.stem)} can't be read: {why}. Its runs are in history."
            ) from None
        for line in _lines(opened):
            with contextlib.suppress(ValueError, TypeError, KeyError):
                kept.take(line)
    return kept


def _lines(opened: Any) -> Iterator[dict[str, Any]]:
    for line in opened:
        if line.endswith(b"\n") and (data := _object(line)) is not None:
            yield data


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _line(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown error").lower()


def batch_paths(state: Path) -> list[Path]:
    """The journals of all batches, that written to last first. Blocking."""
    dated = []
    for path in (state / FOLDER).glob("*.jsonl"):
        with contextlib.suppress(OSError):
            dated.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(dated, reverse=True)]


def find_batch(state: Path, reference: str) -> Path:
    """The journal of the batch called `reference`: its id or the beginning of it, or "last".

    Raises BatchUnavailable.
    """
    paths = batch_paths(state)
    if reference == LAST:
        found = paths[:1]
    else:
        found = [path for path in paths if path.stem.startswith(reference)]
    if len(found) > 1:
        names = ", ".join(sorted(path.stem for path in found)[:5])
        raise BatchUnavailable(f'"{shortened(reference)}" is {len(found)} batches: {names}.')
    if not found:
        raise BatchUnavailable(
            f'No batch is called "{shortened(reference)}". List them with: autocoder-tui batch '
            "--list"
        )
    return found[0]
