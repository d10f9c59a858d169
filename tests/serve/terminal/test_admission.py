"""Links that work once, cookies, and places."""

from __future__ import annotations

import multiprocessing
from multiprocessing.queues import SimpleQueue

import pytest

from autocoder_tui.serve.terminal.admission import Admission, TooManySessions


def admission(most: int = 2) -> tuple[Admission, list[str]]:
    shown: list[str] = []
    made = Admission(most, shown.append)
    made.show()
    return made, shown


def test_a_link_works_once_and_the_next_is_shown() -> None:
    made, shown = admission()
    cookie = made.redeem(shown[0])
    assert cookie is not None
    assert made.knows(cookie)
    assert made.redeem(shown[0]) is None
    assert len(shown) == 2
    second = made.redeem(shown[1])
    assert second not in (None, cookie)
    assert made.redeem(shown[1]) is None
    assert made.knows(cookie)


@pytest.mark.parametrize("token", ["", "x", "é", "\udc80", "A" * 43, "link 0"])
def test_no_other_token_works(token: str) -> None:
    made, shown = admission()
    assert made.redeem(token) is None
    assert made.redeem(shown[0] + "x") is None
    assert made.redeem(shown[0][:-1]) is None
    assert len(shown) == 1


def test_no_other_cookie_is_known() -> None:
    made, shown = admission()
    cookie = made.redeem(shown[0])
    assert cookie is not None
    other, others = admission()
    for forged in ("", "x", "é" * 30, shown[1], cookie[:-1], cookie + "x", "A" + cookie[1:]):
        if forged != cookie:
            assert not made.knows(forged)
    assert not other.knows(cookie)
    assert other.redeem(shown[1]) is None


def test_places_are_counted_and_given_back() -> None:
    made, _ = admission(2)
    full = pytest.raises(TooManySessions, match="--app-sessions")
    with made.place(), made.place(), full, made.place():
        pass
    with pytest.raises(ZeroDivisionError), made.place():
        raise ZeroDivisionError
    with made.place(), made.place():
        pass


def test_workers_share_links_and_places() -> None:
    made, shown = admission(1)
    context = multiprocessing.get_context("fork")
    results: SimpleQueue[str] = context.SimpleQueue()

    def work() -> None:
        cookie = made.redeem(shown[0])
        try:
            with made.place():
                results.put("a place")
        except TooManySessions:
            results.put("none")
        results.put(cookie or "")

    with made.place():
        first = context.Process(target=work)
        first.start()
        said = [results.get(), results.get()]
        first.join()
    assert said[0] == "none"
    assert made.knows(said[1])
    assert made.redeem(shown[0]) is None
    second = context.Process(target=work)
    second.start()
    assert [results.get(), results.get()] == ["a place", ""]
    second.join()
