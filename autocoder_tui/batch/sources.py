"""Where the jobs of a batch come from: control files, folders of them, and JSON Lines."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from autocoder_tui.batch.job import BatchJob
from autocoder_tui.config.control_file import ControlFile, read_control_file, read_job
from autocoder_tui.config.errors import ControlFileUnusable
from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import Problem
from autocoder_tui.runs.setup import STDIN, Setup, with_options
from autocoder_tui.workspace.paths import relative_name, resolve_target

_CONTROL_FILES: Final = (".json", ".toml")
_LISTS: Final = (".jsonl", ".ndjson")
_MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a list of jobs."""


def read_jobs(
    setup: Setup, paths: Sequence[str], flags: Mapping[str, Any] | None = None
) -> list[BatchJob]:
    """The jobs that `paths` name, in their order. `flags` are options that win over those of the
    files. Blocking.

    Raises ControlFileUnusable, naming all that is wrong in any of them.
    """
    jobs: list[BatchJob] = []
    problems: list[Problem] = []
    overridden = flags or {}
    for name, file in _files(setup, paths, overridden):
        if file.problems:
            problems += file.problems
            continue
        try:
            name = _in_project(setup.root, name)
            jobs.append(_job(setup, len(jobs) + 1, name, file, overridden))
        except AutocoderError as error:
            problems.append(Problem(file.path, _line(file), error.message))
    if problems:
        raise ControlFileUnusable(tuple(problems))
    return jobs


def _in_project(root: Path, name: str) -> str:
    """A job's name, short where its file is one of the project's."""
    return name.removeprefix(f"{root}/")


def _files(
    setup: Setup, paths: Sequence[str], flags: Mapping[str, Any]
) -> Iterator[tuple[str, ControlFile]]:
    """Each job's options and the name it goes by."""
    for given in paths:
        path = Path(given)
        if path.is_dir():
            yield from _in_folder(setup, path, flags)
        elif path.suffix.lower() in _LISTS:
            yield from _in_list(setup, path)
        else:
            yield str(path), read_control_file(path, setup.settings, flags)


def _in_folder(
    setup: Setup, folder: Path, flags: Mapping[str, Any]
) -> Iterator[tuple[str, ControlFile]]:
    try:
        names = sorted(
            path.name
            for path in folder.iterdir()
            if path.suffix.lower() in (*_CONTROL_FILES, *_LISTS) and path.is_file()
        )
    except OSError as error:
        yield str(folder), _unreadable(folder, error)
        return
    if not names:
        said = "holds no control file (.json, .toml) and no list of jobs (.jsonl)"
        yield str(folder), ControlFile(folder, folder, problems=(Problem(folder, None, said),))
    yield from _files(setup, [str(folder / name) for name in names], flags)


def _in_list(setup: Setup, path: Path) -> Iterator[tuple[str, ControlFile]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ControlFileUnusable(
                (Problem(path, None, "is longer than 64 MB; split it into several lists"),)
            )
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        yield str(path), _unreadable(path, error)
        return
    except UnicodeDecodeError:
        said = "expected JSON Lines in UTF-8, found other bytes"
        yield str(path), ControlFile(path, path.parent, problems=(Problem(path, None, said),))
        return
    found = False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            found = True
            yield f"{path}:{number}", read_job(path, line, number, setup.settings)
    if not found:
        said = "holds no job; write one on each line, as a JSON object"
        yield str(path), ControlFile(path, path.parent, problems=(Problem(path, None, said),))


def _unreadable(path: Path, error: OSError) -> ControlFile:
    said = f"can't be read: {(error.strerror or 'unknown error').lower()}"
    return ControlFile(path, path.parent, problems=(Problem(path, None, said),))


def _job(
    setup: Setup, number: int, name: str, file: ControlFile, flags: Mapping[str, Any]
) -> BatchJob:
    """Raises AutocoderError."""
    if any(file.values.get(text) in STDIN for text in ("requirements", "system_prompt")):
        raise AutocoderError("the jobs of a batch can't take a text from stdin; name a file: @FILE")
    own = with_options(setup, flags, file.values)
    if not own.task.requirements.strip():
        raise AutocoderError('says nothing of what is wanted; give it "requirements"')
    wanted = own.result
    if own.task.mode == "clarify":
        raise AutocoderError("a batch asks nobody anything; take another mode than clarify")
    if wanted.check or wanted.fix or wanted.check_commands or wanted.file_checks:
        raise AutocoderError(
            "a batch tries nothing before its results are looked at; leave out check, "
            "check_commands and fix, and check in the review"
        )
    output = None
    if own.task.output is not None:
        # Written beside the control file, the way to it may lead up first.
        target = resolve_target(setup.root, os.path.normpath(own.task.output), allow_absolute=True)
        output = relative_name(setup.root, target)
    result = replace(own.result, json=False, patch=False, estimate_cost=False)
    return BatchJob(number, name, own.task, own.model, own.limits, result, output)


def _line(file: ControlFile) -> int | None:
    return next((line for line in file.lines.values() if line is not None), None)
