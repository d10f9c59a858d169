"""`token_usage.csv`: what each request of a project took, in GPT Engineer's columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from autocoder_tui.problems import Problem
from autocoder_tui.steps.own_folder import read_text, write_file
from autocoder_tui.system.damaged_file import put_aside
from autocoder_tui.values import dataclass

USAGE_FILE: Final = "token_usage.csv"
COLUMNS: Final = (
    "step_name",
    "prompt_tokens_in_step",
    "completion_tokens_in_step",
    "total_tokens_in_step",
    "total_prompt_tokens",
    "total_completion_tokens",
    "total_tokens",
)


@dataclass(frozen=True, slots=True)
class UsageRow:
    """What one request of a step took. `number` is its row, from 1."""

    number: int
    step: str
    prompt_tokens: int
    completion_tokens: int


class TokenUsage:
    """The file of one project; one program at a time writes it. Everything blocks."""

    def __init__(self, root: Path, file: Path) -> None:
        self._root = root
        self._file = file
        self._rows: list[tuple[str, int, int]] | None = None

    def next_number(self) -> tuple[int, str]:
        """The number of the next row, and what was wrong with the file, "" for nothing. Raises
        ProjectUnusable."""
        said = self._read()
        assert self._rows is not None
        return len(self._rows) + 1, said

    def add(self, rows: Iterable[UsageRow]) -> str:
        """Add those of `rows` that are not there, and correct those of requests that were gone on
        with; what was wrong with the file, "" for nothing. Raises ProjectUnusable."""
        said = self._read()
        assert self._rows is not None
        before = list(self._rows)
        for row in sorted(rows, key=lambda row: row.number):
            values = (row.step, row.prompt_tokens, row.completion_tokens)
            if row.number > len(before):
                self._rows.append(values)
            elif before[row.number - 1][0] == row.step:
                self._rows[row.number - 1] = values
        if self._rows != before:
            try:
                write_file(self._root, self._file, _text(self._rows))
            except BaseException:
                self._rows = before
                raise
        return said

    def _read(self) -> str:
        if self._rows is not None:
            return ""
        text = read_text(self._root, self._file)
        found = _rows(self._file, text) if isinstance(text, str) else text or []
        if isinstance(found, list):
            self._rows = found
            return ""
        self._rows = []
        try:
            aside = put_aside(found).name
        except OSError:
            return f"{found} It is begun anew."
        return f"{found} It is kept as {aside} and begun anew."


def _rows(file: Path, text: str) -> list[tuple[str, int, int]] | Problem:
    """The rows of the file. One that another program wrote, with more columns, is read too."""
    if not text.strip():
        return []
    reader = csv.reader(io.StringIO(text))
    rows: list[tuple[str, int, int]] = []
    try:
        heads = next(reader)
        places = [heads.index(name) for name in COLUMNS[:3]]
        for row in reader:
            if row:
                name, prompt, completion = (row[place] for place in places)
                rows.append((name, int(prompt), int(completion)))
    except (csv.Error, ValueError, IndexError):
        return Problem(file, reader.line_num, f"expected the columns {', '.join(COLUMNS)}")
    return rows


def _text(rows: Iterable[tuple[str, int, int]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    prompts = completions = 0
    for name, prompt, completion in rows:
        prompts += prompt
        completions += completion
        total = prompts + completions
        writer.writerow(
            [name, prompt, completion, prompt + completion, prompts, completions, total]
        )
    return written.getvalue()
