"""Picks of an earlier time that are brought back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autocoder_tui.workspace.entry import read_entry


def pickable(root: Path, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Those of the files that may be picked once more, and why not the others, as sentences.

    What may hold secrets was agreed to at that time, and is not sent again unasked. Blocking.
    """
    real = root.resolve()
    picks: list[str] = []
    gone: list[str] = []
    secret: list[str] = []
    for name in names:
        entry = read_entry(real, name)
        if entry is None or entry.is_dir or entry.special:
            gone.append(name)
        else:
            (secret if entry.secret else picks).append(name)
    told = []
    if gone:
        told.append(f"Picked last time, but gone since: {', '.join(gone)}")
    if secret:
        told.append(
            f"Not picked again, as it may hold secrets: {', '.join(secret)}. "
            "Pick it yourself if it is to be sent."
        )
    return picks, told
