"""The plan is made, corrected, edited; the code is written by it, at once or file by file."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.steps.plan_reply import read_plan
from tests.steps.counting_model import COUNTER, MAIN, CountingModel, framed
from tests.steps.large_plan import LargeModel, file_text, large_session, plan_text, planned_paths
from tests.steps.places import bench
from tests.steps.shipped.runs import last, outputs, run_steps

MANY = "".join(f"part{n}.py - part {n} (needs: part{n - 1}.py)\n" for n in range(6, 0, -1))


async def test_the_output_is_the_plan_as_a_tree(tmp_path: Path) -> None:
    async with bench(tmp_path, CountingModel()) as made:
        session = await run_steps(made, "plan")
    assert outputs(session)["plan"] == (
        "counter.py - counts the words of a text\n"
        "main.py - prints how many words there are (needs: counter.py)\n"
    )


async def test_a_reply_without_a_file_is_asked_for_again_once(tmp_path: Path) -> None:
    model = CountingModel({"plan": "First we talk about it."})
    async with bench(tmp_path, model) as made:
        session = await run_steps(made, "plan")
        assert model.kinds == ["plan", "plan"]
        assert "begins with the path of one file" in model.asked[1]
        assert last(session).state == "failed"
        assert "named no file that can be written" in last(session).detail


async def test_hostile_names_are_left_out_and_said(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    hostile = [
        "../evil.py", "/etc/cron.d/evil", ".git/hooks/pre-commit", ".autocoder/steps/evil.py",
        "link/evil.py", "COUNTER.PY", "C:\\evil.py",
    ]  # fmt: skip
    reply = "counter.py - counts\n" + "".join(f"- `{name}` - evil\n" for name in hostile)
    async with bench(tmp_path, CountingModel({"plan": reply})) as made:
        (made.root / "link").symlink_to(outside)
        session = await run_steps(made, "plan")
        text = outputs(session)["plan"]
        assert read_plan(text).paths == ("counter.py",)
        said = "\n".join(made.face.messages)
        for name in hostile:
            assert name in text
            assert name in said


async def test_ten_thousand_files_are_cut_and_each_is_named(tmp_path: Path) -> None:
    names = [f"file_{number}.py" for number in range(10_000)]
    async with bench(tmp_path, CountingModel({"plan": "\n".join(names)})) as made:
        session = await run_steps(made, "plan")
        text = outputs(session)["plan"]
        assert len(read_plan(text).files) == 200
        assert all(name in text for name in names)
        assert len(made.face.messages) < 20
        assert [path.name for path in made.root.iterdir()] == [".autocoder"]


async def test_what_the_person_makes_of_the_plan_is_written(tmp_path: Path) -> None:
    model = CountingModel()
    async with bench(tmp_path, model) as made:
        session = await made.begin("plan", "gen_code", "propose")
        try:
            await session.run(pause=True)
            await session.edit(0, "counter.py - counts\nother.py - something else\n")
            await session.run()
        finally:
            session.close()
        assert last(session).state == "done"
        # The reply had counter.py and main.py; what else was planned is asked for by itself.
        assert model.kinds == ["plan", "code", "file other.py"]
        assert "It consists of these files:\n\ncounter.py - counts\nother.py" in made.requests[1]


async def test_a_planned_file_that_is_there_is_shown(tmp_path: Path) -> None:
    model = CountingModel()
    async with bench(tmp_path, model) as made:
        (made.root / "counter.py").write_text("old = 1\n")
        (made.root / "other.py").write_text("other = 1\n")
        await run_steps(made, "plan", "gen_code", "propose")
        assert "These files are there already:\n\ncounter.py\nother.py" in model.asked[0]
        assert '<file path="counter.py">\nold = 1\n</file>' in model.asked[1]
        assert "other = 1" not in model.asked[1]


async def test_a_larger_plan_is_written_file_by_file_in_the_order_of_needs(tmp_path: Path) -> None:
    def answer(kind: str) -> str:
        name = kind.removeprefix("file ")
        return f'<file path="{name}">\ndef of_{name[:-3]}() -> None:\n    hidden = 1\n</file>\n'

    answers = {"plan": MANY, **{f"file part{n}.py": answer(f"part{n}.py") for n in range(1, 7)}}
    model = CountingModel(answers)
    async with bench(tmp_path, model) as made:
        (made.root / "part6.py").write_text("old = 1\n")
        session = await run_steps(made, "plan", "gen_code", "propose")
        assert last(session).state == "done", last(session).detail
        assert model.kinds == ["plan", *(f"file part{n}.py" for n in range(1, 7))]
        third = model.asked[3]
        assert "    def of_part2() -> None: ..." in third
        assert "hidden" not in third
        assert "Now write part3.py, complete, and no other file: part 3." in third
        assert "old = 1" in model.asked[6]
        assert "old = 1" not in third
        assert (made.root / "part6.py").read_text().startswith("def of_part6")


async def test_a_reply_for_one_file_brings_no_other(tmp_path: Path) -> None:
    stub = '<file path="counter.py">\nstub = 1\n</file>\n'
    answers = {
        "plan": MANY.replace("part1.py", "counter.py").replace("part2.py", "main.py"),
        "file main.py": framed("main.py") + stub,
        **{
            f"file part{n}.py": f'<file path="part{n}.py">\nx = {n}\n</file>\n' for n in range(3, 7)
        },
    }
    async with bench(tmp_path, CountingModel(answers)) as made:
        session = await run_steps(made, "plan", "gen_code", "propose")
        assert last(session).state == "done", last(session).detail
        assert (made.root / "counter.py").read_text() == COUNTER
        assert (made.root / "main.py").read_text() == MAIN
        assert any("counter.py was not asked for" in said for said in made.face.messages)


@pytest.mark.parametrize("answer", ["I can't write that.", "```python\nx = 1\n```\n"])
async def test_a_reply_without_a_file_ends_the_step_in_words(tmp_path: Path, answer: str) -> None:
    async with bench(tmp_path, CountingModel({"code": answer})) as made:
        session = await run_steps(made, "gen_code", "propose")
        assert [step.state for step in session.progress.steps] == ["failed", "waiting"]
        assert last(session).detail
        assert [path.name for path in made.root.iterdir()] == [".autocoder"]


async def test_sixty_files_fit_a_small_window(tmp_path: Path) -> None:
    model = LargeModel(60, functions=2)
    window = 12_000
    async with large_session(tmp_path, model, window) as session:
        await session.run()
        assert last(session).state == "done", last(session).detail
        root = session.place.project.root
    paths = planned_paths(60)
    assert len(model.asked) == 61
    assert sorted(kind for kind, _ in model.asked[1:]) == sorted(paths)
    assert model.fullest < window
    for path in paths:
        assert (root / path).read_text() == file_text(path, 2)
    assert read_plan(plan_text(60)).paths[0] == paths[-1]
