"""Killing and failing at each file-system call in turn, in a process of its own."""

from __future__ import annotations

import gc
import os
import signal
import stat
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autocoder_tui.workspace.errors import WorkspaceError

CALLS = (
    *("open", "read", "write", "fsync", "ftruncate", "link", "replace", "rename", "unlink"),
    *("mkdir", "rmdir", "fchmod", "chmod", "lstat"),
)
REFUSED, DONE, CRASHED = 3, 0, 4

Tree = dict[str, tuple[bytes | None, int, int]]


@dataclass(frozen=True)
class Fault:
    """What happens at the `at`-th call, counted from 1: SIGKILL before it, SIGKILL in the
    middle of a write, or an error, once or from there on. `only` counts the calls
    of one name, `names` collects all."""

    at: int
    how: str
    code: int = 0
    without_links: bool = False
    only: str = ""
    names: list[str] = field(default_factory=list, compare=False)

    def install(self) -> None:
        """Change this process for good."""
        left = self.at

        def wrap(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **options: Any) -> Any:
                nonlocal left
                if self.only in ("", name):
                    left -= 1
                self.names.append(name)
                if left == 0 and self.how == "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                if left == 0 and self.how == "kill in a write":
                    if name == "write":
                        descriptor, data = arguments
                        real(descriptor, data[: len(data) // 2])
                    os.kill(os.getpid(), signal.SIGKILL)
                if (self.how == "fail" and left == 0) or (self.how == "fail on" and left <= 0):
                    raise OSError(self.code, os.strerror(self.code))
                if name == "link" and self.without_links:
                    raise PermissionError(1, "no links here")
                return real(*arguments, **options)

            return call

        for name in CALLS:
            setattr(os, name, wrap(name, getattr(os, name)))


def in_a_process(action: Callable[[], object], fault: Fault | None = None) -> int:
    """Run `action` in a fork; returns DONE, REFUSED (a WorkspaceError), CRASHED or -SIGKILL."""
    process = os.fork()
    if process == 0:
        code = CRASHED
        # A collection would touch, and so copy, all that the tests before have left in memory.
        gc.disable()
        try:
            if fault is not None:
                fault.install()
            action()
            code = DONE
        except WorkspaceError:
            code = REFUSED
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def calls_of(action: Callable[[], object]) -> list[str]:
    """The file-system calls that `action` makes when nothing fails, by name."""
    reader, writer = os.pipe()
    write = os.write

    def noted() -> None:
        names: list[str] = []
        Fault(0, "note", names=names).install()
        action()
        write(writer, " ".join(names).encode())

    assert in_a_process(noted) == DONE
    os.close(writer)
    with os.fdopen(reader) as pipe:
        return pipe.read().split()


def tree(root: Path) -> Tree:
    """Every file and folder below `root`: bytes, mode, number of names."""
    return {
        path.relative_to(root).as_posix(): (
            path.read_bytes() if path.is_file() else None,
            stat.S_IMODE(path.stat().st_mode),
            path.stat().st_nlink if path.is_file() else 0,
        )
        for path in root.rglob("*")
    }
