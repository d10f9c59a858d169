"""The picks before each change, so that a change can be taken back and done again."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from autocoder_tui.values import dataclass

Picks: TypeAlias = tuple[str, ...]

MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class PickHistory:
    """The picks `now`, what they were before each change, and what was taken back."""

    now: Picks = ()
    past: tuple[Picks, ...] = ()
    future: tuple[Picks, ...] = ()

    def then(self, picks: Picks) -> PickHistory:
        """The history with one more change. The same picks are none."""
        if picks == self.now:
            return self
        return PickHistory(picks, (*self.past, self.now)[-MOST_CHANGES:])

    def taken_back(self) -> PickHistory:
        """As it was before the last change; the same where nothing was changed."""
        if not self.past:
            return self
        return PickHistory(self.past[-1], self.past[:-1], (self.now, *self.future))

    def done_again(self) -> PickHistory:
        """As it was before a change was taken back; the same where none was."""
        if not self.future:
            return self
        return PickHistory(self.future[0], (*self.past, self.now), self.future[1:])

    def without(self, gone: set[str]) -> PickHistory:
        """The same with other files gone from `now`: they are no longer on disk."""
        return replace(self, now=tuple(path for path in self.now if path not in gone))


def change_in_words(before: Picks, after: Picks) -> str:
    """What leads from `before` to `after`, such as "5 files unpicked"."""
    counts = {"picked": len(set(after) - set(before)), "unpicked": len(set(before) - set(after))}
    said = [f"{n} file{'s' * (n != 1)} {what}" for what, n in counts.items() if n]
    return ", ".join(said) or "nothing"
