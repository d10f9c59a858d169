"""Accepted changes, and what each of them does to the paths it has to do with."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Literal

from autocoder_tui.values import dataclass
from autocoder_tui.workspace.apply_record import MAX_FILE_BYTES
from autocoder_tui.workspace.attributes import Attributes
from autocoder_tui.workspace.errors import (
    MissingFile,
)
from autocoder_tui.workspace.paths import is_named_so, relative_name, resolve_target
from autocoder_tui.workspace.textfile import TextFile, encoded, read_bytes, stamp_of
from autocoder_tui.workspace.transaction import Write

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
class Found:
    """What stands at one path now: `before` are its bytes, None where there is no file."""

    target: Path
    name: str
    before: bytes | None
    status: os.stat_result | None


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one path. `change` is the one that writes there; or, where `left`, the one
    that moves the file away, and nothing takes its place. `moves`: a file leaves this path or
    comes here from another; `whole`: its bytes only move."""

    change: Change
    write: Write
    found: Found
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


def paths_of(changes: Sequence[Change]) -> list[str]:
    """Every path that the changes have to do with, once."""
    return list(
        dict.fromkeys(
            path for change in changes for path in (change.moved_from, change.path) if path
        )
    )


def look(root: Path, path: str, leaving: Collection[str] = ()) -> Found:
    """What stands at `path`; files that go by the same write are `leaving`."""
    named = resolve_target(root, path, leaving=leaving)
    target = Path(os.path.realpath(named))
    name = relative_name(root, named)
    try:
        before, status = read_bytes(target, max_bytes=MAX_FILE_BYTES, name=name)
    except MissingFile:
        return Found(target, name, None, None)
    if not is_named_so(target):
        return Found(target, name, None, None)
    return Found(target, name, before, status)


def plan(
    changes: Sequence[Change], found: Mapping[str, Found], hard_links: HardLinks
) -> list[Planned]:
    """What becomes of each path, where a file that moves away may make room for another."""
    vacated = vacated_by(changes)
    written = {change.path for change in changes}
    planned: list[Planned] = []
    for change in changes:
        if change.text is None and change.path in vacated:
            continue  # another takes its place
        made = _written(change, found, hard_links, moves=change.path in vacated)
        if change.moved_from and change.moved_from not in written:
            old = found[change.moved_from]
            gone = Write(old.target, old.name, None, old.status, before=old.before)
            planned.append(Planned(change, gone, old, left=True, moves=True, whole=made.whole))
        planned.append(made)
    return planned


def vacated_by(changes: Sequence[Change]) -> set[str]:
    """The paths from which files go away, so that others may take their places."""
    gone = [change.path for change in changes if change.text is None]
    written = {change.path for change in changes if change.text is not None}
    moved = {change.moved_from for change in changes if change.moved_from}
    return moved | {path for path in gone if path in written}


def _written(
    change: Change, found: Mapping[str, Found], hard_links: HardLinks, *, moves: bool
) -> Planned:
    """`moves`: the file that stands there now moves away."""
    here, was = found[change.path], found[change.moved_from or change.path]
    data = None if change.text is None else encoded(change.text, change.path, change.original)
    in_place, attributes, moved_from = False, None, None
    if change.moved_from:
        if was.before is not None and is_as_read(change, was) and _same_text(change):
            data = was.before
        moved_from = was.target if data == was.before else None
        if was.status is not None:
            attributes = Attributes.of(was.target, was.status)
    elif change.absent and change.original is not None:
        attributes = Attributes(change.original.mode, -1, -1)
    elif not moves:
        in_place = hard_links == "in place" and data is not None and has_other_names(here.status)
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
    return Planned(change, write, here, moves=moves, whole=moved_from is not None)


def _same_text(change: Change) -> bool:
    return change.original is not None and change.text == change.original.text


def is_as_read(change: Change, found: Found) -> bool:
    if change.original is None or found.before is None or found.status is None:
        return False
    return stamp_of(found.before, found.status).same_bytes(change.original.stamp)


def has_other_names(status: os.stat_result | None) -> bool:
    return status is not None and status.st_nlink > 1
