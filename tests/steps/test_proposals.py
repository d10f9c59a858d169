"""What becomes of the draft: decided on, left open, killed over, written in part."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.steps import shipped
from autocoder_tui.steps.context import Proposed, StepContext
from autocoder_tui.steps.face import Proposal
from autocoder_tui.steps.step import Work
from tests.steps.places import PlainFace, bench, framed
from tests.steps.test_session import offer, write

BOTH = framed(a_py="x = 1\n", b_py="y = 1\n")


async def plan(context: StepContext) -> str:
    """Say it."""
    return "Both."


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> dict[str, Work]:
    known = {**shipped.SHIPPED, "plan": plan, "write": write, "offer": offer}
    monkeypatch.setattr("autocoder_tui.steps.registry.SHIPPED", known)
    return known


async def test_what_is_left_open_stays_in_the_draft(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply(BOTH)]) as made:
        made.face.accepts = False
        session = await made.begin("plan", "write", "offer", "offer")
        await session.run()
        session.close()
        assert len(made.face.proposals) == 2
        assert set(session.draft) == {"a.py", "b.py"}


async def test_what_was_decided_on_is_proposed_once(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply(BOTH)]) as made:
        session = await made.begin("plan", "write", "offer", "offer")
        await session.run()
        session.close()
        assert len(made.face.proposals) == 1
        assert session.draft == {}
        assert sorted(session.place.head.written) == ["a.py", "b.py"]


class KilledFace(PlainFace):
    """Writes one file of what is proposed, keeps the run, and is not heard of again."""

    async def propose(self, proposal: Proposal) -> Proposed:
        self.accepts = False
        await super().propose(proposal)
        (proposal.root / "a.py").write_text("x = 1\n")
        raise KeyboardInterrupt


async def test_a_kill_in_a_review_brings_the_same_proposal_again(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply(BOTH)]) as made:
        made.face = KilledFace(made.setup)
        session = await made.begin("plan", "write", "offer")
        with pytest.raises(KeyboardInterrupt):
            await session.run()
        session.close()
        (before,) = made.face.proposals
        later = made.restarted()
        again = await later.resume()
        await again.run()
        again.close()
        (after,) = later.face.proposals
        assert after == before
        assert (made.root / "b.py").read_text() == "y = 1\n"
        assert again.progress.ended
        assert sorted(again.place.head.written) == ["a.py", "b.py"]


async def test_what_stands_already_is_not_asked_about(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply(BOTH)]) as made:
        (made.root / "a.py").write_text("x = 1\n")
        (made.root / "b.py").write_text("y = 1\n")
        session = await made.begin("plan", "write", "offer")
        await session.run()
        session.close()
        assert made.face.proposals == []
        assert session.progress.steps[2].output == "a.py,b.py"


async def test_deletions_and_renames_are_proposed(tmp_path: Path) -> None:
    reply = '<delete path="old.py"/>\n<rename from="c.py" to="d.py"/>\n' + framed(a_py="x = 1\n")
    async with bench(tmp_path, [Reply(reply)]) as made:
        (made.root / "old.py").write_text("old\n")
        (made.root / "c.py").write_text("moved = 1\n")
        session = await made.begin("plan", "write", "offer", picks=["old.py", "c.py"])
        await session.run()
        session.close()
        assert sorted(path.name for path in made.root.glob("*.py")) == ["a.py", "d.py"]
        assert (made.root / "d.py").read_text() == "moved = 1\n"


async def test_a_change_without_a_place_fails_the_step_and_says_so(tmp_path: Path) -> None:
    edit = (
        '<edit path="a.py">\n<<<<<<< SEARCH\nnothing like this\n=======\nz = 1\n'
        ">>>>>>> REPLACE\n</edit>\n"
    )
    async with bench(tmp_path, [Reply(edit), Reply(edit), Reply(BOTH)]) as made:
        (made.root / "a.py").write_text("".join(f"line_{n} = {n}\n" for n in range(40)))
        session = await made.begin("plan", "write", "offer", picks=["a.py"])
        await session.run()
        step = session.progress.steps[1]
        assert step.state == "failed"
        assert "no place" in step.detail
        assert session.draft == {}
        count = len(made.requests)
        await session.run()
        session.close()
        # The reply could not be used, so it is really asked anew.
        assert len(made.requests) == count + 1
        assert session.progress.ended
