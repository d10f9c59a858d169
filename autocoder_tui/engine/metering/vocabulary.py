"""The packaged byte-pair vocabularies, which never touch the network.

tiktoken's own loader downloads its vocabulary at first use, with no time-out. The files here
are the same ones, so every count is the same too. What the program counts is counted by a
`Vocabulary`, in a tenth of the memory of `tiktoken.Encoding`, which is for who asks for one.
"""

from __future__ import annotations

import binascii
import gzip
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from autocoder_tui.engine.metering.byte_pairs import BytePairs
from autocoder_tui.engine.metering.pieces import PATTERNS, cut
from autocoder_tui.engine.metering.token_borders import is_wide

if TYPE_CHECKING:
    import tiktoken

FOLDER = Path(__file__).parent.parent.parent / "data"

SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
"""Of the unpacked files, as tiktoken itself states them."""

_SPECIAL_TOKENS = {
    "o200k_base": {"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
    "cl100k_base": {
        "<|endoftext|>": 100257,
        "<|fim_prefix|>": 100258,
        "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260,
        "<|endofprompt|>": 100276,
    },
}

_BLOCK = 200_000
"""Bytes of a vocabulary file that are read at a time."""

RARE: Final = 20_000
"""Tokens from this one on are rare: byte-pair vocabularies are in the order of frequency."""

_MOST_KNOWN: Final = 40_000
_LONGEST_KNOWN: Final = 120
"""Characters of a piece beyond which it is not remembered."""
_RARE_BITS: Final = 32

_lock = threading.Lock()
_loaded: dict[str, tiktoken.Encoding] = {}
_vocabularies: dict[str, Vocabulary] = {}


class Vocabulary:
    """Counts tokens as the tiktoken encoding `name` does. Safe to use from several threads."""

    def __init__(self, name: str, pairs: BytePairs) -> None:
        self.name = name
        self._pairs = pairs
        self._known = _KnownPieces(pairs, {})

    def count(self, text: str) -> int:
        """The tokens of `text`."""
        return self.measure(text)[0]

    def measure(self, text: str) -> tuple[int, int]:
        """The tokens of `text`, and how many of them are rare and no digits."""
        found = 0
        for pieces in cut(self.name, text):
            known = self._known
            found += sum(map(known.__getitem__, pieces))
            if len(known) > _MOST_KNOWN:
                self._known = known.renewed()
        return found & (1 << _RARE_BITS) - 1, found >> _RARE_BITS

    def encode(self, text: str) -> list[int]:
        """The tokens of `text`, as tiktoken's `encode_ordinary`."""
        return [
            token
            for pieces in cut(self.name, text)
            for piece in pieces
            for token in self._pairs.encode(piece.encode())
        ]


class _KnownPieces(dict[str, int]):
    """The tokens of each piece that was met and, shifted by _RARE_BITS, how many are rare."""

    def __init__(self, pairs: BytePairs, before: dict[str, int]) -> None:
        super().__init__()
        self._pairs = pairs
        self._before = before

    def renewed(self) -> _KnownPieces:
        """One that takes over from here each piece that is met again, and forgets the others."""
        self._before = {}
        return _KnownPieces(self._pairs, self)

    def __missing__(self, piece: str) -> int:
        found = self._before.get(piece)
        if found is None:
            parts = [*self._pairs.borders.cut(piece)] if is_wide(piece) else ()
            if len(parts) > 1:
                found = sum(map(self.__getitem__, parts))
            else:
                tokens = self._pairs.encode(piece.encode())
                digits = piece.isascii() and piece.isdigit()
                rare = 0 if digits else sum(token >= RARE for token in tokens)
                found = len(tokens) | rare << _RARE_BITS
        if len(piece) <= _LONGEST_KNOWN:
            self[piece] = found
        return found


def load_vocabulary(name: str) -> Vocabulary:
    """The vocabulary "o200k_base" or "cl100k_base", built once per process.

    Takes some 0.2 s the first time: call it in a thread. Safe to call from several; the
    later ones wait for the first. Raises KeyError for any other name.
    """
    with _lock:
        if name not in _vocabularies:
            _vocabularies[name] = Vocabulary(name, BytePairs(_blocks(name)))
        return _vocabularies[name]


def load_encoding(name: str) -> tiktoken.Encoding:
    """The encoding "o200k_base" or "cl100k_base", built once per process.

    It takes 40 MB, and some 0.5 s the first time: call it in a thread. Safe to call from
    several; the later ones wait for the first. Raises KeyError for any other name.
    """
    with _lock:
        if name not in _loaded:
            import tiktoken

            ranks = _ranks(name)
            _loaded[name] = tiktoken.Encoding(
                name,
                pat_str=PATTERNS[name],
                mergeable_ranks=ranks,
                special_tokens=_SPECIAL_TOKENS[name],
            )
            # It has taken a copy to count with, and keeps this one, some 25 MB, to be pickled.
            ranks.clear()
        return _loaded[name]


def encoding_name(model_name: str) -> str | None:
    """The packaged encoding OpenAI uses for a model of its own; None when that is not known."""
    import tiktoken.model

    try:
        name = tiktoken.model.encoding_name_for_model(model_name)
    except KeyError:
        return None
    # The open-weight models add special tokens only; ordinary text is cut the same way.
    name = "o200k_base" if name == "o200k_harmony" else name
    return name if name in SHA256 else None


def unpacked(name: str) -> bytes:
    """The vocabulary file: one "base64 of the bytes, space, rank" per line."""
    return gzip.decompress((FOLDER / f"{name}.tiktoken.gz").read_bytes())


def _ranks(name: str) -> dict[bytes, int]:
    tokens = (token for block in _blocks(name) for token in block)
    return {token: rank for rank, token in enumerate(tokens)}


def _blocks(name: str) -> Iterator[list[bytes]]:
    """The tokens in the order of their ranks, which have no gap, some at a time: the fields of
    all of them take 30 MB."""
    if name not in SHA256:
        raise KeyError(name)
    file, start = unpacked(name), 0
    while start < len(file):
        end = file.find(b"\n", start + _BLOCK) + 1 or len(file)
        yield list(map(binascii.a2b_base64, file[start:end].split()[::2]))
        start = end
