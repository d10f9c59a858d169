"""The report as a page: when and on what machine it was made, and a table of figures."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from importlib.metadata import version
from pathlib import Path

from tests.bench.report.figure import Figure, shown

_HEAD = """# How fast it is

Made by `python -m tests.bench.report` from the program as a person runs it: a process of its own
in a pseudo-terminal of 120x40 that is read as fast as it is written, with a server on the
loopback interface. Each figure stands beside another that was measured in turns with it (ours, the
other, the other, ours), and the ratio, the median of those pairs, says more than either: other
machines, and this one in another minute, are quicker or slower in both. Rows that miss their goal
say so. *Loop* is what a fixed loop in plain Python took before and after that row: how quick the
machine was then, for who judges a goal in seconds. No figure is scaled by it.

"""
_COLUMNS = ("", "ours", "beside it", "ratio", "goal", "met", "n", "loop")


def page(
    chapters: Mapping[str, Sequence[Figure]], *, made: date, loads: tuple[float, float]
) -> str:
    """The whole file. `loads` is how busy the machine was before and after."""
    before, after = loads
    lines = [_HEAD + f"Measured on {made.isoformat()} on {machine()}."]
    lines.append(
        f"The load of the machine was {before:.1f} before and {after:.1f} after; this report alone"
    )
    lines.append("brings it to 1-2." + _loops(chapters))
    lines.append("")
    for title, figures in chapters.items():
        lines += [f"## {title}", "", *table(figures), ""]
    lines.append(summary([figure for figures in chapters.values() for figure in figures]))
    return "\n".join(lines) + "\n"


def _loops(chapters: Mapping[str, Sequence[Figure]]) -> str:
    """How quick the machine was, where that was measured."""
    loops = [one.loop_ms for figures in chapters.values() for one in figures if one.loop_ms]
    if not loops:
        return ""
    return f" The loop took {shown(min(loops))} to {shown(max(loops))} ms."


def table(figures: Iterable[Figure]) -> list[str]:
    """The figures as the lines of a table in Markdown."""
    rows = [_row(figure) for figure in figures]
    ruler = "| --- |" + " ---: |" * 3 + " --- |" * 2 + " ---: |" * 2
    return ["| " + " | ".join(_COLUMNS) + " |", ruler, *rows]


def summary(figures: Sequence[Figure]) -> str:
    judged = [figure.met for figure in figures if figure.met is not None]
    return f"{sum(judged)} of {len(judged)} goals are met."


def _row(figure: Figure) -> str:
    beside = f"{shown(figure.baseline)} {figure.unit}: {figure.beside}"
    met = {True: "yes", False: "**no**", None: "–"}[figure.met]
    cells = (
        figure.what,
        f"{shown(figure.ours)} {figure.unit}",
        beside if figure.baseline is not None else "–",
        shown(figure.ratio),
        figure.goal.shown(figure.unit) if figure.goal else "–",
        met + (f" ({figure.fails})" if figure.fails else ""),
        str(figure.n),
        "–" if figure.loop_ms is None else f"{shown(figure.loop_ms)} ms",
    )
    return "| " + " | ".join(cells) + " |"


def machine() -> str:
    """The machine in words that name nothing of whose it is."""
    cores = os.cpu_count() or 1
    system = platform.system()
    with suppress(OSError):
        system = platform.freedesktop_os_release().get("PRETTY_NAME", system)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return (
        f"{processor()}, {cores} core{'s' * (cores != 1)}, {system}, {python}, "
        f"Textual {version('textual')}"
    )


def processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() in ("model name", "Model"):
                return " ".join(value.split())
    return platform.processor() or platform.machine()
