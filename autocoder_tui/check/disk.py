"""How much of the disk a check fills."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

_EVERY_SECONDS = 0.5
_SHARE = 10
"""Looking takes at most one part in so many of the time."""


def bytes_in(folder: Path, stop: threading.Event) -> int:
    """What the files below `folder` take on the disk, holes and further names not counted. Links
    are not followed; what can't be looked at counts nothing. Blocking; ends early at `stop`."""
    total = 0
    counted: set[tuple[int, int]] = set()
    waiting = [str(folder)]
    while waiting and not stop.is_set():
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                        continue
                    status = entry.stat(follow_symlinks=False)
                    inode = status.st_dev, status.st_ino
                    if status.st_nlink == 1 or inode not in counted:
                        total += status.st_blocks * 512
                    if status.st_nlink > 1:
                        counted.add(inode)
    return total


async def filled(folder: Path, most: int) -> None:
    """Return once `folder` has grown by more than `most` bytes since this was called."""
    stop = threading.Event()
    at_first: int | None = None
    try:
        while True:
            began = time.monotonic()
            now = await asyncio.to_thread(bytes_in, folder, stop)
            if at_first is None:
                at_first = now
            if now - at_first > most:
                return
            took = time.monotonic() - began
            await asyncio.sleep(max(_EVERY_SECONDS, _SHARE * took))
    finally:
        stop.set()
