from __future__ import annotations

import contextlib
import os
import re
import select
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from autocoder_tui.runs.editor_text import edit_in_editor
from autocoder_tui.system.clipboard import clipboard_tool, fill_clipboard
from autocoder_tui.system.editor import EditorFailed, find_editor
from autocoder_tui.ui.controllers.edit import edit_outside
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.plain_area import keeps


def program(folder: Path, name: str, code: str) -> Path:
    """An executable Python script `name` in `folder`."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport pathlib, sys\n{code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_editor_gets_the_text_and_its_changes_come_back(tmp_path: Path) -> None:
    code = (
        "file = pathlib.Path(sys.argv[-1])\n"
        "assert file.name == 'code.py' and sys.argv[1] == '--wait', sys.argv\n"
        "file.write_bytes(file.read_bytes().replace(b'a\\r\\n', b'b\\r\\n'))"
    )
    editor = program(tmp_path, "my editor", code)
    text = "a\r\nA\x0c\nlast"
    environ = {"VISUAL": f"'{editor}' --wait", "EDITOR": "false"}
    left = edit_in_editor(text, "src/code.py", 4, environ, tmp_path / "state")
    assert (left.text, left.remark) == ("b\r\nA\x0c\nlast", "")


def test_a_known_editor_opens_at_the_line(tmp_path: Path) -> None:
    code = "pathlib.Path(sys.argv[-1]).write_text(sys.argv[1])"
    editor = program(tmp_path, "nano", code)
    environ = {"EDITOR": str(editor)}
    assert edit_in_editor("x", "a.txt", 4, environ, tmp_path / "state").text == "+5"


@pytest.mark.parametrize(
    ("command", "reason"),
    [("false", "ended with 1"), ("'", "not a command")],
)
def test_an_editor_that_fails_changes_nothing(tmp_path: Path, command: str, reason: str) -> None:
    with pytest.raises(EditorFailed, match=reason):
        edit_in_editor("x", "a.txt", 0, {"EDITOR": command}, tmp_path)
    assert not any(tmp_path.iterdir())


def test_an_editor_that_is_not_installed_gives_way_to_one_that_is_and_it_is_said(
    tmp_path: Path,
) -> None:
    vim = program(tmp_path, "vim", "")
    environ = {"VISUAL": "/no/such\x1b", "EDITOR": "hx -w", "PATH": str(tmp_path)}
    editor = find_editor(environ)
    assert editor.command == ["vim"]
    assert "$VISUAL names /no/such␛, which is not installed" in editor.said
    assert "$EDITOR names hx, which is not installed" in editor.said
    assert editor.said.endswith("vim is used.")
    assert find_editor({"PATH": str(tmp_path)}).said.startswith("Neither $VISUAL nor $EDITOR")
    vim.rename(tmp_path / "hx")
    assert find_editor(environ).command == ["hx", "-w"]
    assert find_editor({**environ, "VISUAL": ""}).said == ""


def test_an_editor_that_is_not_installed_with_no_other_is_named() -> None:
    with pytest.raises(EditorFailed, match="hx, which is not installed: set"):
        find_editor({"EDITOR": "hx", "PATH": "/nowhere"})


def test_without_an_editor_there_is_a_sentence() -> None:
    with pytest.raises(EditorFailed, match="VISUAL"):
        find_editor({"PATH": "/nowhere"})


@pytest.mark.parametrize("text", ["", "a", "a\n", "a\n\n", "\n", "a\n\nb"])
def test_a_text_area_keeps_ordinary_text(text: str) -> None:
    assert keeps(text)


@pytest.mark.parametrize("text", ["a\r\n", "a\x0cb", "a\u2028b\n", "a\rb", "a\x85b", "\x1c"])
def test_a_text_area_would_change_other_line_ends(text: str) -> None:
    assert not keeps(text)


def test_the_clipboard_tool_of_this_machine_is_used(tmp_path: Path) -> None:
    code = f"pathlib.Path({str(tmp_path / 'taken')!r}).write_bytes(sys.stdin.buffer.read())"
    program(tmp_path, "xclip", code)
    environ = {"PATH": str(tmp_path), "DISPLAY": ":0"}
    tool = clipboard_tool(environ)
    assert tool == (str(tmp_path / "xclip"), "-selection", "clipboard")
    assert fill_clipboard(tool, "héllo\n", environ)
    assert (tmp_path / "taken").read_text() == "héllo\n"
    assert not fill_clipboard(("false",), "x", environ)
    assert not fill_clipboard(("/no/such/tool",), "x", environ)


@pytest.mark.skipif(sys.platform == "darwin", reason="pbcopy needs no display")
def test_no_clipboard_tool_without_a_display_or_over_ssh(tmp_path: Path) -> None:
    program(tmp_path, "xclip", "")
    assert clipboard_tool({"PATH": str(tmp_path)}) is None
    environ = {"PATH": str(tmp_path), "DISPLAY": ":0", "SSH_CONNECTION": "1 2 3 4"}
    assert clipboard_tool(environ) is None


async def test_that_another_editor_is_used_is_told_after_it(tmp_path: Path) -> None:
    """What is told before is gone by the time that the editor gives the screen back."""
    program(tmp_path, "nano", "pass")
    happened: list[str] = []

    @contextlib.contextmanager
    def suspend() -> Iterator[None]:
        yield
        happened.append("the screen is back")

    places = SimpleNamespace(state=tmp_path / "state")
    environ = {"EDITOR": "none-such", "PATH": str(tmp_path)}
    app = SimpleNamespace(
        setup=SimpleNamespace(environ=environ, places=places),
        suspend=suspend,
        tell=lambda text, **_: happened.append(text),
    )
    assert await edit_outside(cast(Program, app), "text", "a.txt", 0) == "text"
    said = "$EDITOR names none-such, which is not installed: nano is used."
    assert happened == ["the screen is back", said]


IN_A_TERMINAL = """
import pathlib
import types
from textual.app import App
from autocoder_tui.ui.controllers.edit import edit_outside

class Program(App):
    places = types.SimpleNamespace(state=pathlib.Path("/nowhere"))
    setup = types.SimpleNamespace(environ={"EDITOR": "false"}, places=places)

    def tell(self, text, **options):
        assert "ended with 1" in text, text
        self.call_after_refresh(self.exit)

    async def on_mount(self):
        assert await edit_outside(self, "text", "a.txt", 0) is None

Program().run()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_the_screen_comes_back_when_the_editor_fails() -> None:
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "-c", IN_A_TERMINAL])
    output = b""
    with contextlib.suppress(OSError):  # Linux reports the end of a terminal as an error
        while select.select([terminal], [], [], 30)[0] and (read := os.read(terminal, 65536)):
            output += read
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    entered, left = b"\x1b[?1049h", b"\x1b[?1049l"
    order = re.findall(re.escape(entered) + b"|" + re.escape(left), output)
    assert order == [entered, left, entered, left]
