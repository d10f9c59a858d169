"""Pieces of code without a place, put where they belong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.edits.fragment import is_all_of, with_addition, with_fragment

FILE = '''\
import os

TAX = 0.16


def total(net):
    return net + net * TAX


@cached
def label(net):
    """Say it."""
    text = f"{total(net)} EUR"
    print(text)
    return text


class Shop:
    def sell(self, item):
        return item.price

    def buy(self, item):
        return -item.price
'''


@pytest.mark.parametrize(
    ("fragment", "old", "new"),
    [
        (
            "def total(net):\n    return round(net + net * TAX, 2)\n",
            "    return net + net * TAX\n",
            "    return round(net + net * TAX, 2)\n",
        ),
        (
            "def total(net, tax=TAX):\n    check(net)\n\n    return net * tax\n",
            "def total(net):\n    return net + net * TAX\n",
            "def total(net, tax=TAX):\n    check(net)\n\n    return net * tax\n",
        ),
        (
            "def buy(self, item):\n    return -item.price * 2",
            "        return -item.price\n",
            "        return -item.price * 2\n",
        ),
        (
            "@lru_cache\ndef label(net):\n    return net\n",
            FILE[FILE.index("@cached") : FILE.index("\n\nclass")],
            "@lru_cache\ndef label(net):\n    return net\n",
        ),
        (
            '    text = f"{total(net):.2f} EUR"\n    print(text)\n    return text\n',
            'f"{total(net)} EUR"',
            'f"{total(net):.2f} EUR"',
        ),
    ],
)
def test_a_new_version_takes_the_place_of_the_old(fragment: str, old: str, new: str) -> None:
    assert FILE.count(old) == 1
    assert with_fragment(FILE, fragment) == FILE.replace(old, new)


@pytest.mark.parametrize(
    "fragment",
    [
        "def other(x):\n    return x\n",
        "class Shop:\n    def sell(self, item):\n        return 2\n",
        "",
        "\n\n",
        "pass\n",
    ],
)
def test_what_has_no_sure_place_has_none(fragment: str) -> None:
    assert with_fragment(FILE, fragment) is None


def test_two_definitions_go_to_two_places() -> None:
    fragment = "def total(net):\n    return 1\n\n\ndef label(net):\n    return 2\n"
    changed = with_fragment(FILE, fragment)
    assert changed is not None
    assert "def total(net):\n    return 1\n\n\n@cached\ndef label(net):\n    return 2\n" in changed


def test_a_file_that_has_it_twice_is_asked_about() -> None:
    one = "class A:\n    def f(self):\n        return 1\n"
    text = one + "\n\n" + one.replace("A", "B")
    assert with_fragment(text, "def f(self):\n    raise KeyError\n") is None


def test_an_addition_stands_at_the_end() -> None:
    assert with_addition(FILE, "\ndef other():\n    pass").endswith(
        "return -item.price\n\n\ndef other():\n    pass\n"
    )
    assert with_addition("a\n", "b\n") == "a\n\nb\n"
    assert with_addition("", "b") == "b\n"


def test_a_whole_file_is_told_from_a_part() -> None:
    assert is_all_of(FILE, FILE.replace("0.16", "0.19"))
    assert not is_all_of(FILE, "def total(net):\n    return net\n")


@given(st.integers(0, 24), st.integers(0, 24), st.sampled_from(["x", "    y = 1", "def g():"]))
def test_lines_outside_the_place_stay(start: int, end: int, line: str) -> None:
    lines = FILE.splitlines(keepends=True)
    fragment = "".join([*lines[start : max(start, end)], line + "\n"])
    changed = with_fragment(FILE, fragment)
    if changed is not None:
        kept = [one for one in lines[:start] + lines[max(start, end) :] if one.startswith("class")]
        assert all(one in changed for one in kept)
        assert changed.startswith(lines[0])
