"""How much the tests try: a selection by default, everything with AUTOCODER_TUI_FUZZ=full.

What is tried by default is meant to see a mistake in the mechanism; the whole is for its corners.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

FULL = os.environ.get("AUTOCODER_TUI_FUZZ") == "full"
T = TypeVar("T")


def examples(full: int) -> settings:
    """What hypothesis tries: `full` examples, by default a tenth of them, at most 200."""
    return settings(max_examples=full if FULL else max(30, min(200, full // 10)), deadline=None)


def some(rows: Sequence[T], every: int) -> Sequence[T]:
    """Of the rows of a table every `every`th; all of them with FULL."""
    return rows if FULL else rows[::every]
