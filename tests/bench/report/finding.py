"""Files found by typing, runs found by typing, and tokens counted."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.metering.tokens import load_counter
from autocoder_tui.engine.metering.vocabulary import load_encoding
from autocoder_tui.workspace.file_index import list_files
from tests.bench import finder_bench, history_typing_bench
from tests.bench.report.figure import Figure, Goal, percentile
from tests.bench.report.pairs import in_turns
from tests.bench.tokens_bench import corpus

_FILES = (30_000, 200_000)
_RUNS = 5_000
_FASTEST = 3.0
"""Millions of tokens a second."""


def files(rounds: int, counts: Sequence[int] = _FILES) -> list[Figure]:
    """A letter typed in the finder to the list that follows it; the size without a goal once."""
    found = []
    for count in counts:
        with tempfile.TemporaryDirectory() as place:
            project = Path(place) / "project"
            finder_bench.make_project(project, count)
            index = list_files(project)
            plain: list[float] = []
            times: list[float] = []
            for _ in range(rounds if count == _FILES[0] else 1):
                letters, lists = finder_bench.typed(project, Path(place), index)
                plain += letters
                times += lists
        for name, share in (("p50", 0.5), ("p95", 0.95)):
            judged = share == 0.95 and count == _FILES[0]
            found.append(
                Figure(
                    f"A letter in the finder to its list, {count:,} files, {name}",
                    percentile(times, share) * 1000,
                    "ms",
                    len(times),
                    percentile(plain, share) * 1000,
                    "a letter in the requirements",
                    Goal("most", 50) if judged else None,
                )
            )
    return found


def tokens(rounds: int) -> list[Figure]:
    """As picking counts a file (by kinds of text), and as a reply is counted, in millions a
    second of CPU."""
    counter, encoding = load_counter(Model("other", "somewhere")), load_encoding("o200k_base")
    texts = corpus()
    found = []
    for kind, some in (("code", texts["code"]), ("prose", texts["prose"]), ("data", texts["data"])):
        total = sum(len(encoding.encode_ordinary(text)) for text in some)
        plain = partial(_speed, encoding.encode_ordinary, some, total)
        ways = {"a picked file": counter.weigh_text, "a reply": counter.count}
        for name, count in ways.items():
            pairs = in_turns(rounds * 3, partial(_speed, count, some, total), plain)
            found.append(
                Figure.of_pairs(
                    f"Counting tokens of {kind}, {name}",
                    "M/s",
                    pairs,
                    "tiktoken alone",
                    Goal("least", _FASTEST),
                )
            )
    return found


def _speed(count: Callable[[str], object], texts: Sequence[str], total: int) -> float:
    """Millions of tokens a second of CPU, where `texts` have `total`."""
    begun = time.process_time()
    for text in texts:
        count(text)
    return total / (time.process_time() - begun) / 1e6


def runs(rounds: int, count: int = _RUNS) -> list[Figure]:
    """A letter typed in the history's search to the list that follows it, and how long the
    program listens to nothing else meanwhile."""
    found = history_typing_bench.measured(count, rounds)
    beside = "a pass over all texts in SQL, no screen"
    return [
        Figure(
            f"A letter in the search of {count:,} runs to its list, p95",
            percentile(found.lists, 0.95) * 1000,
            "ms",
            len(found.lists),
            percentile(found.passes, 0.95) * 1000,
            beside,
            Goal("most", 50),
        ),
        Figure(
            "The longest that search keeps the event loop from others, p95",
            percentile(found.held, 0.95) * 1000,
            "ms",
            len(found.held),
            percentile(found.held_typing, 0.95) * 1000,
            "the same letters in the requirements",
            Goal("most", 10),
        ),
    ]
