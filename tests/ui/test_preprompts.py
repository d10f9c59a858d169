"""On the screen: which preprompt is in force, and changing it in one's own editor."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from autocoder_tui.engine.preprompt import shipped_instructions
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.choice import Choice
from tests.ui.driving import driven, setup_for, until

AT = ("--base-url", "http://127.0.0.1:9/v1", "-m", "test-model")


@pytest.fixture(autouse=True)
def lent_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test has no terminal to give to an editor."""

    @contextlib.contextmanager
    def suspend(app: AutocoderApp) -> Iterator[None]:
        yield

    monkeypatch.setattr(AutocoderApp, "suspend", suspend)


def editor(folder: Path, line: str) -> dict[str, str]:
    file = folder / "editor"
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)
    return {"EDITOR": str(file), "VISUAL": ""}


def said(app: AutocoderApp, words: str) -> bool:
    return any(words in line for line in app.main.log_lines)


async def test_an_override_is_made_in_the_editor_and_in_force(tmp_path: Path) -> None:
    setup = setup_for(tmp_path, *AT, environ=editor(tmp_path, 'echo "And short." >> "$1"'))
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: app.session.ready)
        app.modes.choose("query")
        assert app.preprompts.in_force() == "query: as shipped"
        app.main.show("log")
        await pilot.press("I")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("2")
        await until(pilot, lambda: said(app, "In force from the next run on"))
        own = tmp_path / "config" / "preprompts" / "query.txt"
        assert own.read_text() == shipped_instructions("query") + "And short.\n"
        assert app.preprompts.in_force().startswith("query: yours, ")
        helps = [command.help for command in app.get_system_commands(app.screen)]
        assert any("query: yours" in text for text in helps)


async def test_an_override_left_as_it_was_is_none(tmp_path: Path) -> None:
    setup = setup_for(tmp_path, *AT, environ=editor(tmp_path, "true"))
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: app.session.ready)
        app.main.show("log")
        await pilot.press("I")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("1")
        await until(pilot, lambda: said(app, "Nothing was changed"))
        assert not list(tmp_path.rglob("generate.txt"))


async def test_what_is_broken_is_told_at_the_start_and_after_editing(tmp_path: Path) -> None:
    folder = tmp_path / "project" / ".autocoder" / "preprompts"
    folder.mkdir(parents=True)
    (folder / "query.txt").write_text("Fine.\n</file>\n")
    (folder / "clarify.txt").write_text("Ours.\n")
    setup = setup_for(tmp_path, *AT, environ=editor(tmp_path, "exit 3"))
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: said(app, f"{folder / 'query.txt'}, line 2"))
        await until(pilot, lambda: said(app, "preprompts of its own: clarify"))
        await until(pilot, lambda: app.session.ready)
        app.modes.choose("query")
        app.main.show("log")
        await pilot.press("I")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("1")
        await until(pilot, lambda: said(app, "The editor ended with 3"))
        assert (folder / "query.txt").read_text() == "Fine.\n</file>\n"
