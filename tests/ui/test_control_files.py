"""Control files loaded and saved on the screen."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from autocoder_tui.config.control_file import read_control_file
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.widgets.files.picker import FilePicker
from tests.ui.driving import chosen_of, driven, setup_for, until

KEY = dict.fromkeys(("OPENAI_API_KEY", "HYPERBOLIC_API_KEY"), "k" * 20)


async def ask(app: AutocoderApp, pilot: Pilot[str], verb: str, name: str) -> None:
    await app.run_action(f"control_file('{verb}')")
    await until(pilot, lambda: isinstance(app.screen, LineDialog))
    app.screen.query_one(Input).value = name
    await pilot.press("enter")


async def test_a_file_is_loaded_over_what_is_there(tmp_path: Path) -> None:
    setup = setup_for(tmp_path, "-r", "from the flag", "--max-parts", "3", "-t", "0.1", environ=KEY)
    (setup.root / "a.py").write_text("x = 1\n")
    (setup.root / "job.json").write_text(
        '{"input_files": ["a.py"], "output_file": "b.py", "requirements": "from the file",\n'
        '"model": "gpt-4o-mini", "temperature": 0.9, "max_cost": 0.25, "system_prompt": "Tabs."}'
    )
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: app.session.ready)
        await ask(app, pilot, "load", "job.json")
        await until(pilot, lambda: app.main.query_one("#target", Input).value == "b.py")
        await until(pilot, lambda: chosen_of(app).model.name == "gpt-4o-mini")
        assert app.main.query_one("#requirements", TextArea).text == "from the file"
        assert app.main.query_one(FilePicker).picks == ("a.py",)
        assert app.setup.model.temperature == 0.9
        assert (app.setup.limits.max_parts, app.setup.limits.max_cost_usd) == (3, Decimal("0.25"))
        assert "from the flag" in app.session.drafts
        assert app.job().system_prompt == "Tabs."


async def test_all_that_is_wrong_is_shown_and_nothing_taken(tmp_path: Path) -> None:
    setup = setup_for(tmp_path, "-r", "mine", environ=KEY)
    (setup.root / "job.json").write_text('{"requirements": "theirs",\n"modl": 1,\n"fix": 0}')
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: app.session.ready)
        await ask(app, pilot, "load", "job.json")
        await until(pilot, lambda: isinstance(app.screen, Question))
        shown = str(app.screen.query_one(".dialog-text", Static).visual)
        assert "line 2" in shown
        assert "line 3" in shown
        await pilot.press("enter")
        assert app.main.query_one("#requirements", TextArea).text == "mine"
        assert app.setup is setup


async def test_what_a_file_holds_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    setup = setup_for(tmp_path, environ=KEY)
    evil = "\x1b[2J\u202e\u200b\x07"
    (setup.root / "job.json").write_text(f'{{"{evil}": 1, "model": "{evil}", {evil}: {evil}}}')
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: app.session.ready)
        await ask(app, pilot, "load", "job.json")
        await until(pilot, lambda: isinstance(app.screen, Question))
        shown = app.screen.query_one(".dialog-text", Static).visual
        assert "model" in str(shown)
        assert not set(evil) & {"\x1b", "\u202e", "\u200b", "\x07"} & set(str(shown))


async def test_what_stands_there_is_saved_and_reads_back(tmp_path: Path) -> None:
    setup = setup_for(tmp_path, "-i", "a.py", "-m", "gpt-4o-mini", "--max-cost", "0.5", environ=KEY)
    (setup.root / "a.py").write_text("x = 1\n")
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: app.session.ready)
        app.main.query_one("#requirements", TextArea).text = "@home: a\nnote"
        app.main.query_one("#target", Input).value = "b.py"
        await ask(app, pilot, "save", "job.json")
        await until(pilot, (setup.root / "job.json").exists)
        saved = json.loads((setup.root / "job.json").read_text())
        assert saved == {
            "input_files": ["a.py"],
            "output_file": "b.py",
            "requirements": "@@home: a\nnote",
            "model": "gpt-4o-mini",
            "max_cost": "0.5",
        }
        assert read_control_file(setup.root / "job.json").problems == ()
        await ask(app, pilot, "save", "job.json")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("k")
        await until(pilot, lambda: app.screen is app.main)
