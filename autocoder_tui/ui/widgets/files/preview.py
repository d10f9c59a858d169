"""A file of the project, read where there is room for it beside the work."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from autocoder_tui.engine.reply.framing import escape_path
from autocoder_tui.ui.widgets.stream.view import StreamView

_FRAME = "previewed"


class FilePreview(StreamView, inherit_css=False):
    """Shows the text of one file with its colours; `path` is which, "" for none.

    Who asks the screen for its `StreamView` means the live output, so this goes by another name.
    """

    DEFAULT_CSS = StreamView.DEFAULT_CSS.replace("StreamView", "FilePreview")
    COMPONENT_CLASSES = StreamView.COMPONENT_CLASSES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("end,f", "follow", "End", show=False, id="output.follow"),
    ]
    path = ""

    def show_file(self, path: str, text: str) -> None:
        """Show `text`, which is that of the file at `path`, from its first line; what is shown of
        the same file already keeps its place."""
        frame = _FRAME
        while frame in text:
            frame += "-"
        framed = f'<file path="{escape_path(path)}" id="{frame}">\n{text}'
        self._put(path, framed)

    def say(self, path: str, why: str) -> None:
        """Say why the file at `path` is not shown."""
        self._put(path, why)

    def _says_below(self, lines: int) -> str:
        # Nothing of it is still to come.
        return f" {lines:,} below "

    def _put(self, path: str, text: str) -> None:
        top = self.top_line if path == self.path else 0
        if path == self.path and text == self.text:
            return
        self.path = path
        self.clear()
        self.append(text)
        self.scroll_to_line(top)
        # What is read is no text that grows.
        self._set_following(False)
