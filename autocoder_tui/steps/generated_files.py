"""From the files of a reply to those of the draft: whole texts, at paths inside the project."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autocoder_tui.engine.edited_file import with_edits
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.reply.blocks import normal_path
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.preparation import read_existing
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.draft import paths
from autocoder_tui.steps.record import WrittenFile
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.errors import WorkspaceError
from autocoder_tui.workspace.name_spelling import meant_name
from autocoder_tui.workspace.paths import sift_targets


class NotPlaced(AutocoderError):
    """A reply changes a file in a way that cannot be carried out."""

    kind = "not_placed"


@dataclass(frozen=True, slots=True)
class Taken:
    """`refused` are sentences on the files that may not be written."""

    files: tuple[WrittenFile, ...]
    refused: tuple[str, ...]


def taken_files(
    root: Path,
    proposed: Sequence[FileProposed],
    draft: Mapping[str, str | None],
    target: str | None = None,
    known: Collection[str] = (),
) -> Taken:
    """The files of a reply, over those of the `draft`; of one for a `target` that file alone.
    `known` are the paths that the model was shown: a name that can mean but one of them, or of the
    draft, is that.
    One whose name leads out of the project, into git's folder or ours, or that another system
    would take for a second one, is left out, and said. Blocking; raises NotPlaced where a file is
    not whole."""
    meant = {*known, *draft, *([] if target is None else [target])}
    proposed, others = _asked_for([_named(root, file, meant) for file in proposed], target)
    leaving = [
        *(file.path for file in proposed if file.deletes),
        *(file.renamed_from for file in proposed if file.renamed_from),
        *(path for path, text in draft.items() if text is None),
    ]
    names = [file.path for file in proposed]
    sources = [file.renamed_from for file in proposed if file.renamed_from]
    standing = [path for path, text in draft.items() if text is not None and path not in leaving]
    targets = sift_targets(root, [*standing, *names], leaving)
    moved = sift_targets(root, sources)
    found: dict[str, str | None] = {}
    refused = {path: f"{visible(path)} was not asked for and is not taken." for path in others}
    incomplete: list[str] = []
    for file in proposed:
        why = targets.refused.get(file.path) or moved.refused.get(file.renamed_from)
        if why is not None:
            refused[file.path] = f"{visible(file.path)} is not taken: {why.message}"
            continue
        path = targets.accepted[file.path]
        if file.deletes:
            found[path] = None
            continue
        whole = _whole(root, file, draft)
        if not whole.complete:
            incomplete.append(path)
        if file.renamed_from:
            found[moved.accepted[file.renamed_from]] = None
        found[path] = whole.after
    if incomplete:
        raise NotPlaced(
            f"{visible(paths(incomplete))} did not arrive whole. Run the step again; what came is "
            "kept in the history."
        )
    return Taken(
        tuple(WrittenFile(path, text) for path, text in found.items()),
        tuple(refused.values()),
    )


def _named(root: Path, file: FileProposed, known: Collection[str]) -> FileProposed:
    """The file under the name that the project has for it, as far as that is to be told."""
    try:
        path, _ = meant_name(root, file.path, known)
        before = file.renamed_from and meant_name(root, file.renamed_from, known)[0]
    except WorkspaceError:
        return file
    if re.match(r"[^\\/:]+\\", path):
        # A path as Windows writes it; what leads out of the project is refused as ever.
        path = path.replace("\\", "/")
    return replace(file, path=path, renamed_from=before)


def _asked_for(
    proposed: Sequence[FileProposed], target: str | None
) -> tuple[Sequence[FileProposed], list[str]]:
    """The files of a reply that were asked for, and the paths of the others. Where all it holds is
    one file of the target's name, that is the target, whatever folder the reply has it in."""
    if target is None:
        return proposed, []
    named = [file for file in proposed if normal_path(file.path) == normal_path(target)]
    only = len(proposed) == 1 and not proposed[0].deletes and not proposed[0].renamed_from
    if not named and only and PurePosixPath(proposed[0].path).name == PurePosixPath(target).name:
        named = [replace(proposed[0], path=target)]
        return named, []
    return named, [file.path for file in proposed if file not in named]


def _whole(root: Path, file: FileProposed, draft: Mapping[str, str | None]) -> FileProposed:
    """The file with its edits made. Raises NotPlaced where one has no place."""
    pure = bool(file.renamed_from) and file.before is None and not file.after and not file.edits
    if (file.edits and file.placed is None) or pure:
        before = _before(root, file.renamed_from or file.path, draft)
        if before is None:
            raise NotPlaced(
                f"The reply changes {visible(file.path)}, which is neither in the project nor "
                "generated. Run the step again, or say in the prompt which files there are."
            )
        file = replace(file, after=before) if pure else with_edits(file, before)
    if file.placed is not None and file.placed.unplaced:
        count = len(file.placed.unplaced)
        raise NotPlaced(
            f"{count} of the changes to {visible(file.path)} {'has' if count == 1 else 'have'} no "
            f"place in it: {file.placed.unplaced[0].said} Nothing of the reply was taken. Run the "
            "step again; the reply is kept in its log."
        )
    return file


def _before(root: Path, path: str, draft: Mapping[str, str | None]) -> str | None:
    if path in draft:
        return draft[path]
    try:
        file = read_existing(root, path)
    except WorkspaceError:
        return None
    return None if file is None else file.text


def checked_names(root: Path, files: Sequence[WrittenFile]) -> tuple[WrittenFile, ...]:
    """The files under their plain names. Blocking; raises PathRefused for one that may not be
    written."""
    leaving = [file.path for file in files if file.text is None]
    targets = sift_targets(root, [file.path for file in files], leaving)
    for refused in targets.refused.values():
        raise refused
    return tuple(replace(file, path=targets.accepted[file.path]) for file in files)
