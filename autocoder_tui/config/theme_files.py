"""Colour themes from TOML files: the packaged ones and the user's own.

    name = "dusk"
    description = "Violet evening."
    dark = true
    contrast = 7            # the least that muted text and code are given, from 4.5 on
    pygments-style = "monokai"

    [colors]        primary and any of secondary, accent, foreground, background, surface,
                    panel, success, warning, error
    [diff]          added-bg, removed-bg, added-word-bg, removed-word-bg, added-fg,
                    removed-fg, gutter, hunk-cursor

Colours are "#rrggbb" or "#rgb". What a file leaves out comes from autocoder-dark or
autocoder-light, so a theme of three lines is a whole theme. With `ansi = true` they are names of
the terminal's own 16 colours ("red", "bright-red"), or "default", and the rest comes from ansi or
ansi-light.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autocoder_tui.config.toml_file import TomlFile, read_toml
from autocoder_tui.config.value_types import FLAG, Expected, number
from autocoder_tui.problems import Problem, unknown_name
from autocoder_tui.values import dataclass

_BASES = ("ansi", "ansi-light", "autocoder-dark", "autocoder-light")
_LIGHT = ("autocoder-light", "ansi-light")

AUTO = "auto"
"""Stands for a dark or a light theme, as the terminal is."""

FEW_COLORS = ("ansi", "ansi-light")
"""The themes for dark and for light terminals of 16 colours, in which those of others can't be
told apart, or not be read."""

COLORS = (
    "primary",
    "secondary",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "success",
    "warning",
    "error",
)
_HUES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
ANSI_COLORS = ("default", *_HUES, *(f"bright-{hue}" for hue in _HUES))
"""What the colours of an ansi theme may be; "default" is what the terminal has where nothing is
said."""
TERMINAL_STYLES = ("terminal", "terminal-light")
"""The Pygments styles, of our own, that have the terminal's colours."""

DIFF_COLORS = (
    "added-bg",
    "removed-bg",
    "added-word-bg",
    "removed-word-bg",
    "added-fg",
    "removed-fg",
    "gutter",
    "hunk-cursor",
)


@dataclass(frozen=True, slots=True)
class ThemeData:
    """A theme as plain values: every colour is there, as "#rrggbb", or as in ANSI_COLORS.

    `colors` has the names of COLORS, `diff` those of DIFF_COLORS. `pygments_style` is the
    name of a Pygments style whose colours read well on these backgrounds.
    """

    name: str
    dark: bool
    colors: Mapping[str, str]
    diff: Mapping[str, str]
    pygments_style: str
    file: Path
    ansi: bool = False
    """Whether it has the terminal's own 16 colours."""
    contrast: float = 4.5
    """The least that text has on its ground where it is mixed: WCAG 2's, 7 is its level AAA."""
    description: str = ""
    """A sentence for whoever chooses one, as its file has it: untrusted."""


@dataclass(frozen=True, slots=True)
class ThemesLoaded:
    """The usable themes, one per name, and what is wrong with the files left out."""

    themes: tuple[ThemeData, ...]
    problems: tuple[Problem, ...] = ()

    def find(self, name: str) -> ThemeData | None:
        """The theme called `name`."""
        return next((theme for theme in self.themes if theme.name == name), None)


def theme_here(
    name: str, *, dark: str, light: str, is_light: bool, few_colors: bool, usual: str
) -> str:
    """The name of the theme that `name` stands for in a terminal: "auto" for `dark` or `light`;
    and that, like the `usual` one that nobody chose, for one of the terminal's own colours where
    there are few or none."""
    if few_colors and name in (AUTO, usual):
        return FEW_COLORS[is_light]
    return (light if is_light else dark) if name == AUTO else name


def packaged_themes_dir() -> Path:
    """The folder of the packaged themes: inside the installed package, or beside it in a
    source tree."""
    package = Path(__file__).parent.parent
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def load_themes(user_dir: Path | None = None) -> ThemesLoaded:
    """The packaged themes and, over them by name, those in `user_dir`.

    A folder that does not exist has no themes. A file that is not as expected is skipped
    and reported.
    """
    themes: dict[str, ThemeData] = {}
    problems: list[Problem] = []
    folders = [packaged_themes_dir()] + ([user_dir] if user_dir is not None else [])
    for folder in folders:
        for file in _theme_files(folder):
            theme = _read_theme(file, themes, ours=folder is folders[0])
            if isinstance(theme, Problem):
                problems.append(theme)
            else:
                themes[theme.name] = theme
    return ThemesLoaded(tuple(themes.values()), tuple(problems))


