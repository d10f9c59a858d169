"""What is there is changed: by the files picked, by all of them, or by those the model names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.steps.counting_model import COUNTER, FILES, CountingModel
from tests.steps.large_plan import write_models
from tests.steps.places import Bench, bench
from tests.steps.shipped.runs import last, outputs, run_steps

WISH = "Count numbers as words, too."
OLD = COUNTER.replace("len(text.split())", "0")
EDIT = """\
<edit path="counter.py">
<<<<<<< SEARCH
    return 0
=======
    return len(text.split())
>>>>>>> REPLACE
</edit>
"""


def there(made: Bench, **more: str) -> None:
    for name, text in {**FILES, "counter.py": OLD, **more}.items():
        (made.root / name).write_text(text)


async def test_the_files_picked_are_given_and_no_other(tmp_path: Path) -> None:
    model = CountingModel()
    async with bench(tmp_path, model, prompt=WISH) as made:
        there(made)
        await run_steps(made, "improve", "propose", picks=("counter.py",))
        assert OLD in model.asked[0]
        assert "main.py" not in model.asked[0]
        assert (made.root / "counter.py").read_text() == COUNTER


async def test_without_a_pick_all_of_a_small_program_is_given(tmp_path: Path) -> None:
    model = CountingModel()
    async with bench(tmp_path, model, prompt=WISH) as made:
        there(made, **{".env": "PASSWORD=hunter2hunter2\n"})
        await run_steps(made, "improve", "propose")
        for path in FILES:
            assert f'<file path="{path}">' in model.asked[0]
        assert "hunter2" not in model.asked[0]


@pytest.mark.parametrize("spelt", ["counter.py", "./counter.py", ".\\counter.py"])
async def test_a_change_by_edits_finds_its_file_however_it_is_spelt(
    tmp_path: Path, spelt: str
) -> None:
    model = CountingModel({"improve": EDIT.replace("counter.py", spelt)})
    async with bench(tmp_path, model, prompt=WISH) as made:
        there(made)
        session = await run_steps(made, "improve", "propose")
        assert last(session).state == "done", last(session).detail
        assert (made.root / "counter.py").read_text() == COUNTER


@pytest.mark.parametrize("given", ["src\\counter.py", "src/counter.py", "./src//counter.py"])
async def test_a_new_path_means_the_same_file_on_every_system(tmp_path: Path, given: str) -> None:
    reply = f'<file path="{given}">\n{COUNTER}</file>\n'
    async with bench(tmp_path, CountingModel({"code": reply})) as made:
        await run_steps(made, "gen_code", "propose")
        assert (made.root / "src" / "counter.py").read_text() == COUNTER


@pytest.mark.parametrize(
    "head",
    ["```counter.py```\n```python", "[counter.py](./counter.py)\n```python", "```counter.py"],
)
async def test_names_in_forms_of_markdown_are_kept(tmp_path: Path, head: str) -> None:
    answers = {"code": f"Sure.\n\n{head}\n{COUNTER}```\n"}
    async with bench(tmp_path, CountingModel(answers)) as made:
        session = await run_steps(made, "gen_code", "propose")
        assert last(session).state == "done", last(session).detail
        assert (made.root / "counter.py").read_text() == COUNTER


async def test_a_change_that_has_no_place_is_said_and_nothing_is_taken(tmp_path: Path) -> None:
    lost = EDIT.replace("    return 0", "    return sum(of_something_else)")
    async with bench(tmp_path, CountingModel({"improve": lost}), prompt=WISH) as made:
        there(made)
        session = await run_steps(made, "improve", "propose")
        assert last(session).state == "failed"
        assert "counter.py" in last(session).detail
        assert "place" in last(session).detail
        assert (made.root / "counter.py").read_text() == OLD


async def test_a_reply_that_changes_nothing_is_no_improvement(tmp_path: Path) -> None:
    answers = {"improve": "All of that is there already."}
    async with bench(tmp_path, CountingModel(answers), prompt=WISH) as made:
        there(made)
        session = await run_steps(made, "improve", "propose")
        assert last(session).state == "failed"
        assert "All of that is there already." in last(session).detail


async def test_without_files_there_is_nothing_to_be_changed(tmp_path: Path) -> None:
    async with bench(tmp_path, CountingModel(), prompt=WISH) as made:
        session = await run_steps(made, "improve")
        assert "no file to be changed" in last(session).detail


async def test_of_a_large_program_the_model_names_what_it_has_to_see(tmp_path: Path) -> None:
    model = CountingModel({"select": "1. `counter.py`\n2. nowhere.py\n3. big_1.py\n"})
    async with bench(tmp_path, model, prompt=WISH) as made:
        there(made, **{f"big_{n}.py": "x = 1  # and so on\n" * 900 for n in range(4)})
        write_models(tmp_path, made.server.base_url, window=12_000)
        small = made.with_flags("-m", "small")
        session = await run_steps(small, "improve", "propose")
        assert last(session).state == "done", last(session).detail
        assert model.kinds == ["select", "improve"]
        assert "big_3.py" in model.asked[0]
        assert OLD in model.asked[1]
        assert "nowhere.py" not in model.asked[1]
        assert "big_0.py" not in model.asked[1]
        assert any("Given to the model: counter.py" in said for said in small.face.messages)
        assert any("No room" in said and "big_1.py" in said for said in small.face.messages)


async def test_feedback_goes_with_what_the_program_is_for(tmp_path: Path) -> None:
    model = CountingModel()
    async with bench(tmp_path, model, prompt="A word counter.") as made:
        there(made)
        made.face.answers = ["It counts nothing."]
        session = await run_steps(made, "use_feedback", "improve", "propose")
        assert outputs(session)["use_feedback"] == "It counts nothing."
        assert "What the program is for:\n\nA word counter." in model.asked[0]
        assert "What is to be different:\n\nIt counts nothing." in model.asked[0]
