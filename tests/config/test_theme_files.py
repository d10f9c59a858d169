"""Themes: every packaged one can be read by everyone, and a broken one is named and skipped."""

from __future__ import annotations

from pathlib import Path

import pytest
from pygments.styles import get_style_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String
from textual.app import App
from textual.color import Color

from autocoder_tui.config.theme_files import (
    ANSI_COLORS,
    COLORS,
    DIFF_COLORS,
    TERMINAL_STYLES,
    ThemeData,
    load_themes,
    packaged_themes_dir,
)
from autocoder_tui.ui.theme import to_textual

PACKAGED = load_themes()
BY_NAME = {theme.name: theme for theme in PACKAGED.themes}

MIXED = [theme for theme in PACKAGED.themes if not theme.ansi]
"""Those whose colours are known."""

every_theme = pytest.mark.parametrize("theme", MIXED, ids=[theme.name for theme in MIXED])


def luminance(colour: str) -> float:
    """WCAG 2 relative luminance, 0 for black to 1 for white."""
    parts = [part / 255 for part in Color.parse(colour).rgb]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    # WCAG's own example of the limit on white.
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_packaged_themes() -> None:
    assert PACKAGED.problems == ()
    assert {"autocoder-dark", "autocoder-light", "high-contrast"} < set(BY_NAME)
    assert len(BY_NAME) >= 5
    assert {theme.dark for theme in PACKAGED.themes} == {True, False}
    for theme in PACKAGED.themes:
        assert theme.file == packaged_themes_dir() / f"{theme.name}.toml"


@every_theme
def test_text_reads_on_every_background(theme: ThemeData) -> None:
    texts = [
        theme.colors[name] for name in COLORS if name not in ("background", "surface", "panel")
    ]
    texts += [theme.diff[name] for name in ("gutter", "hunk-cursor", "added-fg", "removed-fg")]
    for background in ("background", "surface", "panel"):
        for text in texts:
            assert contrast(text, theme.colors[background]) >= 4.5, (text, background)


@every_theme
def test_text_reads_on_diff_backgrounds(theme: ThemeData) -> None:
    for side in ("added", "removed"):
        for background in (theme.diff[f"{side}-bg"], theme.diff[f"{side}-word-bg"]):
            for text in (theme.colors["foreground"], theme.diff[f"{side}-fg"]):
                assert contrast(text, background) >= 4.5, (side, text, background)
        assert contrast(theme.diff["gutter"], theme.diff[f"{side}-bg"]) >= 4.5


@every_theme
def test_code_reads_on_every_background(theme: ThemeData) -> None:
    style = get_style_by_name(theme.pygments_style)
    kinds = (
        Keyword,
        Keyword.Constant,
        Name,
        Name.Function,
        Name.Class,
        Name.Builtin,
        Name.Decorator,
        Name.Namespace,
        Name.Tag,
        Name.Attribute,
        String,
        String.Doc,
        String.Escape,
        Number,
        Operator,
        Operator.Word,
        Comment,
    )
    plain = [theme.colors["background"], theme.colors["surface"]]
    plain += [theme.diff["added-bg"], theme.diff["removed-bg"]]
    # Changed words stand out by their background; a little less contrast is left for them.
    words = [theme.diff["added-word-bg"], theme.diff["removed-word-bg"]]
    for kind in kinds:
        written = style.style_for_token(kind)["color"]
        colour = f"#{written}" if written else theme.colors["foreground"]
        for background in plain:
            assert contrast(colour, background) >= 4.5, (kind, background)
        for background in words:
            assert contrast(colour, background) >= 3.5, (kind, background)


@every_theme
def test_changed_words_stand_out_from_their_line(theme: ThemeData) -> None:
    for side in ("added", "removed"):
        line, word = theme.diff[f"{side}-bg"], theme.diff[f"{side}-word-bg"]
        assert contrast(line, word) >= 1.1
        assert contrast(line, theme.colors["background"]) >= 1.03


def test_high_contrast_needs_neither_red_nor_green() -> None:
    theme = BY_NAME["high-contrast"]
    assert contrast(theme.colors["foreground"], theme.colors["background"]) > 15
    for name, value in theme.diff.items():
        colour = Color.parse(value)
        if name.startswith("added"):
            assert colour.b > colour.g > colour.r, name
        if name.startswith("removed"):
            # Orange: a red-blind eye still tells it from blue.
            assert colour.r > colour.g > colour.b, name


@every_theme
async def test_textual_takes_it(theme: ThemeData) -> None:
    class Small(App[None]):
        CSS = "Screen { background: $diff-added-bg; color: $diff-added-fg; }"

        def get_theme_variable_defaults(self) -> dict[str, str]:
            # The stylesheet is read before any theme of ours is there.
            return {"diff-added-bg": "#000000", "diff-added-fg": "#ffffff"}

    app = Small()
    async with app.run_test() as pilot:
        app.register_theme(to_textual(theme))
        app.theme = theme.name
        await pilot.pause()
        assert app.screen.styles.background == Color.parse(theme.diff["added-bg"])
        assert app.current_theme.variables["pygments-style"] == theme.pygments_style
        assert app.current_theme.primary == theme.colors["primary"]


