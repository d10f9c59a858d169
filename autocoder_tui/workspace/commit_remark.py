"""What a commit of a write would take along besides it."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.workspace.apply_log import ApplyLog, Entry
from autocoder_tui.workspace.apply_record import MAX_FILE_BYTES, KeptState
from autocoder_tui.workspace.commit import mixed_in
from autocoder_tui.workspace.errors import ReadError
from autocoder_tui.workspace.textfile import read_bytes


def commit_remark(log: ApplyLog, entry: Entry) -> str:
    """It as a sentence, or "". Blocking."""
    files = entry.record.files
    before = [
        (file.target, None if file.before.sha256 is None else entry.data(number, "before"))
        for number, file in enumerate(files)
    ]
    earlier = mixed_in(log.root, before)
    since = [file.target for file in files if not _as_written(log.root / file.target, file.after)]
    remarks = []
    if earlier:
        remarks.append(f"Your own earlier changes go with it: {', '.join(earlier)}.")
    if since:
        remarks.append(f"Changed since the write: {', '.join(since)}.")
    return " ".join(remarks)


def _as_written(path: Path, state: KeptState) -> bool:
    try:
        return state.holds(read_bytes(path, max_bytes=MAX_FILE_BYTES)[0])
    except ReadError:
        return state.holds(None)
