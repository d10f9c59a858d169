"""Picked files stay picked when a write renames them."""

from __future__ import annotations

from collections.abc import Mapping

from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.files.picker import FilePicker


def follow_moves(app: Program, moves: Mapping[str, str]) -> None:
    """Pick the files that were renamed under their new names: `moves` has them by the old ones."""
    for picker in app.main.query(FilePicker):  # none when the program was left meanwhile
        picks = [moves.get(path, path) for path in picker.picks]
        if set(picks) != set(picker.picks):
            picker.set_picks(picks)
