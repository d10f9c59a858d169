"""Halves of surrogate pairs put together.

JSON may escape a character beyond U+FFFF as two halves, and a server that cuts its text after
any of its tokens sends one half at the end of a frame and the other with the next. A half that
stays alone could not be written to a file.
"""

from __future__ import annotations


class PairJoiner:
    """Feed it the text of one kind piece by piece; a half that waits is kept for the next."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        """The text as far as it is whole, each half that has no other as U+FFFD."""
        if self._half and text:
            text, self._half = self._half + text, ""
        if text[-1:] and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return _writable(text)

    def finish(self) -> str:
        """U+FFFD if a half is left over."""
        half, self._half = self._half, ""
        return _writable(half)


def _writable(text: str) -> str:
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
