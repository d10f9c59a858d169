"""The folder of one run of a project: `run.json`, and the log of each step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Final

from autocoder_tui.problems import Problem
from autocoder_tui.safety.redaction import redacted
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.steps.own_folder import read_text, write_file
from autocoder_tui.steps.record import StepRecord
from autocoder_tui.steps.record_json import json_text, parse_json, parse_record, record_text
from autocoder_tui.store.evaluation import Evaluation, as_plain, from_plain
from autocoder_tui.system.damaged_file import put_aside
from autocoder_tui.text.plain_data import Unexpected, read_value, value_data
from autocoder_tui.values import dataclass

RUN_FILE: Final = "run.json"
EVALUATION_FILE: Final = "evaluation.json"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class RunHead:
    """What a run was begun with. `steps` are the names of its steps in their order; `written` has
    what was written to the project, as path and SHA-256 of its bytes, "" for what was deleted."""

    configuration: str
    steps: tuple[str, ...]
    began: str
    prompt: str = ""
    picks: tuple[str, ...] = ()
    model: str = ""
    written: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run of the project at `root`. Everything blocks, and raises ProjectUnusable."""

    root: Path
    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    def write_head(self, head: RunHead) -> None:
        plain = value_data(replace(head, prompt=redacted(head.prompt), written={}))
        data = {"run": VERSION, **plain, "written": dict(head.written)}
        write_file(self.root, self.folder / RUN_FILE, json_text(data))

    def head(self) -> RunHead:
        """What it was begun with. What is damaged is put aside, which is said."""
        file = self.folder / RUN_FILE
        text = read_text(self.root, file)
        if text is None:
            raise ProjectUnusable(
                f"{visible(str(self.folder))} has no {RUN_FILE}, so nobody knows which steps it "
                "was to run. Begin anew without --resume."
            )
        found = text if isinstance(text, Problem) else _head(file, text)
        if isinstance(found, Problem):
            raise ProjectUnusable(f"{put_away(found)} Begin anew without --resume.")
        return found

    def write_evaluation(self, evaluation: Evaluation) -> None:
        """Keep what a person says of the run."""
        said = replace(evaluation, note=redacted(evaluation.note))
        write_file(self.root, self.folder / EVALUATION_FILE, json_text(as_plain(said)))

    def evaluation(self) -> Evaluation | None:
        """What was said of it, None for nothing that can be read."""
        file = self.folder / EVALUATION_FILE
        text = read_text(self.root, file)
        data = parse_json(file, text) if isinstance(text, str) else None
        return from_plain(data) if isinstance(data, dict) else None

    def file_of(self, record: StepRecord) -> Path:
        return self.folder / f"{record.title}.json"

    def write(self, record: StepRecord, configuration: str) -> None:
        text = record_text(record, self.name, configuration)
        write_file(self.root, self.file_of(record), text)

    def keep_copy(self, record: StepRecord) -> None:
        """Keep the log of a step that is about to be done anew, under the next free name."""
        file = self.file_of(record)
        data = read_text(self.root, file)
        if not isinstance(data, str):
            return
        number = 1
        while (copy := self.folder / f"{record.title}.before-{number}.json").exists():
            number += 1
        write_file(self.root, copy, data)

    def records(self, head: RunHead) -> tuple[list[StepRecord], list[str]]:
        """The record of each step, and what was wrong with any: that one is put aside, and its
        step waits again."""
        records: list[StepRecord] = []
        said: list[str] = []
        for number, name in enumerate(head.steps, 1):
            fresh = StepRecord(number, name)
            file = self.file_of(fresh)
            text = read_text(self.root, file)
            found = parse_record(file, text) if isinstance(text, str) else text
            if isinstance(found, StepRecord) and (found.number, found.name) != (number, name):
                found = Problem(file, None, f"expected the log of step {number}, {name}")
            if isinstance(found, Problem):
                said.append(f"{put_away(found)} The step {name} is done again.")
            records.append(found if isinstance(found, StepRecord) else fresh)
        return records, said


def put_away(problem: Problem) -> str:
    """Put the damaged file aside; what became of it, as sentences."""
    try:
        aside = put_aside(problem).name
    except OSError:
        return f"{problem.in_full} It stays as it is."
    return f"{problem.in_full} It is kept as {aside}."


def _head(file: Path, text: str) -> RunHead | Problem:
    data = parse_json(file, text)
    if isinstance(data, Problem):
        return data
    if data.get("run") != VERSION:
        return Problem(file, None, 'expected what a run was begun with, with "run": 1')
    prompt = data.get("prompt")
    # Several lines are written as a list of lines.
    data = {**data, "prompt": "\n".join(prompt)} if isinstance(prompt, list) else data
    written = _digests(data.pop("written", {}))
    try:
        head: RunHead = read_value(RunHead, data)
    except (Unexpected, TypeError):
        return Problem(file, None, 'expected "configuration", "steps" and "began"')
    if not all(name.isidentifier() for name in head.steps) or not head.steps:
        return Problem(file, None, 'expected names of steps as "steps"')
    return replace(head, written=written)


def _digests(data: Any) -> dict[str, str]:
    if not isinstance(data, dict):
        return {}
    return {path: known for path, known in data.items() if isinstance(known, str)}
