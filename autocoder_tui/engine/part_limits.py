"""When a run stops asking for more parts."""

from __future__ import annotations

from autocoder_tui.engine.errors import NoProgress, TooManyParts
from autocoder_tui.engine.reply.prose import says_complete
from autocoder_tui.engine.seam import Continuation

SILENT_PARTS = 4
"""Replies in a row without a word before the run stops, each asked for in another way."""

_CONFIRMED_TWICE = 2
"""Replies in a row, asked for in two ways, that say that nothing is missing: enough for a text
that has nothing missing as far as can be seen."""

_LEAST_FRUITLESS = 6
"""Replies that add nothing in a whole run, at least; or twice as many as it may have parts."""


def confirms_end(plan: Continuation, head: str) -> bool:
    """Whether a model that was asked for what is missing says by `head`, the beginning of a
    reply that added nothing, that nothing is: in silence, in words, or with the very end.

    Asked by prefill it was told of nothing that is missing.
    """
    if plan.prefill:
        return False
    withheld = plan.witness.strip()
    return has_no_more(head) or bool(withheld and withheld in head)


def has_no_more(head: str) -> bool:
    """Whether a reply that begins with `head` and added nothing is silent, or says in words that
    nothing is left."""
    return not head.strip() or says_complete(head)


def ends_there(plan: Continuation | None, head: str) -> bool:
    """Whether a reply that begins with `head` and added nothing ends where the text does: it has
    no more, or is what a prefill withheld of the text and nothing behind it."""
    if has_no_more(head):
        return True
    return plan is not None and plan.prefill and head.strip() == plan.witness.strip()


class PartLimits:
    """Counts what the parts of one run added.

    Parts that added nothing do not count as parts: the ways of asking limit them at each place
    in the text, and a number of their own in the whole run.
    """

    def __init__(self, model_name: str, max_parts: int) -> None:
        self._model_name = model_name
        self._max_parts = max_parts
        self._parts = 0
        self._fruitless = 0
        self._fruitless_left = max(_LEAST_FRUITLESS, 2 * max_parts)
        self._silent = 0
        self._confirmed = 0

    def check(self) -> None:
        """Raises TooManyParts when the next part is past the last allowed."""
        if self._parts >= self._max_parts:
            raise TooManyParts(
                f"The reply was cut off again after part {self._max_parts}, the last "
                "allowed. The text so far is kept: continue it, or raise max_parts.",
                spent=f"{self._parts} parts",
                limit=f"{self._max_parts} parts",
            )

    def took(
        self,
        *,
        progress: bool,
        ended: bool,
        silent: bool,
        told: bool,
        confirms: bool = False,
        whole: bool = False,
    ) -> None:
        """A part came. `progress`: it added something; `ended`: the model ended it by itself;
        `silent`: there was no text in it; `told`: the model had ended inside a file, and
        confirmed it when told that something is missing; `confirms`: it says so, whyever it was
        asked; `whole`: all that the text lacks is the mark of its end. Raises NoProgress."""
        self._parts += progress
        self._fruitless = 0 if progress else self._fruitless + 1
        self._fruitless_left -= not progress
        self._silent = self._silent + 1 if silent and not progress else 0
        self._confirmed = self._confirmed + 1 if confirms and ended and not progress else 0
        if self._fruitless and told and ended:
            # It said twice that this is all. Once more would only cost money.
            raise NoProgress(
                f"{self._model_name} ended inside a file and, asked to go on, added nothing: "
                "the file is offered as incomplete. Read its end, or continue by hand.",
                confirmed=True,
            )
        settled = whole and self._confirmed >= _CONFIRMED_TWICE
        if settled or self._silent >= SILENT_PARTS or not self._fruitless_left:
            raise self.no_way_left()

    def no_way_left(self) -> NoProgress:
        """The error of a run whose every way of asking for more brought nothing."""
        return NoProgress(
            f"{self._model_name} was asked to go on in every way there is, the last "
            f"{self._fruitless or 1} times for nothing. The text so far is kept, its last file "
            "offered as incomplete: read it, continue by hand, or choose another model.",
            confirmed=self._silent >= SILENT_PARTS or self._confirmed >= _CONFIRMED_TWICE,
        )
