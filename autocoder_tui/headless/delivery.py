"""How a headless result leaves the program: exact bytes in a pipe, safe text on a terminal."""

from __future__ import annotations

import contextlib
import os
import re
import sys

from autocoder_tui.errors import AutocoderError
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.textfile import TextFile

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


class Undelivered(AutocoderError):
    """Stdout can't be written; the reply itself is kept elsewhere."""

    kind = "undelivered"


def print_result(data: bytes) -> None:
    """Write `data` to stdout. On a terminal what could act on it is shown as marks instead.

    Raises Undelivered.
    """
    try:
        if sys.stdout.isatty():
            text = data.decode("utf-8", "replace")
            data = visible(text, lines=True).encode("utf-8", "replace")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except (OSError, ValueError, AttributeError) as error:
        forget_stdout()
        if isinstance(error, BrokenPipeError):
            raise
        reason = getattr(error, "strerror", None) or "it is closed"
        raise Undelivered(f"The result can't be written to stdout: {reason}.") from error


def forget_stdout() -> None:
    """Send to nowhere what stdout still holds: at the end of the program writing it would fail
    once more, with a message and an exit code of the interpreter's own."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def patch_bytes(reviewable: Reviewable) -> bytes:
    """A patch of the bytes on disk: every file in its own encoding and newline style.

    Raises Unencodable for a new text that the file's encoding has no place for.
    """
    return b"".join(
        _patch_of(file, reviewable.originals[file.path]) for file in reviewable.review.files
    )


def _patch_of(file: FileReview, original: TextFile | None) -> bytes:
    patch = file.to_patch()
    if not patch:
        return b""  # the new text is the old one
    if original is None:
        return patch.encode("utf-8", "surrogateescape")
    if file.deletes and original.mode & 0o100:
        patch = patch.replace("file mode 100644", "file mode 100755", 1)
    # Raises Unencodable: a character the file has no place for must not become another.
    after = b"" if file.deletes else original.encode(file.after)
    if original.newline == "\r" or original.encoding.startswith(("utf-16", "utf-32")):
        return _patch_of_bytes(file, original.encode(file.before or ""), after)
    written: list[bytes] = []
    old = new = 0
    in_hunk = False
    lines = _lines(patch)
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        place = _HUNK.match(line)
        if place is not None:
            old, new, in_hunk = int(place.group(1)), int(place.group(2)), True
        if place is not None or not in_hunk or line[0] not in " +-":
            written.append(line.encode("utf-8", "surrogateescape"))
            continue
        sign = line[0]
        ended = not following.startswith("\\")
        first = old == 1 if sign in " -" else new == 1
        written.append(
            sign.encode()
            + (original.bom if first else b"")
            + _encoded(line[1:], original, ended=ended)
        )
        old += sign in " -"
        new += sign in " +"
    return b"".join(written)


def _patch_of_bytes(file: FileReview, before: bytes, after: bytes) -> bytes:
    """A patch for a file whose lines, as `patch` sees them, are not those of its text: only
    the byte 10 ends one there."""
    patch = FileReview.of(
        _as_bytes(file.path),
        before.decode("latin-1"),
        after.decode("latin-1"),
        source=_as_bytes(file.source),
        deletes=file.deletes,
    ).to_patch()
    return patch.encode("latin-1")


def _as_bytes(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("latin-1")


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


def _encoded(line: str, original: TextFile, *, ended: bool) -> bytes:
    """A line of the file; of one that is not `ended` there, the newline is the patch's own."""
    if ended and original.newline == "\r\n" and line.endswith("\n"):
        line = line[:-1] + "\r\n"
    return line.encode(original.encoding)
