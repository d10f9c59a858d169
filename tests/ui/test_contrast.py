"""Every text on the screen can be read in every theme that comes along: WCAG AA, as drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from textual.color import Color
from textual.screen import Screen

from autocoder_tui.config.theme_files import load_themes
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.contrast import contrast, faint
from tests.ui.driving import until
from tests.ui.goldens import at_moment

THEMES = [theme.name for theme in load_themes().themes if not theme.ansi]
_MOST_UNLIKE = ("autocoder-dark", "autocoder-light", "high-contrast")
_SIZE = (120, 40)
_KEPT = 4.5
# A changed word stands out by its ground, which leaves a little less (as tests/config has it).
_CODE = 3.5


def _segments(screen: Screen[Any]) -> Iterator[tuple[int, int, Segment]]:
    """What is drawn, with its place; of what lies under a dialog nothing."""
    dialogs = [widget.region for widget in screen.query(".dialog")]
    for y, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            if not dialogs or any(region.contains(x, y) for region in dialogs):
                yield x, y, segment
            x += segment.cell_length


def _colour(triplet: ColorTriplet | None) -> Color | None:
    return None if triplet is None else Color(*triplet)


def unreadable(app: AutocoderApp) -> list[str]:
    """The texts that can't be read on their ground."""
    bad = []
    for x, y, segment in _segments(app.screen):
        style = segment.style
        if style is None or not any(char.isalnum() for char in segment.text):
            continue
        text = _colour(style.color.triplet if style.color else None)
        ground = _colour(style.bgcolor.triplet if style.bgcolor else None)
        if text is None or ground is None:
            bad.append(f"{segment.text!r} at {x},{y} has no colours of the theme: {style}")
            continue
        have = contrast(text, ground)
        code = any(widget.id == "diff" for widget, _ in app.screen.get_widgets_at(x, y))
        if have < (_CODE if code else _KEPT):
            bad.append(f"{segment.text!r} at {x},{y}: {have:.2f} ({text.hex} on {ground.hex})")
    return bad


@pytest.mark.parametrize(
    ("moment", "key"),
    [
        *((moment, "") for moment in ("ask", "stream", "review", "question", "history")),
        *((moment, "") for moment in ("settings", "keys", "palette", "themes")),
        *(("ask", key) for key in ("f9", "ctrl+o", "ctrl+l", "f2")),
        *(("review", key) for key in ("v", "f7", "exclamation_mark", "y", "e")),
    ],
)
async def test_every_text_on_the_screen_can_be_read(tmp_path: Path, moment: str, key: str) -> None:
    async with at_moment(tmp_path, moment, _SIZE) as (app, pilot):
        if key:
            await pilot.press(key)
            await pilot.pause()
        for theme in _MOST_UNLIKE if key else THEMES:
            app.theme = theme
            await pilot.pause()
            await until(pilot, lambda: not app.screen._layout_required)
            assert unreadable(app) == [], theme


colours = st.builds(Color, *[st.integers(0, 255)] * 3)


@given(text=colours, ground=colours, other=colours, share=st.floats(0, 1))
def test_a_faint_text_can_be_read_wherever_the_text_itself_can(
    text: Color, ground: Color, other: Color, share: float
) -> None:
    made = faint(text, share, (ground, other))
    if all(contrast(text, one) >= _KEPT for one in (ground, other)):
        assert all(contrast(made, one) >= _KEPT for one in (ground, other))
    else:
        readable = all(contrast(made, one) >= _KEPT for one in (ground, other))
        assert made == text or readable
