"""Counting tokens: exactly for OpenAI's models, by estimate for others.

A `TokenCounter` counts some millions of tokens a second. A `TailCounter` follows a growing
text and counts again only what has not settled.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping

from autocoder_tui.engine.calibration import Calibration, Weights, digits_of, stretches
from autocoder_tui.engine.catalog import OPENAI, Model
from autocoder_tui.engine.metering.pieces import last_boundary

# Chat framing as OpenAI's cookbook gives it: <|start|>role ... <|end|>\n around each message,
# and <|start|>assistant<|message|> before the reply.
TOKENS_PER_MESSAGE = 3
TOKENS_BEFORE_REPLY = 3

_SHORT = 1024
"""Characters below which a section is of one kind, and counted rather than looked up."""

# Where a prompt is cut into sections that are counted apart. Both encodings always start a
# new piece there, so the sum is the count of the whole.
_SECTION = re.compile(r"(?<=\n)(?=<file path=|Requirements:\n|Write )")

_MOST_REMEMBERED = 20_000
_weighed: OrderedDict[tuple[str, bool, bytes], Weights] = OrderedDict()
_weighed_lock = threading.Lock()

_UNSETTLED = 512
"""Characters a tail may have before TailCounter looks for a place to settle."""
_TOO_LONG = 8192
"""Characters without any exact place to cut, after which a tail is cut anyway."""


class TokenCounter:
    """Counts text as one model sees it. `exact`: the provider counts the same.

    Where it is not exact, `calibration` corrects it by what the model's earlier runs taught.
    `measure` gives the tokens of a text and how many of them are rare.
    """

    def __init__(
        self,
        count: Callable[[str], int],
        *,
        exact: bool,
        calibration: Calibration | None = None,
        scale: float = 1.0,
        measure: Callable[[str], tuple[int, int]] | None = None,
        vocabulary: str | None = None,
    ) -> None:
        self.vocabulary = vocabulary or repr(self)
        """A name that is the same for every counter that counts by the same vocabulary."""
        self._measure = measure or (lambda text: (count(text), 0))
        self._count = count
        self._scale = scale
        self.exact = exact
        self.calibration = calibration or Calibration()

    def count(self, text: str) -> int:
        """Tokens of `text` by itself."""
        if self.exact or self.calibration.runs == 0:
            return self._count(text)
        return self.calibration.tokens(self._weighed(text))

    def count_file(self, text: str) -> int:
        """As `count`, and remembered: the same text is not counted again."""
        return self.calibrated(self._remembered(text))

    def count_messages(self, messages: Iterable[Mapping[str, str]]) -> int:
        """Tokens of a whole chat request: every message with its framing, and the reply's start."""
        return self.calibrated(self.weigh_messages(messages))

    def calibrated(self, weights: Weights) -> int:
        """The model's tokens for a prompt that weighs `weights` by the vocabulary alone."""
        if self.exact:
            return weights.total
        return round(self.calibration.tokens(weights) * self._scale)

    def fitted(self, messages: Iterable[Mapping[str, str]], counted: int | None) -> TokenCounter:
        """This counter, set so that `messages` weigh what their server counted, if it did."""
        ours = 0 if self.exact or counted is None else self.count_messages(messages)
        if counted is None or ours == 0:
            return self
        return TokenCounter(
            self._count,
            exact=False,
            calibration=self.calibration,
            scale=self._scale * counted / ours,
            measure=self._measure,
            vocabulary=self.vocabulary,
        )

    def weigh_messages(self, messages: Iterable[Mapping[str, str]]) -> Weights:
        """A whole chat request by the vocabulary alone, before any calibration.

        Long sections that were weighed before (the files of the last request) are not
        counted again.
        """
        total, framing = Weights(), TOKENS_BEFORE_REPLY
        for message in messages:
            framing += TOKENS_PER_MESSAGE + ("name" in message)
            for value in message.values():
                for section in _SECTION.split(value):
                    total += self._remembered(section)
        return total + Weights(framing=framing)

    def _remembered(self, section: str) -> Weights:
        if len(section) <= _SHORT:
            return self._weighed(section)
        digest = hashlib.blake2b(section.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        key = (self.vocabulary, self.exact, digest)
        with _weighed_lock:
            if key in _weighed:
                _weighed.move_to_end(key)
                return _weighed[key]
        weights = self._weighed(section)
        with _weighed_lock:
            _weighed[key] = weights
            if len(_weighed) > _MOST_REMEMBERED:
                _weighed.popitem(last=False)
        return weights

    def weigh_text(self, text: str) -> Weights:
        """`text` by the vocabulary alone, before any calibration."""
        return self._weighed(text)

    def _weighed(self, text: str) -> Weights:
        if self.exact:
            return Weights(code=self._count(text))
        counts: dict[str, int] = {}
        for kind, stretch in stretches(text):
            (digits, joined), (tokens, rare) = digits_of(stretch), self._measure(stretch)
            if kind == "wide":
                rare = 0  # nearly all are
            found = {"digits": digits, "joined": joined, "rare": rare}
            for name, count in {**found, kind: max(0, tokens - digits)}.items():
                counts[name] = counts.get(name, 0) + count
        return Weights(**counts)


def load_counter(model: Model, calibration: Calibration | None = None) -> TokenCounter:
    """The counter for `model`.

    Takes some 0.2 s the first time (vocabulary): call it in a thread, from several if need be.
    OpenAI's own models are exact; the others are estimated by OpenAI's newest vocabulary,
    corrected by `calibration`.
    """
    from autocoder_tui.engine.metering.vocabulary import encoding_name, load_vocabulary

    name = encoding_name(model.name) if model.provider == OPENAI else None
    vocabulary = load_vocabulary(name or "o200k_base")
    return TokenCounter(
        vocabulary.count,
        exact=name is not None,
        calibration=calibration,
        measure=vocabulary.measure,
        vocabulary=vocabulary.name,
    )


class TailCounter:
    """Token count of a growing text, at a cost per character that does not grow with it. What is
    counted for good is not kept.

    The text settles in blocks, cut at line ends and between words where a cut changes no
    count, so `tokens` equals a full count. Only a run of more than 8,192 characters without
    a space or line break is cut anyway, which may add a token or two per cut.
    """

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter
        self._settled = 0
        self._tail = ""
        self._tail_tokens: int | None = 0

    @property
    def tokens(self) -> int:
        """Tokens of the text so far."""
        if self._tail_tokens is None:
            self._settle()
            self._tail_tokens = self._counter.count(self._tail)
        return self._settled + self._tail_tokens

    def append(self, text: str) -> None:
        """The text grew by `text`."""
        if text:
            self._tail += text
            self._tail_tokens = None
            if len(self._tail) > _TOO_LONG:
                self._settle()  # or each append would copy an ever longer tail

    def _settle(self) -> None:
        tail, start = self._tail, 0
        while len(tail) - start > _UNSETTLED:
            # Near the end nothing is certain yet: what follows a cut must be known.
            cut = last_boundary(tail, start, len(tail))
            if cut is None and len(tail) - start > _TOO_LONG:
                cut = start + _TOO_LONG
            if cut is None:
                break
            self._settled += self._counter.count(tail[start:cut])
            start = cut
        self._tail = tail[start:]
