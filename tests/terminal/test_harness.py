"""The reading of what a program writes is itself checked: the other tests lean on it."""

from tests.terminal.picture import Picture
from tests.terminal.sequences import Token, TokenReader


def test_tokens_are_whole_however_the_bytes_come() -> None:
    text = "a\x1b[1;2Hé\x1b]0;title\x07\x1b]52;c;QQ==\x1b\\\x1bPq\x1b\\\x1b7\r\n\x1b[?25lz"
    expected = [
        Token("text", "a"),
        Token("csi", "1;2H"),
        Token("text", "é"),
        Token("osc", "0;title"),
        Token("osc", "52;c;QQ=="),
        Token("string", "Pq"),
        Token("escape", "7"),
        Token("control", "\r"),
        Token("control", "\n"),
        Token("csi", "?25l"),
        Token("text", "z"),
    ]
    assert list(TokenReader().feed(text.encode())) == expected
    reader = TokenReader()
    singly = [token for byte in text.encode() for token in reader.feed(bytes([byte]))]
    assert singly == expected


def test_a_c1_control_is_no_text() -> None:
    kinds = [token.kind for token in TokenReader().feed("a\x9b31mb\x85".encode())]
    assert kinds == ["text", "invalid", "text", "invalid"]


def test_the_picture_is_what_a_terminal_would_show() -> None:
    picture = Picture(8, 2)
    for token in TokenReader().feed(
        b"ab\r\n\x1b[1mcd\x1b[0m\x1b[1;4H\xe4\xb8\xadx\x1b[?1049h\x1b[5n"
    ):
        picture.take(token)
    assert picture.lines == ["ab 中x", "cd"]
    assert picture.cells[1][0] == ("c", "1;")
    assert "1049" in picture.modes
    assert picture.strange == [Token("csi", "5n")]
