"""Bytes to text and back, without losing a byte.

A file is read once, with a limit, and never waited for: a FIFO, a device or a sparse
gigabyte is refused at the door. What the text alone cannot say (encoding, byte order
mark, newline style, mode) is kept beside it, so that `encode` gives back the same shape.
"""

from __future__ import annotations

import codecs
import errno
import hashlib
import os
import re
import stat
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Literal

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.descriptors import open_unblocked
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.encoding import NAMES, candidates
from autocoder_tui.workspace.errors import (
    BinaryFile,
    MissingFile,
    NotAFile,
    TooLarge,
    Unencodable,
    Unreadable,
)

MAX_INPUT_BYTES = 1024 * 1024
"""Largest input file: more is no longer a prompt but a mistake."""
MAX_REVIEWED_BYTES = 16 * 1024 * 1024
"""An existing file larger than this is not diffed, and so not replaced as a whole."""
MAX_EDITED_BYTES = 64 * 1024 * 1024
"""Changes are placed in an existing file up to here; as much is kept of one for an undo."""

Newline = Literal["\n", "\r\n", "\r", "mixed"]

# UTF-32 first: its little-endian mark begins with the one of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Tab, newlines, form feed, backspace and escape do occur in text files.
_CONTROLS = re.compile("[\x01-\x07\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROLS = 0.10
# Many bytes decode in the older encodings, so there the text has to look more like text.
_MOST_CONTROLS_IN_FALLBACK = 0.02


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file was at one moment. `size` in bytes, `sha256` of all its bytes, in hex."""

    size: int
    mtime_ns: int
    inode: int
    sha256: str

    def same_bytes(self, other: Stamp) -> bool:
        """Whether both are the same content; a file merely touched or moved still is."""
        return self.size == other.size and self.sha256 == other.sha256


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file as it was read.

    `text` has "\\n" between lines when the file is uniformly CRLF or CR; with mixed
    newlines it is verbatim. `bom` is the byte order mark found, or empty. `mode` holds
    the permission bits.
    """

    path: Path
    text: str
    encoding: str
    bom: bytes
    newline: Newline
    mode: int
    stamp: Stamp
    guessed: bool = False
    """Whether nothing but its characters speaks for the encoding."""

    @property
    def is_large(self) -> bool:
        """Whether it is too large to be compared with another text as a whole."""
        return self.stamp.size > MAX_REVIEWED_BYTES

    @property
    def guess(self) -> str:
        """A sentence on the encoding where it is a guess, else "". Safe to show."""
        if not self.guessed:
            return ""
        name = NAMES.get(self.encoding, self.encoding)
        return (
            f"It is not UTF-8 and names no encoding: it was read as {name}, which is a "
            "guess. If accents and signs are wrong, save it as UTF-8 first."
        )

    def verbatim(self) -> TextFile:
        """The same file with its text as it is on disk, for a change of the line ends."""
        if self.newline not in ("\r\n", "\r"):
            return self
        return replace(self, text=self.with_ends(self.text), newline="mixed")

    def with_ends(self, text: str) -> str:
        """`text` with lines that end as this file's do, where they all end alike."""
        if self.newline not in ("\r\n", "\r"):
            return text
        return text.replace("\r\n", "\n").replace("\n", self.newline)

    def encode(self, text: str) -> bytes:
        """`text` in this file's encoding, mark and newline style.

        Raises Unencodable when the encoding has no place for a character.
        """
        text = self.with_ends(text)
        try:
            return self.bom + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            line = text.count("\n", 0, error.start) + 1
            name = visible(self.path.name)
            raise Unencodable(
                f"{name} is {self.encoding}, which has no {visible(character)!r} "
                f"(U+{ord(character):04X}, line {line}). Save the file as UTF-8 first, "
                "or ask for a text without that character.",
                paths=(str(self.path),),
            ) from None


def encoded(text: str, path: str, original: TextFile | None) -> bytes:
    """`text` as the bytes of the file at `path`: as the one it takes the place of is encoded,
    else as UTF-8. Raises Unencodable when there is no place for a character."""
    if original is not None:
        return original.encode(text)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Unencodable(
            f"{visible(path)} would hold half a character (a lone surrogate), which no file can. "
            "Edit or reject that hunk.",
            paths=(path,),
        ) from None


def read_text_file(
    path: Path, *, max_bytes: int = MAX_INPUT_BYTES, name: str | None = None
) -> TextFile:
    """Read `path` as text. `name` is how messages call it; the path itself by default.

    Raises MissingFile, Unreadable, NotAFile, TooLarge or BinaryFile.
    """
    shown = visible(name if name is not None else str(path))
    data, status = read_bytes(path, max_bytes=max_bytes, name=name)
    text, encoding, bom, guessed = _decode(data, shown, str(path))
    newline = newline_of(text)
    if newline in ("\r\n", "\r"):
        text = text.replace(newline, "\n")
    return TextFile(
        path=path,
        text=text,
        encoding=encoding,
        bom=bom,
        newline=newline,
        mode=stat.S_IMODE(status.st_mode),
        stamp=stamp_of(data, status),
        guessed=guessed,
    )


def read_bytes(
    path: Path, *, max_bytes: int, name: str | None = None
) -> tuple[bytes, os.stat_result]:
    """All bytes of a regular file of at most `max_bytes`, and its status when it was open.

    Never blocks on what is not a regular file. Raises MissingFile, Unreadable, NotAFile
    or TooLarge.
    """
    shown = visible(name if name is not None else str(path))
    try:
        # Opening a device can already act on it, so look first; look again once it is open.
        _require_regular(path.stat(), shown, path)
        descriptor = open_unblocked(path)
    except (OSError, ValueError) as error:
        raise _read_error(error, shown, path) from error
    try:
        status = os.fstat(descriptor)
        _require_regular(status, shown, path)
        if status.st_size > max_bytes:
            raise _too_large(shown, path, status.st_size, max_bytes)
        chunks: list[bytes] = []
        left = max_bytes + 1
        while left > 0 and (chunk := os.read(descriptor, min(left, 1 << 20))):
            chunks.append(chunk)
            left -= len(chunk)
    except OSError as error:
        raise _read_error(error, shown, path) from error
    finally:
        os.close(descriptor)
    if left <= 0:
        raise _too_large(shown, path, max_bytes + 1, max_bytes)
    return b"".join(chunks), status


def stamp_of(data: bytes, status: os.stat_result) -> Stamp:
    return Stamp(
        size=len(data),
        mtime_ns=status.st_mtime_ns,
        inode=status.st_ino,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def looks_binary(data: bytes) -> bool:
    """Whether the first bytes of a file already show that it is no text."""
    if data.startswith(tuple(mark for mark, _ in _BYTE_ORDER_MARKS)):
        return False
    if b"\0" in data:
        return True
    text = data.decode("latin-1")
    return len(_CONTROLS.findall(text)) > _MOST_CONTROLS * len(text)


def size_in_words(size: int) -> str:
    """A number of bytes with its unit: 1 byte, 980 bytes, 2.3 kB, 16 MB. A kB is 1024 bytes."""
    if size < 1024:
        return "1 byte" if size == 1 else f"{size} bytes"
    value, unit = size / 1024, "kB"
    for larger in ("MB", "GB", "TB", "PB"):
        if value >= 1000:
            value, unit = value / 1024, larger
    return f"{value:.1f}".removesuffix(".0") + f" {unit}"


def _decode(data: bytes, shown: str, path: str) -> tuple[str, str, bytes, bool]:
    """Text, encoding, byte order mark, such that encoding again gives `data`; and whether the
    encoding is a guess."""
    marked = [(m, name, False) for m, name in _BYTE_ORDER_MARKS if data.startswith(m)]
    unmarked = ((b"", name, guessed) for name, guessed in candidates(data))
    for mark, encoding, guessed in chain(marked, unmarked):
        body = data[len(mark) :]
        try:
            text = body.decode(encoding)
            if text.encode(encoding) != body:
                continue
        except UnicodeError:
            continue
        most = _MOST_CONTROLS if encoding.startswith("utf") else _MOST_CONTROLS_IN_FALLBACK
        if "\0" not in text and len(_CONTROLS.findall(text)) <= most * len(text):
            return text, encoding, mark, guessed
    raise BinaryFile(
        f"{shown} is not text: it holds bytes that no text file holds. Leave it out.",
        paths=(path,),
    )


def decoded(data: bytes, shown: str) -> tuple[str, str, bool]:
    """The text of a file's bytes, the name of its encoding, and whether that is a guess. `shown` is
    how messages call it. Raises BinaryFile."""
    text, encoding, _, guessed = _decode(data, shown, shown)
    return text, NAMES.get(encoding, encoding), guessed


def newline_of(text: str) -> Newline:
    """How the lines of `text` end: as "\n" where there is no end at all."""
    carriage_returns = text.count("\r")
    if not carriage_returns:
        return "\n"
    line_feeds = text.count("\n")
    if not line_feeds:
        return "\r"
    return "\r\n" if text.count("\r\n") == carriage_returns == line_feeds else "mixed"


def _require_regular(status: os.stat_result, shown: str, path: Path) -> None:
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return
    what = next(
        (
            word
            for is_it, word in (
                (stat.S_ISDIR, "a folder"),
                (stat.S_ISFIFO, "a named pipe"),
                (stat.S_ISSOCK, "a socket"),
            )
            if is_it(mode)
        ),
        "a device",
    )
    raise NotAFile(f"{shown} is {what}, not a regular file. Name a file.", paths=(str(path),))


def _too_large(shown: str, path: Path, size: int, max_bytes: int) -> TooLarge:
    advice = "Leave it out, or give a shorter excerpt of it as a file of its own."
    if max_bytes == MAX_INPUT_BYTES:
        advice += (
            f" Up to {size_in_words(MAX_EDITED_BYTES)} it can be changed without being sent: by "
            "edits that name it."
        )
    return TooLarge(
        f"{shown} is larger than {size_in_words(max_bytes)}"
        + (f" ({size_in_words(size)})" if size > max_bytes + 1 else "")
        + f". {advice}",
        paths=(str(path),),
    )


def _read_error(error: OSError | ValueError, shown: str, path: Path) -> MissingFile | Unreadable:
    paths = (str(path),)
    if isinstance(error, ValueError):
        return Unreadable(f"{shown!r} is not a name a file can have.", paths=paths)
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return MissingFile(f"{shown} does not exist. Check the name.", paths=paths)
    if error.errno in (errno.EACCES, errno.EPERM):
        return Unreadable(
            f"{shown} cannot be read: permission denied. Change its mode or leave it out.",
            paths=paths,
        )
    reason = (error.strerror or "unknown error").lower()
    return Unreadable(f"{shown} cannot be read: {reason}.", paths=paths)
