"""Each shipped configuration runs to its end, on real files, requests, checks and scripts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from autocoder_tui.steps.configuration import load_configurations
from autocoder_tui.steps.opening import begin_session
from autocoder_tui.steps.shipped import SHIPPED
from autocoder_tui.store.evaluation import Evaluation
from tests.steps.counting_model import COUNTER, FILES, CountingModel
from tests.steps.places import Bench, bench

PROMPT = "A program that counts the words it is given."
WISH = "Count numbers as words, too, as this program does."

MADE = ("counter.py", "main.py")
WITH_SCRIPT = (*MADE, "run.sh")
WITH_TESTS = (*WITH_SCRIPT, "test_counter.py")
SPECIFIED = ["spec", "tests", "code"]


@dataclass(frozen=True)
class Course:
    """What a configuration asks a model for, and which files there are at its end."""

    kinds: list[str]
    files: tuple[str, ...]
    there: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


COURSES = {
    "default": Course(["plan", "code", "run.sh"], WITH_SCRIPT),
    "simple": Course(["code", "run.sh"], WITH_SCRIPT),
    "lite": Course(["code"], MADE),
    "clarify": Course(["question", "question", "code", "run.sh"], WITH_SCRIPT, answers=("no",)),
    "respec": Course(["spec", "respec", *SPECIFIED[1:], "review", "run.sh"], WITH_TESTS),
    "tdd": Course([*SPECIFIED, "run.sh"], WITH_TESTS),
    "tdd+": Course([*SPECIFIED, "review", "run.sh"], WITH_TESTS),
    "benchmark": Course(["code", "run.sh"], WITH_SCRIPT),
    "execute_only": Course(["run.sh"], WITH_SCRIPT, there=MADE),
    "evaluate": Course([], WITH_SCRIPT, there=WITH_SCRIPT),
    "use_feedback": Course(["improve"], MADE, there=MADE, answers=("Count numbers.",)),
    "improve": Course(["improve"], MADE, there=MADE),
    "eval_improve_code": Course(["improve"], MADE, there=MADE),
}


def test_every_configuration_that_is_shipped_is_tried(tmp_path: Path) -> None:
    found, problems = load_configurations(tmp_path, tmp_path)
    assert problems == ()
    assert set(found) == set(COURSES)
    steps = {step for configuration in found.values() for step in configuration.steps}
    assert steps | {"simple"} == set(SHIPPED)
    for configuration in found.values():
        assert configuration.summary.endswith(".")
        assert len(configuration.summary) <= 100


@pytest.mark.parametrize("name", sorted(COURSES))
async def test_a_configuration_runs_to_its_end(tmp_path: Path, name: str) -> None:
    course, model = COURSES[name], CountingModel()
    prompt = WISH if "improve" in name else PROMPT
    async with bench(tmp_path, model, prompt=prompt) as made:
        made.face.script = "closed"
        made.face.answers = [*course.answers, *(["yes", "yes", "no", "slow"] * 2)]
        for path in course.there:
            text = FILES[path].replace("words", "word s") if path == "counter.py" else FILES[path]
            (made.root / path).write_text(text)
        await run_whole(made, name)
        assert model.kinds == course.kinds
        assert files_in(made.root) == sorted(course.files)
        if name not in ("execute_only", "evaluate"):
            assert (made.root / "counter.py").read_text() == COUNTER


async def run_whole(made: Bench, name: str) -> None:
    found, _ = load_configurations(made.root, made.setup.places.config)
    session = await begin_session(made.setup, made.face, made.model, found[name])
    try:
        await session.run()
        for step in session.progress.steps:
            assert step.state == "done", (step.name, step.detail, made.face.messages)
        outputs = {step.name: step.output for step in session.progress.steps}
        if "execute_entrypoint" in outputs:
            assert "exit code 0" in outputs["execute_entrypoint"]
            assert "\n3\n" in outputs["execute_entrypoint"]
        if "check" in outputs:
            assert "passed" in outputs["check"]
        if "benchmark" in outputs:
            assert "check: passed" in outputs["benchmark"]
            assert outputs["benchmark"].startswith("step ")
        if "evaluate" in outputs:
            assert session.place.run.evaluation() == Evaluation("yes", "yes", "no", "slow")
    finally:
        session.close()


def files_in(root: Path) -> list[str]:
    found = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if not path.startswith(".autocoder/"))
