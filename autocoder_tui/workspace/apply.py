"""From accepted changes to files on disk, all or none.

Nothing is written before every path has been judged, every text encoded in its file's own
encoding, and every file found to be what it was when it was read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autocoder_tui.display import visible
from autocoder_tui.workspace.errors import (
    AlreadyExists,
    ChangedOnDisk,
    MissingFile,
    NotAFile,
    PathRefused,
    ReadOnly,
    Unencodable,
    WorkspaceError,
)
from autocoder_tui.workspace.paths import relative_name, resolve_target, sift_targets
from autocoder_tui.workspace.textfile import TextFile, read_bytes, stamp_of
from autocoder_tui.workspace.transaction import Write, unwritable, write_all

# Far above any input: what is overwritten on purpose is still kept for the way back.
_MAX_FORMER_BYTES = 64 * 1024 * 1024


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
    """The files that were written, in the order given; those already right are left out."""

    files: tuple[AppliedFile, ...]


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
) -> Applied:
    """Write all `changes` below `root`, or none.

    A file that is not what it was when it was read raises ChangedOnDisk, unless
    `overwrite_changed`; one whose mode forbids writing raises ReadOnly, unless
    `overwrite_read_only`. Also raises PathRefused, ReadError, Unencodable, Unwritable, and
    HalfApplied if both writing and the way back fail.
    """
    if not root.is_dir():
        raise MissingFile(f"The project folder {visible(str(root))} is gone.", paths=(str(root),))
    planned = [_plan(root, change) for change in changes]
    _refuse_clashes(root, changes, planned)
    if not overwrite_changed:
        _refuse_changed(planned)
    due = [item for item in planned if item.before != item.write.data]
    if not overwrite_read_only:
        _refuse_read_only(due)
    write_all([item.write for item in due], lambda: _look_again(root, due))
    return Applied(
        tuple(
            AppliedFile(
                path=item.write.name,
                before=item.before,
                after=item.write.data,
                mode=None if item.write.former is None else stat.S_IMODE(item.write.former.st_mode),
            )
            for item in due
        )
    )


def write_output(path: Path, data: bytes, *, overwrite: bool = False) -> None:
    """Write one file of the user's own choosing, at once or not at all.

    Missing folders are made, a link is written through, an existing file keeps its mode.
    Whether `path` may be there is the caller's question. Raises AlreadyExists unless
    `overwrite`, NotAFile for a folder, pipe or device, ReadOnly, or Unwritable.
    """
    name = str(path)
    target = Path(os.path.realpath(path))
    former: os.stat_result | None = None
    try:
        former = target.stat()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise unwritable(error, name) from error
    if former is not None:
        if not stat.S_ISREG(former.st_mode):
            what = "a folder" if stat.S_ISDIR(former.st_mode) else "not a regular file"
            raise NotAFile(
                f"{visible(name)} is {what}, so no output can be written there. Name a file.",
                paths=(name,),
            )
        if not overwrite:
            raise AlreadyExists(
                f"{visible(name)} exists already. Choose another name, or force it.", paths=(name,)
            )
        if not former.st_mode & 0o222:
            raise _read_only([name])
    write_all([Write(target, name, data, former)], lambda: None)


def _plan(root: Path, change: Change) -> _Planned:
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
        before, former = read_bytes(target, max_bytes=_MAX_FORMER_BYTES, name=name)
    except MissingFile:
        pass
    data = None if change.text is None else _encoded(change, name)
    return _Planned(change, Write(target, name, data, former), before)


def _encoded(change: Change, name: str) -> bytes:
    assert change.text is not None
    if change.original is not None:
        return change.original.encode(change.text)
    try:
        return change.text.encode()
    except UnicodeEncodeError:
        raise Unencodable(
            f"{visible(name)} would hold half a character (a lone surrogate), which no file can. "
            "Edit or reject that hunk.",
            paths=(change.path,),
        ) from None


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
        if not same_place or _identity(now) != _identity(former):
            changed.append(item.write.name)
    if changed:
        raise _changed([f"{visible(name)} has changed" for name in changed], changed)


def _identity(status: os.stat_result | None) -> tuple[int, int, int, int] | None:
    if status is None:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


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
    shown = ", ".join(visible(name) for name in names)
    verb = "is" if len(names) == 1 else "are"
    return ReadOnly(
        f"{shown} {verb} read-only, so nothing was written. Make it writable first (chmod u+w).",
        paths=names,
    )
