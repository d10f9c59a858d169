"""What is tried and fails goes back to the model, a few times at the most; nothing runs unasked."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from autocoder_tui.steps.check_commands import commands_for
from autocoder_tui.steps.context import Spent
from autocoder_tui.steps.shipped.benchmark import table
from tests.steps.counting_model import BROKEN, COUNTER, FILES, MAIN, CountingModel, framed
from tests.steps.places import Bench, bench
from tests.steps.shipped.runs import last, outputs, run_steps

BOTH = framed("counter.py", "main.py", files={"counter.py": BROKEN, "main.py": MAIN})
DELETES = "#!/bin/sh\nrm -rf .. || exit 3\n"


async def test_what_a_check_finds_is_repaired_and_tried_again(tmp_path: Path) -> None:
    model = CountingModel({"code": BOTH})
    async with bench(tmp_path, model) as made:
        session = await run_steps(made, "gen_unit_tests", "gen_code_after_unit_tests", "check")
        assert last(session).state == "done", last(session).detail
        assert model.kinds == ["tests", "code", "repair"]
        assert "4 != 3" in model.asked[2]
        assert '<file path="counter.py">' in model.asked[2]
        assert "passed" in outputs(session)["check"].splitlines()[1]
        assert [path.name for path in made.root.iterdir()] == [".autocoder"]


async def test_what_stays_broken_is_said_and_no_longer_sent_back(tmp_path: Path) -> None:
    broken = framed("counter.py", files={"counter.py": BROKEN})
    model = CountingModel({"code": BOTH, "repair": broken})
    async with bench(tmp_path, model) as made:
        session = await run_steps(
            made, "gen_unit_tests", "gen_code_after_unit_tests", "check", "propose"
        )
        assert model.kinds == ["tests", "code", "repair", "repair"]
        assert "4 != 3" in outputs(session)["check"]
        assert any("still fails" in said for said in made.face.messages)
        assert (made.root / "counter.py").read_text() == BROKEN


async def test_a_repair_that_fails_keeps_nothing_from_the_review(tmp_path: Path) -> None:
    model = CountingModel({"code": BOTH, "repair": "I can't repair that."})
    async with bench(tmp_path, model) as made:
        session = await run_steps(
            made, "gen_unit_tests", "gen_code_after_unit_tests", "check", "propose"
        )
        assert last(session).state == "done", last(session).detail
        assert model.kinds[:3] == ["tests", "code", "repair"]
        assert (made.root / "counter.py").read_text() == BROKEN
        check = session.progress.steps[2]
        assert check.state == "done"
        assert "4 != 3" in check.output
        assert check.requests == len(model.kinds) - 2


async def test_without_a_yes_nothing_is_tried_and_nothing_sent_back(tmp_path: Path) -> None:
    model = CountingModel({"code": BOTH})
    async with bench(tmp_path, model) as made:
        made.face.agrees = False
        session = await run_steps(made, "gen_code", "check", "benchmark")
        assert model.kinds == ["code"]
        assert [one.wish for one in made.face.asked] == ["check", "check"]
        assert (
            "check: not run (Nothing was tried: Nobody has said yes"
            in (outputs(session)["benchmark"])
        )


async def test_tests_that_the_model_changes_are_named(tmp_path: Path) -> None:
    weaker = framed("counter.py", "main.py") + '<file path="test_counter.py">\nx = 1\n</file>\n'
    async with bench(tmp_path, CountingModel({"code": weaker})) as made:
        session = await run_steps(made, "gen_unit_tests", "gen_code_after_unit_tests")
        said = outputs(session)["gen_code_after_unit_tests"]
        assert said.startswith("The model changed tests that were there: test_counter.py.")
        assert any("test_counter.py" in line for line in made.face.messages)


@pytest.mark.parametrize("answer", ["NONE", "None.", "**NONE**", "No faults found.", "", " none\n"])
async def test_where_nothing_is_found_nothing_is_repaired(tmp_path: Path, answer: str) -> None:
    model = CountingModel({"review": answer or " "})
    async with bench(tmp_path, model) as made:
        session = await run_steps(made, "gen_code", "fix_code")
        if answer:
            assert outputs(session)["fix_code"] == "Nothing was found.\n"
        assert "repair" not in model.kinds


async def test_faults_that_are_found_go_back_with_the_files(tmp_path: Path) -> None:
    model = CountingModel({"code": BOTH, "review": "counter.py: it counts one too many"})
    async with bench(tmp_path, model) as made:
        session = await run_steps(made, "gen_code", "fix_code", "propose")
        assert "it counts one too many" in model.asked[2]
        assert BROKEN in model.asked[2]
        assert (made.root / "counter.py").read_text() == COUNTER
        assert last(session).state == "done"


# ---------------------------------------------------------------------- the script


def there(made: Bench, **files: str) -> None:
    for name, text in {**FILES, **files}.items():
        (made.root / name).write_text(text)


async def test_a_script_that_is_there_stays(tmp_path: Path) -> None:
    model = CountingModel()
    async with bench(tmp_path, model) as made:
        there(made)
        session = await run_steps(made, "gen_entrypoint")
        assert model.kinds == []
        assert "stays as it is" in outputs(session)["gen_entrypoint"]


async def test_a_script_that_deletes_the_folder_above_is_shown_and_not_run(tmp_path: Path) -> None:
    model = CountingModel({"run.sh": f'<file path="run.sh">\n{DELETES}</file>\n'})
    async with bench(tmp_path, model) as made:
        session = await run_steps(
            made, "gen_code", "gen_entrypoint", "propose", "execute_entrypoint"
        )
        (asked,) = made.face.asked
        assert asked.wish == "script"
        assert DELETES.strip() in asked.shown
        assert "not run" in outputs(session)["execute_entrypoint"]
        assert (made.root / "main.py").read_text() == MAIN


async def test_such_a_script_deletes_nothing_where_it_is_run_closed(tmp_path: Path) -> None:
    async with bench(tmp_path, CountingModel()) as made:
        there(made, **{"run.sh": DELETES})
        (tmp_path / "precious").write_text("mine")
        made.face.script = "closed"
        made.face.answers = ["no"]
        session = await run_steps(made, "execute_entrypoint")
        assert last(session).state == "done", last(session).detail
        assert (made.root / "main.py").read_text() == MAIN
        assert (tmp_path / "precious").read_text() == "mine"


async def test_what_a_failing_script_wrote_goes_back_after_a_yes(tmp_path: Path) -> None:
    model = CountingModel()
    async with bench(tmp_path, model) as made:
        there(made, **{"counter.py": "def count(text):\n    raise KeyError('sum')\n"})
        made.face.script = "closed"
        made.face.answers = ["yes"]
        session = await run_steps(made, "execute_entrypoint")
        assert model.kinds == ["repair"]
        assert "KeyError: 'sum'" in model.asked[0]
        assert "\n3\n" in outputs(session)["execute_entrypoint"]
        assert (made.root / "counter.py").read_text() == COUNTER


async def test_without_a_yes_it_stays_here(tmp_path: Path) -> None:
    model = CountingModel()
    async with bench(tmp_path, model) as made:
        there(made, **{"counter.py": "def count(text):\n    raise KeyError('sum')\n"})
        made.face.script = "closed"
        session = await run_steps(made, "execute_entrypoint")
        assert model.kinds == []
        assert "KeyError" in outputs(session)["execute_entrypoint"]


async def test_without_a_script_nothing_runs(tmp_path: Path) -> None:
    async with bench(tmp_path, CountingModel()) as made:
        session = await run_steps(made, "execute_entrypoint")
        assert outputs(session)["execute_entrypoint"] == "There is no run.sh.\n"
        assert made.face.asked == []


# ---------------------------------------------------------------------- which commands


@pytest.mark.parametrize(
    ("texts", "commands"),
    [
        ({}, ()),
        ({"a.txt": "x"}, ()),
        ({"a.py": ""}, ("python3 -m py_compile a.py",)),
        ({"a b.py": ""}, ("python3 -m py_compile 'a b.py'",)),
        ({"-c.py": ""}, ("python3 -m py_compile ./-c.py",)),
        (
            {"a.py": "", "test_a.py": "import unittest"},
            ("python3 -m py_compile a.py test_a.py", "python3 -m unittest discover"),
        ),
        (
            {"tests/test_a.py": "import unittest"},
            (
                "python3 -m py_compile tests/test_a.py",
                "PYTHONPATH=. python3 -m unittest discover -s tests",
            ),
        ),
        (
            {"tests/__init__.py": "", "tests/test_a.py": "import unittest"},
            (
                "python3 -m py_compile tests/__init__.py tests/test_a.py",
                "python3 -m unittest discover -s tests -t .",
            ),
        ),
        (
            {"test_a.py": "import pytest"},
            ("python3 -m py_compile test_a.py", "python3 -m pytest -q"),
        ),
        ({"run.sh": ""}, ("sh -n run.sh",)),
        ({"package.json": '{"scripts": {"test": "x"}}', "a.js": ""}, ("npm test",)),
        ({"a.js": ""}, ("node --check a.js",)),
        ({"go.mod": ""}, ("go vet ./...", "go test ./...")),
        ({"Cargo.toml": ""}, ("cargo test",)),
    ],
)
def test_commands_fit_the_files(texts: dict[str, str], commands: tuple[str, ...]) -> None:
    assert commands_for(texts, lambda program: program) == commands


def test_a_program_that_is_not_installed_is_not_asked_for() -> None:
    texts = {"go.mod": "", "tests/test_a.py": "import unittest"}
    found = commands_for(texts, lambda program: "it" if program == "python3" else None)
    assert len(found) == 2
    assert all("python3" in command for command in found)


def test_a_table_of_what_steps_took() -> None:
    spent = {"plan": Spent(1, (1200, 30), Decimal("0.002"), 1.25), "check": Spent(seconds=3)}
    lines = table(spent).splitlines()
    assert lines[0].split() == ["step", "seconds", "requests", "sent", "came", "cost"]
    assert lines[1].split()[:5] == ["plan", "1.2", "1", "1,200", "30"]
    assert lines[3].split()[:5] == ["all", "4.2", "1", "1,200", "30"]
    assert "not known" in table({"plan": Spent(1, (1, 1), None, 1.0)})
