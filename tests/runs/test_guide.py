"""The steps of a first run: ticked by what is so, and by nothing else."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.runs.guide import (
    GuideMemory,
    Situation,
    advice,
    done_steps,
    next_step,
    steps_of,
)

situations = st.builds(
    Situation,
    pane=st.sampled_from(["files", "requirements", "output", "review", "check"]),
    picks=st.integers(0, 2),
    requirements=st.booleans(),
    running=st.booleans(),
    proposed=st.booleans(),
    accepted=st.integers(0, 2),
    undecided=st.integers(0, 2),
    checking=st.booleans(),
    checked=st.sampled_from(["", "passed", "failed"]),
    written=st.booleans(),
    committed=st.booleans(),
)
DEMO = steps_of(demo=True, repository=True)


def test_a_first_run_ticks_one_step_after_the_other() -> None:
    done: frozenset[str] = frozenset()
    seen = []
    for now in (
        Situation(),
        Situation(picks=1),
        Situation(picks=1, requirements=True),
        Situation(picks=1, requirements=True, running=True),
        Situation(picks=1, requirements=True, proposed=True, undecided=2),
        Situation(picks=1, requirements=True, proposed=True, undecided=1, accepted=1),
        Situation(picks=1, requirements=True, proposed=True, accepted=2),
        Situation(picks=1, requirements=True, proposed=True, accepted=2, checked="failed"),
        Situation(picks=1, requirements=True, running=True),  # what failed was sent back
        Situation(picks=1, requirements=True, proposed=True, accepted=2, checked="passed"),
        Situation(picks=1, proposed=True, accepted=2, checked="passed", written=True),
        Situation(proposed=True, accepted=2, checked="passed", written=True, committed=True),
    ):
        done = done_steps(now, done)  # type: ignore[arg-type]
        seen.append(next_step(DEMO, done))
    assert seen == [
        *("files", "request", "run", "run", "review", "review", "check", "check", "run"),
        *("write", "commit", None),
    ]


def test_without_git_no_commit_is_asked_for_and_without_the_demo_no_check() -> None:
    assert "commit" not in steps_of(demo=True, repository=False)
    assert steps_of(demo=False, repository=True) == ("files", "request", "run", "review", "write")


@given(situations, situations)
def test_nothing_is_ticked_that_was_not_done(before: Situation, now: Situation) -> None:
    done = done_steps(now, done_steps(before, frozenset()))
    ran_before = before.proposed and not before.running
    assert ("run" in done) == ((ran_before or now.proposed) and not now.running)
    assert ("write" in done) == (before.written or now.written)
    assert ("commit" in done) == (before.committed or now.committed)
    assert ("check" in done) == (now.checked == "passed")
    assert "review" not in done or now.written or (now.accepted and not now.undecided)


@given(situations, st.booleans())
def test_there_is_always_something_to_do_and_it_names_a_key_or_says_to_wait(
    now: Situation, in_git: bool
) -> None:
    asked: list[str] = []

    def key(id: str) -> str:
        asked.append(id)
        return f"<{id}>"

    step = next_step(steps_of(demo=True, repository=in_git), done_steps(now, frozenset()))
    if step is not None:
        said = advice(step, now, key)
        waits = now.running or now.checking or (step == "request" and now.pane == "requirements")
        assert waits or any(f"<{id}>" in said for id in asked)


def test_it_is_forgotten_for_good(tmp_path: Path) -> None:
    memory = GuideMemory(tmp_path / "state")
    assert memory.wanted
    assert memory.nothing_ran_yet
    memory.forget_it()
    assert not GuideMemory(tmp_path / "state").wanted
    assert GuideMemory(None).wanted
