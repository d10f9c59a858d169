"""A list of options whose cursor is seen in the terminal's own colours, too."""

from __future__ import annotations

from textual.style import Style
from textual.widget import Widget
from textual.widgets import OptionList

REVERSED = Style(reverse=True)


def reversed_where_asked(widget: Widget, style: Style, *component_classes: str) -> Style:
    """`style` with the `reverse` of the component's text-style, which Textual leaves out of the
    styles of components. In a theme of the terminal's own colours nothing else marks a row."""
    asked = any(widget.get_component_styles(name).text_style.reverse for name in component_classes)
    return style + REVERSED if asked else style


class Options(OptionList):
    """As Textual's, with the cursor as the theme has it."""

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        style = super().get_visual_style(*component_classes, partial=partial)
        return reversed_where_asked(self, style, *component_classes)
