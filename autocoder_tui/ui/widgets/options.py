"""A list of options whose cursor is seen in the terminal's own colours, too."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget
from textual.widgets import OptionList

REVERSED = Style(reverse=True)


def reversed_where_asked(widget: Widget, style: Style, *component_classes: str) -> Style:
    """`style` with the `reverse` of the component's text-style, which Textual leaves out of the
    styles of components. In a theme of the terminal's own colours nothing else marks a row."""
    asked = any(widget.get_component_styles(name).text_style.reverse for name in component_classes)
    return style + REVERSED if asked else style


def in_colours(of: RichStyle, segment: Segment) -> Segment:
    """A part of a row in the colours of the whole row. What is coloured, or faint, for the ground
    of the other rows may be hard to read on another one; bold, italic and underlined it stays."""
    own = segment.style or RichStyle()
    kept = RichStyle(bold=own.bold, italic=own.italic, underline=own.underline, meta=own.meta)
    return Segment(segment.text, of + kept)


class Options(OptionList):
    """As Textual's, with the cursor as the theme has it."""

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        first = next((segment.style for segment in strip if segment.style is not None), RichStyle())
        at = first.meta.get("option")
        if at is None or at != self.highlighted or self.get_option_at_index(at).disabled:
            return strip
        parts = ("option-list--option", "option-list--option-highlighted")
        of = self.get_visual_style(*parts).rich_style
        return Strip([in_colours(of, segment) for segment in strip], strip.cell_length)

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        style = super().get_visual_style(*component_classes, partial=partial)
        return reversed_where_asked(self, style, *component_classes)
