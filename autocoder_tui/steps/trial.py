"""What a step has run: commands in the check's closed place, and a script that is shown first.

Nothing of it runs before somebody said yes to it, word for word.
"""

from __future__ import annotations

import asyncio
import shlex
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path
from typing import Final

from autocoder_tui.check.check import CheckResult, CommandResult, check
from autocoder_tui.check.errors import CannotCheck
from autocoder_tui.check.layout import ChangedFile
from autocoder_tui.check.sandbox import Sandbox, sandbox_here
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.preparation import read_existing
from autocoder_tui.runs.proof import Commands, commands_of, in_words, note_of, plan_of, question
from autocoder_tui.safety.redaction import redacted
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.context import ScriptEnded
from autocoder_tui.steps.errors import StepFailed
from autocoder_tui.steps.face import Consent
from autocoder_tui.steps.record import Effect
from autocoder_tui.steps.workplace import Workplace
from autocoder_tui.store.history.kept_run import now
from autocoder_tui.store.project_checks import CheckBases, ProjectChecks
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.paths import resolve_target
from autocoder_tui.workspace.textfile import encoded

_MOST_OUTPUT: Final = 20_000
"""Characters of a script's output that are kept, the last ones."""


@dataclass(slots=True)
class _Listener:
    """Tells the face which command runs."""

    place: Workplace
    output: list[str] = field(default_factory=list)

    def check_began(self, sandbox: Sandbox) -> None:
        """The question before it said what is closed."""

    def command_began(self, command: str, *, base: bool) -> None:
        if not base:
            self.place.face.told(f"$ {visible(command)}")

    def command_printed(self, data: bytes) -> None:
        """The end of it is in the log."""

    def command_ended(self, result: CommandResult) -> None:
        self.output.append(redacted(result.ended.output)[-_MOST_OUTPUT:])


async def run_commands(
    place: Workplace, commands: Sequence[str], draft: Mapping[str, str | None]
) -> Effect:
    """Try the draft with `commands`, or with the project's own. Raises StepFailed."""
    began = now()
    sandbox = await asyncio.to_thread(sandbox_here)
    found = await asyncio.to_thread(_commands, place, sandbox, tuple(commands))
    for problem in found.problems:
        place.face.told(problem)
    if not found.texts:
        perhaps = f" Perhaps: {visible(', '.join(found.suggested))}." if found.suggested else ""
        raise StepFailed(
            f"There is nothing to check with: name the project's commands with --check-command, or "
            f"under [check] in .autocoder-tui.toml.{perhaps} Then go on."
        )
    if found.asked:
        await _confirm(place, found, sandbox, chosen=not commands)
    result, output = await _tried(place, found, draft, sandbox)
    return Effect(
        "check",
        "",
        began=began,
        seconds=round(result.seconds, 3),
        commands=found.texts,
        passed=result.passed,
        words=in_words(result),
        note="" if result.passed else note_of(result),
        output=output,
    )


def _commands(place: Workplace, sandbox: Sandbox, given: tuple[str, ...]) -> Commands:
    named = place.setup.result.check_commands
    found = commands_of(place.setup, sandbox, given or named)
    if not given:
        return replace(found, asked=()) if named else found
    checks = ProjectChecks(place.setup.places.state, place.setup.root)
    pass_on = found.settings.pass_environment
    asked = tuple(
        command
        for command in found.texts
        if command not in named and not checks.confirmed(command, pass_on, closed=sandbox.closed)
    )
    return replace(found, asked=asked, origin="which a step names")


async def _confirm(place: Workplace, found: Commands, sandbox: Sandbox, *, chosen: bool) -> None:
    """Ask, and remember the yes. Raises StepFailed after a no."""
    asked = Consent("check", "Run these commands?", question(found, sandbox))
    if not await place.face.consents(asked):
        raise StepFailed(
            f"Nobody has said yes to these commands, so nothing was run: {', '.join(found.asked)}. "
            "Name them with --check-command, give --run-scripts, or skip the step."
        )
    checks = ProjectChecks(place.setup.places.state, place.setup.root)
    with suppress(OSError):
        checks.confirm(
            found.texts if chosen else found.asked,
            found.settings.pass_environment,
            closed=sandbox.closed,
            chosen=chosen,
        )


