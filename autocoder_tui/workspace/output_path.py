"""Where a run's result and what the program remembers may go: looked at before anything is sent."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.textfile import MAX_REVIEWED_BYTES, read_text_file

WRITABLE = os.W_OK | os.X_OK


class Refused(AutocoderError):
    """Something in the way was found before or after the run; nothing was written."""

    kind = "refused"


def is_folder(path: Path) -> bool:
    """Whether there is a folder at `path`: False, too, where nobody may look."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def check_output(
    output: Path | None,
    *,
    force: bool,
    advice: str = "add -f to replace it, or name another file with -o",
) -> None:
    """Refuse an output file that could not be written in the end. `advice` is what to do about
    one that is there already. Raises Refused, or WorkspaceError for a file that is there and is
    no text."""
    if output is None:
        return
    name = visible(str(output))
    try:
        mode: int | None = output.stat().st_mode
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            raise Refused(f"{name} can't be written: {_reason(error)}. Nothing was sent.") from None
        mode = None
    if mode is not None:
        if stat.S_ISDIR(mode):
            raise Refused(f"{name} is a folder; -o names the file to write.")
        if not stat.S_ISREG(mode):
            raise Refused(f"{name} is not a regular file; -o names the file to write.")
        if not force:
            raise Refused(f"{name} exists; {advice}.")
    reason = why_not_writable(Path(os.path.realpath(output)).parent)
    if reason is not None:
        raise Refused(f"{name} can't be written: {reason}. Nothing was sent.")
    if mode is not None:
        read_text_file(output, max_bytes=MAX_REVIEWED_BYTES)
        if not (mode & stat.S_IWUSR and os.access(output, os.W_OK)):
            raise Refused(f"{name} is read-only; make it writable, or name another file with -o.")


def why_not_writable(folder: Path) -> str | None:
    """Why no file can be made in `folder`, or None. Of a missing one, the nearest that exists."""
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        return f"{visible(folder.name)} is not a folder"
    if os.access(folder, WRITABLE):
        return (
            None if folder.stat().st_mode & stat.S_IWUSR else f"{visible(folder.name)} is read-only"
        )
    read_only = bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    return "the file system is read-only" if read_only else "permission denied"


def why_nothing_kept(state: Path) -> str | None:
    """A sentence about a state folder in which nothing can be kept, or None.

    It is made if it is missing, and really written to: only that shows a full disk.
    """
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=state, prefix=".probe-") as probe:
            probe.write(b"x" * 4096)
            probe.flush()
    except OSError as error:
        return (
            f"Nothing can be kept in {visible(str(state))}: {_reason(error)}. The program goes on "
            "without usage, undo and recovery; AUTOCODER_TUI_STATE_DIR names another folder."
        )
    return None


def why_nothing_saved(config: Path) -> str | None:
    """A sentence about a configuration folder in which nothing can be saved, or None.

    It is not made if it is missing: many people never need one.
    """
    try:
        reason = why_not_writable(config)
    except OSError as error:
        reason = _reason(error)
    if reason is None:
        return None
    return (
        f"Settings, models and keys can't be saved in {visible(str(config))}: {reason}. The "
        "program goes on with what is there; AUTOCODER_TUI_CONFIG_DIR names another folder."
    )


def why_project_stays(root: Path) -> list[str]:
    """A sentence about a project folder that can't be written to, if so."""
    reason = why_not_writable(root)
    if reason is None:
        return []
    return [
        f"Nothing can be written in {visible(str(root))}: {reason}. Proposals can be reviewed "
        "and copied, not written."
    ]


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "there is no space left on the disk"
    return (error.strerror or "unknown reason").lower()
