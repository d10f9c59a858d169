"""Typing narrows a list, the arrows move in it, Enter chooses: in every dialog of this kind."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input, OptionList

from autocoder_tui.ui.screens.dialogs.filtered_list import FilteredList, has_words, rank_of
from tests.ui.driving import until

NAMES = ["Red apple", "Green apple", "Red cherry"]


class Fruit(FilteredList[str | None]):
    def compose(self) -> ComposeResult:
        yield Input()
        yield OptionList(*NAMES)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self.fill("")

    def fill(self, wanted: str) -> None:
        self.shown = [name for name in NAMES if has_words(name, wanted)]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(self.shown)
        options.highlighted = 0 if self.shown else None

    def choose(self, index: int | None) -> None:
        if index is not None:
            self.dismiss(self.shown[index])


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (["enter"], "Red apple"),
        (["down", "down", "enter"], "Red cherry"),
        (["down", "down", "up", "enter"], "Green apple"),
        ([*"apple", "down", "enter"], "Green apple"),
        ([*"CHERRY", "space", *"re", "enter"], "Red cherry"),
    ],
)
async def test_what_is_typed_and_moved_to_is_chosen(keys: list[str], chosen: str) -> None:
    answers: list[str | None] = []
    app: App[None] = App()
    async with app.run_test() as pilot:
        await app.push_screen(Fruit(), answers.append)
        await pilot.press(*keys)
        await until(pilot, lambda: answers)
    assert answers == [chosen]


async def test_the_row_that_enter_chooses_looks_the_same_with_the_keyboard_in_the_line() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        await app.push_screen(Fruit())
        options = app.screen.query_one(OptionList)
        row = "option-list--option-highlighted"
        await until(pilot, lambda: isinstance(app.focused, Input))
        beside = options.get_visual_style(row)
        options.focus()
        await until(pilot, lambda: app.focused is options)
        await pilot.pause()
        assert options.get_visual_style(row) == beside


def test_every_word_counts_in_any_order_and_case() -> None:
    assert has_words("Green apple", "APP gre")
    assert has_words("Green apple", "  ")
    assert not has_words("Green apple", "apple red")


def test_a_title_is_nearer_to_what_is_typed_than_what_else_a_row_says() -> None:
    titles = ["Send failures of the check back", "Check again", "Check", "Stop"]
    assert sorted(titles, key=lambda title: rank_of(title, "CHECK ")) == [
        "Check",
        "Check again",
        "Send failures of the check back",
        "Stop",
    ]
    assert {rank_of(title, "") for title in titles} == {0}
