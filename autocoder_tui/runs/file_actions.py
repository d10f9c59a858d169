"""Deletions and renames that a reply asks for: which may be offered, and what to look at first."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.safety.secret_files import looks_secret
from autocoder_tui.workspace.errors import MissingFile, NameTaken, PathRefused
from autocoder_tui.workspace.in_git import why_not_in_git
from autocoder_tui.workspace.paths import (
    check_name,
    folded_name,
    is_named_so,
    relative_name,
    resolve_target,
)


def brought_together(proposed: Sequence[FileProposed]) -> list[FileProposed]:
    """One proposal for each file that is renamed: what the reply gives for its new name, and the
    edits it gives for its old one, are changes of the file that moves; a deletion of the old
    name is a part of the move."""
    renames: dict[str, FileProposed] = {}
    for file in proposed:
        if file.renamed_from:
            renames.setdefault(file.path, file)
    first = dict(renames)
    new_names = {file.renamed_from: file.path for file in renames.values()}
    left: list[FileProposed] = []
    for file in proposed:
        path = file.path
        if file.renamed_from:
            left.append(file)
        elif file.deletes:
            left += [] if path in new_names else [file]
        elif path in renames and not renames[path].edits and _is_pure(renames[path]):
            renames[path] = replace(file, renamed_from=renames[path].renamed_from)
        elif file.edits and path in new_names and _is_pure(renames[new_names[path]]):
            new = new_names[path]
            renames[new] = replace(file, path=new, renamed_from=path)
        else:
            left.append(file)
    return [renames[file.path] if file is first.get(file.path) else file for file in left]


def _is_pure(rename: FileProposed) -> bool:
    return not rename.edits and rename.after in ("", rename.before)


def leaving(
    root: Path, name: str, what: str, given: Collection[str], read: Collection[str] = ()
) -> str:
    """The plain path of a file that may be moved away, or deleted: `what` is to be "renamed" or
    "deleted". `given` are the files the model was given; those in `read` need not be there any
    more, for what they held is known. Raises PathRefused or MissingFile."""
    place = resolve_target(root, name)
    plain, shown = relative_name(root, place), visible(name)
    if not os.path.lexists(place):
        if plain in read:
            return plain
        raise MissingFile(f"There is no {shown}, so it can't be {what}.", paths=(name,))
    if os.path.realpath(place) != str(place):
        raise PathRefused(
            f"{shown} is a link, or reached through one; that it is {what} is left to you.",
            paths=(name,),
        )
    if looks_secret(plain) and plain not in given:
        raise PathRefused(
            f"{shown} usually holds secrets and was not picked; that it is {what} is left to you.",
            paths=(name,),
        )
    return plain


def plain_name(name: str) -> str:
    """The name as `leaving` gives it, or as it is where it is no path of the project."""
    try:
        return check_name(name)
    except PathRefused:
        return name


def check_new_name(root: Path, source: str, path: str, leave: Collection[str]) -> None:
    """That a file may be moved from `source` to `path`: nothing stands there but what is among
    the paths that `leave` by the same proposal. Where `source` itself is gone the next write
    says so. Raises NameTaken."""
    if path not in leave and is_named_so(root / path) and is_named_so(root / source):
        raise NameTaken(
            f"{visible(path)} exists already, so {visible(source)} can't be renamed to it: that "
            "one has to be renamed or deleted first.",
            paths=(path,),
        )


def refused_rename(file: FileProposed, reason: str) -> str:
    """Why the new name of `file` is refused: `reason`, unless it is a folder of its own old name
    that is in the way."""
    if file.path != file.renamed_from and folded_name(file.path) == folded_name(file.renamed_from):
        return (
            f"The new name of {visible(file.renamed_from)} differs only in the case, or accents' "
            "encoding, of a folder's name, which some systems take for the same folder: rename "
            "that yourself (git mv)."
        )
    return reason


def cautions(
    root: Path, files: Iterable[FileReview], given: Collection[str]
) -> Mapping[str, tuple[str, ...]]:
    """What to know before files are deleted or renamed, as sentences by path. `given` are the
    files the model was given. Blocking: asks git."""
    acts = [file for file in files if file.acts]
    reasons = why_not_in_git(root, [file.old_path for file in acts])
    found: dict[str, tuple[str, ...]] = {}
    for file in acts:
        said: list[str] = []
        if file.deletes and file.old_path not in given:
            said.append("The model was not given this file: it deletes what it has not seen.")
        if reason := reasons.get(file.old_path):
            what = "deleted" if file.deletes else "renamed"
            said.append(f"Once {what}, git could not give it back, because {reason}; undo (U) can.")
        if said:
            found[file.path] = tuple(said)
    return found
