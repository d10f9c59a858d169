"""A pattern that is compiled late does what one that was compiled at once does."""

from __future__ import annotations

import re

import pytest

from autocoder_tui.text.late_pattern import late_pattern


@pytest.mark.parametrize("flags", [0, re.IGNORECASE])
def test_it_finds_what_the_compiled_one_finds(flags: int) -> None:
    late, at_once = late_pattern(r"(a)(b)?", flags), re.compile(r"(a)(b)?", flags)
    for text in ("abAaB", "", "b", "ab"):
        assert [found.groups() for found in late.finditer(text)] == [
            found.groups() for found in at_once.finditer(text)
        ]
        for name in ("match", "search", "fullmatch"):
            ours, theirs = getattr(late, name)(text), getattr(at_once, name)(text)
            assert (ours and ours.span()) == (theirs and theirs.span())
        assert late.sub("-", text) == at_once.sub("-", text)
        assert late.split(text) == at_once.split(text)
    assert late.pattern == at_once.pattern


def test_it_is_compiled_when_it_is_used_and_only_then() -> None:
    broken = late_pattern("(")
    with pytest.raises(re.error):
        broken.match("")
    with pytest.raises(AttributeError):
        broken.nothing_of_the_kind  # type: ignore[attr-defined]  # noqa: B018
