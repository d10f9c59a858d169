"""What a model's own token counts taught about ours.

Other models cut text by other vocabularies, so our count of a text has to be multiplied by a
ratio, and the ratio is another one for code than for prose, for digits and for rare words.
Each run that reports its usage is one equation in these ratios; they are the least squares
answer to the runs so far, held near what was believed before. Pure values: a face keeps them
between runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from autocoder_tui.text.late_pattern import late_pattern
from autocoder_tui.values import dataclass

Kind: TypeAlias = Literal["code", "prose", "data", "wide"]
KINDS: Final = ("code", "prose", "data", "wide", "digits", "joined", "rare")
"""What vocabularies treat apart. The first four are kinds of text ("wide" is Chinese, Japanese
and Korean) without its digits, then our tokens of digits, three at most in each: all these are
tokens, and a model makes so many of each. The last two are no tokens but what a model may make
more of: digits that stand in one token with another, which some models take one by one, and
tokens that are rare, which a smaller vocabulary does not have and makes several of."""

FIRST_MARGIN: Final = Decimal("0.15")
"""How far a count of another model's tokens may be off either way before anything is learnt."""

_SAMPLE: Final = 1024
_BLOCK: Final = 4096
_WIDE = late_pattern(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_DIGITS: Final = b"0123456789"
_BLANKS_BUT_DIGITS: Final = bytes(code if code in _DIGITS else 32 for code in range(256))
_MARKS: Final = b"(){}[];=<>_+*/\\|&^%$#@~`"
_DATA_MARKS: Final = b'",:{}[]'

# What is believed of a model before the first run, and how far off that may be: as many tokens
# as ours, and none more. Vocabularies agree best on what is written in Latin letters; digits,
# wide characters and rare words are where they go apart (tests/bench/tokens_bench.py).
_BELIEVED: Final = {
    "code": (1.0, 0.05),
    "prose": (1.0, 0.05),
    "data": (1.0, 0.05),
    "wide": (1.0, 0.5),
    "digits": (1.0, 0.05),
    "joined": (0.0, 0.8),
    "rare": (0.0, 0.4),
}
_LIMITS: Final = {"wide": (0.5, 6.0), "joined": (0.0, 1.2), "rare": (-0.5, 3.0)}
"""What no vocabulary goes beyond; the others are held by _LEAST and _MOST."""
_NOISE: Final = 0.01
"""Relative error of one run that nothing here explains."""
_MEMORY: Final = 0.98
"""Weight the past keeps at each run, so that a changed model is learnt anew in time."""
_LEAST, _MOST = 0.5, 4.0
"""A reported count outside these multiples of ours is not a count of what was sent."""
_ERRORS_KEPT: Final = 20
_RUNS_FOR_MARGIN: Final = 3


def kind_of(text: str) -> Kind:
    """The kind of a short stretch of text, by the characters in a sample of it."""
    sample = text[:_SAMPLE]
    if not sample.isascii() and 5 * len(_WIDE.findall(sample)) > len(sample):
        return "wide"
    data = sample.encode("utf-8", "surrogatepass")
    digits, marks = _count(data, _DIGITS), _count(data, _MARKS)
    if 6 * digits > len(sample) or 6 * _count(data, _DATA_MARKS) > len(sample):
        return "data"
    return "code" if 30 * marks > len(sample) else "prose"


def _count(data: bytes, some: bytes) -> int:
    """How many bytes of `data` are among `some`."""
    return len(data) - len(data.translate(None, some))


def stretches(text: str) -> Iterator[tuple[Kind, str]]:
    """`text` in stretches of one kind each, cut at line ends; joined they are `text`."""
    start = begun = 0
    kind: Kind | None = None
    while start < len(text):
        end = text.rfind("\n", start, start + _BLOCK) + 1
        if end <= start or start + _BLOCK >= len(text):
            end = min(len(text), start + _BLOCK)
        found = kind_of(text[start:end])
        if kind is not None and found != kind:
            yield kind, text[begun:start]
            begun = start
        kind, start = found, end
    if kind is not None:
        yield kind, text[begun:]


def digits_of(text: str) -> tuple[int, int]:
    """Tokens our vocabulary makes of the digits in `text`, one for every three in a row, and
    how many of the digits stand behind another in the same token."""
    # A seventh of the time that an expression takes to find them.
    runs = text.encode("utf-8", "surrogatepass").translate(_BLANKS_BUT_DIGITS).split()
    lengths = [*map(len, runs)]
    tokens = sum([(length + 2) // 3 for length in lengths])
    return tokens, sum(lengths) - tokens


@dataclass(frozen=True, slots=True)
class Weights:
    """Tokens of a prompt by our own count, apart by kind of text; `framing` is the chat's.

    `joined` and `rare` are no tokens more: see KINDS.
    """

    code: int = 0
    prose: int = 0
    data: int = 0
    wide: int = 0
    digits: int = 0
    joined: int = 0
    rare: int = 0
    framing: int = 0

    @property
    def total(self) -> int:
        return self.text + self.framing

    @property
    def text(self) -> int:
        """Tokens without the framing."""
        return self.code + self.prose + self.data + self.wide + self.digits

    @property
    def by_kind(self) -> tuple[int, ...]:
        """In the order of KINDS."""
        return (
            self.code,
            self.prose,
            self.data,
            self.wide,
            self.digits,
            self.joined,
            self.rare,
        )

    def __add__(self, other: Weights) -> Weights:
        return Weights(
            self.code + other.code,
            self.prose + other.prose,
            self.data + other.data,
            self.wide + other.wide,
            self.digits + other.digits,
            self.joined + other.joined,
            self.rare + other.rare,
            self.framing + other.framing,
        )


_Row: TypeAlias = tuple[float, ...]


def _belief() -> tuple[_Row, _Row]:
    """Precision (a diagonal matrix, row by row) and moment of the ratios before any run."""
    count = len(KINDS)
    own = [1 / _BELIEVED[kind][1] ** 2 for kind in KINDS]
    rows = [own[i] if i == j else 0.0 for i in range(count) for j in range(count)]
    return tuple(rows), tuple(_BELIEVED[kind][0] * own[i] for i, kind in enumerate(KINDS))


_BELIEF: Final = _belief()


@dataclass(frozen=True, slots=True)
class Calibration:
    """What `runs` runs taught about one model at one address. The default: nothing yet.

    `errors` are the relative errors of the estimates made before each of the latest runs,
    oldest first, positive where we counted too many.
    """

    runs: int = 0
    errors: tuple[float, ...] = ()
    _precision: _Row = _BELIEF[0]
    _moment: _Row = _BELIEF[1]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Tokens of the model for each of what KINDS names, in that order."""
        if self.runs == 0:
            return tuple(_BELIEVED[kind][0] for kind in KINDS)
        return _ratios(self)

    @property
    def margin(self) -> Decimal:
        """How far off an estimate may be either way, as a share: four of five were closer."""
        # The first estimate was made knowing nothing; it says little of the next.
        latest = sorted(abs(error) for error in self.errors[1:] or self.errors)
        if self.runs < _RUNS_FOR_MARGIN or not latest:
            return FIRST_MARGIN
        far = latest[min(len(latest) - 1, math.ceil(0.8 * len(latest)) - 1)]
        return max(Decimal("0.01"), Decimal(str(round(far, 2))))

    def tokens(self, weights: Weights) -> int:
        """The model's tokens for what weighs so much by our count."""
        if self.runs == 0:
            return weights.total
        return round(self._predicted(weights)) + weights.framing

    def learnt(self, weights: Weights, reported: int) -> Calibration:
        """With one more run: the server counted `reported` tokens for `weights`.

        A count far from any a vocabulary gives teaches nothing: such a server counted
        something else, or cut the prompt.
        """
        ours = weights.text
        theirs = reported - weights.framing
        if ours < 1 or not _LEAST * ours <= theirs <= _MOST * ours:
            return self
        predicted = self.tokens(weights)
        error = (predicted - reported) / reported
        scale = 1 / (_NOISE * theirs) ** 2
        x, count = weights.by_kind, len(KINDS)
        before, moment = _BELIEF
        # The belief from before the first run stays; only what runs taught fades.
        precision = tuple(
            before[at]
            + _MEMORY * (self._precision[at] - before[at])
            + scale * x[at // count] * x[at % count]
            for at in range(count * count)
        )
        learnt = tuple(
            moment[at] + _MEMORY * (self._moment[at] - moment[at]) + scale * x[at] * theirs
            for at in range(count)
        )
        errors = (*self.errors, round(error, 4))[-_ERRORS_KEPT:]
        return Calibration(self.runs + 1, errors, precision, learnt)

    def _predicted(self, weights: Weights) -> float:
        pairs = zip(self.ratios, weights.by_kind, strict=True)
        predicted = sum(ratio * count for ratio, count in pairs)
        return max(_LEAST * weights.text, min(_LIMITS["wide"][1] * weights.text, predicted))

    def to_dict(self) -> dict[str, Any]:
        return {
            "runs": self.runs,
            "errors": list(self.errors),
            "precision": list(self._precision),
            "moment": list(self._moment),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Calibration:
        """What `to_dict` gave; anything else is a Calibration that knows nothing yet."""
        runs = data.get("runs")
        rows = [_row(data.get("precision"), len(KINDS) ** 2), _row(data.get("moment"), len(KINDS))]
        errors = _row(data.get("errors"), None)
        if not isinstance(runs, int) or isinstance(runs, bool) or runs < 1 or errors is None:
            return cls()
        precision, moment = rows
        if precision is None or moment is None or any(v <= 0 for v in precision[:: len(KINDS) + 1]):
            return cls()
        found = cls(runs, errors[-_ERRORS_KEPT:], precision, moment)
        try:
            usable = all(math.isfinite(ratio) for ratio in found.ratios)
        except ArithmeticError:
            usable = False
        return found if usable else cls()


def _row(value: object, length: int | None) -> _Row | None:
    if not isinstance(value, list) or length not in (None, len(value)):
        return None
    numbers = [item for item in value if isinstance(item, int | float) and math.isfinite(item)]
    return tuple(map(float, numbers)) if len(numbers) == len(value) else None


@lru_cache(maxsize=64)
def _ratios(calibration: Calibration) -> tuple[float, ...]:
    """Asked for several times a second while a text grows, and for each run that is under way."""
    limits = (_LIMITS.get(kind, (_LEAST, _MOST)) for kind in KINDS)
    solved = _solved(calibration._precision, calibration._moment)
    return tuple(
        max(least, min(most, ratio)) for ratio, (least, most) in zip(solved, limits, strict=True)
    )


def _solved(precision: _Row, moment: _Row) -> list[float]:
    """precision * ratios = moment, by Gaussian elimination (it is positive definite)."""
    count = len(KINDS)
    rows = [[*precision[i * count : (i + 1) * count], moment[i]] for i in range(count)]
    for i in range(count):
        for below in rows[i + 1 :]:
            factor = below[i] / rows[i][i]
            for j in range(i, count + 1):
                below[j] -= factor * rows[i][j]
    ratios = [0.0] * count
    for i in reversed(range(count)):
        rest = sum(rows[i][j] * ratios[j] for j in range(i + 1, count))
        ratios[i] = (rows[i][count] - rest) / rows[i][i]
    return ratios