async def _tried(
    place: Workplace,
    found: Commands,
    draft: Mapping[str, str | None],
    sandbox: Sandbox,
    *,
    compared: bool = True,
) -> tuple[CheckResult, str]:
    """What came of the commands, and what they wrote. Raises StepFailed."""
    root, setup = place.project.root, place.setup
    try:
        changes = await asyncio.to_thread(_changes, root, draft)
        plan = replace(plan_of(root, found.settings, changes), compared=compared)
        bases = CheckBases(setup.places.state if setup.places.keeps else None)
        listener = _Listener(place)
        result = await check(plan, listener, setup.environ, bases, sandbox)
    except CannotCheck as error:
        raise StepFailed(error.message) from error
    for remark in result.remarks:
        place.face.told(remark)
    return result, "\n".join(listener.output)


def _changes(root: Path, draft: Mapping[str, str | None]) -> tuple[ChangedFile, ...]:
    changes = []
    for path, text in draft.items():
        original = read_existing(root, path)
        if text is None and original is None:
            continue
        data = None if text is None else encoded(text, path, original)
        changes.append(ChangedFile(path, data, None if original is None else original.mode))
    return tuple(changes)


# ---------------------------------------------------------------- scripts


async def run_script(place: Workplace, path: str, draft: Mapping[str, str | None]) -> Effect:
    """Show the script at `path`, and run it where the person says. Raises StepFailed."""
    began = now()
    text, on_disk = await asyncio.to_thread(_script, place.project.root, path, draft)
    sandbox = await asyncio.to_thread(sandbox_here)
    shown = visible(path)
    asked = Consent(
        "script",
        f"Run {shown}?",
        f"{shown} is a script that a model wrote. In the check's place it runs in a temporary copy "
        f"of the project that is removed afterwards. {sandbox.words} In your terminal it runs in "
        "the project itself, with all that you may do.",
        visible(text, lines=True),
    )
    where = await place.face.script_place(asked)
    effect = Effect("script", "", began=began, commands=(path,))
    if where is None:
        return replace(effect, words=f"{shown} was not run: nobody said yes to it.")
    command = [_shell(text), path if not path.startswith("-") else f"./{path}"]
    if where == "terminal":
        if not on_disk:
            raise StepFailed(
                f"{shown} is not written yet, so it can't run in the terminal: have it written "
                "first, or run it in the check's place."
            )
        ended = await place.face.run_in_terminal(command, place.project.root)
    else:
        ended = await _closed(place, command, draft, sandbox)
    output = redacted(ended.output)[-_MOST_OUTPUT:]
    passed = ended.code == 0
    return replace(effect, passed=passed, code=ended.code, words=ended.words, output=output)


async def _closed(
    place: Workplace, command: Sequence[str], draft: Mapping[str, str | None], sandbox: Sandbox
) -> ScriptEnded:
    line = shlex.join(command)
    found = await asyncio.to_thread(_commands, place, sandbox, (line,))
    result, output = await _tried(place, found, draft, sandbox, compared=False)
    (one,) = result.commands
    why = {"exit": f"ended with exit code {one.ended.code}"}.get(one.ended.why, one.words)
    return ScriptEnded(one.ended.code, f"{visible(command[-1])} {why}.", output)


def _script(root: Path, path: str, draft: Mapping[str, str | None]) -> tuple[str, bool]:
    """The script's text, and whether it stands so in the project. Raises StepFailed."""
    try:
        resolve_target(root, path)
        file = read_existing(root, path)
    except AutocoderError as error:
        raise StepFailed(f"The script can't be run: {error.message}") from error
    text = draft.get(path) if path in draft else (None if file is None else file.text)
    if text is None:
        raise StepFailed(
            f"There is no script {visible(path)}, so none was run. Have it written first."
        )
    return text, file is not None and file.text == text


def _shell(text: str) -> str:
    """What a script is run by: what its first line asks for, where that is installed, else
    bash."""
    first = text.split("\n", 1)[0]
    words = first.removeprefix("#!").split() if first.startswith("#!") else []
    words = [word.rpartition("/")[2] for word in words if not word.startswith("-")]
    asked = [word for word in words if word != "env"][:1]
    found = next((word for word in (*asked, "bash") if shutil.which(word)), None)
    return found or "sh"
