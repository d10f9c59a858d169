"""Every text on the screen can be read in every theme that comes along: WCAG AA, as drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.screen import Screen
from textual.widgets import Button, Input

from autocoder_tui.config.theme_files import load_themes
from autocoder_tui.demo.script import Reply
from autocoder_tui.engine.events import TextDelta
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.contrast import contrast, faint
from autocoder_tui.ui.screens.recovered import RecoveredRuns
from tests.ui.driving import NARROW, driven, serving, setup_for, until
from tests.ui.goldens import at_moment
from tests.ui.test_dialog_buttons import closed, every_dialog, opened
from tests.ui.test_recovery import WHOLE, left_behind
from tests.ui.test_session import AT

LOADED = load_themes().themes
THEMES = [theme.name for theme in LOADED if not theme.ansi]
OF_THE_TERMINAL = [theme.name for theme in LOADED if theme.ansi]
_MOST_UNLIKE = ("autocoder-dark", "paper", "high-contrast", "beacon-light", "ember")
_IN_ALL = ("ask", "stream", "review", "history")
"""What has every colour of a theme in it; another theme takes longer than all else here."""
_SIZE = (120, 40)
_TEXT = 4.5
_STRONG = ("high-contrast", "high-contrast-light")
_MOST = 7.0
"""WCAG 2, level AAA."""
_PART = 3.0
"""What is no text but has to be seen: WCAG 2, 1.4.11."""
_SEPARATES = set("─│┌┐└┘├┤┬┴┼╭╮╯╰▁▔▏▕▊▎")
"""What only separates: nothing is told by it. In high contrast it is seen, too."""
_FILLS = set("╱╲ ")
_PARTS = set("━┃█▀▄▌▐▂▃▅▆▇▉▋▍")
"""Bars and the line of the pane with the keyboard."""


def _segments(screen: Screen[Any]) -> Iterator[tuple[int, int, Segment]]:
    """What is drawn, with its place; of what lies under a dialog nothing."""
    dialogs = [widget.region for widget in screen.query(".dialog")]
    for y, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            if not dialogs or any(region.contains(x, y) for region in dialogs):
                yield x, y, segment
            x += segment.cell_length


def unreadable(app: AutocoderApp) -> list[str]:
    """The texts that can't be read on their ground, and the parts that can't be seen."""
    bad = []
    for x, y, segment in _segments(app.screen):
        strong = app.theme in _STRONG
        style, signs = segment.style, set(segment.text) - (set() if strong else _SEPARATES) - _FILLS
        if style is None or not signs:
            continue
        if not style.color or not style.bgcolor or not style.color.triplet or style.dim:
            bad.append(f"{segment.text!r} at {x},{y} has no colours of the theme: {style}")
            continue
        text, ground = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
        least = _MOST if strong else _TEXT
        if contrast(text, ground) < (_PART if signs <= _PARTS | _SEPARATES else least):
            have = f"{contrast(text, ground):.2f} ({text.hex} on {ground.hex})"
            bad.append(f"{segment.text!r} at {x},{y}: {have}")
    return bad


def unsuited(app: AutocoderApp, theme: str) -> list[str]:
    """What nobody knows how it looks in the terminal's own colours: text on one that is not just
    reversed, or one that is near to the usual ground of such a terminal."""
    near = {4} if theme == "ansi" else {2, 3, 6, 7}  # blue; green, yellow, cyan, white
    near |= {0, 8, 15}
    bad = []
    for x, y, segment in _segments(app.screen):
        style = segment.style or Style()
        pair = (style.color, style.bgcolor)
        colours = [one.number for one in pair if one is not None and not one.is_default]
        on_one = style.bgcolor is not None and not style.bgcolor.is_default
        if not segment.text.isspace() and (on_one or near & {*colours}):
            bad.append(f"{segment.text!r} at {x},{y}: {style}")
    return bad


def wrong(app: AutocoderApp) -> list[str]:
    """What is wrong with the colours of what is on the screen."""
    theme = app.theme
    return unsuited(app, theme) if theme in OF_THE_TERMINAL else unreadable(app)


async def put_on(app: AutocoderApp, pilot: Any, theme: str) -> None:
    if app.theme != theme:
        app.theme = theme
        await pilot.pause()
        await until(pilot, lambda: not app.screen._layout_required)


async def look_at(app: AutocoderApp, pilot: Any, themes: list[str], what: str) -> None:
    """Each of `themes` on what is on the screen."""
    for theme in themes:
        await put_on(app, pilot, theme)
        assert wrong(app) == [], (theme, what)
    app.theme = "autocoder-dark"


@pytest.mark.parametrize(
    ("moment", "key"),
    [
        *((moment, "") for moment in ("ask", "stream", "review", "question", "history")),
        *((moment, "") for moment in ("settings", "keys", "palette", "themes", "steps")),
        *((moment, "") for moment in ("finder", "reference")),
        *(("ask", key) for key in ("f9", "ctrl+o", "ctrl+l", "f2", "alt+m")),
        *(("review", key) for key in ("v", "f7", "exclamation_mark", "y", "e", "slash")),
    ],
)
async def test_every_text_on_the_screen_can_be_read(tmp_path: Path, moment: str, key: str) -> None:
    async with at_moment(tmp_path, moment, _SIZE) as (app, pilot):
        if key:
            await pilot.press(key)
            await pilot.pause()
        if key == "slash":
            await pilot.press(*"orders")
            await pilot.pause()
        themes = THEMES if moment in _IN_ALL and not key else list(_MOST_UNLIKE)
        await look_at(app, pilot, [*themes, *OF_THE_TERMINAL], moment + key)


@pytest.mark.parametrize(
    ("pane", "words"), [("notes", "besides the files"), ("reasoning", "before it answers")]
)
async def test_what_stands_in_an_empty_pane_can_be_read(
    tmp_path: Path, pane: str, words: str
) -> None:
    async with at_moment(tmp_path, "ask", NARROW) as (app, pilot):
        app.main.show(pane)
        await until(pilot, lambda: any(words in it.text for _, _, it in _segments(app.screen)))
        await look_at(app, pilot, [*_MOST_UNLIKE, *OF_THE_TERMINAL], pane)


async def test_what_a_small_terminal_is_told_can_be_read(tmp_path: Path) -> None:
    async with at_moment(tmp_path, "ask", (50, 12)) as (app, pilot):
        await until(pilot, lambda: any("widen it" in it.text for _, _, it in _segments(app.screen)))
        await look_at(app, pilot, [*_MOST_UNLIKE, *OF_THE_TERMINAL], "small")


@pytest.mark.parametrize("severity", ["information", "warning", "error"])
async def test_every_message_can_be_read(tmp_path: Path, severity: Any) -> None:
    async with at_moment(tmp_path, "ask", NARROW) as (app, pilot):
        app.notify("Something is said, and it stands above the footer.", severity=severity)
        await until(pilot, lambda: any("is said" in it.text for _, _, it in _segments(app.screen)))
        await look_at(app, pilot, [*THEMES, *OF_THE_TERMINAL], severity)


ANSWER = """\
# A heading
## Another, with `code` and **strong**
Text with *emphasis*, ~~struck~~, `code` and [a link](http://127.0.0.1/x).

> a quote, with `code`

- [x] done
1. first

| head | of a table |
| --- | --- |
| `code` | text |

---

```python
@wraps(f)
class Shop(Exception):  # says why
    '''A text.'''
    def total(self, n: int = 0x1F) -> float:
        return sum(f"{n!r}\\n", None) if n in (1, 2.5) else self.x
```
"""


async def test_every_part_of_an_answer_can_be_read(tmp_path: Path) -> None:
    flags = ("--mode", "query", "-r", "# Why `x`?\n\n> **b**\n- c")
    async with serving(tmp_path, [Reply(ANSWER)], *flags, size=_SIZE) as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done and app.screen is app.main)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.conversation.now.asked and not app.runner.running)
        await pilot.press("f4", "home")
        await until(pilot, lambda: any("A heading" in it.text for _, _, it in _segments(app.main)))
        await look_at(app, pilot, [*THEMES, *OF_THE_TERMINAL], "answer")


@pytest.mark.parametrize("theme", ["high-contrast", *OF_THE_TERMINAL])
async def test_every_dialog_can_be_read(tmp_path: Path, theme: str) -> None:
    """With the keyboard in its line to type in, and on a button, too. High contrast stands for the
    themes with colours of their own, as it asks for more than they do."""
    left_behind(tmp_path, TextDelta(WHOLE[:-40]))
    async with driven(setup_for(tmp_path, *AT), NARROW) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, RecoveredRuns) and app.screen._listens)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main and app.recovery.done)
        # To change the theme takes longer than to open a dialog: one after the other in the same.
        await put_on(app, pilot, theme)
        for kind in every_dialog():
            app.main.show("output")
            await pilot.pause()
            dialog = await opened(app, pilot, kind.__name__, [])
            # The list of themes shows the one under its cursor.
            await put_on(app, pilot, theme)
            assert wrong(app) == [], kind.__name__
            for widget in (*list(dialog.query(Input))[:1], *list(dialog.query(Button))[:1]):
                if widget.display and not widget.disabled:
                    widget.focus()
                    await pilot.pause()
                    assert wrong(app) == [], f"{dialog} {widget}"
            app.pop_screen()
            await closed(app, pilot, dialog)


@pytest.mark.parametrize("theme", OF_THE_TERMINAL)
async def test_selected_text_is_told_apart_in_the_terminals_own_colours(
    tmp_path: Path, theme: str
) -> None:
    """In a line to type in, in a text to type, and in what is selected with the mouse."""
    async with at_moment(tmp_path, "stream", NARROW) as (app, pilot):
        await put_on(app, pilot, theme)

        def is_reversed(text: str) -> bool:
            texts = [it.text for _, _, it in _segments(app.screen) if it.style and it.style.reverse]
            return text in "".join(texts)

        await pilot.mouse_down(offset=(10, 6))
        await pilot.hover(offset=(30, 9))
        await pilot.mouse_up(offset=(30, 9))
        await until(pilot, lambda: is_reversed("total(orders)"))
        await pilot.press("ctrl+f", *"src", "shift+home")
        await until(pilot, lambda: is_reversed("src"))
        await pilot.press("escape", "f3", "ctrl+home", "shift+end")
        await until(pilot, lambda: is_reversed("Make total"))


colours = st.builds(Color, *[st.integers(0, 255)] * 3)


@given(text=colours, ground=colours, other=colours, share=st.floats(0, 1))
def test_a_faint_text_can_be_read_wherever_the_text_itself_can(
    text: Color, ground: Color, other: Color, share: float
) -> None:
    made = faint(text, share, (ground, other))
    if all(contrast(text, one) >= _TEXT for one in (ground, other)):
        assert all(contrast(made, one) >= _TEXT for one in (ground, other))
    else:
        readable = all(contrast(made, one) >= _TEXT for one in (ground, other))
        assert made == text or readable
