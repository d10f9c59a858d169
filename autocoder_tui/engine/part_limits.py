"""When a run stops asking for more parts."""

from __future__ import annotations

from autocoder_tui.engine.errors import NoProgress, TooManyParts
from autocoder_tui.engine.events import Cause

FRUITLESS_PARTS = 3
"""Continuations in a row that add nothing before the run stops."""


class PartLimits:
    """Counts what the parts of one run added."""

    def __init__(self, model_name: str, max_parts: int) -> None:
        self._model_name = model_name
        self._max_parts = max_parts
        self._fruitless = 0

    def check(self, part: int) -> None:
        """Raises TooManyParts when `part`, from 1, is past the last allowed."""
        if part > self._max_parts:
            raise TooManyParts(
                f"The reply was cut off again after part {self._max_parts}, the last "
                "allowed. The text so far is kept: continue it, or raise max_parts.",
                spent=f"{part - 1} parts",
                limit=f"{self._max_parts} parts",
            )

    def took(self, *, progress: bool, cause: Cause | None, ended: bool) -> None:
        """A part was joined: whether it added anything, why it was asked for, and whether the
        model ended it by itself. Raises NoProgress."""
        self._fruitless = 0 if progress else self._fruitless + 1
        if self._fruitless and cause == "false stop" and ended:
            # It said twice that this is all. Once more would only cost money.
            raise NoProgress(
                f"{self._model_name} ended inside a file and, asked to go on, added nothing: "
                "the file is offered as incomplete. Read its end, or continue by hand."
            )
        if self._fruitless >= FRUITLESS_PARTS:
            raise NoProgress(
                f"{self._model_name} was asked {FRUITLESS_PARTS} times to go on and "
                "added nothing. The text so far is kept; read it, or continue by hand."
            )
