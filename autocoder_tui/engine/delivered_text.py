"""A text that goes out as it comes, to where nothing can be taken back."""

from __future__ import annotations

from autocoder_tui.engine.text_buffer import GrowingText


class DeliveredText:
    """What was delivered of a text that grows, and at seams is taken back a little and written
    again. `exact` is False once it was written otherwise than it went out."""

    def __init__(self) -> None:
        self._text = GrowingText()
        self._taken_back = ""
        """What went out behind the end of the text, and is not in it any more."""
        self.exact = True

    def append(self, text: str) -> str:
        """`text` came; what of it has not gone out yet."""
        known = min(len(text), len(self._taken_back))
        self.exact &= text[:known] == self._taken_back[:known]
        self._taken_back = self._taken_back[known:]
        self._text.append(text)
        return text[known:]

    def retract(self, count: int) -> None:
        """The last `count` characters are taken back."""
        text = str(self._text)
        self._taken_back = text[len(text) - count :] + self._taken_back
        self._text.retract(count)
