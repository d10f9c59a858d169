"""The lines of the history: what is in them, and how much of it where there is little room."""

from __future__ import annotations

from datetime import date
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from autocoder_tui.engine.metering.money import format_usd
from autocoder_tui.engine.purpose import Mode
from autocoder_tui.runs.export import format_run_tokens
from autocoder_tui.runs.listed_run import WHEN_CELLS, Listed, files_in_words, when_in_words
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.kept_run import Status
from autocoder_tui.store.history.summary import RunSummary

MARKS: Final[dict[Status, str]] = {
    "finished": "✓",
    "failed": "✗",
    "cancelled": "■",
    "interrupted": "‖",
    "running": "▶",
}
_SIGNS: Final[dict[Mode, str]] = {"generate": "", "query": "? ", "feedback": "↺ ", "clarify": "… "}
"""What a run was asked in, before its name."""
_MARKED: Final = "●"
_FILES, _MODEL, _COST = 20, 22, 9
"""Cells of the columns."""
_MOST_KNOWN = 1_000


def head_of_list(columns: int) -> str:
    """What stands above the list: "" where the rows say it themselves."""
    if columns == 2:
        return ""
    when = f"  {'when':<{WHEN_CELLS + 1}}"
    if columns == 1:
        return f"{when}{'files':<{_FILES}}name"
    return f"{when}{'files':<{_FILES}}{'model':<{_MODEL}}{'cost':>{_COST}}  name"


class KnownRows:
    """The rows made last: most of what a letter finds is what the one before found."""

    def __init__(self) -> None:
        self._rows: dict[tuple[object, ...], Content] = {}

    def row(self, line: Listed, *, marked: bool, lines: int, wide: bool) -> Content:
        """A run in so many lines; the same object where nothing of it has changed."""
        look = (line, marked, lines, wide, date.today())  # What is told of "today" ends with it.
        row = self._rows.get(look)
        if row is None:
            if len(self._rows) >= _MOST_KNOWN:
                self._rows.clear()
            if lines == 1:
                row = one_line(line, marked=marked, wide=wide)
            else:
                row = two_lines(line, marked=marked)
            self._rows[look] = row
        return row


def one_line(line: Listed, *, marked: bool, wide: bool) -> Content:
    """A run in one line."""
    run = line.run
    when, files = visible(when_in_words(run.started)), files_in_words(run, whole=wide)
    parts = [f"{_mark(run, marked)} {_cell(when, WHEN_CELLS + 1)}{_cell(files, _FILES)}"]
    if wide:
        cost = format_usd(run.cost_usd)
        parts.append(f"{_cell(visible(run.model), _MODEL)}{cost:>{_COST}}  ")
    return Content.assemble(*parts, _name(line))


def two_lines(line: Listed, *, marked: bool) -> Content:
    """A run in two lines: what it is called, and what else tells it from others like it."""
    run = line.run
    what = [
        visible(when_in_words(run.started)),
        visible(run.model),
        format_usd(run.cost_usd) if run.cost_usd is not None else "",
        files_in_words(run, whole=False),
    ]
    said = " · ".join(filter(None, what))
    return Content("\n").join(
        [
            Content.assemble(f"{_mark(run, marked)} ", _name(line)),
            Content.assemble("  ", Content.styled(said, "$text-muted")),
        ]
    )


def head_of_run(line: Listed, *, project: str = "") -> Content:
    """What stands above the preview of a run; `project` where runs of several are listed."""
    run = line.run
    parts = [
        visible(when_in_words(run.started)),
        run.mode,
        run.status,
        visible(run.model),
        f"{format_run_tokens(run)} tokens",
        "cost unknown" if run.cost_usd is None else format_usd(run.cost_usd),
    ]
    if project:
        parts.append(visible(project))
    return Content("\n").join(
        [Content.styled(visible(run.name), "bold"), Content(" · ".join(parts))]
    )


def _mark(run: RunSummary, marked: bool) -> str:
    return _MARKED if marked else MARKS[run.status]


def _name(line: Listed) -> Content:
    run = line.run
    turns = len(line.runs)
    name = Content(_SIGNS[run.mode])
    name += Content.styled(visible(run.name), "bold" if run.named else "")
    more = f" ({turns} turns)" if turns > 1 else ""
    return name + Content(more + (" (demo)" if run.demo else ""))


def _cell(text: str, width: int) -> str:
    """`text` cut or filled to `width` cells, one of them a space."""
    if cell_len(text) >= width:
        while cell_len(text) >= width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - cell_len(text))
