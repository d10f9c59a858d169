"""The changes of a reply for one file as plain data for JSON, and back exactly as they were."""

from __future__ import annotations

from typing import Any

from autocoder_tui.edits.edit import made_blocks
from autocoder_tui.review.file_edits import FileEdits
from autocoder_tui.text.plain_data import read_value, value_data


def edits_data(edits: FileEdits) -> dict[str, Any]:
    """`edits` as plain data."""
    data: dict[str, Any] = value_data(edits)
    return data


def edits_of(data: object) -> FileEdits:
    """What `edits_data` made this of, also that of an earlier version. Raises ValueError for all
    else."""
    edits: FileEdits = read_value(FileEdits, data)
    numbers = [*edits.already]
    numbers += made_blocks(edits.placements)
    numbers += [one.block for one in edits.unplaced]
    if not all(0 <= number < len(edits.blocks) for number in numbers):
        raise ValueError("blocks")
    return edits
