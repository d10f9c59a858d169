"""What stands on the screen is there again at the next start, however the last one ended."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from autocoder_tui.store.session import Session, claim
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.widgets.files.picker import FilePicker
from tests.ui.driving import chosen_of, driven, setup_for, until

AT = ("--base-url", "http://127.0.0.1:9/v1", "-m", "test-model")


@asynccontextmanager
async def opened(folder: Path, *flags: str) -> AsyncIterator[tuple[AutocoderApp, Pilot[str]]]:
    """The App, when it has filled in what it will."""
    async with driven(setup_for(folder, *flags)) as (app, pilot):
        await until(pilot, lambda: app.session.ready)
        yield app, pilot
        if app.is_running:
            app.exit()


def wanted(app: AutocoderApp) -> TextArea:
    return app.main.query_one("#requirements", TextArea)


def kept(folder: Path) -> Session:
    """What a program that died right now would have left."""
    files = list((folder / "state" / "sessions").glob("*/slot-1.json"))
    if not files:
        return Session()
    data = json.loads(files[0].read_text())
    for name in ("picks", "drafts", "typed"):
        data[name] = tuple(data[name])
    return Session(**{name: data[name] for name in data if name not in ("root", "saved_at")})


async def set_up(app: AutocoderApp, pilot: Pilot[str], folder: Path) -> None:
    wanted(app).insert("Add a flag.\nWith tests.")
    app.main.query_one(FilePicker).set_picks(["a.txt", "b.txt"])
    app.main.query_one("#target", Input).value = "b.txt"
    await until(pilot, lambda: app.job().target == "b.txt")


def project(folder: Path) -> Path:
    place = folder / "project"
    place.mkdir()
    (place / "a.txt").write_text("one\n")
    (place / "b.txt").write_text("two\n")
    return place


async def test_what_is_set_up_is_written_down_as_it_changes(tmp_path: Path) -> None:
    project(tmp_path)
    async with opened(tmp_path, *AT) as (app, pilot):
        await set_up(app, pilot, tmp_path)
        await until(pilot, lambda: kept(tmp_path).picks and kept(tmp_path).target)
        assert kept(tmp_path).requirements == "Add a flag.\nWith tests."
        assert kept(tmp_path).picks == ("a.txt", "b.txt")
        assert kept(tmp_path).target == "b.txt"
        assert (kept(tmp_path).model, kept(tmp_path).base_url) == (AT[3], AT[1])


async def test_after_quitting_everything_comes_back(tmp_path: Path) -> None:
    project(tmp_path)
    async with opened(tmp_path, *AT) as (app, pilot):
        await set_up(app, pilot, tmp_path)
        await pilot.press("escape", "ctrl+c")
        await pilot.press("ctrl+q")
    async with opened(tmp_path) as (app, pilot):
        assert app.job().requirements == "Add a flag.\nWith tests."
        assert app.job().picks == ("a.txt", "b.txt")
        assert app.job().target == "b.txt"
        assert app.chosen is not None
        assert chosen_of(app).model.name == "test-model"
        assert any("Back as you left it" in line for line in app.main.log_lines)


async def test_flags_win_field_by_field_and_the_draft_stays_at_hand(tmp_path: Path) -> None:
    project(tmp_path)
    async with opened(tmp_path, *AT) as (app, pilot):
        await set_up(app, pilot, tmp_path)
    async with opened(tmp_path, "-r", "Another wish", "-i", "a.txt") as (app, pilot):
        assert app.job().requirements == "Another wish"
        assert app.job().picks == ("a.txt",)
        assert app.job().target == "b.txt"
        assert app.chosen is not None
        assert chosen_of(app).model.name == "test-model"
        app.main.show("requirements")
        await pilot.press("ctrl+up")
        await until(pilot, lambda: wanted(app).text == "Add a flag.\nWith tests.")


async def test_a_picked_file_that_is_gone_is_told(tmp_path: Path) -> None:
    place = project(tmp_path)
    async with opened(tmp_path, *AT) as (app, pilot):
        await set_up(app, pilot, tmp_path)
    (place / "a.txt").unlink()
    async with opened(tmp_path) as (app, _):
        assert app.job().picks == ("b.txt",)
        assert any("gone since: a.txt" in line for line in app.main.log_lines)


async def test_a_secret_agreed_to_last_time_is_not_picked_again_unasked(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / ".env").write_text("KEY=1\n")
    async with opened(tmp_path, *AT) as (app, pilot):
        app.main.query_one(FilePicker).set_picks(["a.txt", ".env"])
        await until(pilot, lambda: kept(tmp_path).picks == (".env", "a.txt"))
    async with opened(tmp_path, *AT) as (app, pilot):
        assert app.main.query_one(FilePicker).picks == ("a.txt",)
        await until(pilot, lambda: any(".env" in note.message for note in app._notifications))


async def test_a_model_that_is_gone_is_told_and_the_default_taken(tmp_path: Path) -> None:
    project(tmp_path)
    slot = claim(tmp_path / "state", tmp_path / "project")
    slot.save(Session(requirements="x", model="no-such-model"))
    slot.release()
    async with opened(tmp_path) as (app, _):
        assert app.chosen is not None
        assert chosen_of(app).model.name == app.setup.settings.model.default
        assert any("no-such-model" in line for line in app.main.log_lines)


async def test_two_programs_on_one_project_lose_nothing(tmp_path: Path) -> None:
    project(tmp_path)
    async with opened(tmp_path, *AT) as (first, pilot):
        await set_up(first, pilot, tmp_path)
        async with opened(tmp_path, *AT) as (second, other):
            assert any("Another autocoder-tui is open" in x for x in second.main.log_lines)
            assert second.job().requirements == ""
            wanted(second).insert("From the second")
            await other.press("ctrl+q")
        assert not any("Another autocoder-tui" in line for line in first.main.log_lines)
    async with opened(tmp_path) as (app, pilot):
        assert app.job().requirements == "Add a flag.\nWith tests."
        # Where only one is opened, nothing of the other's has to be sought.
        assert app.session.drafts == ("From the second",)
        assert any("A text not sent from another" in line for line in app.main.log_lines)
        async with opened(tmp_path) as (second, _):
            assert second.job().requirements == "From the second"
    async with opened(tmp_path) as (app, pilot):
        app.session.forget_draft("From the second")
    async with opened(tmp_path) as (app, pilot):
        assert app.session.drafts == ()


async def test_a_damaged_file_is_told_and_everything_works(tmp_path: Path) -> None:
    project(tmp_path)
    async with opened(tmp_path, *AT) as (app, pilot):
        await set_up(app, pilot, tmp_path)
    (file,) = (tmp_path / "state" / "sessions").glob("*/slot-1.json")
    file.write_text("{")
    async with opened(tmp_path, *AT) as (app, pilot):
        assert app.job().requirements == ""
        assert any("set aside" in line for line in app.main.log_lines)
        wanted(app).insert("Again")
        await until(pilot, lambda: kept(tmp_path).requirements == "Again")


async def test_where_nothing_can_be_kept_it_is_said_once(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "state").write_text("not a folder")
    async with opened(tmp_path, *AT) as (app, pilot):
        for text in "one ", "two ":
            wanted(app).insert(text)
            await pilot.pause(0.5)
        said = [line for line in app.main.log_lines if "AUTOCODER_TUI_STATE_DIR" in line]
        assert len([line for line in said if "What stands on the screen" in line]) == 1
        assert app.job().requirements == "one two "


async def test_of_the_demo_nothing_is_kept(tmp_path: Path) -> None:
    from autocoder_tui.demo.session import demo_setup

    async with driven(demo_setup(setup_for(tmp_path, "--demo"))) as (app, pilot):
        await until(pilot, lambda: app.job().picks)
        wanted(app).insert("more")
        await pilot.press("ctrl+q")
    assert not (tmp_path / "state" / "sessions").exists()
