"""The search of the history finds what a loop over all texts finds, in the same order."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autocoder_tui.store.history import search as history_search
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.store.history.rows import text_of
from tests.store.kept_runs import run

_LETTERS = "abAB_é字仮%'\"\\-"
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def some_runs() -> list[KeptRun]:
    dice = random.Random(11)

    def text(longest: int) -> str:
        words = ("".join(dice.choices(_LETTERS, k=dice.randint(1, 5))) for _ in range(longest))
        return " ".join(words)

    return [
        run(
            text(dice.randint(1, 30)),
            f"{number:012x}",
            requirements=text(dice.randint(1, 5)),
            started=f"2026-01-{number % 28 + 1:02}T10:00:00.000+00:00",
        )
        for number in range(60)
    ]


def found_by_a_loop(kept: list[KeptRun], search: str) -> list[str]:
    """Newest first those in which each word is, in whatever text; A is a, and É is not é."""
    words = search.translate(_ASCII_LOWER).split()
    newest_first = sorted(enumerate(kept), key=lambda one: (one[1].position, one[0]), reverse=True)
    return [
        one.run_id
        for _, one in newest_first
        if all(
            any(word in text.translate(_ASCII_LOWER) for text in text_of(one).values())
            for word in words
        )
    ]


@pytest.fixture(scope="module")
def kept() -> list[KeptRun]:
    return some_runs()


@pytest.fixture(scope="module", params=["indexed", "without an index"])
def history(
    request: pytest.FixtureRequest,
    kept: list[KeptRun],
    tmp_path_factory: pytest.TempPathFactory,
) -> History:
    history = History(tmp_path_factory.mktemp("searched"))
    with pytest.MonkeyPatch.context() as patch:
        if request.param != "indexed":
            patch.setattr(history_search, "has_index", lambda: False)
        history.add_all(kept)
    return history


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(search=st.text(_LETTERS + " ", max_size=9), limit=st.integers(1, 80))
def test_it_finds_what_a_loop_finds_in_its_order(
    history: History, kept: list[KeptRun], search: str, limit: int
) -> None:
    found = [one.run_id for one in history.list(search=search, limit=limit)]
    assert found == found_by_a_loop(kept, search)[:limit]


def test_there_is_something_to_find(kept: list[KeptRun], history: History) -> None:
    for search in ("ab", "字", "aba", "é a"):
        assert 0 < len(history.list(search=search)) < len(kept)
