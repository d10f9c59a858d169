"""The results that have come, as they lie in files: found by their request, read when needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from autocoder_tui.engine.provider.batch_lines import BatchResult, read_result
from autocoder_tui.engine.provider.stored_replies import StoredReply


class _Place(NamedTuple):
    file: Path
    offset: int
    length: int
    final: bool


class Results:
    """Where each result lies. Only places are held: a thousand replies take no memory.

    A reply, or an error that another try would not cure, is final; of others the last is known.
    `unread` counts lines that are no results.
    """

    def __init__(
        self, files: Iterable[Path] = (), forgives: Callable[[str, Path], bool] | None = None
    ) -> None:
        """`forgives` says whether a failure of this request in this file counts no more."""
        self._forgives = forgives
        self._places: dict[str, _Place] = {}
        self._failures: Counter[str] = Counter()
        self.unread = 0
        for file in files:
            self.add(file)

    def add(self, file: Path) -> list[str]:
        """Take in a file of results; the ids that stand in it. Blocking. Raises OSError."""
        found: list[str] = []
        offset = 0
        with file.open("rb") as lines:
            for line in lines:
                result = read_result(line.decode("utf-8", "replace"))
                if result is not None and self._counts(result, file):
                    place = _Place(file, offset, len(line), not result.worth_another_try)
                    self._take(result, place)
                    found.append(result.custom_id)
                elif result is None and line.strip():
                    self.unread += 1
                offset += len(line)
        return found

    def _counts(self, result: BatchResult, file: Path) -> bool:
        failed = result.reply.status_code >= 300
        return not (failed and self._forgives and self._forgives(result.custom_id, file))

    def _take(self, result: BatchResult, place: _Place) -> None:
        before = self._places.get(result.custom_id)
        if before is None or not before.final:
            self._places[result.custom_id] = place
        if not place.final:
            self._failures[result.custom_id] += 1

    def failures(self, custom_id: str) -> int:
        """How many answers to it were worth another try."""
        return self._failures[custom_id]

    def is_final(self, custom_id: str) -> bool:
        place = self._places.get(custom_id)
        return place is not None and place.final

    def reply(self, custom_id: str) -> StoredReply | None:
        """The reply, or the last failure. Blocking. Raises OSError."""
        place = self._places.get(custom_id)
        if place is None:
            return None
        with place.file.open("rb") as file:
            file.seek(place.offset)
            line = file.read(place.length)
        result = read_result(line.decode("utf-8", "replace"))
        return None if result is None else result.reply
