"""Steps of a project's own: one Python file each in `.autocoder/steps/`, run after a yes to it.

The yes is to the bytes of the file, and remembered in the state folder, where no project can
write: what changes by a letter is shown and asked about again. What was shown is what runs, for
the file is read once.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from autocoder_tui.problems import Problem
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.errors import StepFailed
from autocoder_tui.steps.own_folder import FOLDER, check_way, read_text
from autocoder_tui.steps.step import Step, Work
from autocoder_tui.store.json_file import change_memory, read_memory
from autocoder_tui.values import dataclass

CONFIRMED_FILE: Final = "own-steps.json"
_MOST_BYTES: Final = 256 * 1024
_NAME: Final = "step"


@dataclass(frozen=True, slots=True)
class OwnStep:
    """One file, as it was read. `summary` is what its docstring says, found without running
    it."""

    name: str
    file: Path
    source: str
    summary: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.source.encode("utf-8", "surrogatepass")).hexdigest()


def find_own_steps(root: Path) -> tuple[dict[str, OwnStep], list[Problem]]:
    """The files of the project's own steps by name, and what is wrong with others there. Nothing
    of them runs. Blocking; raises ProjectUnusable."""
    folder = root / FOLDER / "steps"
    check_way(root, folder)
    found: dict[str, OwnStep] = {}
    problems: list[Problem] = []
    try:
        files = sorted(folder.iterdir())
    except OSError:
        return found, problems
    for file in files:
        if file.suffix != ".py" or file.name.startswith((".", "_")):
            continue
        if not file.stem.isidentifier():
            problems.append(Problem(file, None, "expected a name of letters, digits and _"))
            continue
        text = read_text(root, file, _MOST_BYTES)
        if isinstance(text, str):
            found[file.stem] = OwnStep(file.stem, file, text, _summary(file.stem, text))
        elif text is not None:
            problems.append(text)
    return found, problems


class ConfirmedSteps:
    """Which files of steps somebody said yes to, for the project at `root`."""

    def __init__(self, state: Path, root: Path) -> None:
        self._file = state / CONFIRMED_FILE
        self._root = str(root)

    def has(self, step: OwnStep) -> bool:
        entries = read_memory(self._file)
        known = {} if isinstance(entries, Problem) else entries.get(self._root)
        return isinstance(known, dict) and known.get(step.name) == step.digest

    def add(self, step: OwnStep) -> None:
        """Raises OSError."""

        def change(entries: dict[str, Any]) -> None:
            known = entries.get(self._root)
            known = known if isinstance(known, dict) else {}
            entries[self._root] = {**known, step.name: step.digest}

        change_memory(self._file, change)


def load_own_step(own: OwnStep) -> Step:
    """Run the file, which somebody said yes to, and give the step in it. Blocking; raises
    StepFailed, which names the line."""
    module = ModuleType(f"autocoder_step_{own.name}")
    module.__file__ = str(own.file)
    # Dataclasses and pickles look their module up by its name.
    sys.modules[module.__name__] = module
    try:
        code = compile(own.source, str(own.file), "exec", dont_inherit=True)
        exec(code, module.__dict__)
    except Exception as error:
        raise StepFailed(in_words(error, own.file)) from error
    except SystemExit as error:
        raise StepFailed(f"{_shown(own.file)} ends the program: a step is only called.") from error
    work = getattr(module, _NAME, None) or getattr(module, own.name, None)
    if not inspect.iscoroutinefunction(work):
        raise StepFailed(
            f"{_shown(own.file)} has no step in it: write a function "
            f"`async def {_NAME}(context)` or `async def {own.name}(context)`."
        )
    checked: Work = work
    return Step(own.name, checked, "project", str(own.file))


def in_words(error: BaseException, file: Path | None) -> str:
    """What went wrong in a step's code, and at which line of `file`: in place of a traceback,
    which says little to who did not write the program."""
    kind = type(error).__name__
    said = visible(" ".join(str(error).split()))[:300]
    what = f"{kind}: {said}" if said else kind
    if isinstance(error, SyntaxError) and error.filename == str(file):
        said = visible(error.msg)
        return f"{_shown(file)}, line {error.lineno}: {said}. Put it right and run the step again."
    line = next(_lines(error, file), None)
    where = "The step" if file is None else _shown(file)
    at = "" if line is None else f", line {line}"
    return f"{where}{at}: {what.rstrip('.')}. Put it right and run the step again."


def _lines(error: BaseException, file: Path | None) -> Iterator[int]:
    """The lines of `file` that led to the error, the innermost first."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if file is not None and frame.filename == str(file) and frame.lineno is not None:
            yield frame.lineno


def _shown(file: Path | None) -> str:
    return "The step" if file is None else visible(file.name)


def _summary(name: str, source: str) -> str:
    """The first paragraph of the step's docstring, on one line."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.AsyncFunctionDef)}
    node = functions.get(_NAME) or functions.get(name)
    text = (ast.get_docstring(node) if node is not None else None) or ""
    return " ".join(text.split("\n\n")[0].split())
