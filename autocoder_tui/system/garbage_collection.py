"""Has Python look for garbage seldom, and not through all that was imported."""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (10_000, 20, 50)
"""Python's own: 700, 10, 10."""


def collect_nothing() -> None:
    """To be called before much is imported: all of that stays, and a tenth of the time goes into
    looking through it. Until `collect_seldom`."""
    gc.disable()


def collect_seldom() -> None:
    """To be called where much is imported, and stays until the program ends; again after more.

    With some 300,000 objects of modules in memory one look through all of it stops the screen for
    a tenth of a second, and many are due while it is built.
    """
    gc.freeze()
    gc.enable()
    gc.set_threshold(*_THRESHOLDS)
