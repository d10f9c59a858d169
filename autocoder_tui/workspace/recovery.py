"""At the next start: finishing or taking back a write that a kill cut short."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Literal

from autocoder_tui.errors import sentence
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.apply_log import NEW, OLD, ApplyLog, Entry
from autocoder_tui.workspace.apply_record import MAX_FILE_BYTES, KeptFile, KeptState, Record
from autocoder_tui.workspace.durable import (
    drop,
    is_mixture,
    make_folder,
    missing_folders,
    remove_if_empty,
    sync_folders,
    why_not,
    write_in_place,
    write_new_file,
)
from autocoder_tui.workspace.errors import (
    Busy,
    MissingFile,
    NotAFile,
    NotRecorded,
    PathRefused,
    TooLarge,
    WorkspaceError,
)
from autocoder_tui.workspace.paths import is_named_so, written_file
from autocoder_tui.workspace.textfile import read_bytes
from autocoder_tui.workspace.transaction import temporaries


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of one interrupted write.

    `outcome` is "finished", "taken back", or "stuck": then it will be tried again. `left`
    names files that someone else changed meanwhile, which were not touched; `reason` says
    why it is stuck.
    """

    record: Record
    outcome: Literal["finished", "taken back", "stuck"]
    left: tuple[str, ...] = ()
    reason: str = ""

    @property
    def message(self) -> str:
        """One or two sentences, ready to show."""
        what = "A write" if self.record.forward else "An undo"
        said = f"{what} of {self.record.names} was interrupted ({self.record.when})"
        if self.outcome == "stuck":
            said += f" and can't be completed: {sentence(self.reason)} The next start tries again."
        elif self.outcome == "finished":
            said += " and is now complete."
        else:
            said += "; every file is as it was before."
        if self.left:
            names = ", ".join(visible(name) for name in self.left)
            said += f" Changed by someone else meanwhile, so left alone: {names}."
        return said


def recover(log: ApplyLog) -> list[Recovered]:
    """Bring every interrupted write of the project to an end; returns what was done.

    Does nothing while another program writes there, or when the log can't be used.
    """
    if not log.folder.is_dir() or not log.root.is_dir():
        return []
    try:
        with log.locked():
            pending = [entry for entry in log.entries() if entry.phase in (OLD, NEW)]
            done = [_bring_to_an_end(log, entry) for entry in pending]
            _settle(log)
            return done
    except (Busy, NotRecorded):
        return []


def _settle(log: ApplyLog) -> None:
    try:
        log.settle()
    except OSError:
        pass  # What is left over is harmless, and removed another time.


def _bring_to_an_end(log: ApplyLog, entry: Entry) -> Recovered:
    if entry.phase == NEW:
        try:
            left = _make(log, entry, NEW)
            entry.finished()
            return Recovered(entry.record, "finished", left)
        except (OSError, WorkspaceError):
            # No room to go forward, say. Back needs only what is there already.
            entry.turning_back()
    try:
        left = _make(log, entry, OLD)
    except OSError as error:
        return Recovered(entry.record, "stuck", reason=why_not(error))
    except WorkspaceError as error:
        return Recovered(entry.record, "stuck", reason=error.message)
    entry.forgotten()
    return Recovered(entry.record, "taken back", left)


def _make(log: ApplyLog, entry: Entry, phase: str) -> tuple[str, ...]:
    """Make every file what it is to be after `phase`; returns those someone else changed.

    Raises OSError or WorkspaceError; it can then be called again, with either phase.
    """
    record = entry.record
    wanted = "after" if record.forward == (phase == NEW) else "before"
    left: list[str] = []
    parents: list[Path] = []
    clean = True
    # As in the write itself: what goes makes room.
    order = sorted(enumerate(record.files), key=lambda item: _wanted(item[1], wanted) is not None)
    for number, file in order:
        if not file.due:
            continue
        target = _place(log.root, file)
        if target is None or not _put(entry, number, wanted, target):
            left.append(file.path)
        if target is not None and target.parent.is_dir():
            parents.append(target.parent)
            clean &= drop(temporaries(target, record.id, number))
    sync_folders(parents)
    folders = record.made if phase == OLD else record.left_empty
    if not (remove_if_empty([log.root / folder for folder in folders]) and clean):
        raise OSError(errno.EIO, "temporaries can't be removed")
    return tuple(left)


def _wanted(file: KeptFile, side: str) -> str | None:
    """The digest of what the file is to hold; None where it is to be gone."""
    return (file.after if side == "after" else file.before).sha256


def _place(root: Path, file: KeptFile) -> Path | None:
    """The file's place, or None when its path leads somewhere else by now."""
    target = root / file.target
    try:
        return target if written_file(root, file.target) == target else None
    except PathRefused:
        # A folder in its place, say: its temporaries still go.
        return target if os.path.realpath(target.parent) == str(target.parent) else None


def _put(entry: Entry, number: int, wanted: str, target: Path) -> bool:
    """Make one file what is wanted; returns False, and does nothing, if it is neither."""
    try:
        now = _bytes_at(target)
    except (NotAFile, TooLarge):
        return False
    file = entry.record.files[number]
    want, other = (file.after, file.before) if wanted == "after" else (file.before, file.after)
    alike = want.sha256 == other.sha256
    if want.holds(now) and not (alike and _is_another(want, target)):
        if file.in_place and want.attributes is not None:
            # A read-only file is made writable for the time of writing into it.
            if stat.S_IMODE(target.stat().st_mode) != want.attributes.mode:
                target.chmod(want.attributes.mode)
        return True
    if not other.holds(now) and not _is_torn(entry, number, file, now):
        return False
    if want.sha256 is None:
        target.unlink()
        return True
    data = entry.data(number, wanted)
    if file.in_place:
        assert want.attributes is not None
        write_in_place(target, data, want.attributes.mode)
    else:
        _replace(entry, number, want, data, target, alike=alike)
    return True


def _is_another(want: KeptState, place: Path) -> bool:
    """Of two files with the same bytes, whether the one at `place` is not the wanted one."""
    try:
        return not want.is_of(place, place.stat())
    except FileNotFoundError:
        return False


def _replace(
    entry: Entry, number: int, want: KeptState, data: bytes, target: Path, *, alike: bool
) -> None:
    """Move a temporary that holds `data` over `target`, or one made of what was kept.

    `alike`: by its bytes it may as well be the file that shall not be there.
    """
    new, old = temporaries(target, entry.record.id, number)
    for temporary in (new, old):
        if _bytes_at(temporary) == data and not (alike and _is_another(want, temporary)):
            temporary.replace(target)
            return
    drop([new])
    modes = dict(entry.record.emptied)
    for folder in missing_folders([target]):
        make_folder(folder, modes.get(entry.path_of(folder)))
    write_new_file(new, data, want.attributes)
    new.replace(target)


def _is_torn(entry: Entry, number: int, file: KeptFile, now: bytes | None) -> bool:
    if not file.in_place or now is None:
        return False
    return is_mixture(now, entry.data(number, "before"), entry.data(number, "after"))


def _bytes_at(path: Path) -> bytes | None:
    """The file's bytes, None when there is none. Raises ReadError."""
    if not is_named_so(path):
        return None
    try:
        return read_bytes(path, max_bytes=MAX_FILE_BYTES)[0]
    except MissingFile:
        return None
