"""Control files on the screen: one is loaded over what stands there, or what stands there saved."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textual.widgets import TextArea

from autocoder_tui.config.control_file import read_control_file
from autocoder_tui.config.control_file_text import save_control_file
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.setup import STDIN, Setup, with_options
from autocoder_tui.runs.sole_model import is_unnamed
from autocoder_tui.ui.controllers.first_content import fill_in
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.dialogs.question import Answer, Question

_CLOSE = (Answer("close", "Close", "c", harmless=True),)
_AT_START = ("debug_level", "theme")
"""What is taken from a file at the start of the program only."""


async def load_or_save(app: Program, verb: str) -> None:
    """Do what a command of the palette says, "load" or "save". Must be called from a worker."""
    await (_load(app) if verb == "load" else _save(app))


async def _load(app: Program) -> None:
    """Ask for a file and take what it says: it wins over what was said before."""
    path = await _asked(app, "Load control file", "JSON or TOML.", "")
    if path is None:
        return
    read = await asyncio.to_thread(read_control_file, path, app.setup.settings)
    if read.problems:
        text = "\n".join(map(str, read.problems))
        await app.push_screen_wait(Question("This control file is not usable", text, _CLOSE))
        return
    while True:
        before = app.setup
        try:
            setup = await asyncio.to_thread(_over, before, read.values)
        except AutocoderError as error:
            app.tell(error.message, severity="error")
            return
        if app.setup is before:
            break  # else something was set meanwhile, which holds as well
    app.setup = setup
    await _show(app, read.values)
    left = [name for name in _AT_START if name in read.values]
    said = f" Used only when the program starts: {', '.join(left)}." if left else ""
    app.tell(f"Loaded {path.name}.{said}")


def _over(setup: Setup, values: Mapping[str, Any]) -> Setup:
    """The setup with `values` over what flags and an earlier file said. Raises AutocoderError."""
    if values.get("requirements") in STDIN or values.get("system_prompt") in STDIN:
        raise AutocoderError(
            "A text from stdin (@-) is for `autocoder-tui run`; the screen needs the terminal."
        )
    flags = {name: value for name, value in setup.flags.items() if name not in values}
    return with_options(setup, flags, {**setup.file, **values})


async def _show(app: Program, values: Mapping[str, Any]) -> None:
    """Put what was loaded where it belongs; requirements that make room are kept."""
    area = app.main.query_one("#requirements", TextArea)
    if "requirements" in values and area.text != app.setup.task.requirements:
        app.session.keep_draft(area.text)
    await fill_in(app, values)
    if "model" in values or "base_url" in values:
        if is_unnamed(app.setup):
            app.models.choose_served()
        else:
            app.models.choose(app.setup.model.name, app.setup.model.base_url)
    app.estimator.schedule()


async def _save(app: Program) -> None:
    """Ask for a name and write down what stands on the screen."""
    hint = "Written as JSON, or as TOML where it ends in .toml. Keys are never in it."
    path = await _asked(app, "Save control file", hint, "control.json")
    if path is None:
        return
    there = await asyncio.to_thread(path.exists)
    if there and await app.push_screen_wait(_replacing(path)) != "replace":
        return
    try:
        await asyncio.to_thread(
            save_control_file, path, _on_screen(app), replace=there, project=app.root
        )
    except AutocoderError as error:
        app.tell(error.message, severity="error")
        return
    app.tell(f"Saved {path.name}.")


def _on_screen(app: Program) -> dict[str, Any]:
    """The options as the screen has them, with what was given for the rest."""
    options = {**app.setup.file, **app.setup.flags}
    job, chosen = app.job(), app.chosen
    text = job.requirements
    shown = {
        "input_files": job.picks,
        "output_file": job.target,
        "requirements": f"@{text}" if text.startswith("@") else text,
        "model": None if chosen is None else chosen.model.name,
        "base_url": _address(app),
    }
    kept = {name: value for name, value in options.items() if name not in shown}
    return {**kept, **{name: value for name, value in shown.items() if value}}


def _address(app: Program) -> str | None:
    """The server of the model, where the table of models does not say it."""
    chosen = app.chosen
    if chosen is None or chosen.endpoint.provider.name in app.setup.catalog.providers:
        return None
    return chosen.endpoint.provider.base_url


def _replacing(path: Path) -> Question:
    answers = (Answer("keep", "Keep it", "k", harmless=True), Answer("replace", "Replace it", "r"))
    return Question("Replace the file?", f"{path.name} is there already.", answers)


async def _asked(app: Program, title: str, hint: str, name: str) -> Path | None:
    said = f"{hint} A relative path is one of the project."
    line = await app.push_screen_wait(LineDialog(title, said, name))
    return None if line is None else _in_project(app.root, line)


def _in_project(root: Path, name: str) -> Path:
    return root / Path(name).expanduser()
