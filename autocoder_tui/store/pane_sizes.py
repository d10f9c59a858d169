"""The sizes a person gave the panes in one project: a small file beside what is kept of its
screen."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autocoder_tui.problems import Problem
from autocoder_tui.store.json_file import change_memory, read_memory
from autocoder_tui.store.project_folder import project_folder

_MOST = 50
"""Names that are read of a file, which anyone can change."""


class PaneSizes:
    """The file of one project. Everything here is blocking."""

    def __init__(self, state: Path, root: Path) -> None:
        self.file = project_folder(state, Path(os.path.realpath(root))) / "panes.json"

    def read(self) -> dict[str, float]:
        """The share of each border by its name; nothing where the file is damaged, which the next
        change puts aside."""
        data = read_memory(self.file)
        if isinstance(data, Problem):
            return {}
        found = list(data.items())[:_MOST]
        return {name: share for name, share in found if _is_share(share)}

    def keep(self, shares: Mapping[str, float]) -> None:
        """Keep exactly these. Raises OSError."""

        def change(data: dict[str, Any]) -> None:
            data.clear()
            data.update({name: round(share, 4) for name, share in shares.items()})

        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        change_memory(self.file, change)


def _is_share(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value) and 0 < value < 1
