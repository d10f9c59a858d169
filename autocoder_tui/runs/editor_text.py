"""A text in the person's own editor, and back: whatever the editor does, nothing saved is lost."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Final

from autocoder_tui.errors import AutocoderError
from autocoder_tui.review.line_ends import fitted, plain_ends
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.kept_text import keep_bytes_beside
from autocoder_tui.system.editor import EditorFailed, command_at, find_editor, run_editor
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.errors import BinaryFile, MissingFile
from autocoder_tui.workspace.textfile import MAX_EDITED_BYTES, decoded, read_bytes

_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class EditorText:
    """A `text` as an editor left it; `remark` says what is unusual about it, "" for nothing."""

    text: str
    remark: str = ""


def edit_in_editor(
    text: str, path: str, line: int, environ: Mapping[str, str], state: Path
) -> EditorText:
    """`text` as the editor left it, opened at `line` (from 0) under the last part of `path`.

    Blocking, and the editor takes the terminal. Raises EditorFailed where its text can't be
    taken; what it saved all the same is kept in the folder `state`, and the message says where.
    """
    command = find_editor(environ).command
    before = text.encode("utf-8", "surrogatepass")
    try:
        folder = Path(tempfile.mkdtemp(prefix="autocoder-tui-"))
    except OSError as error:
        raise EditorFailed(_no_room(error)) from error
    try:
        file = folder / _safe_name(path)
        try:
            file.write_bytes(before)
        except OSError as error:
            raise EditorFailed(_no_room(error)) from error
        try:
            run_editor(command_at(command, file, line + 1, waits=True), environ)
            return _left(file, text, before, state)
        except AutocoderError as error:
            # Whatever it wrote, under its own name or another.
            kept = _kept(folder, before, state)
            raise EditorFailed(" ".join(filter(None, (error.message, kept)))) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _left(file: Path, text: str, before: bytes, state: Path) -> EditorText:
    """What stands in the file by now. Raises AutocoderError."""
    try:
        data, _ = read_bytes(file, max_bytes=MAX_EDITED_BYTES, name="What the editor saved")
    except MissingFile as error:
        raise EditorFailed("The editor left no file of that name, so nothing was taken.") from error
    if data == before:
        return EditorText(text)
    if b"\0" not in data or "\0" in text:
        # Half a character that was there before stays what it is.
        with suppress(UnicodeDecodeError):
            return EditorText(_as_before(text, data.decode("utf-8", _errors(text))))
    try:
        new, encoding, guessed = decoded(data, "What the editor saved")
    except BinaryFile as error:
        raise EditorFailed("The editor saved no text, so nothing was taken.") from error
    kept = _keep(file.name, data, state)
    guess = ", which is a guess" if guessed else ""
    remark = f"The editor did not save UTF-8: it was read as {encoding}{guess}. {kept}"
    return EditorText(_as_before(text, new), remark)


def _errors(text: str) -> str:
    return "surrogatepass" if any("\ud800" <= letter <= "\udfff" for letter in text) else "strict"


def _as_before(old: str, new: str) -> str:
    """`new` without what an editor puts in by itself: a mark at the beginning, other line ends."""
    if not old.startswith(_MARK):
        new = new.removeprefix(_MARK)
    return fitted(old, new) if "\r" in old else plain_ends(new)


def _kept(folder: Path, before: bytes, state: Path) -> str:
    """Keep what an editor left in its folder, its own notes on what was not saved, too; says where
    that is, "" where there is nothing."""
    said = []
    try:
        for file in sorted(folder.iterdir()):
            if not file.is_file() or file.is_symlink():
                continue
            data = file.read_bytes()
            if data and data != before:
                said.append(_keep(file.name, data, state))
    except OSError as error:
        said.append(f"What it left could not be read ({_reason(error)}).")
    return " ".join(said)


def _keep(name: str, data: bytes, state: Path) -> str:
    try:
        file = keep_bytes_beside(state, f"edited-{name.lstrip('.')}", data)
    except AutocoderError as error:
        return error.message
    return f"What it saved is in {visible(str(file))}."


def _safe_name(path: str) -> str:
    """A name the editor can tell the language by, and nothing else can be told by it."""
    name = visible(PurePosixPath(path).name).lstrip("-.")
    return name[-100:] or "text"


def _no_room(error: OSError) -> str:
    return f"There is no place to put the text for the editor ({_reason(error)}). Set TMPDIR."


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()
