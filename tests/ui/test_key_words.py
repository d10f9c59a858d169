"""Every sentence names the key that acts, also after a person has set others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

import autocoder_tui.runs
import autocoder_tui.ui
from autocoder_tui.demo.script import Reply
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.key_table import key_sections
from autocoder_tui.ui.key_words import key_of, with_keys
from autocoder_tui.ui.keymap import binding_ids
from autocoder_tui.ui.screens.dialogs.dialog_buttons import ButtonRow
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from tests.ui.driving import NARROW, WIDE, driven, framed, serving, setup_for, until
from tests.ui.test_session import AT

BUILT_IN = re.compile(r"\bCtrl\+[A-Z]\b|(?<!\+)\bF\d+\b|\bAlt\+[A-Z]\b|\^[A-Z]\b")
"""A key of the program as a sentence names it; those of `set_others` are no such."""
NO_BINDING = {
    "Ctrl+C": "no key of a binding: the terminal's own",
}
NAMED = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")


def files() -> Iterator[Path]:
    for package in (autocoder_tui.ui, autocoder_tui.runs):
        yield from sorted(Path(package.__path__[0]).rglob("*.py"))


def texts(tree: ast.AST) -> Iterator[str]:
    """The strings of a module, without what documents it and the plain keys of tabs."""
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Tab":
            said |= {id(one) for one in node.args[2:3]}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def test_no_sentence_names_a_key_as_it_is_built_in() -> None:
    literal = [
        (file.name, found)
        for file in files()
        for text in texts(ast.parse(file.read_text()))
        for found in BUILT_IN.findall(text)
        if found not in NO_BINDING
    ]
    assert literal == []


def test_every_name_in_a_sentence_is_that_of_a_binding() -> None:
    key_sections({})  # with this comes everything that has keys
    ids, unknown, known = binding_ids(), [], 0
    for file in files():
        tree = ast.parse(file.read_text())
        names = [name for text in texts(tree) for name in NAMED.findall(text)]
        for node in ast.walk(tree):
            called = getattr(node, "func", None)
            if getattr(called, "attr", getattr(called, "id", "")) in ("key", "key_of"):
                names += [one.value for one in node.args if isinstance(one, ast.Constant)]  # type: ignore[attr-defined]
        known += len(names)
        unknown += [(file.name, name) for name in names if name not in ids]
    assert unknown == []
    assert known > 100


def other(key: str) -> str:
    *modifiers, last = key.split("+")
    if modifiers and "shift" not in modifiers:
        return "+".join([*modifiers, "shift", last])
    return f"shift+{key}" if re.fullmatch(r"f\d+", key) else key


def set_others(folder: Path) -> dict[str, str]:
    """Have every key that `BUILT_IN` would find be another one."""
    keymap = {
        row.id: ",".join(map(other, row.keys))
        for section in key_sections({})
        for row in section.rows
    }
    keymap |= {"review.send_back": "ctrl+shift+b", "write.undo": "ctrl+shift+u"}
    (folder / "config").mkdir()
    lines = [f'"{id}" = "{keys}"' for id, keys in keymap.items()]
    (folder / "config" / "config.toml").write_text("[keys]\n" + "\n".join(lines) + "\n")
    return keymap


def seen(app: AutocoderApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def no_built_in(app: AutocoderApp, pilot: Pilot[str], where: str) -> None:
    await pilot.pause()
    found = [one for one in BUILT_IN.findall(seen(app)) if one not in NO_BINDING]
    assert not found, (where, found, seen(app))


@pytest.mark.parametrize("size", [NARROW, WIDE, (200, 60)])
async def test_no_screen_names_a_key_that_was_replaced(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    set_others(tmp_path)
    async with driven(setup_for(tmp_path, *AT), size) as (
        app,
        pilot,
    ):
        await until(pilot, lambda: app.main.is_complete)
        assert not app._start_problems
        for pane in ("requirements", "files", "output", "review", "check", "log", "notes"):
            app.main.show(pane)
            await no_built_in(app, pilot, pane)
        assert "Ctrl+Shift+R" in key_of(app, "run.start")
        for mode in ("query", "feedback", "clarify", "generate"):
            app.modes.choose(mode)
            app.main.show("output")
            await no_built_in(app, pilot, mode)
        keys = ("shift+f6", "ctrl+shift+o", "shift+f10", "ctrl+shift+f", "Q", "ctrl+shift+l")
        for key in (*keys, "shift+f1"):
            await pilot.press(key)
            await until(pilot, lambda: app.screen is not app.main)
            await until(pilot, lambda: getattr(app.screen, "_listens", True))
            if key != "shift+f1":
                await no_built_in(app, pilot, key)
            else:
                assert "Ctrl+Shift+R" in seen(app)
            while app.screen is not app.main:
                await pilot.press("escape")
                await pilot.pause()
        await pilot.press("shift+f12")
        await pilot.pause()
        await no_built_in(app, pilot, "steps")


async def test_messages_after_a_run_name_the_keys_that_act(tmp_path: Path) -> None:
    set_others(tmp_path)
    script = [framed("a.txt", "one\n"), Reply("No file is needed.")]
    async with serving(tmp_path, script, "-r", "wish") as (app, pilot, _):
        await pilot.press("ctrl+shift+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await no_built_in(app, pilot, "review")
        await pilot.press("a", "enter")
        await until(pilot, lambda: app.review_session is not None and app.review_session.written)
        await until(pilot, lambda: "Ctrl+Shift+U undoes" in seen(app))
        app.main.show("requirements")
        await pilot.press("ctrl+shift+r")
        await until(pilot, lambda: "proposed no file" in seen(app))
        assert "(Shift+F8)" in seen(app)
        await no_built_in(app, pilot, "no file")


async def test_a_button_has_the_key_that_acts_and_does_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('[keys]\n"text.done" = "alt+d"\n')
    given: list[str | None] = []
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        app.push_screen(TextDialog("Text", "Of it", "as it was"), given.append)
        await until(pilot, lambda: app.screen.query(ButtonRow) and "Alt+D" in seen(app))
        assert "Ctrl+S" not in seen(app)
        await pilot.click("#key-ctrl-s")
        await until(pilot, lambda: app.screen is app.main)
        assert given == ["as it was"]
        app.push_screen(LineDialog("Name", "Of it", "as it was"), given.append)
        await until(pilot, lambda: app.screen.query("#key-enter"))
        await pilot.click("#key-enter")
        await until(pilot, lambda: app.screen is app.main)


async def test_what_stands_there_names_a_key_as_soon_as_it_is_another(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: "run with Ctrl+R" in " ".join(seen(app).split()))
        config = app.setup.places.config
        config.mkdir(exist_ok=True)
        (config / "config.toml").write_text('[keys]\n"run.start" = "alt+g"\n')
        app.preferring._take_up()
        await until(pilot, lambda: "run with Alt+G" in " ".join(seen(app).split()))


def test_keys_at_the_heads_of_lines_are_a_column(tmp_path: Path) -> None:
    app = AutocoderApp(setup_for(tmp_path))
    app.set_keymap({"pane.files": "ctrl+shift+f2"})
    text = "Ways:\n\n  {pane.files}  one\n  {app.keys}  two {no.such} {x} {pane.log}"
    said = "Ways:\n\n  Ctrl+Shift+F2  one\n  F1             two {no.such} {x} F9"
    assert with_keys(app, text) == said
