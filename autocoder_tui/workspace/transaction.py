"""Several files replaced as one: all of them, or none.

Three phases. *Stage* writes every new content to a temporary beside its target, and
syncs it: from here on a full disk can no longer hurt. *Replace* keeps the former file
under a second name and moves the temporary into place, file by file. *Settle* syncs the
folders and drops the former files. A failure in any phase walks the steps back.

A kill walks nothing back: the `Journal` is told of every phase before it begins, and
whoever reads it at the next start finishes or reverses what stands (recovery.py). So
the names of temporaries follow from the journal's `stem` alone.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.attributes import Attributes
from autocoder_tui.workspace.durable import (
    drop,
    make_folder,
    missing_folders,
    remove_if_empty,
    sync_folders,
    unwritable,
    write_in_place,
    write_new_file,
)
from autocoder_tui.workspace.errors import ChangedOnDisk, HalfApplied

# What a file system without hard links answers.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)


@dataclass(frozen=True, slots=True)
class Write:
    """One file to become `data`, or to go when `data` is None.

    `target` is a real path, links followed; `name` is how messages call it. `former` is
    the status of the file that stands there and will be replaced, None when the file is
    new: then one that appears meanwhile is never overwritten. `attributes` are for the new
    file; None means those of the former, or what the system gives new files. With
    `in_place` the file is not replaced but written into, so that its other names see it
    too: then `before` must be what it holds. `moved_from` is where a file stands that has
    exactly `data` and goes by the same transaction, to this place: where the system can, it
    becomes this one as it is, with its times and its other names.
    """

    target: Path
    name: str
    data: bytes | None
    former: os.stat_result | None
    attributes: Attributes | None = None
    in_place: bool = False
    before: bytes | None = None
    moved_from: Path | None = None


class Journal(Protocol):
    """Hears of each phase before it begins. `stem` makes the temporaries' names.

    `replacing` may raise, which stops the transaction; the others must not.
    """

    stem: str

    def replacing(self) -> None:
        """All is staged; from here on the way is forward."""

    def turning_back(self) -> None:
        """Something failed; from here on the way is back."""

    def finished(self) -> None:
        """All is new and no temporary is left."""

    def forgotten(self) -> None:
        """All is old and no temporary is left."""


class Unrecorded:
    """The journal of a transaction that nothing remembers: safe from faults, not from kills."""

    def __init__(self) -> None:
        self.stem = secrets.token_hex(6)

    def replacing(self) -> None: ...

    def turning_back(self) -> None: ...

    def finished(self) -> None: ...

    def forgotten(self) -> None: ...


@dataclass(slots=True)
class _Step:
    write: Write
    new: Path
    old: Path
    begun: bool = False
    kept: bool = False
    """Whether `old`, if it is there, is the whole former file."""


def write_all(
    writes: Sequence[Write],
    last_look: Callable[[], None],
    journal: Journal | None = None,
    *,
    emptied: Sequence[Path] = (),
    modes: Mapping[Path, int] | None = None,
) -> None:
    """Carry out all `writes` or none.

    `last_look` runs when all is staged and nothing replaced yet; what it raises stops the
    whole. The folders `emptied`, deepest last, are removed at the end if they are empty. A
    folder that has to be made gets the permission bits that `modes` has for it.
    Raises Unwritable or ChangedOnDisk with everything as it was, HalfApplied when the way
    back failed too, and what the journal raises.
    """
    journal = journal or Unrecorded()
    steps = [
        _Step(write, *temporaries(write.target, journal.stem, number))
        for number, write in enumerate(writes)
    ]
    made: list[Path] = []
    current = ""
    try:
        for step in steps:
            current = step.write.name
            _stage(step, made, modes or {})
        last_look()
        journal.replacing()
        # What goes makes room: a new name may differ from an old one in nothing but case.
        steps.sort(key=lambda step: step.write.data is not None)
        for step in steps:
            current = step.write.name
            _replace(step)
        sync_folders([*(step.write.target.parent for step in steps), *(f.parent for f in made)])
    except BaseException as error:
        journal.turning_back()
        _roll_back(steps, made, journal)
        if isinstance(error, OSError):
            raise unwritable(error, current) from error
        raise
    clean = drop([path for step in steps for path in (step.new, step.old)])
    if remove_if_empty(emptied) and clean:
        journal.finished()


def temporaries(target: Path, stem: str, number: int) -> tuple[Path, Path]:
    """Where the new content and the former file of the `number`-th write stand meanwhile."""
    name = f".autocoder-{stem}-{number}"
    return target.parent / f"{name}.new", target.parent / f"{name}.old"


def _stage(step: _Step, made: list[Path], modes: Mapping[Path, int]) -> None:
    """Write the new content beside the target; note every folder made on the way."""
    write = step.write
    for folder in missing_folders([write.target] if write.data is not None else []):
        make_folder(folder, modes.get(folder))
        made.append(folder)
    if write.data is not None and not write.in_place and not _is_staged_by_link(step):
        write_new_file(step.new, write.data, _attributes(write))


def _is_staged_by_link(step: _Step) -> bool:
    """Whether the file to be moved stands beside its new place now, under one more name."""
    if step.write.moved_from is None:
        return False
    try:
        os.link(step.write.moved_from, step.new)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return False
    return True


def _attributes(write: Write) -> Attributes | None:
    if write.attributes is None and write.former is not None:
        return Attributes.of(write.target, write.former)
    return write.attributes


def _replace(step: _Step) -> None:
    write, target = step.write, step.write.target
    if write.in_place:
        _replace_in_place(step)
    elif write.former is None:
        if write.data is not None:
            step.begun = True
            _place_new(step)
    elif write.data is None:
        step.kept = True
        target.rename(step.old)
    else:
        step.kept = True
        try:
            os.link(target, step.old)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            step.kept = False
            former = Attributes.of(target, write.former)
            write_new_file(step.old, target.read_bytes(), former)
            step.kept = True
        step.new.replace(target)


def _place_new(step: _Step) -> None:
    """Give a new file its name without ever replacing one that appeared meanwhile."""
    target = step.write.target
    try:
        try:
            os.link(step.new, target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, "exists") from error
            step.new.rename(target)
    except FileExistsError:
        step.begun = False
        raise ChangedOnDisk(
            f"{visible(step.write.name)} appeared on disk meanwhile, so nothing was written. "
            "Review again, or overwrite it.",
            paths=(step.write.name,),
        ) from None


def _replace_in_place(step: _Step) -> None:
    write = step.write
    assert write.data is not None
    assert write.before is not None
    assert write.former is not None
    former = Attributes.of(write.target, write.former)
    write_new_file(step.old, write.before, former)
    step.begun = True
    attributes = write.attributes or former
    write_in_place(write.target, write.data, attributes.mode)


def _roll_back(steps: Sequence[_Step], made: Sequence[Path], journal: Journal) -> None:
    """Everything as it was; raises HalfApplied, naming what is left where, if that fails."""
    stuck: list[str] = []
    clean = True
    for step in reversed(steps):
        try:
            _put_back(step)
        except OSError as error:
            kept = f", its former content is {step.old.name}" if step.old.exists() else ""
            reason = (error.strerror or "unknown error").lower()
            stuck.append(f"{visible(step.write.name)} ({reason}{kept})")
        else:
            clean &= drop([step.new, step.old])
    clean &= remove_if_empty(made)
    if stuck:
        raise HalfApplied(
            f"Writing failed and these files could not be put back: {', '.join(stuck)}. "
            "Put them back by hand, or start the program again: it then tries once more.",
            paths=[step.write.name for step in steps],
        )
    if clean:
        with suppress(OSError):
            sync_folders(f for step in steps if (f := step.write.target.parent).is_dir())
        journal.forgotten()


def _put_back(step: _Step) -> None:
    write = step.write
    if write.in_place:
        if step.begun and write.before is not None and write.former is not None:
            write_in_place(write.target, write.before, write.former.st_mode & 0o7777)
    elif write.former is not None:
        if step.kept and os.path.lexists(step.old):
            # Renaming one of two names of the same file does nothing, by POSIX.
            step.old.replace(write.target)
    elif step.begun and _is_ours(step.new, write.target):
        write.target.unlink(missing_ok=True)


def _is_ours(new: Path, target: Path) -> bool:
    """Whether `target` is the new file placed by this transaction, not someone else's."""
    try:
        return not new.exists() or target.samefile(new)
    except FileNotFoundError:
        return False
