"""Which files a model is asked to change by edits, and which it is to write whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias, get_args

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.request import InputFile

EditFormat: TypeAlias = Literal["auto", "whole", "edits"]
EDIT_FORMATS: Final[tuple[str, ...]] = get_args(EditFormat)

LARGE: Final = 6_000
"""Characters of a file from which on edits are worth asking for."""
_ENOUGH: Final = 4
"""Changes after which what was measured is believed, and not the catalogue."""
_MANAGED: Final = 0.8
"""Share of changes that have to have a place."""


def manages_edits(model: Model, known: Capabilities) -> bool:
    """Whether `model` writes edits that have a place: as measured, else as the catalogue says.
    A model of which nothing is known writes whole files."""
    tried, placed = known.edits_tried or 0, known.edits_placed or 0
    if tried >= _ENOUGH:
        return placed >= _MANAGED * tried
    return bool(model.edits)


def files_to_edit(
    files: Sequence[InputFile],
    target: str | None,
    wanted: str | None,
    model: Model,
    known: Capabilities,
) -> tuple[str, ...]:
    """The paths of the `files` whose changes are to be asked for as edits.

    `wanted` is an EditFormat that a person chose, None for what models.toml says of the model.
    """
    chosen = wanted if wanted not in (None, "auto") else model.edit_format or "auto"
    if chosen == "whole" or (chosen == "auto" and not manages_edits(model, known)):
        return ()
    least = 1 if chosen == "edits" else LARGE
    return tuple(
        file.path
        for file in files
        if len(file.text.strip()) >= least and target in (None, file.path)
    )


def told(edits: Sequence[str], known: Capabilities) -> str:
    """What is asked for, for the log, with what has been measured; "" for whole files."""
    tried, placed = known.edits_tried or 0, known.edits_placed or 0
    measured = f"; so far {placed} of its {tried} changes had a place" if tried else ""
    if not edits:
        return f"asked for whole files{measured}" if tried else ""
    files = edits[0] if len(edits) == 1 else f"{len(edits)} files"
    return f"asked for edits of {files}{measured}"
