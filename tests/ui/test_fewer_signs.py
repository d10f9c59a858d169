"""Where signs are lacking others stand in their place, and nothing moves."""

from __future__ import annotations

import string
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import autocoder_tui.ui
from autocoder_tui.ui.terminal.fewer_signs import IN_ASCII, ON_CONSOLE, table_for

# What the font of a PC's console has: code page 437, and the letters of Western Europe.
_BELOW_32 = set("☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼")
_CP437 = (
    _BELOW_32
    | set(bytes(range(128, 256)).decode("cp437"))
    | {chr(code) for code in range(0xA0, 0x100)}
)
_OF_THE_PROGRAM = {
    sign
    for file in Path(autocoder_tui.ui.__path__[0]).rglob("*.py")
    if file.name != "fewer_signs.py"
    for sign in file.read_text(encoding="utf-8")
    if not sign.isascii() and sign.isprintable()
}


@given(st.text())
def test_all_is_ascii_and_as_wide(text: str) -> None:
    made = text.translate(IN_ASCII)
    assert made.isascii()
    for sign in text:
        assert cell_len(sign.translate(IN_ASCII)) == (cell_len(sign) if sign >= " " else 0)


def test_no_sign_of_the_program_is_a_question_mark() -> None:
    assert _OF_THE_PROGRAM
    assert {sign for sign in _OF_THE_PROGRAM if "?" in sign.translate(IN_ASCII)} == set()


def test_the_console_has_every_sign_of_the_program() -> None:
    assert all(cell_len(chr(code)) == cell_len(sign) == 1 for code, sign in ON_CONSOLE.items())
    known = {*string.printable, *_CP437}
    assert {sign for sign in _OF_THE_PROGRAM if sign.translate(ON_CONSOLE) not in known} == set()


def test_states_stay_apart() -> None:
    for table in (IN_ASCII, ON_CONSOLE):
        for group in ("✓✗·", "●○◌", "▰▱", "☑☐", "▸▾", "─━", "│┃", "✓▶‖✗■"):
            made = group.translate(table)
            assert len(set(made)) == len(group), (group, made)


def test_which_terminals_lack_signs() -> None:
    assert table_for({"TERM": "xterm"}, utf8=True) is None
    assert table_for({"TERM": "linux"}, utf8=True) is ON_CONSOLE
    assert table_for({"TERM": "linux"}, utf8=False) is IN_ASCII
