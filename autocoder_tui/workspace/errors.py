"""Everything that can go wrong with the user's files, as a tree.

    AutocoderError
    └── WorkspaceError
        ├── ReadError               one file cannot become text
        │   ├── MissingFile         nothing of that name
        │   ├── Unreadable          permission, input/output error, a loop of links
        │   ├── NotAFile            folder, FIFO, device, socket
        │   ├── BinaryFile          holds bytes that no text holds
        │   └── TooLarge            past the limit for one file
        ├── PathRefused             a proposal may not touch this path
        │   ├── OutsideProject      absolute, `..`, `~`, a drive, a link that leads out
        │   ├── UnsafeName          would hide, mislead or break on some system
        │   ├── ProtectedPath       `.git`, in any spelling
        │   └── NameTaken           a folder, a file or a near-namesake is in the way
        ├── Unencodable             the new text does not fit the file's encoding
        ├── ChangedOnDisk           not what it was when it was read
        ├── ReadOnly                the file's mode forbids writing
        ├── HardLinked              the file has other names, which replacing would cut off
        ├── NotRecorded             the note needed for undo and recovery can't be kept
        ├── Busy                    another program is writing in this project right now
        ├── NothingToUndo           no write to take back, or to do again
        ├── CannotCommit            git refused, or there is no repository
        ├── Unwritable              the system refused to write; nothing was changed
        └── HalfApplied             writing failed and so did the way back

Names inside the messages have passed `display.visible`.
"""

from __future__ import annotations

from collections.abc import Sequence

from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.sanitize import visible


def listed(names: Sequence[str], one: str, several: str) -> str:
    """The names, safe to show, and the verb that fits their number."""
    shown = ", ".join(visible(name) for name in names)
    return f"{shown} {one if len(names) == 1 else several}"


class WorkspaceError(AutocoderError):
    """`paths` are the names concerned, exactly as given or found, not made safe to show."""

    kind = "workspace"

    def __init__(self, message: str, *, paths: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.paths = tuple(paths)


class ReadError(WorkspaceError):
    kind = "unreadable"


class MissingFile(ReadError):
    kind = "missing"


class Unreadable(ReadError):
    kind = "unreadable"


class NotAFile(ReadError):
    kind = "not_a_file"


class BinaryFile(ReadError):
    kind = "binary"


class TooLarge(ReadError):
    kind = "too_large"


class PathRefused(WorkspaceError):
    kind = "path_refused"


class OutsideProject(PathRefused):
    kind = "outside"


class UnsafeName(PathRefused):
    kind = "unsafe_name"


class ProtectedPath(PathRefused):
    kind = "protected"


class NameTaken(PathRefused):
    kind = "name_taken"


class Unencodable(WorkspaceError):
    kind = "unencodable"


class ChangedOnDisk(WorkspaceError):
    """`paths` are the files that are not what was reviewed."""

    kind = "changed_on_disk"


class ReadOnly(WorkspaceError):
    kind = "read_only"


class HardLinked(WorkspaceError):
    """`paths` are the files of which another name exists somewhere."""

    kind = "hard_linked"


class NotRecorded(WorkspaceError):
    """Nothing was changed in the project."""

    kind = "not_recorded"


class Busy(WorkspaceError):
    kind = "busy"


class NothingToUndo(WorkspaceError):
    kind = "nothing_to_undo"


class CannotCommit(WorkspaceError):
    """What was written stays; the repository's history and index are as they were."""

    kind = "cannot_commit"


class Unwritable(WorkspaceError):
    kind = "unwritable"


class HalfApplied(WorkspaceError):
    """The message says for each file where its former content is kept."""

    kind = "half_applied"
