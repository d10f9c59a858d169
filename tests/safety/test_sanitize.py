"""The one function that makes text safe to show."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from autocoder_tui.safety.sanitize import has_hidden, visible
from tests.effort import examples

many = examples(10_000)

# Format characters that are seen: signs which Arabic and Kaithi write around numbers.
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
NASTY = st.sampled_from(
    ["\x1b[2J", "\x1b]52;c;QQ==\x07", "\x9b31m", "\x90q\x9c", "\r", "\n", "\t", "\0", "\x7f",
     "[/b]", "\u202e", "\u2066", "\u200b", "\ufeff", "\u00ad", "\ufe0f", "❤\ufe0f", "e\u0301",
     "\u0301" * 9, "\ud800", "\U000e0041", "\u2028", "中", "👩\u200d💻", "\u3164"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(st.text(max_size=5), NASTY), max_size=12).map("".join)


def may_be_shown(character: str) -> bool:
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return not hidden or ord(character) in SEEN


@many
@given(TEXTS)
def test_nothing_that_acts_or_hides_is_left(text: str) -> None:
    for lines in (False, True):
        shown = visible(text, lines=lines)
        assert len(shown) == len(text)
        allowed = "\n\t" if lines else ""
        assert all(may_be_shown(char) or char in allowed for char in shown)
        assert not any("\ufe00" <= char <= "\ufe0f" for char in shown)
        assert visible(shown, lines=lines) == shown
        # As wide on a terminal as our arithmetic says: character by character.
        assert cell_len(shown) == sum(cell_len(char) for char in shown)


@many
@given(TEXTS)
def test_marks_do_not_pile_up(text: str) -> None:
    marks = 0
    for char in visible(text):
        marks = marks + 1 if "\u0300" <= char <= "\u036f" else 0
        assert marks <= 4


@many
@given(TEXTS)
def test_what_is_marked_is_warned_about(text: str) -> None:
    shown = visible(text, lines=True)
    # A blank stands for what belongs to the character before it.
    marked = any(a != b and b != " " for a, b in zip(text, shown, strict=True))
    assert has_hidden(text) == marked


def test_every_character_of_unicode() -> None:
    for code in range(0x110000):
        shown = visible(chr(code))
        assert may_be_shown(shown), hex(code)


def test_ordinary_text_is_left_alone() -> None:
    for text in ("x = 'é' + \"e\u0301\"", "مرحبا", "שָׁלוֹם", "กำลัง", "日本語", "→ ✓ … ░", "👍🏽"):
        assert visible(text) == text
        assert not has_hidden(text)
    assert visible("⚠\ufe0f care") == "⚠  care"
    assert not has_hidden("⚠\ufe0f care")


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d💻 👨\u200d👩\u200d👧\u200d👦",
        "👩🏽\u200d🚀 🏳\ufe0f\u200d🌈 ❤\ufe0f\u200d🔥 🐈\u200d⬛ 🏃\u200d♂\ufe0f",
        "1\ufe0f\u20e3 #\ufe0f\u20e3",
        "☎\ufe0e",
        "🇩🇪",
        "🏴" + "".join(chr(0xE0000 + ord(c)) for c in "gbsct") + "\U000e007f",
        "می\u200cخواهم",
        "क्\u200dष ന്\u200d",
    ],
)
def test_what_writing_needs_is_not_hidden(text: str) -> None:
    assert not has_hidden(text)
    assert "\ufffd" not in visible(text)


@pytest.mark.parametrize(
    "text",
    [
        "user\u200dname",
        "a\u200cb",
        "👩\u200d",
        "\u200d💻",
        "👩\u200d x",
        "→\u200d→",
        "=\u200d=",
        "1\ufe0f",
        "a\ufe0f",
        "م\u200ca",
        "a" + "".join(chr(0xE0000 + ord(c)) for c in "gbsct") + "\U000e007f",
        "🏴" + "".join(chr(0xE0000 + ord(c)) for c in "ignore all") + "\U000e007f",
        "👩\u200b💻",
        "👩\u200d\u200d💻",
    ],
)
def test_the_same_characters_elsewhere_are(text: str) -> None:
    assert has_hidden(text)
    assert "\ufffd" in visible(text)
