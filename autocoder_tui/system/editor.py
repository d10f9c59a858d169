"""The person's own editor."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass

_WITH_PLUS: Final = frozenset({
    "vi", "vim", "nvim", "view", "gvim", "nano", "pico", "emacs", "emacsclient", "micro", "kak",
    "joe", "jed", "ne", "mcedit", "hx", "helix", "gedit", "gnome-text-editor", "mg",
})  # fmt: skip
"""vim +12 FILE"""
_WITH_GOTO: Final = frozenset({
    "code", "code-insiders", "codium", "vscodium", "cursor", "windsurf",
})  # fmt: skip
"""code --goto FILE:12"""
_WITH_COLON: Final = frozenset({"subl", "sublime_text", "zed", "zeditor", "lapce"})
"""subl FILE:12"""
_WITH_LINE: Final = frozenset({
    "idea", "pycharm", "webstorm", "goland", "clion", "rubymine", "phpstorm", "rider", "rustrover",
    "fleet", "kate", "mousepad",
})  # fmt: skip
"""idea --line 12 FILE"""
_WAITS: Final = {
    **dict.fromkeys(_WITH_GOTO | {"subl", "sublime_text", "zed", "zeditor"}, ("--wait", "-w")),
    **dict.fromkeys(_WITH_LINE - {"fleet", "mousepad", "kate"}, ("--wait",)),
    "kate": ("--block", "-b"),
    "gedit": ("--wait", "-w"),
    "gvim": ("--nofork", "-f"),
}
"""What has an editor that gives the terminal back at once end only when the file is closed."""
_FALLBACKS = ("nano", "micro", "vim", "nvim", "vi", "emacs", "notepad")


class EditorFailed(AutocoderError):
    """There is no editor, or it did not give the text back."""

    kind = "editor_failed"


@dataclass(frozen=True, slots=True)
class Editor:
    """`said` is why it is not the one that was asked for; "" where it is."""

    command: list[str]
    said: str = ""


def find_editor(environ: Mapping[str, str]) -> Editor:
    """The editor of $VISUAL, else $EDITOR; where that is not installed or not named, one that is.
    Raises EditorFailed."""
    path = environ.get("PATH")
    missing = ""
    for variable in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(environ.get(variable, ""))
        except ValueError as error:
            raise EditorFailed(
                f"${variable} is not a command ({error}). Set it to your editor."
            ) from error
        if command and shutil.which(command[0], path=path):
            return Editor(command, f"{missing}{variable} is used." if missing else "")
        if command:
            missing += f"${variable} names {visible(command[0])}, which is not installed: "
    for name in _FALLBACKS:
        if shutil.which(name, path=path):
            why = missing or "Neither $VISUAL nor $EDITOR is set: "
            return Editor([name], f"{why}{name} is used.")
    hint = "set $VISUAL or $EDITOR to the command of yours"
    raise EditorFailed(f"{missing or 'There is no editor: '}{hint}.")


def command_at(command: Sequence[str], file: Path, line: int, *, waits: bool = False) -> list[str]:
    """`command` so that it opens `file` at `line` (from 1), where it is known how that is said.
    With `waits` it ends when the file is closed."""
    name = Path(command[0]).name.lower().partition(".")[0]
    options = _WAITS.get(name, ())
    wait = [options[0]] if waits and options and not set(options) & set(command) else []
    begin = [*command, *wait]
    if ":" in file.name and name in _WITH_GOTO | _WITH_COLON:
        # What stands behind a colon would be taken for the line, of another file.
        return [*begin, str(file)]
    if name in _WITH_PLUS:
        return [*begin, f"+{line}", str(file)]
    if name in _WITH_GOTO:
        return [*begin, "--goto", f"{file}:{line}"]
    if name in _WITH_COLON:
        return [*begin, f"{file}:{line}"]
    if name in _WITH_LINE:
        return [*begin, "--line", str(line), str(file)]
    return [*begin, str(file)]


def open_in_editor(command: list[str], file: Path, environ: Mapping[str, str]) -> None:
    """Have `file` edited, and wait. Raises EditorFailed."""
    run_editor([*command, str(file)], environ)


def run_editor(command: list[str], environ: Mapping[str, str]) -> None:
    """Run a `command` that names its file, and wait. Raises EditorFailed."""
    try:
        environment = {**os.environ, **environ}
        with interrupts_left_to_editor():
            done = subprocess.run(command, env=environment, check=False)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise EditorFailed(
            f"The editor {visible(command[0])} could not be used ({reason}). "
            "Set $VISUAL or $EDITOR to the command of yours."
        ) from error
    if done.returncode != 0:
        code = done.returncode
        how = f"ended with {code}" if code > 0 else f"was ended by signal {-code}"
        raise EditorFailed(f"The editor {how}, so its changes were not taken.")


@contextmanager
def interrupts_left_to_editor() -> Iterator[None]:
    """While an editor has the terminal Ctrl+C is meant for it. Whoever waits for it hears that,
    too, and would end an editor that goes on, and throw away what it has saved."""
    in_main = threading.current_thread() is threading.main_thread()
    # Who has a handler of their own knows what to do; an ignored signal would be so in the editor.
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def go_on(_number: int, _frame: FrameType | None) -> None:
        return

    signal.signal(signal.SIGINT, go_on)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
