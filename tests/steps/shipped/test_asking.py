"""Questions before, a specification between, and what the person says at the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autocoder_tui.store.evaluation import Evaluation, from_plain, read_answer
from autocoder_tui.store.history.history import History
from tests.headless.test_run import ended
from tests.steps.counting_model import QUESTION, REVIEWED, SPECIFICATION, CountingModel
from tests.steps.places import bench
from tests.steps.shipped.runs import last, outputs, run_steps
from tests.steps.test_commands import started


async def test_questions_are_asked_until_none_is_left(tmp_path: Path) -> None:
    model = CountingModel()
    async with bench(tmp_path, model, prompt="A word counter.") as made:
        made.face.answers = ["no, never"]
        session = await run_steps(made, "clarify", "gen_clarified_code")
        assert made.face.questions == ["Are numbers words?"]
        assert model.kinds == ["question", "question", "code"]
        assert outputs(session)["clarify"] == (
            "Questions and answers:\n\n1. Are numbers words?\n   no, never"
        )
        assert "no, never" in model.asked[2]


@pytest.mark.parametrize("answer", [None, "", "yes"])
async def test_without_an_answer_the_models_own_is_taken(
    tmp_path: Path, answer: str | None
) -> None:
    async with bench(tmp_path, CountingModel()) as made:
        made.face.answers = [answer]
        session = await run_steps(made, "clarify")
        said = outputs(session)["clarify"]
        assert said.startswith("Not answered, and taken for granted:")
        assert said.endswith("   yes")


@pytest.mark.parametrize("answer", ["enough", "Enough.", "no more questions"])
async def test_enough_ends_the_questions(tmp_path: Path, answer: str) -> None:
    model = CountingModel()
    async with bench(tmp_path, model) as made:
        made.face.answers = [answer]
        session = await run_steps(made, "clarify")
        assert model.kinds == ["question"]
        assert outputs(session)["clarify"].endswith("   yes")


async def test_a_model_that_asks_for_ever_is_stopped(tmp_path: Path) -> None:
    numbered = iter(range(100))

    class Endless(CountingModel):
        def _answer(self, system: str, text: str) -> tuple[str, str]:
            words = ["size", "colour", "format", "speed", "place", "user", "language", "input"]
            return "question", QUESTION.replace("Are numbers words", words[next(numbered)])

    model = Endless()
    async with bench(tmp_path, model) as made:
        session = await run_steps(made, "clarify")
        assert last(session).state == "done"
        assert len(model.kinds) == len(made.face.questions) == 5


async def test_a_specification_is_written_reviewed_and_taken_for_the_code(tmp_path: Path) -> None:
    model = CountingModel()
    async with bench(tmp_path, model, prompt="A word counter.") as made:
        session = await run_steps(made, "gen_spec", "respec", "gen_code")
        assert outputs(session)["gen_spec"].strip() == SPECIFICATION
        assert outputs(session)["respec"].strip() == REVIEWED
        respec = made.server.requests[1].messages
        assert [one["role"] for one in respec] == ["system", "user", "assistant", "user"]
        assert SPECIFICATION in respec[2]["content"]
        assert f"Specification:\n\n{REVIEWED}" in model.asked[2]


async def test_a_review_of_no_specification_is_said(tmp_path: Path) -> None:
    async with bench(tmp_path, CountingModel()) as made:
        session = await run_steps(made, "respec")
        assert "gen_spec is empty" in last(session).detail


# ---------------------------------------------------------------------- how it went


async def test_what_is_said_of_a_run_is_kept_and_found_by(tmp_path: Path) -> None:
    async with bench(tmp_path, CountingModel()) as made:
        made.face.answers = ["yes", "y", "No.", "  too\nslow "]
        session = await run_steps(made, "gen_code", "propose", "evaluate")
        said = Evaluation("yes", "yes", "no", "too slow")
        assert outputs(session)["evaluate"] == "ran: yes\nworked: yes\nuseful: no\nnote: too slow\n"
        kept = json.loads((made.logs() / "evaluation.json").read_text())
        assert from_plain(kept) == said
        history = History(tmp_path / "state")
        # The request for the code, and the proposal of it.
        ids = {*session.progress.steps[0].run_ids, *session.progress.steps[1].run_ids}
        assert {run.run_id for run in history.list(evaluated="worked")} == ids
        assert {history.evaluation(run_id) for run_id in ids} == {said}
        assert history.list(evaluated="useful") == []
        assert len(history.list(evaluated="not-useful")) == len(history.list(evaluated="any")) == 2


async def test_the_history_command_lists_by_it(tmp_path: Path) -> None:
    async with bench(tmp_path, CountingModel()) as made:
        made.face.answers = ["yes", "no", "no", "wrong sums"]
        session = await run_steps(made, "gen_code", "propose", "evaluate")
        run_id = session.progress.steps[0].run_ids[0]
    found = await ended(await started(tmp_path, "history", "list", "--evaluated", "not-worked"))
    assert run_id in found.out, found.err
    none = await ended(await started(tmp_path, "history", "list", "--evaluated", "worked"))
    assert none.out == ""
    assert "There is no run of which you said so in history" in none.err
    shown = await ended(await started(tmp_path, "history", "show", run_id))
    assert "note: wrong sums" in shown.out


async def test_what_is_deleted_from_the_history_takes_what_was_said_with_it(tmp_path: Path) -> None:
    async with bench(tmp_path, CountingModel()) as made:
        made.face.answers = ["yes", "yes", "yes", "a private remark"]
        session = await run_steps(made, "gen_code", "evaluate")
        (run_id,) = session.progress.steps[0].run_ids
        history = History(tmp_path / "state")
        assert history.evaluation(run_id) is not None
        assert history.delete([run_id]) == 1
        assert history.evaluation(run_id) is None


async def test_a_program_that_did_not_run_is_asked_no_more_of(tmp_path: Path) -> None:
    async with bench(tmp_path, CountingModel()) as made:
        made.face.answers = ["no", "it crashed"]
        session = await run_steps(made, "evaluate")
        assert len(made.face.questions) == 2
        assert session.place.run.evaluation() == Evaluation("no", "no", "no", "it crashed")


async def test_where_nobody_answers_nothing_is_kept(tmp_path: Path) -> None:
    async with bench(tmp_path, CountingModel()) as made:
        session = await run_steps(made, "evaluate")
        assert last(session).state == "done"
        assert session.place.run.evaluation() is None
        assert not (made.logs() / "evaluation.json").exists()


@pytest.mark.parametrize(
    ("answer", "said"),
    [("yes", "yes"), ("Y", "yes"), ("Ja!", "yes"), ("no, not at all", "no"), ("n", "no"),
     ("maybe", ""), ("", ""), ("nothing", "")],
)  # fmt: skip
def test_answers_are_read(answer: str, said: str) -> None:
    assert read_answer(answer) == said


def test_what_others_wrote_into_the_file_is_left_out() -> None:
    assert from_plain({"ran": "perhaps", "worked": ["yes"], "note": 3}) == Evaluation()
