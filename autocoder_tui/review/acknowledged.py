"""The warnings on a proposal that a person has seen and gone on from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Acknowledged:
    """The warnings a person has seen and gone on from; each is asked about once."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def clear(self) -> None:
        self._seen.clear()

    def add(self, concerns: Mapping[str, Sequence[str]]) -> None:
        """These have been shown and answered."""
        self._seen.update((path, text) for path, texts in concerns.items() for text in texts)

    def fresh(self, concerns: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Those of `concerns` (warnings by path) that were not acknowledged yet."""
        left = {
            path: [text for text in texts if (path, text) not in self._seen]
            for path, texts in concerns.items()
        }
        return {path: texts for path, texts in left.items() if texts}
