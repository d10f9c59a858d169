"""Steps of a project's own and of installed packages: asked about, found, and named when wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.steps.errors import ProjectUnusable, StepFailed
from autocoder_tui.steps.registry import known_steps
from tests.steps.places import Bench, bench

GOOD = '''"""A file."""


async def step(context):
    """Say what is wanted.

    Not more than that.
    """
    return context.prompt.upper()
'''


def put(made: Bench, name: str, text: str) -> Path:
    folder = made.root / ".autocoder" / "steps"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(text)
    return folder / f"{name}.py"


async def test_it_is_shown_whole_and_asked_about_once(tmp_path: Path) -> None:
    async with bench(tmp_path, []) as made:
        file = put(made, "loud", GOOD)
        listed = known_steps(made.root, tmp_path / "state").steps["loud"]
        assert (listed.summary, listed.confirmed) == ("Say what is wanted.", False)
        made.face.agrees = False
        with pytest.raises(ProjectUnusable, match="nobody has said yes to"):
            await made.begin("loud")
        (asked,) = made.face.asked
        assert (asked.wish, asked.shown) == ("own step", GOOD)
        made.face.agrees = True
        session = await made.begin("loud")
        await session.run()
        session.close()
        assert session.progress.steps[0].output == "A GREETING."
        later = made.restarted()
        (await later.begin("loud")).close()
        assert later.face.asked == []
        file.write_text(GOOD + "\n# changed\n")
        (await later.begin("loud")).close()
        assert len(later.face.asked) == 1
        assert known_steps(made.root, tmp_path / "state").steps["loud"].confirmed


async def test_what_nobody_said_yes_to_is_not_run_to_be_listed(tmp_path: Path) -> None:
    async with bench(tmp_path, []) as made:
        put(made, "eager", f"open({str(tmp_path / 'ran')!r}, 'w')\n{GOOD}")
        known = known_steps(made.root, tmp_path / "state")
        assert known.steps["eager"].summary == "Say what is wanted."
        assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("async def step(context):\n    return 1 +\n", "wrong.py, line 2: invalid syntax"),
        ("x = 1\nimport nothing_of_this_name\n", "wrong.py, line 2: ModuleNotFoundError"),
        ("def step(context):\n    pass\n", "has no step in it"),
        ("raise SystemExit(3)\n", "ends the program"),
    ],
)
async def test_what_can_not_be_loaded_says_where(tmp_path: Path, text: str, said: str) -> None:
    async with bench(tmp_path, []) as made:
        put(made, "wrong", text)
        with pytest.raises(StepFailed) as raised:
            await made.begin("wrong")
        assert said in raised.value.message
        assert "Traceback" not in raised.value.message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    x = 1\n    return 1 / 0\n", "wrong.py, line 3: ZeroDivisionError: division by zero"),
        ("    import json\n    return json.loads('{')\n", "wrong.py, line 3: JSONDecodeError"),
        ("    return 5\n", "gave back a int"),
        ("    raise SystemExit\n", "ended the program"),
        ("    return context.preprompt('nosuch')\n", "no preprompt of this name"),
        ("    return await context.ask('x', files=['../../etc/passwd'])\n", "lead out"),
        ("    return await context.ask('x', files=['.env'])\n", "usually holds secrets"),
    ],
)
async def test_what_goes_wrong_in_it_is_named_by_its_line(
    tmp_path: Path, body: str, said: str
) -> None:
    async with bench(tmp_path, []) as made:
        (made.root / ".env").write_text("KEY=1\n")
        put(made, "wrong", "async def step(context):\n" + body)
        session = await made.begin("wrong")
        await session.run()
        session.close()
        (step,) = session.progress.steps
        assert step.state == "failed"
        assert said in step.detail
        assert "Traceback" not in step.detail
        assert made.requests == []


async def test_names_that_are_taken_or_none_are_said(tmp_path: Path) -> None:
    async with bench(tmp_path, []) as made:
        put(made, "simple", GOOD)
        put(made, "two-words", GOOD)
        known = known_steps(made.root, tmp_path / "state")
        assert known.steps["simple"].origin == "shipped"
        said = " ".join(known.problems)
        assert "simple is a step of ours; rename the file" in said
        assert "two-words.py" in said


async def test_a_package_brings_steps_by_its_entry_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    (site / "loud_steps-1.0.dist-info").mkdir(parents=True)
    (site / "loud_steps.py").write_text(GOOD + "\n\nnothing = None\n")
    (site / "loud_steps-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: loud-steps\nVersion: 1.0\n"
    )
    (site / "loud_steps-1.0.dist-info" / "entry_points.txt").write_text(
        "[autocoder_tui.steps]\nloud = loud_steps:step\nbroken = loud_steps:gone\n"
        "nothing = loud_steps:nothing\nsimple = loud_steps:step\n"
    )
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    async with bench(tmp_path, []) as made:
        known = known_steps(made.root, tmp_path / "state")
        assert (known.steps["loud"].origin, known.steps["loud"].where) == ("package", "loud-steps")
        said = " ".join(known.problems)
        assert "broken of loud-steps can't be loaded" in said
        assert "nothing of loud-steps is no coroutine function" in said
        assert "simple is there already" in said
        session = await made.begin("loud")
        await session.run()
        session.close()
        assert session.progress.steps[0].output == "A GREETING."
        assert made.face.asked == []


async def test_its_requests_are_gone_on_with_after_its_code_changed(tmp_path: Path) -> None:
    text = "async def step(context):\n    one = await context.ask('One.')\n    return one + {}\n"
    async with bench(tmp_path, [Reply("1"), Reply("2")]) as made:
        file = put(made, "two", text.format("missing"))
        session = await made.begin("two")
        await session.run()
        session.close()
        assert "NameError" in session.progress.steps[0].detail
        file.write_text(text.format("'!'"))
        again = await made.restarted().resume()
        await again.run()
        again.close()
        assert again.progress.steps[0].output == "1!"
        assert len(made.requests) == 1
        file.write_text(text.replace("One.", "Other.").format("'!'"))
        third = await made.restarted().resume()
        await third.again_from(0)
        await third.run()
        third.close()
        assert third.progress.steps[0].output == "2!"
        assert made.requests[-1].rstrip().endswith("Other.")


async def test_what_a_step_leaves_running_ends_with_it(tmp_path: Path) -> None:
    text = (
        "import asyncio\n\n\nasync def step(context):\n"
        "    for n in range(3):\n"
        "        asyncio.ensure_future(context.ask(str(n)))\n"
        "    await asyncio.sleep(0.3)\n"
        "    return 'early'\n"
    )
    async with bench(tmp_path, [Reply("0", stall="accept")]) as made:
        put(made, "hasty", text)
        session = await made.begin("hasty")
        await session.run()
        session.close()
        (step,) = session.progress.steps
        assert (step.state, step.output) == ("done", "early")
        assert len(made.requests) == 1


async def test_several_at_once_are_asked_in_their_order(tmp_path: Path) -> None:
    text = (
        "import asyncio\n\n\nasync def step(context):\n"
        "    return ','.join(await asyncio.gather(*[context.ask(n) for n in 'abc']))\n"
    )
    async with bench(tmp_path, [Reply(one) for one in "123"]) as made:
        put(made, "several", text)
        session = await made.begin("several")
        await session.run()
        session.close()
        assert session.progress.steps[0].output == "1,2,3"
        assert [one.strip()[-1] for one in made.requests] == ["a", "b", "c"]
