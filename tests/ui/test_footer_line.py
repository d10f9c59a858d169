"""The bottom line: which keys it names at which width, and what a click on one does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.widget import Widget

from autocoder_tui.demo.script import Reply
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.keys_help import KeysHelp
from autocoder_tui.ui.screens.main import MainScreen
from autocoder_tui.ui.widgets.footer_line import FooterKey, FooterLine, line_of
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.ui.driving import driven, framed, serving, setup_for, until


def _line(app: AutocoderApp) -> str:
    return app.main.query_one(FooterLine).render().plain


@pytest.mark.parametrize("width", [60, 80, 200])
async def test_help_and_palette_have_room_at_every_width(tmp_path: Path, width: int) -> None:
    async with driven(setup_for(tmp_path, "--demo"), size=(width, 24)) as (app, pilot):
        await until(pilot, lambda: "Keys" in _line(app))
        for pane in ("files", "requirements", "output", "review", "log"):
            app.main.show(pane)
            await until(pilot, lambda pane=pane: app.main.pane == pane)  # type: ignore[misc]
            await pilot.pause()
            line = _line(app)
            assert len(line) <= width
            assert line.rstrip().endswith("Commands")
            assert " F1 Keys " in line


async def test_keys_that_would_do_nothing_are_left_out(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, "--demo")) as (app, pilot):
        await until(pilot, lambda: "^R Run" in _line(app))
        assert "Stop" not in _line(app)
        assert "Go on" not in _line(app)


async def test_a_review_names_its_keys_only_while_there_is_something_to_decide(
    tmp_path: Path,
) -> None:
    refused = '<file path="../out.txt">\nx\n</file>\n'
    script = [framed("code.txt", "new\n"), Reply(refused)]
    async with serving(tmp_path, script, "-r", "do it") as (app, pilot, _):
        await pilot.press("f5")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await until(pilot, lambda: "Model" in _line(app))
        assert not {"Accept", "Write", "Edit", "Next"} & set(_line(app).split())
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "Accept" in _line(app) and "Write" in _line(app))
        await pilot.press("r", "ctrl+r")
        # Nothing of the earlier review is left to see where all of this one was refused.
        await until(pilot, lambda: app.review_session and app.review_session.reviewable.refused)
        await until(pilot, lambda: "Accept" not in _line(app) and "Write" in _line(app))
        assert not app.main.query_one(ReviewPane).diff.display


async def test_the_line_follows_the_keyboard(tmp_path: Path) -> None:
    setup = setup_for(tmp_path, "--demo")
    (tmp_path / "project" / "code.py").write_text("pass\n")
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: "^R Run" in _line(app))
        asking = _line(app)
        await pilot.press("f2")
        await until(pilot, lambda: _line(app) != asking)
        await pilot.press("f3")
        await until(pilot, lambda: _line(app) == asking)


def test_no_key_is_cut_in_two_and_none_is_where_it_is_not_shown() -> None:
    names = ("Accept", "Réjeter", "受け入れる", "Run", "Quit")
    keys = [FooterKey(name, name[0], name, always=False) for name in names]
    keys += [FooterKey("f1", "f1", "Keys", True), FooterKey("ctrl+p", "^p", "palette", True)]
    for width in range(120):
        line, spans = line_of(keys, width)
        assert line.cell_length <= width
        texts = {key.key: key.text.plain for key in keys}
        assert line.plain.split() == "".join(texts[key] for _, _, key in spans).split()
        for start, end, key in spans:
            before, _, _ = line.plain.partition(texts[key])
            assert (cell_len(before), end - start) == (start, cell_len(texts[key]))
        if width >= 21:
            assert [key for _, _, key in spans][-2:] == ["f1", "ctrl+p"]


async def test_a_click_on_a_key_presses_it(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, "--demo")) as (app, pilot):
        await until(pilot, lambda: "F1 Keys" in _line(app))
        at = _line(app).index("Keys")
        await pilot.click(FooterLine, offset=(at, 0))
        await until(pilot, lambda: isinstance(app.screen, KeysHelp))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        keyboard = app.main.focused
        await pilot.click(FooterLine, offset=(_line(app).index("F1") - 3, 0))
        await pilot.pause()
        assert app.screen is app.main  # the gap between the keys is none of them
        assert app.main.focused is keyboard


async def test_a_key_of_ones_own_is_named(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text('[keys]\n"run.start" = "f11"\n')
    async with driven(setup_for(tmp_path, "--demo")) as (app, pilot):
        await until(pilot, lambda: "F11 Run" in _line(app))


async def test_a_start_styles_each_widget_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Styles are most of what a start costs; those of the screen are those of everything on it."""
    count: Counter[DOMNode] = Counter()
    apply = Stylesheet.apply

    def counted(self: Stylesheet, node: DOMNode, **options: object) -> None:
        count[node] += 1
        apply(self, node, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Stylesheet, "apply", counted)
    async with driven(setup_for(tmp_path, "--demo")) as (app, pilot):
        await until(pilot, lambda: "Keys" in _line(app))
        widgets = [node for node in count if isinstance(node, Widget)]
        assert isinstance(app.screen, MainScreen)
        # What gets or loses the keyboard, or a class of its own, has its styles once more.
        often = [node for node in widgets if count[node] > 1]
        assert len(often) <= 11, often
        assert count[app.main] == 1


async def test_no_key_of_an_empty_pane_is_named(tmp_path: Path) -> None:
    reply = framed("a.txt", "new\n" * 60)
    async with serving(tmp_path, [reply], "-r", "do it") as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        for key, words in (("f4", {"Follow", "Copy"}), ("f7", {"place", "there", "Check", "back"})):
            await pilot.press(key)
            await until(pilot, lambda: app.main.pane != "requirements")
            await pilot.pause()
            await pilot.pause()
            assert not words & set(_line(app).split()), key
        await pilot.press("f3", "ctrl+r")
        await until(pilot, lambda: "Accept" in _line(app))
        await pilot.press("f7")
        await until(pilot, lambda: "Check" in _line(app))
        assert "back" not in _line(app)
        await pilot.press("f4")
        await until(pilot, lambda: "Copy all" in _line(app))
        assert "Follow" not in _line(app)
        await pilot.press("up")
        await until(pilot, lambda: "Follow" in _line(app))
        await pilot.press("end")
        await until(pilot, lambda: "Follow" not in _line(app))


async def test_below_a_dialog_only_what_acts_is_named(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, "--demo")) as (app, pilot):
        await until(pilot, lambda: "^R Run" in _line(app))
        before = _line(app)
        assert before.index("^R Run") < before.index("^Q Quit")
        app.push_screen(LineDialog("Name", "Of it", "as it was"))
        await until(pilot, lambda: "Run" not in _line(app))
        assert "F1 Keys" in _line(app)
        await pilot.press("escape")
        await until(pilot, lambda: _line(app) == before)
