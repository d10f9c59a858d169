"""What a run of an earlier time was given, brought back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from textual.widgets import Input, TextArea

from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.files.picker import FilePicker
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


def fill_in_run(
    app: Program,
    run: KeptRun,
    picks: Sequence[str],
    missing: Sequence[str],
    *,
    only_empty: bool = False,
) -> None:
    """Requirements, picks and target of a run, what of its picks is `missing` told; a draft they
    replace is kept. `picks` and `missing` are what `pickable` found."""
    area = app.main.query_one("#requirements", TextArea)
    target, picker = app.main.query_one("#target", Input), app.main.query_one(FilePicker)
    if not only_empty:
        app.prompting.replace(run.snapshot.requirements)
    elif app.modes.mode in ("generate", "clarify") and not area.text.strip():
        feedback, asked = run.snapshot.feedback, run.snapshot.requirements
        app.prompting.replace(asked if feedback is None else feedback.requirements)
    if not only_empty or not (picker.picks or target.value):
        picker.set_picks(picks)
        target.value = run.snapshot.target or ""
        for message in missing:
            app.tell(message, severity="warning")
