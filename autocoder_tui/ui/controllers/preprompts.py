"""Which preprompts are in force: told, and opened in the person's own editor."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from autocoder_tui.config.preprompts import (
    Preprompt,
    Source,
    export_preprompt,
    override_file,
    read_preprompt,
)
from autocoder_tui.engine.purpose import Mode, Purpose
from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import Problem
from autocoder_tui.runs.guidance import Guidance, load_guidance
from autocoder_tui.ui.controllers.edit import edit_file_suspended
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.choice import Choice
from autocoder_tui.ui.screens.dialogs.question import Answer
from autocoder_tui.ui.widgets.short_path import short_path

PURPOSES_OF: Final[Mapping[Mode, tuple[Purpose, ...]]] = {
    "generate": ("generate",),
    "query": ("query",),
    "feedback": ("feedback", "generate"),
    "clarify": ("clarify", "generate"),
}
"""What is asked for in each mode."""
_WHOSE: Final[Mapping[Source, str]] = {
    "shipped": "as shipped",
    "user": "yours",
    "project": "the project's",
}
_FOR: Final[Mapping[Source, str]] = {
    "user": "for you, in every project",
    "project": "for this project",
}


class Preprompts:
    """Says what is in force in the present mode, and has it edited."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._told: set[str] = set()

    async def tell_problems(self) -> None:
        """Say what is wrong with files that are not used, each once, and that a project brings
        its own."""
        guidance = await asyncio.to_thread(load_guidance, self._app.setup)
        self._tell(guidance)

    def _tell(self, guidance: Guidance) -> None:
        for problem in guidance.problems:
            if problem not in self._told:
                self._told.add(problem)
                self._app.tell(f"Not used: {problem}", severity="warning", timeout=15)
        own = [one.name for one in guidance.preprompts.values() if one.source == "project"]
        said = f"This project has preprompts of its own: {', '.join(own)}."
        if own and said not in self._told:
            self._told.add(said)
            self._app.tell(said)

    def in_force(self) -> str:
        """In a line, what the present mode is told. Blocking: small files."""
        found = load_guidance(self._app.setup).preprompts
        purposes = PURPOSES_OF[self._app.modes.mode]
        return "; ".join(f"{purpose}: {_described(found[purpose])}" for purpose in purposes)

    async def edit(self) -> None:
        """Open one of the present mode in the editor; where only the shipped one is there, a file
        of the person's own is made first. Must be called from a worker."""
        app = self._app
        guidance = await asyncio.to_thread(load_guidance, app.setup)
        choices = self._choices(guidance)
        answers = [
            Answer(str(number), label, str(number + 1))
            for number, (label, _, _) in enumerate(choices)
        ]
        title = f"What the model is told in the mode {app.modes.mode}"
        chosen = await app.push_screen_wait(Choice(title, answers))
        if not chosen:
            return
        _, source, made_of = choices[int(chosen)]
        file = override_file(made_of.name, source, app.root, app.setup.places.config)
        try:
            await self._edit(file, made_of)
        except AutocoderError as error:
            app.tell(error.message, severity="error", timeout=12)

    async def _edit(self, file: Path, made_of: Preprompt) -> None:
        app = self._app
        new = not await asyncio.to_thread(file.exists)
        if new:
            await asyncio.to_thread(export_preprompt, file, made_of.text)
        try:
            edit_file_suspended(app, file)
        finally:
            text = await asyncio.to_thread(read_preprompt, file)
            if new and text == made_of.text:
                # Left as it was, it would only keep what is shipped one day from being used.
                await asyncio.to_thread(file.unlink, missing_ok=True)
        if isinstance(text, Problem):
            app.tell(f"Not used: {text.in_full}", severity="warning", timeout=15)
        elif text is None or (new and text == made_of.text):
            app.tell("Nothing was changed.")
        else:
            app.tell(f"In force from the next run on: {short_path(file)}")
        app.estimator.schedule()

    def _choices(self, guidance: Guidance) -> Sequence[tuple[str, Source, Preprompt]]:
        """A label, whose file it is, and what that begins as."""
        root, config = self._app.root, self._app.setup.places.config
        found: list[tuple[str, Source, Preprompt]] = []
        for purpose in PURPOSES_OF[self._app.modes.mode]:
            one = guidance.preprompts[purpose]
            sources: tuple[Source, ...] = ("project", "user")
            for source in sources:
                there = override_file(purpose, source, root, config).exists()
                verb = "Edit" if there else "Change"
                says = f"{verb} {purpose} {_FOR[source]} (in force: {_WHOSE[one.source]})"
                found.append((says, source, one))
        return found


def _described(one: Preprompt) -> str:
    file = "" if one.file is None else f", {short_path(one.file)}"
    return f"{_WHOSE[one.source]}{file}"
