"""Bytes of a keyboard through our sieve and the framework's own parser: a paste stays a paste."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from autocoder_tui.ui.terminal.input import TypedInput

BEGIN, END = "\x1b[200~", "\x1b[201~"


def arrived(pieces: Sequence[bytes], clock: float = 0.0) -> list[events.Event]:
    """What the program is told when these bytes are read one after the other."""
    typed, parser = TypedInput(lambda: clock), XTermParser()
    found: list[events.Event] = []
    for piece in pieces:
        text = typed.take(piece)
        if text:
            found += [each for each in parser.feed(text) if isinstance(each, events.Event)]
    if typed.wait is not None:
        found += [each for each in parser.feed(typed.settle()) if isinstance(each, events.Event)]
    return found


def told(pieces: Sequence[bytes]) -> list[str]:
    """Keys by name, and pastes in quotation marks."""
    return [
        f'"{event.text}"' if isinstance(event, events.Paste) else event.key
        for event in arrived(pieces)
        if isinstance(event, events.Key | events.Paste)
    ]


def test_an_escape_in_a_paste_is_no_key() -> None:
    for pasted in (
        "\x1b",
        "\x1b\x1b",
        "a\x1b\x1bA\r",
        "\x1b[2J" + "x" * 40 + "\r\x1bA",
        "\x1bA\x1b[A\x1bOP\x1b[15~",
        "\x1b[200~again",
        "\x1b]0;owned\x07\x1b[I\x1b[O",
    ):
        plain = pasted.replace("\x1b", "")
        assert told([f"{BEGIN}{pasted}{END}a".encode()]) == [f'"{plain}"', "a"], repr(pasted)


def test_an_end_that_is_pasted_is_not_believed() -> None:
    lure = f"harmless{END}\rA\x1b{END}\r"
    assert told([f"{BEGIN}{lure}{END}q".encode()]) == [
        '"' + lure.replace("\x1b", "") + '"',
        "q",
    ]


LURE = f"harmless{END}\rA\x1b{END}\r"


@pytest.mark.parametrize("size", [1, 7, 512, 4096])
@pytest.mark.parametrize("far", [0, 5_000, 100_000])
def test_an_end_that_is_pasted_long_before_the_true_one_is_not_believed(
    size: int, far: int
) -> None:
    pasted = "b" * 4080 + LURE + "x" * far
    data = f"{BEGIN}{pasted}{END}q".encode()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert told(pieces) == ['"' + pasted.replace("\x1b", "") + '"', "q"]


def test_what_is_typed_after_a_paste_does_not_wait_for_ever() -> None:
    now = [0.0]
    typed = TypedInput(lambda: now[0])
    assert typed.take(f"{BEGIN}one{END}".encode()) == f"{BEGIN}one"
    assert typed.wait is not None
    assert 0 < typed.wait <= 0.1
    ready = ""
    for _ in range(40):
        now[0] += 0.02  # a key that is held down, too fast for a pause between two
        ready += typed.take(b"a")
    assert ready.startswith(END + "aaa")
    assert typed.wait is None


def test_a_paste_is_not_over_when_the_program_was_stopped_meanwhile() -> None:
    now = [0.0]
    typed = TypedInput(lambda: now[0])
    assert typed.take(f"{BEGIN}one{END}".encode()) == f"{BEGIN}one"
    now[0] += 60
    rest = "\rA" + "x" * 600
    assert typed.take(f"{rest}{END}".encode()) == f"{END}{rest}".replace("\x1b", "")
    assert typed.settle() == END


def test_two_pastes_and_keys_between_them() -> None:
    assert told([f"{BEGIN}one{END}\rx{BEGIN}two{END}\x1b[B".encode()]) == [
        '"one"',
        "enter",
        "x",
        '"two"',
        "down",
    ]


def test_bytes_that_are_no_utf_8_are_read_on() -> None:
    assert told([b"a\xff\xc3", b"b", b"\x1b[200~\xe9\x1b[201~", b"c"])[-2:] == ['"�"', "c"]


def test_an_escape_key_does_not_wait() -> None:
    typed = TypedInput()
    assert typed.take(b"\x1b") == "\x1b"
    assert typed.take(b"[A") == "[A"


def test_marks_typed_slowly_by_hand_begin_no_paste() -> None:
    now = [0.0]
    typed = TypedInput(lambda: now[0])
    for char in BEGIN:
        now[0] += 5
        assert typed.take(char.encode()) == char
    assert typed.take(b"\x1bx") == "\x1bx"


PARTS = st.sampled_from(["a", "é", "\r", "\x1b", "[", "200~", "201~", "A", "x" * 35, "\x1b[A"])


@given(st.lists(PARTS, max_size=12).map("".join), st.lists(st.integers(0, 80), max_size=6))
def test_however_it_is_read_a_paste_is_one(pasted: str, cuts: list[int]) -> None:
    body = pasted.replace(BEGIN, "").replace(END, "").removesuffix("\x1b").removesuffix("\x1b[")
    if BEGIN in body or END in body:
        return
    data = f"q{BEGIN}{body}{END}r".encode()
    at = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[start:stop] for start, stop in itertools.pairwise(at)]
    assert told(pieces) == ["q", '"' + body.replace("\x1b", "") + '"', "r"]
