"""What models, projects and disks do: nothing goes outside, nothing is lost, each is named."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.safety.redaction import know
from autocoder_tui.steps import shipped
from autocoder_tui.steps.context import StepContext
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.steps.project import Project
from autocoder_tui.steps.step import Work
from autocoder_tui.system.atomic_write import write_atomically
from tests.steps.places import bench, framed
from tests.steps.test_session import offer, plan, write

HELLO = "print('hello')\n"
KEY = "sk-canary-fedcba9876543210"


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> dict[str, Work]:
    known = {**shipped.SHIPPED, "plan": plan, "write": write, "offer": offer}
    monkeypatch.setattr("autocoder_tui.steps.registry.SHIPPED", known)
    return known


def files(*paths: str) -> Reply:
    return Reply("".join(f'<file path="{path}">\n{HELLO}</file>\n' for path in paths))


def everything(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and ".autocoder" not in path.parts and "state" not in path.parts
    }


async def test_names_that_lead_elsewhere_are_left_out_and_named(tmp_path: Path) -> None:
    bad = (
        "../outside.py",
        "/tmp/absolute.py",
        ".git/hooks/pre-commit",
        ".autocoder/steps/x.py",
        "sub/.AUTOCODER/steps/y.py",
        "link/through.py",
        "Main.py",
    )
    async with bench(tmp_path, [files("main.py", *bad)]) as made:
        (tmp_path / "elsewhere").mkdir()
        (made.root / ".git" / "hooks").mkdir(parents=True)
        (made.root / "link").symlink_to(tmp_path / "elsewhere")
        before = everything(tmp_path)
        session = await made.begin("simple")
        await session.run()
        session.close()
        assert session.progress.steps[0].files == ("main.py",)
        assert everything(tmp_path) - before == {"project/main.py"}
        for name in bad:
            assert any(message.startswith(f"{name} is not taken") for message in made.face.messages)
        logged = json.loads((made.logs() / "01-simple.json").read_text())
        assert len(logged["effects"][0]["refused"]) == len(bad)


async def test_a_step_of_a_models_own_writing_is_never_a_step(tmp_path: Path) -> None:
    source = "async def step(context):\n    open('/tmp/owned', 'w')\n"
    reply = f'<file path=".autocoder/steps/owned.py">\n{source}</file>\n{framed(main_py=HELLO)}'
    async with bench(tmp_path, [Reply(reply)]) as made:
        session = await made.begin("simple")
        await session.run()
        session.close()
        assert not list((made.root / ".autocoder" / "steps").iterdir())
        with pytest.raises(ProjectUnusable, match="no such step"):
            await made.restarted().begin("owned")


async def test_ten_thousand_files(tmp_path: Path) -> None:
    names = [f"f{number}.py" for number in range(10_000)]
    async with bench(tmp_path, [replace(files(*names), chunk_size=4000)]) as made:
        made.face.accepts = False
        session = await made.begin("simple")
        await session.run()
        session.close()
        assert session.progress.steps[0].state == "done"
        assert [path.name for path in made.root.iterdir()] == [".autocoder"]
        assert len(session.progress.steps[0].files) == 10_000
        again = await made.restarted().resume()
        assert len(again.progress.steps[0].files) == 10_000
        again.close()


@pytest.mark.parametrize("what", ["folder", "logs", "prompt", "readme", "steps"])
async def test_a_folder_that_leads_elsewhere_is_not_worked_in(tmp_path: Path, what: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "prompt").write_text("Theirs.")
    async with bench(tmp_path, [files("main.py")], prompt="") as made:
        own = made.root / ".autocoder"
        if what == "folder":
            own.rmdir()
            own.symlink_to(elsewhere)
        elif what == "prompt":
            (own / "prompt").symlink_to(elsewhere / "prompt")
        else:
            (own / "prompt").write_text("Ours.")
            name = {"logs": "logs", "readme": "README", "steps": "steps"}[what]
            target = elsewhere / "prompt" if what == "readme" else elsewhere
            (own / name).symlink_to(target)
        with pytest.raises(ProjectUnusable, match="is a link"):
            await made.begin("simple")
        assert (elsewhere / "prompt").read_text() == "Theirs."
        assert len(list(elsewhere.iterdir())) == 1


async def test_no_key_stands_in_the_project_and_none_is_lost_from_the_files(
    tmp_path: Path,
) -> None:
    know(KEY)
    text = f"TOKEN = '{KEY}'\n"
    async with bench(tmp_path, [Reply(f"Use {KEY}."), Reply(framed(a_py=text))]) as made:
        (made.root / ".autocoder" / "prompt").write_text(f"Use {KEY} to log in.")
        session = await made.begin("plan", "write", "offer")
        await session.run(pause=True)
        await session.run(pause=True)
        session.close()
        for path in made.logs().iterdir():
            assert KEY not in path.read_text()
        again = await made.restarted().resume()
        await again.run()
        again.close()
        assert (made.root / "a.py").read_text() == text
        assert len(made.requests) == 2


async def test_an_answer_with_a_key_in_it_is_asked_for_again_after_a_start(
    tmp_path: Path, steps: dict[str, Work]
) -> None:
    async def unsure(context: StepContext) -> str:
        token = await context.ask_person("Which token?")
        return await context.ask(f"Use {token}")

    know(KEY)
    steps["unsure"] = unsure
    async with bench(tmp_path, [Reply("", status=400, body="{}"), Reply("Done.")]) as made:
        made.face.answers = [KEY]
        session = await made.begin("unsure")
        await session.run()
        session.close()
        assert session.progress.steps[0].state == "failed"
        assert all(KEY not in path.read_text() for path in made.logs().iterdir())
        later = made.restarted()
        later.face.answers = [KEY]
        again = await later.resume()
        await again.run()
        again.close()
        assert later.face.questions == ["Which token?"]
        assert again.progress.ended


async def test_a_full_disk_loses_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, full = write_atomically, False

    def write(file: Path, text: str | bytes) -> None:
        if full and "plan" in file.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(file, text)

    monkeypatch.setattr("autocoder_tui.steps.own_folder.write_atomically", write)

    async with bench(tmp_path, [Reply("One file."), files("a.py")]) as made:
        session = await made.begin("plan", "write")
        running = session.run()
        place = session.place
        keep = place.face.run

        async def run(make: Any, state: Any) -> None:
            nonlocal full
            await keep(make, state)
            full = True

        monkeypatch.setattr(place.face, "run", run)
        with pytest.raises(ProjectUnusable, match="no space left on device") as said:
            await running
        assert "--resume" in said.value.message
        session.close()
        full = False
        later = made.restarted()
        again = await later.resume()
        await again.run()
        again.close()
        assert [step.state for step in again.progress.steps] == ["done", "done"]
        assert len(made.requests) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    async with bench(tmp_path, [files("a.py")]) as made:
        (made.root / ".autocoder").chmod(0o500)
        try:
            with pytest.raises(ProjectUnusable, match="can't be made"):
                await made.begin("simple")
        finally:
            (made.root / ".autocoder").chmod(0o700)
        assert not made.requests


@pytest.mark.parametrize("damage", ["", "{", '{"log": 1}', "\0" * 100, '{"log": 1, "number": 7}'])
async def test_a_damaged_log_is_put_aside_and_its_step_done_from_the_history(
    tmp_path: Path, damage: str
) -> None:
    async with bench(tmp_path, [Reply("One file."), files("a.py")]) as made:
        session = await made.begin("plan", "write")
        await session.run(pause=True)
        session.close()
        log = made.logs() / "01-plan.json"
        log.write_text(damage)
        later = made.restarted()
        again = await later.resume()
        await again.run()
        again.close()
        assert [step.state for step in again.progress.steps] == ["done", "done"]
        # The answer is in the history still.
        assert len(made.requests) == 2
        assert (made.logs() / "01-plan.json.damaged-1").read_text() == damage
        assert any("01-plan.json" in message for message in later.face.messages)


async def test_a_run_whose_beginning_is_damaged_says_so(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply("One file.")]) as made:
        session = await made.begin("plan")
        await session.run()
        session.close()
        (made.logs() / "run.json").write_text('{"run": 1, "steps": [')
        with pytest.raises(ProjectUnusable, match="Begin anew") as said:
            await made.restarted().resume()
        assert "run.json, line 1" in said.value.message
        assert (made.logs() / "run.json.damaged-1").exists()


async def test_a_damaged_table_of_usage_is_begun_anew(tmp_path: Path) -> None:
    async with bench(tmp_path, [Reply("One file.")]) as made:
        table = made.root / ".autocoder" / "token_usage.csv"
        table.write_text("step_name,prompt\nplan,many\n")
        session = await made.begin("plan")
        await session.run()
        session.close()
        assert len(table.read_text().splitlines()) == 2
        assert table.with_name("token_usage.csv.damaged-1").exists()


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC])
async def test_a_folder_that_takes_no_file_is_named_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def write(file: Path, text: str | bytes) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("autocoder_tui.steps.own_folder.write_atomically", write)
    async with bench(tmp_path, [files("a.py")]) as made:
        with pytest.raises(ProjectUnusable) as said:
            await made.begin("simple")
        assert os.strerror(code).lower() in said.value.message
        assert str(made.root / ".autocoder") in said.value.message
        assert not made.requests


async def test_a_prompt_that_is_replaced_is_kept(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write_prompt("First.")
    project.write_prompt("First.")
    project.write_prompt("Second.")
    assert project.prompt() == "Second.\n"
    (kept,) = (tmp_path / ".autocoder" / "archive").iterdir()
    assert kept.read_text() == "First.\n"
    assert "archive/         Earlier prompts" in (tmp_path / ".autocoder" / "README").read_text()


async def test_of_very_many_refused_names_some_are_said_and_all_are_in_the_log(
    tmp_path: Path,
) -> None:
    names = [f"../out{number}.py" for number in range(300)]
    async with bench(tmp_path, [files("main.py", *names)]) as made:
        session = await made.begin("simple")
        await session.run()
        session.close()
        said = [message for message in made.face.messages if "not taken" in message]
        assert len(said) == 21
        assert said[-1].startswith("280 more")
        logged = json.loads((made.logs() / "01-simple.json").read_text())
        assert len(logged["effects"][0]["refused"]) == 300


async def test_a_key_that_is_sent_is_said_once(tmp_path: Path) -> None:
    know(KEY)
    async with bench(tmp_path, [Reply("One."), files("a.py")], prompt=f"Use {KEY}.") as made:
        session = await made.begin("plan", "simple")
        await session.run()
        session.close()
        said = [message for message in made.face.messages if "sent to the model" in message]
        assert len(said) == 1
        assert KEY not in said[0]
