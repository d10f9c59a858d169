"""Files and folders that go, change or lead elsewhere while the program is at work."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import TextArea

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.recovery import recover_runs
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.faults.special import can_be_unprivileged, run_all, unprivileged
from tests.ui.driving import framed, serving, until
from tests.ui.test_undo import said

OLD, NEW = "one\ntwo\n", "one\nthree\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    (project / "sub").mkdir(parents=True)
    (project / "sub" / "code.txt").write_text(OLD)
    return project


def answering_after(action: Callable[[], object], path: str) -> Callable[[Received], Reply]:
    def answer(received: Received) -> Reply:
        action()
        return framed(path, NEW)

    return answer


async def test_headless_a_project_that_goes_is_not_made_again_and_the_text_is_kept(
    tmp_path: Path, project: Path
) -> None:
    script = answering_after(lambda: shutil.rmtree(project), "sub/code.txt")
    async with DemoServer(script) as server:
        line: tuple[str, ...] = ("run", "--base-url", server.base_url, "-m", "m", "-r", "x", "-f")
        line += ("-i", "sub/code.txt", "-o", "sub/code.txt")
        process = await asyncio.to_thread(run_all, tmp_path, [line])
    assert process.ended[0].code == 1
    assert "is gone" in process.ended[0].err
    assert not project.exists()
    assert NEW in History(tmp_path / "state").get("last").reply


async def test_on_the_screen_a_project_that_goes_is_said_and_the_proposal_stays(
    tmp_path: Path, project: Path
) -> None:
    script = answering_after(lambda: shutil.rmtree(project), "sub/code.txt")
    flags = ("-i", "sub/code.txt", "-r", "x")
    async with serving(tmp_path, script, *flags) as (app, pilot, _):
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("a", "enter")
        await until(pilot, lambda: said(app, "is gone"))
        assert not pane.written
        assert pane.review is not None
        assert pane.review.counts.accepted == 1
        picker = app.main.query_one(FilePicker)
        picker.action_read_again()
        await until(pilot, lambda: picker.picks == ())
    assert not project.exists()


async def test_a_picked_file_that_is_gone_is_named_and_nothing_is_sent(
    tmp_path: Path, project: Path
) -> None:
    flags = ("-i", "sub/code.txt", "-r", "the draft")
    async with serving(tmp_path, [], *flags) as (app, pilot, server):
        draft = app.main.query_one("#requirements", TextArea)
        await until(pilot, lambda: draft.text)
        (project / "sub" / "code.txt").unlink()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: said(app, "sub/code.txt does not exist"))
        assert not server.requests
        assert draft.text == "the draft"


async def test_a_picked_file_that_changed_is_sent_as_it_is_now(
    tmp_path: Path, project: Path
) -> None:
    flags = ("-i", "sub/code.txt", "-r", "x")
    script = [framed("sub/code.txt", NEW)]
    async with serving(tmp_path, script, *flags) as (app, pilot, server):
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        (project / "sub" / "code.txt").write_text("changed meanwhile\n")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        assert "changed meanwhile" in server.requests[0].messages[-1]["content"]
        await pilot.press("ctrl+a", "enter")
        await until(pilot, lambda: app.main.query_one(ReviewPane).written)
    assert (project / "sub" / "code.txt").read_text() == NEW


@pytest.mark.parametrize("face", ["headless", "screen"])
async def test_a_folder_that_leads_out_by_now_is_not_written_through(
    tmp_path: Path, project: Path, face: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "code.txt").write_text(OLD)

    def lead_out() -> None:
        shutil.rmtree(project / "sub")
        (project / "sub").symlink_to(outside)

    if face == "headless":
        async with DemoServer(answering_after(lead_out, "sub/code.txt")) as server:
            line: tuple[str, ...] = (
                "run",
                "--base-url",
                server.base_url,
                "-m",
                "m",
                "-r",
                "x",
                "-f",
            )
            line += ("-i", "sub/code.txt", "-o", "sub/code.txt")
            process = await asyncio.to_thread(run_all, tmp_path, [line])
        assert process.ended[0].code == 1
        assert "leads out of the project" in process.ended[0].err
    else:
        script = [framed("sub/code.txt", NEW)]
        async with serving(tmp_path, script, "-i", "sub/code.txt", "-r", "x") as (app, pilot, _):
            await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
            lead_out()
            await pilot.press("a", "enter")
            await until(pilot, lambda: said(app, "leads out of the project"))
            assert not app.main.query_one(ReviewPane).written
    assert (outside / "code.txt").read_text() == OLD
    assert [path.name for path in outside.iterdir()] == ["code.txt"]


async def test_headless_a_state_folder_that_goes_in_mid_run_costs_nothing(
    tmp_path: Path, project: Path
) -> None:
    script = answering_after(lambda: shutil.rmtree(tmp_path / "state"), "sub/code.txt")
    async with DemoServer(script) as server:
        line: tuple[str, ...] = ("run", "--base-url", server.base_url, "-m", "m", "-r", "x", "-f")
        line += ("-i", "sub/code.txt", "-o", "sub/code.txt")
        process = await asyncio.to_thread(run_all, tmp_path, [line])
    assert process.ended[0].code == 0, process.ended[0].err
    assert (project / "sub" / "code.txt").read_text() == NEW
    assert NEW in History(tmp_path / "state").get("last").reply


@pytest.mark.skipif(not can_be_unprivileged(), reason="modes bind nobody here")
async def test_headless_a_state_folder_that_can_not_be_written_any_more_is_said_once(
    tmp_path: Path, project: Path
) -> None:
    state = tmp_path / "state"

    def lock() -> None:
        for folder in (state, state / "journals", state / "sessions", state / "log"):
            if folder.exists():
                folder.chmod(0o500)

    async with DemoServer(answering_after(lock, "sub/code.txt")) as server:
        line: tuple[str, ...] = ("run", "--base-url", server.base_url, "-m", "m", "-r", "x", "-f")
        line += ("-i", "sub/code.txt", "-o", "sub/code.txt")
        process = await asyncio.to_thread(run_all, tmp_path, [line], before=unprivileged())
    (ended,) = process.ended
    assert ended.code == 0, ended.err
    assert (project / "sub" / "code.txt").read_text() == NEW
    said_so = [line for line in ended.err.splitlines() if "history" in line.lower()]
    assert len(said_so) == 1, ended.err
    for folder in (state, state / "journals"):
        folder.chmod(0o700)
    recover_runs(History(state))
    assert NEW in History(state).get("last").reply
