"""The top line: the project on the left, the model on the right."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from autocoder_tui.safety.sanitize import visible

_LEAST_PLACE = 8


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
        begin = Content("  ").join(left)
        right = self._model_within(width - begin.cell_length - 2)
        place = Content(visible(self.project))
        if self.branch:
            place = place + Content.styled(f"  {visible(self.branch)}", "$muted")
        room = width - begin.cell_length - right.cell_length - 4
        if room >= _LEAST_PLACE:
            begin = Content("  ").join([begin, place.truncate(room, ellipsis=True)])
        gap = width - begin.cell_length - right.cell_length
        return begin + Content(" " * max(0, gap)) + right

    def _model_within(self, room: int) -> Content:
        """Model and provider, or the model alone, or as much of it as there is room for."""
        whole = Content(visible(self.model))
        if whole.cell_length <= room:
            return whole
        name = Content(visible(self.model).partition(" · ")[0])
        return name.truncate(max(0, room), ellipsis=True)
