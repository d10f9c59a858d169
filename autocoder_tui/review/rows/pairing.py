"""Which changed line stands beside which: the rows of one hunk, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from autocoder_tui.review.similarity import likeness, words

Pairs: TypeAlias = list[tuple[int | None, int | None]]
"""Old and new line of each row, counted from the start of what was paired."""

LIKE = 0.4
"""Lines less alike than this are not taken for one another's successor."""


def pair_lines(old: Sequence[str], new: Sequence[str], budget: int = 2_500) -> Pairs:
    """Rows that put every line beside the one it was made from, as far as that can be told.

    The pairs keep the order of both sides and have the greatest sum of likeness; lines
    without a partner share rows in order. Above `budget` comparisons lines are paired in
    order only.
    """
    n, m = len(old), len(new)
    if n == 0 or m == 0 or n * m > budget or n == m == 1:
        return _in_order(0, n, 0, m)
    words_old = [words(line) for line in old]
    words_new = [words(line) for line in new]
    # best[i][j]: the greatest sum for old lines from i on and new lines from j on.
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    alike = [[0.0] * m for _ in range(n)]
    for i in range(n - 1, -1, -1):
        row, below = best[i], best[i + 1]
        for j in range(m - 1, -1, -1):
            score = likeness(words_old[i], words_new[j])
            alike[i][j] = score
            skip = below[j] if below[j] >= row[j + 1] else row[j + 1]
            row[j] = max(skip, below[j + 1] + score) if score >= LIKE else skip
    rows: Pairs = []
    i = j = done_i = done_j = 0
    while i < n and j < m:
        if alike[i][j] >= LIKE and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            rows += _in_order(done_i, i, done_j, j)
            rows.append((i, j))
            i, j = i + 1, j + 1
            done_i, done_j = i, j
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return rows + _in_order(done_i, n, done_j, m)


def _in_order(i: int, i_end: int, j: int, j_end: int) -> Pairs:
    both = min(i_end - i, j_end - j)
    return (
        [(i + k, j + k) for k in range(both)]
        + [(k, None) for k in range(i + both, i_end)]
        + [(None, k) for k in range(j + both, j_end)]
    )
