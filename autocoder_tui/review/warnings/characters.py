"""Characters that hide, that were lost on the way, or that were written as HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from autocoder_tui.review.warnings.concern import Change, Concern
from autocoder_tui.safety.sanitize import has_hidden

_LINES_NAMED = 3
_LOST = "\ufffd"
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#39|#x27|#34|#60|#62|#38);", re.IGNORECASE)
_RAW = re.compile(r"[<>\"']|&(?!\w{1,8};|#\w{1,8};)")
_FEWEST_ENTITIES = 3
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MOST_LINES = 5_000
"""A text that is escaped is so from the beginning."""


def characters(change: Change) -> Iterator[Concern]:
    yield from _entities(change)
    yield from _lost(change)
    yield from _hidden(change)


def _entities(change: Change) -> Iterator[Concern]:
    """Text written as HTML. That is certain where it gives lines of the file once it is read."""
    if "&" not in change.after:
        return
    lines = [line for line in change.added if "&" in line[1] and _ENTITY.search(line[1])]
    del lines[_MOST_LINES:]
    again = [line for line in lines if html.unescape(line[1]) in change.old_lines]
    if again:
        message = (
            f"{_lines_named([number for number, _ in again])} HTML entities such as &lt; in the "
            "place of the characters the file has there."
        )
        yield Concern("entities", message, True)
    elif not change.is_markup and not _ENTITY.search(change.before):
        found = sum(len(_ENTITY.findall(text)) for _, text in lines)
        raw = sum(len(_RAW.findall(text)) for _, text in lines)
        if found >= _FEWEST_ENTITIES and found > raw:
            message = (
                f"{_lines_named([number for number, _ in lines])} HTML entities such as &lt;, and "
                "the file had none: the text seems to be escaped."
            )
            yield Concern("entities", message)


def _lost(change: Change) -> Iterator[Concern]:
    """Replacement characters the old text did not have: nothing tells what stood there."""
    new, old = change.after.count(_LOST), change.before.count(_LOST)
    if new <= old:
        return
    numbers = [number for number, text in change.added if _LOST in text]
    if not numbers:
        return
    message = (
        f"{_lines_named(numbers)} a replacement character (U+FFFD): what stood there was lost on "
        "the way."
    )
    yield Concern("replaced", message, True)


def _hidden(change: Change) -> Iterator[Concern]:
    suspect = _CONTROL.search(change.after.replace("\r\n", "\n")) is not None
    if change.after.isascii() and not suspect:
        return
    numbers = [
        number
        for number, text in change.added
        if (suspect or not text.isascii()) and has_hidden(text.removesuffix("\r"))
    ]
    if numbers:
        message = (
            f"{_lines_named(numbers)} hidden or text-direction characters, "
            "which can make code read other than it runs."
        )
        yield Concern("hidden", message)


def _lines_named(numbers: list[int]) -> str:
    """The first few of `numbers`, how many more there are, and the verb."""
    if len(numbers) == 1:
        return f"Line {numbers[0]} holds"
    named, more = numbers[:_LINES_NAMED], len(numbers) - _LINES_NAMED
    if more > 0:
        return f"Lines {', '.join(map(str, named))} and {more:,} more hold"
    return f"Lines {', '.join(map(str, named[:-1]))} and {named[-1]} hold"
