"""The packaged byte-pair vocabularies, as tiktoken encodings that never touch the network.

tiktoken's own loader downloads its vocabulary at first use, with no time-out. The files here
are the same ones, so every count is the same too.
"""

from __future__ import annotations

import binascii
import gzip
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken

FOLDER = Path(__file__).parent.parent.parent / "data"

SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
"""Of the unpacked files, as tiktoken itself states them."""

# How text is cut into pieces before byte pairs are merged: tiktoken_ext.openai_public.
_PATTERNS = {
    "o200k_base": "|".join(
        (
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"\p{N}{1,3}",
            r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
            r"\s*[\r\n]+",
            r"\s+(?!\S)",
            r"\s+",
        )
    ),
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+|"
        r" ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
}
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

_lock = threading.Lock()
_loaded: dict[str, tiktoken.Encoding] = {}


def load_encoding(name: str) -> tiktoken.Encoding:
    """The encoding "o200k_base" or "cl100k_base", built once per process.

    Takes some 0.3 s the first time: call it in a thread. Safe to call from several; the
    later ones wait for the first. Raises KeyError for any other name.
    """
    with _lock:
        if name not in _loaded:
            import tiktoken

            ranks = _ranks(name)
            _loaded[name] = tiktoken.Encoding(
                name,
                pat_str=_PATTERNS[name],
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
    ranks: dict[bytes, int] = {}
    file, start = unpacked(name), 0
    while start < len(file):
        # Some lines at a time: the fields of all of them take 30 MB.
        end = file.find(b"\n", start + _BLOCK) + 1 or len(file)
        fields = file[start:end].split()
        ranks.update(
            zip(map(binascii.a2b_base64, fields[::2]), map(int, fields[1::2]), strict=True)
        )
        start = end
    return ranks
