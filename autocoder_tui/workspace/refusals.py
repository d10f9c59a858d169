"""Why accepted changes are not written: looked at before anything is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.change import (
    Change,
    Found,
    Planned,
    has_other_names,
    is_as_read,
    vacated_by,
)
from autocoder_tui.workspace.errors import (
    ChangedOnDisk,
    HardLinked,
    PathRefused,
    ReadOnly,
    WorkspaceError,
    listed,
)
from autocoder_tui.workspace.paths import resolve_target, sift_targets


def refuse_clashes(root: Path, changes: Sequence[Change], planned: Sequence[Planned]) -> None:
    names = [change.path for change in changes]
    for error in sift_targets(root, names, vacated_by(changes)).refused.values():
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


def refuse_changed(changes: Sequence[Change], found: Mapping[str, Found]) -> None:
    vacated = vacated_by(changes)
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
        raise changed_on_disk(reasons, paths)


def _how_changed(change: Change, found: Found, *, vacated: bool) -> str | None:
    """`vacated`: what stands there moves away."""
    if change.original is None or change.absent:
        return None if found.before is None or vacated else "exists already"
    if found.before is None:
        return "is gone"
    return None if is_as_read(change, found) else "has changed"


def changed_on_disk(reasons: Sequence[str], paths: Sequence[str]) -> WorkspaceError:
    return ChangedOnDisk(
        f"On disk since it was read: {', '.join(reasons)}. Nothing was written; "
        "review again against what is there now, or overwrite it.",
        paths=paths,
    )


def refuse_read_only(planned: Sequence[Planned]) -> None:
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


def refuse_moved_in_place(planned: Sequence[Planned]) -> None:
    for item in planned:
        if item.left and not item.whole and has_other_names(item.write.former):
            raise HardLinked(
                f"{visible(item.write.name)} has other names (hard links), and can't be renamed "
                "and written into at once: accept the one, write, then the other; or replace it "
                "under this name alone. Nothing was written.",
                paths=(item.write.name,),
            )


def refuse_hard_links(planned: Sequence[Planned]) -> None:
    names = [
        item.write.name
        for item in planned
        if (item.write.data is not None or (item.left and not item.whole))
        and has_other_names(item.write.former)
    ]
    if names:
        raise HardLinked(
            f"{listed(names, 'has', 'have')} other names (hard links), so nothing was written. "
            "Write into the file, which changes it under every name, or replace it under this "
            "name alone.",
            paths=names,
        )
