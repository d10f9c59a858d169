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
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.apply_log import ApplyLog, Draft, DraftFile
from autocoder_tui.workspace.apply_record import MAX_FILE_BYTES, FileState
from autocoder_tui.workspace.attributes import Attributes
from autocoder_tui.workspace.durable import identity, missing_folders, unwritable
from autocoder_tui.workspace.errors import (
    ChangedOnDisk,
    HardLinked,
    MissingFile,
    PathRefused,
    ReadOnly,
    WorkspaceError,
    listed,
)
from autocoder_tui.workspace.paths import relative_name, resolve_target, sift_targets
from autocoder_tui.workspace.textfile import TextFile, encoded, read_bytes, stamp_of
from autocoder_tui.workspace.transaction import Write, write_all

HardLinks = Literal["ask", "replace", "in place"]
"""A file that has other names elsewhere: raise HardLinked, give this name a file of its own,
or write into the file so that all its names see it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file of an accepted proposal.

    `path` is relative to the project; `text` is what it shall hold, None to delete it;
    `original` is the file as it was read for the review, None when it is to be new.
    """

    path: str
    text: str | None
    original: TextFile | None = None


@dataclass(frozen=True, slots=True)
class AppliedFile:
    """What one file was and is: bytes, None where there was or is no file.

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


@dataclass(frozen=True, slots=True)
class _Planned:
    """A change with its place and bytes: what `write` will do, and what stands there now."""

    change: Change
    write: Write
    before: bytes | None


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
    planned = [_plan(root, change, hard_links) for change in changes]
    _refuse_clashes(root, changes, planned)
    if not overwrite_changed:
        _refuse_changed(planned)
    due = [item for item in planned if item.before != item.write.data]
    if not overwrite_read_only:
        _refuse_read_only(due)
    if hard_links == "ask":
        _refuse_hard_links(due)
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


def _write(root: Path, due: Sequence[_Planned], log: ApplyLog | None, title: str) -> str | None:
    writes = [item.write for item in due]
    with nullcontext() if log is None else log.locked():
        entry = None if log is None else log.begin(_draft(root, due, title))
        write_all(writes, lambda: _look_again(root, due), entry)
    return None if entry is None else entry.record.id


def _draft(root: Path, due: Sequence[_Planned], title: str) -> Draft:
    real_root = Path(os.path.realpath(root))
    writes = [item.write for item in due]
    try:
        missing = missing_folders([write.target for write in writes])
    except OSError as error:
        raise unwritable(error, writes[0].name) from error
    made = [folder.relative_to(real_root).as_posix() for folder in missing]
    files = []
    for item in due:
        write = item.write
        former = None if write.former is None else Attributes.of(write.target, write.former)
        files.append(
            DraftFile(
                path=write.name,
                target=write.target.relative_to(real_root).as_posix(),
                before=FileState(item.before, former),
                after=FileState(write.data, former),
                in_place=write.in_place,
            )
        )
    return Draft(files, title, folders=made, made=made)


def _plan(root: Path, change: Change, hard_links: HardLinks) -> _Planned:
    named = resolve_target(root, change.path)
    name = relative_name(root, named)
    target = Path(os.path.realpath(named))
    if change.text is None and named.is_symlink():
        raise PathRefused(
            f"{visible(name)} is a link; deleting it is left to you.", paths=(change.path,)
        )
    before: bytes | None = None
    former: os.stat_result | None = None
    try:
        before, former = read_bytes(target, max_bytes=MAX_FILE_BYTES, name=name)
    except MissingFile:
        pass
    data = None if change.text is None else encoded(change.text, change.path, change.original)
    in_place = hard_links == "in place" and data is not None and _has_other_names(former)
    write = Write(target, name, data, former, in_place=in_place, before=before)
    return _Planned(change, write, before)


def _has_other_names(status: os.stat_result | None) -> bool:
    return status is not None and status.st_nlink > 1


def _refuse_clashes(root: Path, changes: Sequence[Change], planned: Sequence[_Planned]) -> None:
    names = [change.path for change in changes]
    for error in sift_targets(root, names).refused.values():
        raise error
    targets = [item.write.target for item in planned]
    for item in planned:
        if targets.count(item.write.target) > 1:
            raise PathRefused(
                f"{visible(item.write.name)} is written twice by the same proposal, "
                "under two names.",
                paths=(item.change.path,),
            )


def _refuse_changed(planned: Sequence[_Planned]) -> None:
    reasons: list[str] = []
    paths: list[str] = []
    for item in planned:
        reason = _how_changed(item)
        if reason is not None:
            reasons.append(f"{visible(item.write.name)} {reason}")
            paths.append(item.write.name)
    if reasons:
        raise _changed(reasons, paths)


def _how_changed(item: _Planned) -> str | None:
    original, former = item.change.original, item.write.former
    if item.before is None or former is None:
        return "is gone" if original is not None else None
    if original is None:
        return "exists already"
    if not stamp_of(item.before, former).same_bytes(original.stamp):
        return "has changed"
    return None


def _look_again(root: Path, planned: Sequence[_Planned]) -> None:
    """The last look before the first replacement: staging took a while."""
    changed: list[str] = []
    for item in planned:
        target, former = item.write.target, item.write.former
        same_place = os.path.realpath(resolve_target(root, item.change.path)) == str(target)
        try:
            now: os.stat_result | None = os.lstat(target)
        except FileNotFoundError:
            now = None
        if not same_place or identity(now) != identity(former):
            changed.append(item.write.name)
    if changed:
        raise _changed([f"{visible(name)} has changed" for name in changed], changed)


def _changed(reasons: Sequence[str], paths: Sequence[str]) -> WorkspaceError:
    return ChangedOnDisk(
        f"On disk since it was read: {', '.join(reasons)}. Nothing was written; "
        "review again against what is there now, or overwrite it.",
        paths=paths,
    )


def _refuse_read_only(planned: Sequence[_Planned]) -> None:
    names = [
        item.write.name
        for item in planned
        if item.write.former is not None and not item.write.former.st_mode & 0o222
    ]
    if names:
        raise _read_only(names)


def _read_only(names: Sequence[str]) -> ReadOnly:
    return ReadOnly(
        f"{listed(names, 'is', 'are')} read-only, so nothing was written. Make it writable first "
        "(chmod u+w).",
        paths=names,
    )


def _refuse_hard_links(planned: Sequence[_Planned]) -> None:
    names = [
        item.write.name
        for item in planned
        if item.write.data is not None and _has_other_names(item.write.former)
    ]
    if names:
        raise HardLinked(
            f"{listed(names, 'has', 'have')} other names (hard links), so nothing was written. "
            "Write into the file, which changes it under every name, or replace it under this "
            "name alone.",
            paths=names,
        )
