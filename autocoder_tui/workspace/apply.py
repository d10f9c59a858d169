"""From accepted changes to files on disk, all or none.

Nothing is written before every path has been judged, every text encoded in its file's own
encoding, and every file found to be what it was when it was read. With a log the write
survives a kill (recovery.py) and can be taken back (undo.py).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.apply_log import ApplyLog, Draft, DraftFile
from autocoder_tui.workspace.apply_record import MAX_FILE_BYTES, FileState
from autocoder_tui.workspace.attributes import Attributes
from autocoder_tui.workspace.durable import folders_above, identity, missing_folders, unwritable
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
    `moved_from` is the path where that file stands, if it is to be renamed to `path`, or "".
    `absent`: the file is deleted by now, and comes back as `original` was.
    """

    path: str
    text: str | None
    original: TextFile | None = None
    moved_from: str = ""
    absent: bool = False


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


@dataclass(frozen=True, slots=True)
class _Found:
    """What stands at one path now: `before` are its bytes, None where there is no file."""

    target: Path
    name: str
    before: bytes | None
    status: os.stat_result | None


@dataclass(frozen=True, slots=True)
class _Planned:
    """What becomes of one path. `change` is the one that writes there; or, where `left`, the one
    that moves the file away, and nothing takes its place. `moves`: a file leaves this path or
    comes here from another; `whole`: its bytes only move."""

    change: Change
    write: Write
    found: _Found
    left: bool = False
    moves: bool = False
    whole: bool = False

    @property
    def before(self) -> bytes | None:
        return self.found.before

    @property
    def due(self) -> bool:
        """Whether there is something to do. A file that takes the place of one with the same
        bytes is still another file."""
        return self.moves or self.before != self.write.data


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
    found = {path: _look(root, path) for path in _paths(changes)}
    planned = _plan(changes, found, hard_links)
    _refuse_clashes(root, changes, planned)
    if not overwrite_changed:
        _refuse_changed(changes, found)
    due = [item for item in planned if item.due]
    if not overwrite_read_only:
        _refuse_read_only(due)
    if hard_links == "ask":
        _refuse_hard_links(due)
    elif hard_links == "in place":
        _refuse_moved_in_place(due)
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
        emptied = folders_above(
            Path(os.path.realpath(root)), [write.target for write in writes if write.data is None]
        )
        entry = None if log is None else log.begin(_draft(root, due, title, emptied))
        write_all(writes, lambda: _look_again(root, due), entry, emptied=emptied)
    return None if entry is None else entry.record.id


def _draft(root: Path, due: Sequence[_Planned], title: str, emptied: Sequence[Path]) -> Draft:
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


def _paths(changes: Sequence[Change]) -> list[str]:
    """Every path that the changes have to do with, once."""
    return list(
        dict.fromkeys(
            path for change in changes for path in (change.moved_from, change.path) if path
        )
    )


def _look(root: Path, path: str) -> _Found:
    named = resolve_target(root, path)
    target = Path(os.path.realpath(named))
    name = relative_name(root, named)
    try:
        before, status = read_bytes(target, max_bytes=MAX_FILE_BYTES, name=name)
    except MissingFile:
        return _Found(target, name, None, None)
    return _Found(target, name, before, status)


def _plan(
    changes: Sequence[Change], found: Mapping[str, _Found], hard_links: HardLinks
) -> list[_Planned]:
    """What becomes of each path, where a file that moves away may make room for another."""
    vacated = _vacated(changes)
    written = {change.path for change in changes}
    planned: list[_Planned] = []
    for change in changes:
        if change.text is None and change.path in vacated:
            continue  # another takes its place
        made = _written(change, found, hard_links, moves=change.path in vacated)
        if change.moved_from and change.moved_from not in written:
            old = found[change.moved_from]
            gone = Write(old.target, old.name, None, old.status, before=old.before)
            planned.append(_Planned(change, gone, old, left=True, moves=True, whole=made.whole))
        planned.append(made)
    return planned


def _vacated(changes: Sequence[Change]) -> set[str]:
    """The paths from which files go away, so that others may take their places."""
    gone = [change.path for change in changes if change.text is None]
    written = {change.path for change in changes if change.text is not None}
    moved = {change.moved_from for change in changes if change.moved_from}
    return moved | {path for path in gone if path in written}


