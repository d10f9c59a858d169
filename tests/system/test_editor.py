"""How each editor is told the line to open a file at, and to wait for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.system.editor import command_at

FILE = Path("/tmp/a b.py")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        *((name, [name, "+12", str(FILE)]) for name in ("vi", "nvim", "nano", "hx", "micro")),
        ("/usr/bin/vim.basic", ["/usr/bin/vim.basic", "+12", str(FILE)]),
        ("emacsclient -nw", ["emacsclient", "-nw", "+12", str(FILE)]),
        ("code", ["code", "--goto", f"{FILE}:12"]),
        ("code -w", ["code", "-w", "--goto", f"{FILE}:12"]),
        ("subl", ["subl", f"{FILE}:12"]),
        ("idea", ["idea", "--line", "12", str(FILE)]),
        ("kate", ["kate", "--line", "12", str(FILE)]),
        ("ed", ["ed", str(FILE)]),
    ],
)
def test_each_editor_opens_the_line_in_its_own_way(command: str, expected: list[str]) -> None:
    assert command_at(command.split(), FILE, 12) == expected


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("code", "--wait"),
        ("subl", "--wait"),
        ("pycharm", "--wait"),
        ("kate", "--block"),
        ("gvim", "--nofork"),
        ("vim", ""),
        ("code --wait", ""),
        ("code -w", ""),
        ("subl -w", ""),
    ],
)
def test_one_that_gives_the_terminal_back_is_told_to_wait(command: str, option: str) -> None:
    given = command.split()
    added = set(command_at(given, FILE, 1, waits=True)) - set(command_at(given, FILE, 1))
    assert added == ({option} if option else set())


@pytest.mark.parametrize("command", ["code", "subl", "zed"])
def test_a_name_with_a_colon_is_not_taken_for_a_line_of_another_file(command: str) -> None:
    file = FILE.with_name("notes:3.txt")
    assert command_at([command], file, 12) == [command, str(file)]