def test_the_terminals_own_colours_are_names_and_never_mixed() -> None:
    theme = BY_NAME["ansi"]
    assert theme.ansi
    assert {*theme.colors.values(), *theme.diff.values()} <= set(ANSI_COLORS)
    for name in ("added-bg", "removed-bg", "added-word-bg", "removed-word-bg"):
        assert theme.diff[name] == "default"
    assert to_textual(theme).ansi
    for value in (*theme.colors.values(), *theme.diff.values()):
        assert Color.parse(f"ansi_{value.replace('-', '_')}").ansi is not None


def test_a_users_ansi_theme_completes_from_ansi(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\nansi = true\n[colors]\naccent = "bright-cyan"\n'
    )
    mine = load_themes(tmp_path).find("mine")
    assert mine is not None
    assert mine.colors == {**BY_NAME["ansi"].colors, "accent": "bright-cyan"}
    assert mine.pygments_style == TERMINAL_STYLES[0]
    assert to_textual(mine).accent == "ansi_bright_cyan"


def test_users_theme_of_three_lines(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\n[colors]\nprimary = "#ABC"\n')
    loaded = load_themes(tmp_path)
    mine = loaded.find("mine")
    assert loaded.problems == ()
    assert mine is not None
    assert mine.colors["primary"] == "#AABBCC"
    assert mine.diff == BY_NAME["autocoder-dark"].diff
    assert mine.pygments_style == BY_NAME["autocoder-dark"].pygments_style
    assert set(mine.colors) == set(COLORS)
    assert set(mine.diff) == set(DIFF_COLORS)


def test_users_light_theme_completes_from_the_light_one(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\ndark = false\n')
    mine = load_themes(tmp_path).find("mine")
    assert mine is not None
    assert mine.colors == BY_NAME["autocoder-light"].colors


def test_users_theme_wins_over_the_packaged_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "dusk.toml").write_text('name = "dusk"\n[colors]\nprimary = "#123456"\n')
    loaded = load_themes(tmp_path)
    dusk = loaded.find("dusk")
    assert dusk is not None
    assert dusk.colors["primary"] == "#123456"
    assert len(loaded.themes) == len(BY_NAME)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("name = ", 1, "expected TOML"),
        ("dark = true\n", None, "expected a name"),
        ('name = "Not OK"\n', 1, "lower-case letters"),
        ('name = "x"\ndark = "yes"\n', 2, "true or false"),
        ('name = "x"\npygments-style = "nope"\n', 2, "a Pygments style"),
        ('name = "x"\ncolours = 1\n', 2, 'the nearest is "colors"'),
        ('name = "x"\ncolors = 1\n', 2, "a table of colours"),
        ('name = "x"\n[colors]\nprimary = "blue"\n', 3, "a colour such as"),
        ('name = "x"\n[colors]\nprimary = "#12"\n', 3, 'found "#12"'),
        ('name = "x"\n[colors]\nprimry = "#123"\n', 3, 'the nearest is "primary"'),
        ('name = "x"\n[diff]\nadded-bg = 3\n', 3, "for added-bg, found 3"),
        ('name = "x"\nansi = true\n[colors]\nprimary = "#123"\n', 4, "the terminal's colours"),
        ('name = "x"\nansi = 1\n', 2, "true or false"),
        ('name = "x"\ncontrast = 3\n', 2, "a number from 4.5 to 10 for contrast, found 3"),
        ('name = "x"\ndescription = 1\n', 2, "one line of at most 200 characters"),
        ('name = "x"\ndescription = "a\\nb"\n', 2, "one line of at most 200 characters"),
    ],
)
def test_a_broken_theme_is_named_and_skipped(
    tmp_path: Path, text: str, line: int | None, expected: str
) -> None:
    (tmp_path / "bad.toml").write_text(text)
    (tmp_path / "good.toml").write_text('name = "good"\n')
    (tmp_path / "notes.txt").write_text("not a theme")
    loaded = load_themes(tmp_path)
    assert set(BY_NAME) | {"good"} == {theme.name for theme in loaded.themes}
    assert [problem.line for problem in loaded.problems] == [line]
    assert expected in str(loaded.problems[0])
    assert str(loaded.problems[0]).startswith("bad.toml")


def test_no_folder_is_no_problem(tmp_path: Path) -> None:
    assert load_themes(tmp_path / "none") == PACKAGED


# How those see who lack the receptors of green, of red: Machado, Oliveira and Fernandes 2009.
_DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)
_PROTANOPIA = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)


def lab(colour: str, eye: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """CIE L*a*b* of a colour as that eye sees it."""
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4
        for p in (part / 255 for part in Color.parse(colour).rgb)
    ]
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in eye
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def difference(one: str, other: str, eye: tuple[tuple[float, ...], ...]) -> float:
    """CIE 1976: 2.3 is just noticed."""
    pairs = zip(lab(one, eye), lab(other, eye), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


@pytest.mark.parametrize("eye", [_DEUTERANOPIA, _PROTANOPIA], ids=["deuteranopia", "protanopia"])
@pytest.mark.parametrize("name", ["beacon", "beacon-light", "high-contrast", "high-contrast-light"])
def test_new_and_old_are_told_apart_by_any_eye(
    name: str, eye: tuple[tuple[float, ...], ...]
) -> None:
    diff = BY_NAME[name].diff
    for part, least in (("bg", 9), ("word-bg", 24), ("fg", 60)):
        assert difference(diff[f"added-{part}"], diff[f"removed-{part}"], eye) >= least, part
    colors = BY_NAME[name].colors
    assert difference(colors["success"], colors["error"], eye) >= 40
