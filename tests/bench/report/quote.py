"""What the README quotes of the report: a few rows, word for word, with their date and machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.terminal.program import ROOT

README: Final = ROOT / "README.md"
_ROWS: Final = (
    "Start to first paint",
    "Key to paint while streaming, p95",
    "CPU while idle",
    "Peak memory, 200,000 tokens",
    "Diff of 10,000 lines, three lines edited",
    "A letter in the finder to its list, 30,000 files, p50",
)
_PLACE: Final = re.compile(r"(?<=<!-- speed -->\n).*?(?=\n<!-- end of speed -->)", re.DOTALL)


def quoted(report: str) -> str:
    """The rows that the README has of `report`, a page in Markdown. Raises KeyError for a row that
    is not in it."""
    cells = [line.strip("| ").split(" | ") for line in report.split("\n") if line.startswith("| ")]
    rows = {row[0]: row for row in cells}
    made = re.search(r"^Measured on .*?\.$", report, re.MULTILINE)
    assert made is not None, "the report says when and where it was made"
    lines = ["| | ours | beside it |", "| --- | --- | --- |"]
    lines += [f"| {name} | {rows[name][1]} | {rows[name][2]} |" for name in _ROWS]
    return "\n".join([*lines, "", made[0]])


def quote(report: str, readme: Path = README) -> None:
    """Put the rows into the README, where it has a place for them."""
    text = readme.read_text(encoding="utf-8")
    assert _PLACE.search(text), "there is no place for the figures of speed"
    readme.write_text(_PLACE.sub(lambda _: quoted(report), text), encoding="utf-8")
