"""Letters typed in the tree move to the name that begins with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.files.typed_name import PAUSE, TypedName, is_of_name
from tests.ui.driving import driven, setup_for, until
from tests.ui.test_finder import KEY, project

NAMES = ("cli.py", "client.py", "main.py", "test_cli.py")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("typed", "at", "found"),
    [
        ("m", 0, 2),
        ("clie", 0, 1),
        ("cli", 3, 0),  # round the end, beginnings first
        ("test_", 0, 3),
        ("ient", 0, 1),  # nothing begins so
        ("mz", 0, 2),  # a letter that is in none moves nothing
        ("zm", 0, 0),  # nor does what follows it: that name is not there
        ("mzcli", 0, 2),
        ("cc", 3, 1),  # the same letter again goes on
    ],
)
def test_the_name_meant_is_found(typed: str, at: int, found: int) -> None:
    looking = TypedName(Clock())
    for letter in typed:
        met = looking.add(letter, NAMES, at)
        at = at if met is None else met
    assert at == found


def test_after_a_pause_another_name_begins() -> None:
    clock = Clock()
    looking = TypedName(clock)
    assert looking.add("c", NAMES, 3) == 0
    clock.now += PAUSE + 1
    assert looking.add("m", NAMES, 0) == 2
    assert looking.letters == "m"


def test_a_letter_taken_back_is_as_if_it_had_not_been_typed() -> None:
    looking = TypedName(Clock())
    assert [looking.add(letter, NAMES, 0) for letter in "cxy"] == [1, None, None]
    assert looking.missed == "cxy"
    looking.shorten()
    looking.shorten()
    assert (looking.letters, looking.missed) == ("c", "")
    assert looking.add("l", NAMES, 1) == 1
    assert looking.add("z", NAMES, 1) is None
    assert looking.forget()
    assert looking.add("m", NAMES, 1) == 2


@given(st.lists(st.text("abc", max_size=4)), st.text("abc", max_size=5), st.integers(0, 9))
def test_what_is_found_has_the_letters(names: list[str], typed: str, at: int) -> None:
    looking = TypedName(Clock())
    at = min(at, max(0, len(names) - 1))
    for letter in typed:
        found = looking.add(letter, names, at)
        if found is not None:
            assert looking.letters in names[found]
            at = found


@pytest.mark.parametrize(
    ("character", "counts"), [("a", True), ("é", True), ("_", True), ("U", False), (" ", False)]
)
def test_capitals_and_blanks_are_left_for_commands(character: str, counts: bool) -> None:
    assert is_of_name(character) is counts


async def test_letters_move_in_the_tree_and_space_picks(tmp_path: Path) -> None:
    project(tmp_path, "alpha.py", "cli.py", "commit.py", "zeta.py")
    async with driven(setup_for(tmp_path, environ=KEY)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        picker = app.main.query_one(FilePicker)
        await pilot.press("f2")
        await until(pilot, lambda: picker.has_focus and picker.last_line == 3)
        # Elsewhere c commits and x is nothing.
        await pilot.press("c", "o")
        assert picker.cursor_line == 2
        row = picker.render_line(2)
        marked = [segment.text for segment in row if segment.style and segment.style.underline]
        assert "".join(marked) == "co"
        await pilot.press("space")
        await until(pilot, lambda: app.job().picks == ("commit.py",))
        await pilot.press("z", "escape", "a")
        assert picker.cursor_line == 0
        # The end of a name that is not there leads nowhere, and it is said once.
        await pilot.press("escape", *"qzeta")
        assert picker.cursor_line == 0
        (told,) = [one.message for one in app._notifications if "No name" in one.message]
        assert "“q”: / finds" in told
        await pilot.press("X")
        await until(pilot, lambda: app.job().picks == ())


async def test_a_key_a_person_set_keeps_what_it_does(tmp_path: Path) -> None:
    project(tmp_path, "x.py", "y.py")
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text('[keys]\n"files.clear" = "x"\n')
    setup = setup_for(tmp_path, "-i", "y.py", environ=KEY)
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: app.job().picks == ("y.py",))
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("f2", "x")
        await until(pilot, lambda: app.job().picks == ())
