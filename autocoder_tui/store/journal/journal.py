"""The journal of a run: what it was given, then every event, on disk before it is shown.

One append-only file per run, `journals/<run id>.jsonl` in the state folder. The first line is
a snapshot of what the run was given; every further line is a batch of events, or what was
decided in the review of its proposal. A batch is one unbuffered write, so that a kill tears
the last line at most. The file is locked while its writer lives: whoever can lock it knows
that nobody else will go on with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from autocoder_tui.engine.events import Event
from autocoder_tui.engine.events_json import event_data
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.journal.disk_sync import DISK
from autocoder_tui.store.snapshot import Snapshot
from autocoder_tui.system.descriptors import open_descriptor, sync_folder
from autocoder_tui.system.file_lock import lock

VERSION: Final = 1
FOLDER: Final = "journals"
UNFINISHED_SUFFIX: Final = ".new"
"""Of a journal whose first line is not written yet; no reader takes it for one."""
_RETRY_PERIOD: Final = 0.5
"""Seconds between two tries to write to a disk that refused."""

_ODD = re.compile(r"[^A-Za-z0-9_-]")


class Journal:
    """Writes one run down as it goes. Nothing here ever raises: a journal that can't be written
    is said once, by `say`, and tried again; what was not written is kept for then.

    `append` belongs to one thread; `close` waits for the disk, so call it off the event loop.
    """

    def __init__(self, state: Path, snapshot: Snapshot, say: Callable[[str], object]) -> None:
        self.snapshot = snapshot
        self.review: dict[str, Any] | None = None
        self._folder = state / FOLDER
        self._say = say
        self._path: Path | None = None
        self._descriptor: int | None = None
        self._pending: list[bytes] = []
        self._failed_at: float | None = None
        self._told = False
        self._closed = False
        self._syncing = threading.Lock()
        self._is_named = False
        """Whether its name is on the disk itself, too."""
        first = {"journal": VERSION, "snapshot": snapshot.to_data()}
        self._pending.append(_line(first))
        self._write()

    @property
    def path(self) -> Path | None:
        """Where it is; None as long as it could not be begun."""
        return self._path

    @property
    def complete(self) -> bool:
        """Whether everything so far is written."""
        return not self._pending

    def append(self, events: Sequence[Event]) -> None:
        """Write a batch down, in one write."""
        if events:
            self._add({"events": [event_data(event) for event in events]})

    def keep_review(self, data: dict[str, Any]) -> None:
        """Write down how the review stands: values that JSON has; the last ones win."""
        self.review = data
        self._add({"review": data})

    def close(self, *, remove: bool = False) -> None:
        """Sync and let go of the file; `remove` it when all it holds is kept elsewhere."""
        if self._closed:
            return
        self._closed = True
        if self._pending:
            self._failed_at = None
            self._write()
        with self._syncing:
            if self._descriptor is None:
                return
            if remove and self._path is not None:
                with contextlib.suppress(OSError):
                    self._path.unlink()
            else:
                with contextlib.suppress(OSError):
                    os.fsync(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None

    def _add(self, data: dict[str, Any]) -> None:
        if self._closed:
            return
        self._pending.append(_line(data))
        now = time.monotonic()
        if self._failed_at is None or now - self._failed_at >= _RETRY_PERIOD:
            self._write()

    def _write(self) -> None:
        """Write what is pending; what a full disk did not take stays pending, to the byte."""
        data = self._pending[0] if len(self._pending) == 1 else b"".join(self._pending)
        self._pending = [data]
        try:
            if self._descriptor is None:
                self._begin(data)
            else:
                self._put(self._descriptor, data)
        except OSError as error:
            self._failed(error)
            return
        self._failed_at = None
        if self._told:
            self._told = False
            self._say("What the run brings is kept again, with all that came before.")
        if not self._closed:
            DISK.ask(self._sync)

    def _put(self, descriptor: int, data: bytes) -> None:
        while data:
            written = os.write(descriptor, data)
            data = data[written:]
            self._pending = [data] if data else []

    def _begin(self, data: bytes) -> None:
        """Make the file, so that under its own name it is never without lock and first line."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._free_name()
        unfinished = path.with_suffix(UNFINISHED_SUFFIX)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        descriptor = open_descriptor(unfinished, flags)
        try:
            # Where locks are not to be had, the name alone has to do.
            with contextlib.suppress(OSError):
                lock(descriptor)
            self._put(descriptor, data)
            unfinished.rename(path)
        except OSError:
            self._pending = [data]
            os.close(descriptor)
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise
        self._descriptor, self._path = descriptor, path

    def _free_name(self) -> Path:
        # The id of a run that is gone on with comes from a file, which may say anything.
        name = f"{self.snapshot.run_id}-{self.snapshot.journal_id}"
        return self._folder / f"{_ODD.sub('_', name)[:100]}.jsonl"

    def _failed(self, error: OSError) -> None:
        self._failed_at = time.monotonic()
        if self._told:
            return
        self._told = True
        self._say(
            f"What the run brings can't be kept in {visible(str(self._folder))}: "
            f"{(error.strerror or 'unknown error').lower()}. The run goes on; the text is in "
            "memory only until there is room again."
        )

    def _sync(self) -> None:
        with self._syncing:
            if self._descriptor is None:
                return
            with contextlib.suppress(OSError):
                os.fsync(self._descriptor)
            if not self._is_named:
                self._is_named = True
                # Not to be had everywhere; the file itself is whole without it.
                with contextlib.suppress(OSError):
                    sync_folder(self._folder)


def _line(data: dict[str, Any]) -> bytes:
    # ASCII: no character of any text can end the line, and half characters are kept too.
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
