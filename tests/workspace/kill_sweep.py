"""A write that is killed, or fails, at any file-system call: all old or all new at the end.

Forked thousands of times, so what is forked has to be small: nothing but the package's `workspace`
is imported here, and the tests run it in a process that has imported nothing else.

AUTOCODER_TUI_FUZZ=full takes every call where the ordinary run takes every third: each call is
killed and fails once in both.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.apply_log import APPLIED, UNDONE, ApplyLog
from autocoder_tui.workspace.change import Change, HardLinks
from autocoder_tui.workspace.recovery import recover
from autocoder_tui.workspace.textfile import read_text_file
from autocoder_tui.workspace.undo import redo, undo
from tests.workspace.faults import DONE, REFUSED, Fault, Tree, calls_of, in_a_process, tree

FULL = os.environ.get("AUTOCODER_TUI_FUZZ") == "full"
OLD_TEXT, NEW_TEXT = "one\n" * 50, "two, longer\n" * 70


@dataclass(frozen=True)
class Place:
    root: Path
    log: ApplyLog

    @classmethod
    def at(cls, folder: Path) -> Place:
        root = folder / "project"
        (root / "src").mkdir(parents=True)
        (root / "src" / "a.py").write_text(OLD_TEXT)
        (root / "src" / "a.py").chmod(0o750)
        (root / "src").chmod(0o770)
        (root / "old.txt").write_text("old\n")
        (root / "old.txt").chmod(0o640)
        (root / "linked").write_text(OLD_TEXT)
        os.link(root / "linked", root / "other name")
        return cls(root, ApplyLog.of_project(folder / "state", root))

    def original(self, name: str) -> Change:
        return Change(name, NEW_TEXT, read_text_file(self.root / name))

    def moved(self, old: str, new: str, text: str) -> Change:
        return Change(new, text, read_text_file(self.root / old), moved_from=old)

    def apply(self, kind: str) -> None:
        links: HardLinks = "ask"
        if kind == "replace":
            changes = [self.original("src/a.py")]
        elif kind == "new":
            changes = [Change("new/deep/c.py", NEW_TEXT)]
        elif kind == "delete":
            changes = [Change("old.txt", None, read_text_file(self.root / "old.txt"))]
        elif kind == "in place":
            links, changes = "in place", [self.original("linked")]
        elif kind == "delete folder":
            changes = [Change("src/a.py", None, self.original("src/a.py").original)]
        elif kind == "rename":
            changes = [self.moved("src/a.py", "new/deep/b.py", OLD_TEXT)]
        elif kind == "rename and change":
            changes = [self.moved("src/a.py", "b.py", NEW_TEXT)]
        elif kind == "swap":
            changes = [
                self.moved("src/a.py", "old.txt", OLD_TEXT),
                self.moved("old.txt", "src/a.py", "old\n"),
                Change("other.txt", NEW_TEXT),
            ]
        elif kind == "make room":
            changes = [
                Change("src/a.py", NEW_TEXT),
                self.moved("src/a.py", "linked", OLD_TEXT),
                self.moved("linked", "c.py", OLD_TEXT),
            ]
            links = "replace"
        else:
            links = "in place"
            changes = [
                self.original("src/a.py"),
                Change("new/deep/c.py", NEW_TEXT),
                Change("old.txt", None, read_text_file(self.root / "old.txt")),
                self.original("linked"),
            ][: 3 if kind == "three" else 4]
        apply_changes(self.root, changes, hard_links=links, log=self.log, title="x")

    def undo(self) -> None:
        entry = self.log.last_applied()
        assert entry is not None
        undo(self.log, entry.record)

    def redo(self) -> None:
        entry = self.log.next_undone()
        assert entry is not None
        redo(self.log, entry.record)


_ENOUGH = 30
"""Calls at which a long move is broken by default."""


def bring_to(place: Place, kind: str, move: str) -> Callable[[], None]:
    """Everything before the move; returns the move itself."""
    if move == "apply":
        return lambda: place.apply(kind)
    place.apply(kind)
    if move == "undo":
        return place.undo
    place.undo()
    return place.redo


def check(place: Place, old: Tree, new: Tree, *, links: bool = True) -> None:
    """All old or all new, nothing left over, and the log agrees and can go on from there."""
    found = tree(place.root)
    if links:
        assert found in (old, new), f"{found} is neither {old} nor {new}"
    else:
        alike = [_without_links(old), _without_links(new)]
        assert _without_links(found) in alike, f"{found} is none of {alike}"
    phases = {entry.phase for entry in place.log.entries()}
    assert phases <= {APPLIED, UNDONE}, phases
    assert len(list(place.log.folder.glob("0*"))) <= 1
    assert recover(place.log) == []
    assert tree(place.root) == found


def _without_links(found: Tree) -> dict[str, object]:
    return {name: kept[:2] for name, kept in found.items()}


@dataclass
class Sweep:
    """One move of one kind of write, ready to be broken at each of its calls."""

    folder: Path
    kind: str
    move: str

    def __post_init__(self) -> None:
        place = self.place("measure")
        self.old = tree(place.root)
        self.calls = calls_of(self.act)
        self.new = tree(place.root)
        assert self.old != self.new
        assert len(self.calls) > 15

    def place(self, name: str) -> Place:
        place = Place.at(self.folder / name)
        self.act = bring_to(place, self.kind, self.move)
        return place

    @property
    def places(self) -> range:
        """The calls at which it is broken: all of a short move, by default some of a long one."""
        count = len(self.calls)
        return range(1, count + 1, 1 if FULL else max(1, count // _ENOUGH))

    def broken(self, how: str, code: int = 0, *, every: int = 1) -> Iterator[tuple[Place, int]]:
        """Break it at its calls in turn; gives the place and how the process ended."""
        for at in self.places[::every]:
            if how == "kill in a write" and self.calls[at - 1] != "write":
                continue
            place = self.place(str(at))
            yield place, in_a_process(self.act, Fault(at, how, code))
            shutil.rmtree(self.folder / str(at))

    def check(self, place: Place, *, links: bool = True) -> None:
        check(place, self.old, self.new, links=links)


def killed(folder: Path, kind: str, move: str, how: str) -> None:
    """Killed at any call, and started again."""
    sweep = Sweep(folder, kind, move)
    for place, ended in sweep.broken(how):
        assert ended == -signal.SIGKILL, ended
        recover(place.log)
        sweep.check(place)


def failing(folder: Path, kind: str, move: str, how: str, code: int) -> None:
    """An error at any call."""
    sweep = Sweep(folder, kind, move)
    every = 1 if FULL or (how, code) == ("fail", errno.ENOSPC) else 3
    for place, ended in sweep.broken(how, code, every=every):
        assert ended in (DONE, REFUSED), ended
        if how == "fail" and ended == REFUSED:
            # One failure is walked back at once, not at the next start.
            assert _without_temporaries(tree(place.root)) == _without_temporaries(sweep.old)
        recover(place.log)
        sweep.check(place)


def _without_temporaries(found: Tree) -> dict[str, object]:
    """A temporary that could not be removed is a second name of its file, too."""
    return {name: kept[:2] for name, kept in found.items() if ".autocoder-" not in name}


def killed_without_links(folder: Path, kind: str, move: str) -> None:
    """Killed at any call where the file system has no hard links."""
    sweep = Sweep(folder, kind, move)
    for at in sweep.places:
        place = sweep.place(str(at))
        in_a_process(sweep.act, Fault(at, "kill", without_links=True))
        recover(place.log)
        sweep.check(place, links=False)


def recovery_broken(folder: Path, move: str, how: str) -> None:
    """Killed, and then the recovery is killed or fails, too."""
    sweep = Sweep(folder, "four", move)
    second = 0
    for place, _ in sweep.broken("kill", every=1 if FULL else 3):
        # A different call of the recovery each time: together the pairs cover the square.
        second = second % 41 + 7
        ended = in_a_process(partial(recover, place.log), Fault(second, how, errno.ENOSPC))
        assert ended in (DONE, -signal.SIGKILL), ended
        recover(place.log)
        sweep.check(place)
