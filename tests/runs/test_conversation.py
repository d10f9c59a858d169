"""The value of a conversation: turns, branches, what the next question follows."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.request import Turn
from autocoder_tui.runs.conversation import Asked, Conversation
from autocoder_tui.runs.preparation import Job


def asked(run_id: str, parent: str = "", answer: str = "yes") -> Asked:
    return Asked(run_id, parent, f"{run_id}?", answer, "finished" if answer else "failed")


def grown(*ones: Asked) -> Conversation:
    now = Conversation()
    for one in ones:
        now = now.begun(one, ones[0].run_id)
    return now


def shown(now: Conversation) -> list[str]:
    return [one.run_id for one in now.path]


def test_the_next_question_follows_what_is_shown() -> None:
    now = grown(asked("a"), asked("b", "a"))
    job = now.job(Job(Path("/p"), (), None, "c?", purpose="query"))
    assert job.turns == (Turn("a?", "yes"), Turn("b?", "yes"))
    assert (job.thread, job.parent) == ("a", "b")


def test_what_was_never_answered_is_not_gone_on_from() -> None:
    now = grown(asked("a"), asked("b", "a", ""))
    assert shown(now) == ["a", "b"]
    assert now.turns == (Turn("a?", "yes"),)
    assert now.parent == "a"
    again = now.begun(asked("c", "a"), "a")
    assert shown(again) == ["a", "c"]
    assert again.siblings("c") == ("c",)
    assert again.ends == ("c",)


def test_a_question_asked_anew_is_a_branch_and_both_stay() -> None:
    now = grown(asked("a"), asked("b", "a"), asked("c", "b"))
    back = now.before("b")
    assert shown(back) == ["a"]
    assert back.parent == "a"
    other = back.begun(asked("d", "a"), "a")
    assert shown(other) == ["a", "d"]
    assert other.siblings("d") == ("b", "d")
    assert shown(other.next_branch()) == ["a", "b", "c"]
    assert shown(other.next_branch().next_branch()) == ["a", "d"]
    assert shown(back.next_branch()) == ["a", "b", "c"]


def test_the_first_question_has_branches_too() -> None:
    now = grown(asked("a"), asked("b", "a"))
    back = now.before("a")
    assert (shown(back), back.parent, back.thread) == ([], "", "a")
    other = back.begun(asked("c"), "a")
    assert shown(other) == ["c"]
    assert other.siblings("c") == ("a", "c")
    assert other.thread == "a"


def test_going_on_keeps_the_place() -> None:
    now = grown(asked("a"), asked("b", "a", "ye"))
    on = now.begun(asked("b", "a", "yes"), "a")
    assert shown(on) == ["a", "b"]
    assert on.path[-1].answer == "yes"


def test_another_thread_is_another_conversation() -> None:
    now = grown(asked("a")).begun(asked("x"), "x")
    assert (shown(now), now.thread) == (["x"], "x")


@given(st.lists(st.integers(-1, 12), max_size=12), st.integers(0, 12))
def test_every_end_is_reached_whatever_the_parents(parents: list[int], start: int) -> None:
    """Damaged histories have parents that are missing, later, or in a ring."""
    ones = [
        asked(f"r{at}", "" if parent < 0 else f"r{parent}") for at, parent in enumerate(parents)
    ]
    now = Conversation("r0", tuple(ones), f"r{start}")
    seen = set()
    for _ in range(len(ones) + 1):
        assert len(now.path) <= len(ones)
        seen.add(now.end)
        now = now.next_branch()
    assert set(now.ends) <= seen | {now.end}
