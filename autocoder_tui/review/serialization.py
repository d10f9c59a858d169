"""A review as plain data for JSON, and back exactly as it was.

    {"files": [{"path": "a.py", "before": "…" or null, "after": "…", "complete": true,
                "remark": "", "hunks": [[0, 1, 0, 2], …], "verdicts": ["accepted", …],
                "source": "", "deletes": false, "edits": null}]}

A file that is not compared whole has null for "after", and in "places" what changes in its pieces.

The hunks are kept, not only the texts: a person may have split them. What is read back is
checked, for a review that cannot be right would write what nobody accepted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from autocoder_tui.edits.edit import Placed
from autocoder_tui.edits.large_text import LargePlaced, PieceChange
from autocoder_tui.edits.long_lines import pieces_of
from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.diff import Diff
from autocoder_tui.review.edits_data import edits_data, edits_of
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.review import Review


class NoReview(ValueError):
    """The data is no review: damaged, or of another version of the program."""


def review_data(review: Review) -> dict[str, Any]:
    """`review` as plain data. Texts may hold lone surrogates: write it with ASCII escapes."""
    return {"files": [_file_data(file) for file in review.files]}


def _file_data(file: FileReview) -> dict[str, Any]:
    in_places = file.diff.in_places
    return {
        "path": file.path,
        "before": file.before,
        "after": None if in_places else file.after,
        **({"places": _places(file.diff)} if in_places else {}),
        "complete": file.complete,
        "remark": file.remark,
        "hunks": [list(hunk) for hunk in file.hunks],
        "verdicts": [verdict.value for verdict in file.verdicts],
        "source": file.source,
        "deletes": file.deletes,
        "edits": None if file.edits is None else edits_data(file.edits),
    }


def _places(diff: Diff) -> list[list[Any]]:
    """What the diff of a large text changes in its pieces."""
    return [
        [hunk.old_start, hunk.old_end, list(diff.new_lines[hunk.new_start : hunk.new_end])]
        for hunk in diff.hunks
    ]


def review_of(data: object) -> Review:
    """The review that `data` was made from; diffs the texts, so call it off the event loop.

    Raises NoReview for anything that `review_data` does not make.
    """
    try:
        files = tuple(_file_of(item) for item in _mapping(data)["files"])
    except (KeyError, TypeError, ValueError) as error:
        raise NoReview("what was kept of the review can't be read") from error
    if len({file.path for file in files}) != len(files):
        raise NoReview("what was kept of the review names a file twice")
    return Review(files)


def _file_of(data: object) -> FileReview:
    item = _mapping(data)
    before, complete = item["before"], item["complete"]
    if before is not None:
        before = _text(before)
    if not isinstance(complete, bool):
        raise TypeError("complete")
    # What was kept before files could be renamed and deleted does not say it.
    source, deletes = _text(item.get("source", "")), item.get("deletes", False)
    if not isinstance(deletes, bool) or (before is None and (source or deletes)):
        raise TypeError("deletes")
    path, remark = _text(item["path"]), _text(item["remark"])
    if item["after"] is None:
        large = _large(_text(before), item["places"])
        file = FileReview.of_places(path, _text(before), large, complete, remark, source=source)
    else:
        after = _text(item["after"])
        file = FileReview.of(path, before, after, complete, remark, source=source, deletes=deletes)
    hunks = tuple(_hunk(places) for places in item["hunks"])
    verdicts = tuple(Verdict(value) for value in item["verdicts"])
    if len(hunks) != len(verdicts) or not _covers(file.diff, hunks):
        raise ValueError("hunks")
    if hunks[: file.acts] != file.hunks[: file.acts] or (deletes and len(hunks) != 1):
        raise ValueError("hunks")
    edits = item.get("edits")
    kept = None if edits is None else edits_of(edits)
    return replace(file, hunks=hunks, verdicts=verdicts, edits=kept)


def _large(before: str, places: object) -> LargePlaced:
    """What `_places` was made of."""
    if not isinstance(places, list):
        raise TypeError("places")
    pieces = pieces_of(before)
    changes: list[PieceChange] = []
    made: list[str] = []
    at = 0
    for start, end, new in places:
        if type(start) is not int or type(end) is not int or not at <= start <= end <= len(pieces):
            raise ValueError("places")
        changes.append(PieceChange(start, end, tuple(_text(piece) for piece in new)))
        made += (*pieces[at:start], *changes[-1].new)
        at = end
    made += pieces[at:]
    return LargePlaced(Placed("".join(made)), pieces, tuple(changes))


def _covers(diff: Diff, hunks: Sequence[Hunk]) -> bool:
    """Whether `hunks` are in order and all that is outside them is equal on both sides."""
    old_end, new_end = len(diff.old_lines), len(diff.new_lines)
    old = new = 0
    for hunk in (*hunks, Hunk(old_end, old_end, new_end, new_end)):
        if not (old <= hunk.old_start <= hunk.old_end <= old_end):
            return False
        if not (new <= hunk.new_start <= hunk.new_end <= new_end):
            return False
        if diff.old_lines[old : hunk.old_start] != diff.new_lines[new : hunk.new_start]:
            return False
        old, new = hunk.old_end, hunk.new_end
    return True


def _hunk(places: object) -> Hunk:
    if not isinstance(places, list) or not all(type(place) is int for place in places):
        raise TypeError("hunk")
    return Hunk(*places)


def _mapping(data: object) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise TypeError("mapping")
    return data


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value
