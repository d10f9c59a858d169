"""The top line: the project on the left, the model on the right."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from autocoder_tui.display import visible


class HeaderLine(Widget):
    """Folder, branch and model; what does not fit is cut in the folder first."""

    DEFAULT_CSS = """
    HeaderLine { height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """

    project: reactive[str] = reactive("")
    branch: reactive[str] = reactive("")
    model: reactive[str] = reactive("")
    notice: reactive[str] = reactive("")
    """Something that must not be overlooked, such as that these are recorded replies."""

    def render(self) -> Content:
        width = max(0, self.content_size.width)
        left = [Content.styled("autocoder-tui", "bold")]
        if self.notice:
            left.append(Content.styled(f" {self.notice} ", "bold $warning reverse"))
        right = Content(visible(self.model))
        used = sum(piece.cell_length for piece in left) + 2 * len(left) + right.cell_length + 2
        place = Content(visible(self.project))
        if self.branch:
            place = place + Content.styled(f"  {visible(self.branch)}", "$text-muted")
        left.append(place.truncate(max(0, width - used), ellipsis=True))
        line = Content("  ").join(left)
        gap = width - line.cell_length - right.cell_length
        if gap < 1:
            return line.truncate(width, ellipsis=True)
        return line + Content(" " * gap) + right


def short_path(path: Path) -> str:
    """`path` with the home folder as ~."""
    try:
        return "~/" + path.relative_to(Path.home()).as_posix()
    except ValueError:
        return str(path)