def load_theme(name: str, user_dir: Path) -> ThemeData | None:
    """The same theme as `load_themes` has under that name, from as few files as can be."""
    packaged = packaged_themes_dir()
    needed = (*_BASES, name)
    ours = [file for file in _theme_files(packaged) if file.stem in needed]
    themes: dict[str, ThemeData] = {}
    for file in (*ours, *_theme_files(user_dir)):
        theme = _read_theme(file, themes, ours=file.parent == packaged)
        if isinstance(theme, ThemeData):
            themes[theme.name] = theme
    return themes.get(name)


def _theme_files(folder: Path) -> list[Path]:
    try:
        # "ansi", "autocoder-..." sort first among the packaged: the bases are there for the rest.
        return sorted(file for file in folder.iterdir() if file.suffix == ".toml")
    except OSError:
        return []


def _read_theme(
    path: Path, known: Mapping[str, ThemeData], *, ours: bool = False
) -> ThemeData | Problem:
    """A theme out of its file; `ours` is right as it is, which takes no time to find out."""
    file = read_toml(path)
    if isinstance(file, Problem):
        return file
    if not ours and (problem := _wrong(file)) is not None:
        return problem
    return _complete(file, known)


def _wrong(file: TomlFile) -> Problem | None:
    for name, value in file.data.items():
        expected = _TOP.get(name)
        if expected is None:
            return file.problem([name], unknown_name(name, _TOP))
        if expected.check(value) is None:
            return file.problem([name], expected.message(name, value))
    if "name" not in file.data:
        return Problem(file.path, None, 'expected a name such as name = "my-theme"')
    kind = _ANSI_COLOR if file.data.get("ansi", False) else _COLOR
    return _wrong_color(file, "colors", COLORS, kind) or _wrong_color(
        file, "diff", DIFF_COLORS, kind
    )


def _wrong_color(
    file: TomlFile, table: str, names: tuple[str, ...], kind: Expected
) -> Problem | None:
    for name, value in file.data.get(table, {}).items():
        if name not in names:
            return file.problem([table, name], unknown_name(name, names))
        if kind.check(value) is None:
            return file.problem([table, name], kind.message(name, value))
    return None


def _complete(file: TomlFile, known: Mapping[str, ThemeData]) -> ThemeData | Problem:
    data = file.data
    dark = data.get("dark", True)
    ansi = data.get("ansi", False)
    base = known.get(("ansi" if ansi else "autocoder-dark") if dark else _LIGHT[ansi])
    colors = {**(base.colors if base else {}), **_expanded(data.get("colors", {}))}
    diff = {**(base.diff if base else {}), **_expanded(data.get("diff", {}))}
    style = data.get("pygments-style", base.pygments_style if base else "")
    for table, have, names in (("colors", colors, COLORS), ("diff", diff, DIFF_COLORS)):
        missing = [name for name in names if name not in have]
        if missing:
            return file.problem([table], f"expected {', '.join(missing)} in [{table}]")
    contrast = float(data.get("contrast", 4.5))
    about = data.get("description", "")
    return ThemeData(data["name"], dark, colors, diff, style, file.path, ansi, contrast, about)


def _expanded(colors: Mapping[str, str]) -> dict[str, str]:
    """Colours with "#abc" written out as "#aabbcc"."""
    return {
        name: ("#" + "".join(2 * digit for digit in value[1:]) if len(value) == 4 else value)
        if value.startswith("#")
        else value
        for name, value in colors.items()
    }


def _is_short_line(value: str) -> bool:
    return len(value) <= 200 and len(value.splitlines()) <= 1


def _pygments_style(value: Any) -> str | None:
    from pygments.styles import STYLE_MAP, get_all_styles

    # The full list looks through every installed package for plugins; seldom needed.
    known = isinstance(value, str) and (
        value in (*TERMINAL_STYLES, *STYLE_MAP) or value in get_all_styles()
    )
    return value if known else None


def _matching(pattern: str) -> Any:
    return lambda value: value if isinstance(value, str) and re.fullmatch(pattern, value) else None


_COLOR = Expected('a colour such as "#1f6feb"', _matching("#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})"))
_ANSI_COLOR = Expected(
    'one of the terminal\'s colours such as "bright-blue", or "default"',
    lambda value: value if value in ANSI_COLORS else None,
)
_TABLE = Expected("a table of colours", lambda value: value if isinstance(value, dict) else None)

_TOP: Mapping[str, Expected] = {
    "name": Expected(
        "lower-case letters, digits and hyphens", _matching("[a-z0-9][a-z0-9-]{0,39}")
    ),
    "description": Expected(
        "one line of at most 200 characters",
        lambda value: value if isinstance(value, str) and _is_short_line(value) else None,
    ),
    "contrast": number("a number from 4.5 to 10", 4.5, 10),
    "dark": FLAG,
    "ansi": FLAG,
    "pygments-style": Expected('the name of a Pygments style such as "monokai"', _pygments_style),
    "colors": _TABLE,
    "diff": _TABLE,
}
