"""The changes of a reply for one file as plain data for JSON, and back exactly as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from autocoder_tui.edits.edit import (
    Candidate,
    EditBlock,
    EditLine,
    Manner,
    Mark,
    Placement,
    Reason,
    Unplaced,
    made_blocks,
)
from autocoder_tui.review.file_edits import FileEdits


def edits_data(edits: FileEdits) -> dict[str, Any]:
    """`edits` as plain data."""
    return {
        "blocks": [_block_data(block) for block in edits.blocks],
        "placements": [
            [
                *(p.block, p.start, p.end, list(p.new), p.manner, p.likeness, p.first),
                list(p.also),
            ]
            for p in edits.placements
        ],
        "unplaced": [
            [left.block, left.reason, left.said, [list(place) for place in _places(left)]]
            for left in edits.unplaced
        ],
        "already": list(edits.already),
    }


def edits_of(data: Any) -> FileEdits:
    """What `edits_data` made this of. Raises KeyError, TypeError or ValueError for all else."""
    blocks = tuple(_block_of(item) for item in data["blocks"])
    placements = tuple(_placement_of(item) for item in data["placements"])
    unplaced = tuple(_unplaced_of(item) for item in data["unplaced"])
    already = tuple(_typed(number, int) for number in data["already"])
    numbers = [*already] + [*made_blocks(placements)] + [left.block for left in unplaced]
    if not all(0 <= number < len(blocks) for number in numbers):
        raise ValueError("blocks")
    return FileEdits(blocks, placements, unplaced, already)


def _block_data(block: EditBlock) -> dict[str, Any]:
    return {
        "lines": [list(line) for line in block.lines],
        "has_context": block.has_context,
        "scopes": list(block.scopes),
        "line": block.line,
        "last": block.last,
        "at_start": block.at_start,
        "at_end": block.at_end,
        "closed": block.closed,
        "remark": block.remark,
        "source": block.source,
    }


def _block_of(data: Mapping[str, Any]) -> EditBlock:
    lines = tuple(
        EditLine(_one_of(mark, get_args(Mark)), _typed(text, str)) for mark, text in data["lines"]
    )
    return EditBlock(
        lines=lines,
        has_context=_typed(data["has_context"], bool),
        scopes=tuple(_typed(scope, str) for scope in data["scopes"]),
        line=_number(data["line"]),
        last=_number(data["last"]),
        at_start=_typed(data["at_start"], bool),
        at_end=_typed(data["at_end"], bool),
        closed=_typed(data["closed"], bool),
        remark=_typed(data["remark"], str),
        source=_typed(data["source"], str),
    )


def _placement_of(item: Any) -> Placement:
    block, start, end, new, manner, likeness, first, *also = item
    return Placement(
        _typed(block, int),
        _typed(start, int),
        _typed(end, int),
        tuple(_typed(line, str) for line in new),
        _one_of(manner, get_args(Manner)),
        float(likeness),
        _typed(first, int),
        tuple(_typed(number, int) for number in (also[0] if also else ())),
    )


def _unplaced_of(item: Any) -> Unplaced:
    block, reason, said, candidates = item
    places = (
        Candidate(_typed(start, int), _typed(end, int), float(likeness))
        for start, end, likeness in candidates
    )
    reason = _one_of(reason, get_args(Reason))
    return Unplaced(_typed(block, int), reason, _typed(said, str), tuple(places))


def _places(unplaced: Unplaced) -> list[tuple[int, int, float]]:
    return [(one.start, one.end, one.likeness) for one in unplaced.candidates]


def _number(value: Any) -> int | None:
    return None if value is None else _typed(value, int)


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(kind.__name__)
    return value


def _one_of(value: Any, values: tuple[Any, ...]) -> Any:
    if value not in values:
        raise ValueError(value)
    return value
