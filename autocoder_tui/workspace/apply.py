"""From accepted changes to files on disk, all or none.

Nothing is written before every path has been judged, every text encoded in its file's own
encoding, and every file found to be what it was when it was read. With a log the write
survives a kill (recovery.py) and can be taken back (undo.py).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.apply_log import ApplyLog, Draft, DraftFile
from autocoder_tui.workspace.apply_record import FileState
from autocoder_tui.workspace.attributes import Attributes
from autocoder_tui.workspace.change import (
    Change,
    HardLinks,
    Planned,
    look,
    paths_of,
    plan,
    vacated_by,
)
from autocoder_tui.workspace.durable import folders_above, identity, missing_folders, unwritable
from autocoder_tui.workspace.errors import (
    MissingFile,
)
from autocoder_tui.workspace.paths import is_named_so, written_file
from autocoder_tui.workspace.refusals import (
    changed_on_disk,
    refuse_changed,
    refuse_clashes,
    refuse_hard_links,
    refuse_moved_in_place,
    refuse_read_only,
)
from autocoder_tui.workspace.transaction import write_all


@dataclass(frozen=True, slots=True)
class AppliedFile:
    """What one file was and is: bytes, None where there was or is no file. One that was renamed
    is two, each at its path.

    `mode` holds the permission bits the file had before, None when it is new.
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None


@dataclass(frozen=True, slots=True)
class Applied:
    """The files that were written, in the order given; those already right are left out.

    `record` is the id of what the log remembers of it, None when there is nothing.
    """

    files: tuple[AppliedFile, ...]
    record: str | None = None


def apply_changes(
    root: Path,
    changes: Sequence[Change],
    *,
    overwrite_changed: bool = False,
    overwrite_read_only: bool = False,
    hard_links: HardLinks = "ask",
    log: ApplyLog | None = None,
    title: str = "",
) -> Applied:
    """Write all `changes` below `root`, or none.

    A file that is not what it was when it was read raises ChangedOnDisk, unless
    `overwrite_changed`; one whose mode forbids writing raises ReadOnly, unless
    `overwrite_read_only`; one with other names raises HardLinked, unless `hard_links` says
    what to do. With a `log` the write is remembered there, under `title`, for recovery and
    undo: that may raise NotRecorded or Busy. Also raises PathRefused, ReadError,
    Unencodable, Unwritable, and HalfApplied if both writing and the way back fail.
    """
    if not root.is_dir():
        raise MissingFile(
            f"The project folder {visible(str(root))} is gone, so nothing was written.",
            paths=(str(root),),
        )
    vacated = vacated_by(changes)
    found = {path: look(root, path, vacated) for path in paths_of(changes)}
    planned = plan(changes, found, hard_links)
    refuse_clashes(root, changes, planned)
    if not overwrite_changed:
        refuse_changed(changes, found)
    due = [item for item in planned if item.due]
    if not overwrite_read_only:
        refuse_read_only(due)
    if hard_links == "ask":
        refuse_hard_links(due)
    elif hard_links == "in place":
        refuse_moved_in_place(due)
    record = _write(root, due, log, title) if due else None
    return Applied(
        tuple(
            AppliedFile(
                path=item.write.name,
                before=item.before,
                after=item.write.data,
                mode=None if item.write.former is None else stat.S_IMODE(item.write.former.st_mode),
            )
            for item in due
        ),
        record,
    )


def _write(root: Path, due: Sequence[Planned], log: ApplyLog | None, title: str) -> str | None:
    writes = [item.write for item in due]
    with nullcontext() if log is None else log.locked():
        emptied = folders_above(
            Path(os.path.realpath(root)), [write.target for write in writes if write.data is None]
        )
        entry = None if log is None else log.begin(_draft(root, due, title, emptied))
        write_all(writes, lambda: _look_again(root, due), entry, emptied=emptied)
    return None if entry is None else entry.record.id


def _draft(root: Path, due: Sequence[Planned], title: str, emptied: Sequence[Path]) -> Draft:
    real_root = Path(os.path.realpath(root))
    writes = [item.write for item in due]
    try:
        missing = missing_folders([write.target for write in writes if write.data is not None])
        gone = [(_below(real_root, f), stat.S_IMODE(f.stat().st_mode)) for f in emptied]
    except OSError as error:
        raise unwritable(error, writes[0].name) from error
    made = [_below(real_root, folder) for folder in missing]
    files = []
    for item in due:
        write = item.write
        former = None if write.former is None else Attributes.of(write.target, write.former)
        files.append(
            DraftFile(
                path=write.name,
                target=_below(real_root, write.target),
                before=FileState(item.before, former),
                after=FileState(write.data, write.attributes or former),
                in_place=write.in_place,
                moved_from="" if item.left else item.change.moved_from,
            )
        )
    return Draft(files, title, folders=made, made=made, emptied=gone)


def _below(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _look_again(root: Path, planned: Sequence[Planned]) -> None:
    """The last look before the first replacement: staging took a while."""
    changed: list[str] = []
    leaving = [item.write.name for item in planned if item.left or item.write.data is None]
    for item in planned:
        target, former = item.write.target, item.write.former
        same_place = written_file(root, item.write.name, leaving=leaving) == target
        now = os.lstat(target) if is_named_so(target) else None
        if not same_place or identity(now) != identity(former):
            changed.append(item.write.name)
    if changed:
        raise changed_on_disk([f"{visible(name)} has changed" for name in changed], changed)