def _written(
    change: Change, found: Mapping[str, _Found], hard_links: HardLinks, *, moves: bool
) -> _Planned:
    """`moves`: the file that stands there now moves away."""
    here, was = found[change.path], found[change.moved_from or change.path]
    data = None if change.text is None else encoded(change.text, change.path, change.original)
    in_place, attributes, moved_from = False, None, None
    if change.moved_from:
        if was.before is not None and _is_as_read(change, was) and _same_text(change):
            data = was.before
        moved_from = was.target if data == was.before else None
        if was.status is not None:
            attributes = Attributes.of(was.target, was.status)
    elif change.absent and change.original is not None:
        attributes = Attributes(change.original.mode, -1, -1)
    elif not moves:
        in_place = hard_links == "in place" and data is not None and _has_other_names(here.status)
    write = Write(
        here.target,
        here.name,
        data,
        here.status,
        attributes=attributes,
        in_place=in_place,
        before=here.before,
        moved_from=moved_from,
    )
    moves = moves or bool(change.moved_from)
    return _Planned(change, write, here, moves=moves, whole=moved_from is not None)


def _same_text(change: Change) -> bool:
    return change.original is not None and change.text == change.original.text


def _is_as_read(change: Change, found: _Found) -> bool:
    if change.original is None or found.before is None or found.status is None:
        return False
    return stamp_of(found.before, found.status).same_bytes(change.original.stamp)


def _has_other_names(status: os.stat_result | None) -> bool:
    return status is not None and status.st_nlink > 1


def _refuse_clashes(root: Path, changes: Sequence[Change], planned: Sequence[_Planned]) -> None:
    names = [change.path for change in changes]
    for error in sift_targets(root, names).refused.values():
        raise error
    for change in changes:
        gone = change.moved_from or (change.path if change.text is None else "")
        if gone and resolve_target(root, gone).is_symlink():
            what = "renaming" if change.moved_from else "deleting"
            raise PathRefused(
                f"{visible(gone)} is a link; {what} it is left to you.", paths=(gone,)
            )
    targets = [item.write.target for item in planned]
    for item in planned:
        if targets.count(item.write.target) > 1:
            raise PathRefused(
                f"{visible(item.write.name)} is written twice by the same proposal, "
                "under two names.",
                paths=(item.change.path,),
            )


def _refuse_changed(changes: Sequence[Change], found: Mapping[str, _Found]) -> None:
    vacated = _vacated(changes)
    reasons: list[str] = []
    paths: list[str] = []
    for change in changes:
        place = change.moved_from or change.path
        reason = _how_changed(change, found[place], vacated=place in vacated - {change.moved_from})
        if reason is None and change.moved_from and change.path not in vacated:
            place = change.path
            reason = None if found[place].before is None else "exists already"
        if reason is not None:
            reasons.append(f"{visible(place)} {reason}")
            paths.append(place)
    if reasons:
        raise _changed(reasons, paths)


def _how_changed(change: Change, found: _Found, *, vacated: bool) -> str | None:
    """`vacated`: what stands there moves away."""
    if change.original is None or change.absent:
        return None if found.before is None or vacated else "exists already"
    if found.before is None:
        return "is gone"
    return None if _is_as_read(change, found) else "has changed"


def _look_again(root: Path, planned: Sequence[_Planned]) -> None:
    """The last look before the first replacement: staging took a while."""
    changed: list[str] = []
    for item in planned:
        target, former = item.write.target, item.write.former
        same_place = os.path.realpath(resolve_target(root, item.write.name)) == str(target)
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
        if item.write.former is not None
        and not item.write.former.st_mode & 0o222
        and not (item.left and item.whole)
    ]
    if names:
        raise _read_only(names)


def _read_only(names: Sequence[str]) -> ReadOnly:
    return ReadOnly(
        f"{listed(names, 'is', 'are')} read-only, so nothing was written. Make it writable first "
        "(chmod u+w).",
        paths=names,
    )


def _refuse_moved_in_place(planned: Sequence[_Planned]) -> None:
    for item in planned:
        if item.left and not item.whole and _has_other_names(item.write.former):
            raise HardLinked(
                f"{visible(item.write.name)} has other names (hard links), and can't be renamed "
                "and written into at once: accept the one, write, then the other; or replace it "
                "under this name alone. Nothing was written.",
                paths=(item.write.name,),
            )


def _refuse_hard_links(planned: Sequence[_Planned]) -> None:
    names = [
        item.write.name
        for item in planned
        if (item.write.data is not None or (item.left and not item.whole))
        and _has_other_names(item.write.former)
    ]
    if names:
        raise HardLinked(
            f"{listed(names, 'has', 'have')} other names (hard links), so nothing was written. "
            "Write into the file, which changes it under every name, or replace it under this "
            "name alone.",
            paths=names,
        )
