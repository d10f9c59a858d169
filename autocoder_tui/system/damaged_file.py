"""A damaged file of the program is never written over: it is put aside, and said."""

from __future__ import annotations

import errno
from pathlib import Path

from autocoder_tui.problems import Problem


def put_aside(problem: Problem) -> Path:
    """Give the damaged file of `problem` a name that is free; returns that.

    Raises OSError, also for a file that could not be read and may be sound.
    """
    file = problem.file
    if not problem.damaged:
        raise OSError(errno.EIO, "it cannot be read")
    number = 1
    while (aside := file.with_name(f"{file.name}.damaged-{number}")).exists():
        number += 1
    return file.rename(aside)
