"""Code can be read on whatever it stands, in every theme: each kind of token that Pygments has, on
new, old and changed ground, and where a search has found it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.styles import STYLE_MAP
from pygments.token import STANDARD_TYPES, Token
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from autocoder_tui.config.theme_files import load_themes
from autocoder_tui.ui.contrast import contrast, nearer
from autocoder_tui.ui.theme import readable, to_textual
from autocoder_tui.ui.theme_in_256 import LEAST_IN_256, fitted
from autocoder_tui.ui.widgets.diff.ansi_palette import AnsiDiffPalette
from autocoder_tui.ui.widgets.diff.colours import DiffPalette, Tone
from autocoder_tui.ui.widgets.stream.colours import Palette

OURS = [theme for theme in load_themes().themes if not theme.ansi]
THEIRS = [theme for theme in BUILTIN_THEMES.values() if not theme.ansi]
AA = 4.5


def palette(theme: Theme, style: str = "") -> DiffPalette:
    colors = theme.to_color_system().generate() | theme.variables
    if style:
        colors["pygments-style"] = style
    ground = Color.parse(colors["background"])
    text = ground + Color.parse(colors["foreground"])
    return DiffPalette(colors, background=ground, foreground=text, dark=theme.dark)


def drawn(diff: DiffPalette) -> dict[str, Style]:
    """Every style that a text in a diff can have, each on its ground."""
    styles = {
        **{f"sign {tone}": style for tone, style in diff.signs.items()},
        **{f"verdict {verdict}": style for verdict, style in diff.verdicts.items()},
        "gutter": diff.gutter,
        "note": diff.note,
        "fold": diff.fold,
        "fold heading": diff.fold_heading,
        "cursor": diff.cursor,
    }
    for tone in Tone:
        for word in (False, True):
            for hit, found in enumerate(diff.hits):
                for kind in STANDARD_TYPES:
                    name = f"{kind} {tone.name} word={word} hit={hit}"
                    styles[name] = diff.text(kind, tone, word) + found
                styles[f"mark {tone.name} {word} {hit}"] = diff.mark(tone, word) + found
    return {name: diff.base + style for name, style in styles.items()}


def ratio(style: Style) -> float:
    assert style.color is not None
    assert style.bgcolor is not None
    return contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))


@pytest.mark.parametrize(
    "theme",
    [*map(to_textual, OURS), *map(readable, THEIRS)],
    ids=lambda theme: theme.name,
)
def test_every_text_of_a_diff_can_be_read(theme: Theme) -> None:
    hard = {name: ratio(style) for name, style in drawn(palette(theme)).items()}
    least = 7.0 if theme.name.startswith("high-contrast") else AA
    assert {name: had for name, had in hard.items() if had < least} == {}


@pytest.mark.parametrize("style", sorted(STYLE_MAP))
@pytest.mark.parametrize("theme", ["autocoder-dark", "paper"])
def test_whichever_style_of_pygments_a_theme_names(style: str, theme: str) -> None:
    wanted = to_textual(next(one for one in OURS if one.name == theme))
    hard = {name: ratio(drawn) for name, drawn in drawn_in(wanted, style).items()}
    assert {name: had for name, had in hard.items() if had < AA} == {}


def drawn_in(theme: Theme, style: str) -> dict[str, Style]:
    shown = {name: it for name, it in drawn(palette(theme, style)).items() if "hit=0" in name}
    base = Style(color=theme.foreground, bgcolor=theme.surface)
    tokens = Palette(style, base)
    return shown | {f"streamed {kind}": tokens[kind] for kind in STANDARD_TYPES}


def test_old_and_new_are_told_apart_without_colour() -> None:
    """By a sign at the beginning of the line: it is drawn in every palette, and never alike."""
    assert [tone.value for tone in (Tone.ADDED, Tone.REMOVED)] == ["+", "-"]
    for made in (AnsiDiffPalette({}), palette(to_textual(OURS[0]))):
        assert made.signs[Tone.ADDED].bold
        assert made.signs[Tone.REMOVED].bold


@pytest.mark.parametrize("word", [False, True])
def test_a_match_is_seen_in_the_terminals_own_colours(word: bool) -> None:
    diff = AnsiDiffPalette({})
    for tone in Tone:
        looks = [diff.text(Token, tone, word) + found for found in diff.hits]
        assert len({(it.reverse, it.underline, it.bold, it.color) for it in looks}) == 3, tone


def in_256(style: Style) -> Style:
    """As a terminal of 256 colours is told it."""

    def shown(colour: RichColor | None) -> RichColor | None:
        if colour is None:
            return None
        number = colour.downgrade(ColorSystem.EIGHT_BIT)
        return RichColor.from_triplet(number.get_truecolor())

    return Style(color=shown(style.color), bgcolor=shown(style.bgcolor))


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
def test_in_256_colours_lines_stand_out_and_can_be_read(theme: object) -> None:
    data = fitted(theme)  # type: ignore[arg-type]
    diff = palette(to_textual(data, LEAST_IN_256))
    grounds = {
        in_256(diff.base + diff.text(Token, tone, word)).bgcolor
        for tone in (Tone.SAME, Tone.ADDED, Tone.REMOVED)
        for word in (False, True)
    }
    assert len(grounds) == 5
    hard = {name: ratio(in_256(style)) for name, style in drawn(diff).items()}
    assert min(hard.values()) >= 3.5
    assert sum(had >= AA for had in hard.values()) >= 0.99 * len(hard)


colours = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: Color(*rgb))


@given(colours, colours, colours)
def test_what_is_brought_nearer_can_be_read(colour: Color, text: Color, ground: Color) -> None:
    assert contrast(nearer(colour, text, ground), ground) >= AA
    if contrast(colour, ground) >= AA:
        assert nearer(colour, text, ground) == colour
