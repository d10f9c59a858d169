"""Which colours are on, and which were asked for: they differ where the terminal decides."""

from __future__ import annotations

from typing import Any

from textual.app import App

from autocoder_tui.config.setting_sections import DEFAULT_THEME
from autocoder_tui.config.settings import Settings
from autocoder_tui.config.settings_edit import save_setting
from autocoder_tui.config.theme_files import (
    AUTO,
    FEW_COLORS,
    ThemeData,
    ThemesLoaded,
    load_themes,
    packaged_themes_dir,
    theme_here,
)
from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import nearest, shortened
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.terminal_kind import color_depth, has_few_colors, is_basic
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.theme_list import ThemeList, ThemeRow
from autocoder_tui.ui.terminal.background import guessed_light
from autocoder_tui.ui.theme import readable, to_textual
from autocoder_tui.ui.theme_in_256 import LEAST_IN_256, fitted


class ThemeChoice:
    """Owns the theme. `wanted` is a name or "auto"."""

    def __init__(self, app: App[Any], program: Program) -> None:
        self._app = app
        self._program = program
        self._ours: ThemesLoaded = ThemesLoaded(())
        self._made_readable: set[str] = set()
        self._light = False
        self.wanted = DEFAULT_THEME

    @property
    def _settings(self) -> Settings:
        return self._program.setup.settings

    def begin(self) -> list[str]:
        """Give the App every theme, and put the wanted one on. Returns what was wrong with them,
        as sentences that are safe to show."""
        setup = self._program.setup
        self._ours = load_themes(setup.places.config / "themes")
        in_256 = color_depth(setup.environ) == "256"
        for theme in self._ours.themes:
            made = to_textual(fitted(theme), LEAST_IN_256) if in_256 else to_textual(theme)
            self._app.register_theme(made)
        problems = [f"A theme is left out: {problem.in_full}" for problem in self._ours.problems]
        for name, instead in (
            (self._settings.ui.dark_theme, DEFAULT_THEME),
            (self._settings.ui.light_theme, _LIGHT),
        ):
            problems += self._lacking(name, instead)
        self._light = guessed_light(setup.environ)
        self.wanted = setup.theme or DEFAULT_THEME
        problems += self._lacking(self.wanted)
        if self._lacking(self.wanted):
            self.wanted = DEFAULT_THEME
        self.show(self.wanted)
        return list(dict.fromkeys(problems))

    def _lacking(self, name: str, instead: str = DEFAULT_THEME) -> list[str]:
        if name == AUTO or name in self._app.available_themes:
            return []
        like = nearest(name, [AUTO, *self._app.available_themes])
        hint = f'; the nearest is "{like}"' if like else ""
        return [
            f'There is no theme "{shortened(name)}"{hint}. {instead} is taken instead; '
            'choose another with "Change theme" in the commands.'
        ]

    @property
    def _is_the_terminals(self) -> bool:
        """Whether the terminal has a say in which theme is on."""
        return self._here(self.wanted) != self.wanted

    @property
    def asks_terminal(self) -> bool:
        """Whether the theme depends on whether the terminal is light, and it may be asked."""
        asks = self._settings.terminal.ask_background
        return self._is_the_terminals and asks and not is_basic(self._program.setup.environ)

    def heard(self, light: bool) -> None:
        """The terminal has said whether it is light."""
        self._light = light
        if self._is_the_terminals:
            self.show(self.wanted)

    def show(self, name: str) -> None:
        """Put a theme on, for now."""
        wanted, name = name, self._here(name)
        if wanted == AUTO and self._lacking(name):
            name = _LIGHT if self._light else DEFAULT_THEME
        if name not in self._app.available_themes or name == self._app.theme:
            return
        if self._ours.find(name) is None and name not in self._made_readable:
            self._made_readable.add(name)
            self._app.register_theme(readable(self._app.available_themes[name]))
        self._app.theme = name

    def _here(self, name: str) -> str:
        """What a name stands for in this terminal."""
        ui = self._settings.ui
        return theme_here(
            name,
            dark=ui.dark_theme,
            light=ui.light_theme,
            is_light=self._light,
            few_colors=has_few_colors(self._program.setup.environ),
            usual=DEFAULT_THEME,
        )

    async def choose(self) -> None:
        """Let one be chosen from the list, and keep it."""
        name = await self.pick(self.wanted)
        if name is not None and (trouble := self.keep(name)):
            self._program.tell(trouble, severity="warning")

    async def pick(self, now: str, *, auto: bool = True) -> str | None:
        """The name of the theme chosen from the list, which is on by then; None for none."""
        before = self._app.theme
        rows = [row for row in self._rows() if auto or row.name != AUTO]
        name = await self._program.push_screen_wait(ThemeList(rows, now, self.show))
        self.show(self.wanted if name is None or not auto else name)
        if name is None and self.wanted != AUTO:
            self.show(before)
        return name

    def want(self, name: str | None) -> None:
        """Have that theme on from now on."""
        self.wanted = name or DEFAULT_THEME
        self.show(self.wanted)

    def keep(self, name: str) -> str:
        """The same after the next start, too. Returns why that can't be kept."""
        self.want(name)
        file = self._program.setup.places.config / "config.toml"
        try:
            save_setting(file, "ui", "theme", name)
        except AutocoderError as error:
            return error.message
        return ""

    def _rows(self) -> list[ThemeRow]:
        ui, packaged = self._settings.ui, packaged_themes_dir()
        both = f"{visible(ui.dark_theme)} or {visible(ui.light_theme)}"
        if (here := self._here(AUTO)) in FEW_COLORS:
            both = f"{here} here, where there are few colours"
        says = f"{'light' if self._light else 'dark'} here"
        rows = [ThemeRow(AUTO, says, _OURS, f"As the terminal is: {both}.")]
        ours = {theme.name: theme for theme in self._ours.themes}
        mine = [name for name in ours if ours[name].file.parent != packaged]
        first = sorted(ours, key=lambda name: (name in mine, _order(ours[name]), name))
        for name in first:
            theme = ours[name]
            about = theme.description or f"From {theme.file.name}." * (name in mine)
            if (there := self._here(name)) != name:
                about = f"{there} stands in for it here, where there are few colours."
            group = _YOURS if name in mine else _OURS
            rows.append(ThemeRow(name, _says(theme.dark, theme.ansi), group, about))
        for name in sorted(set(self._app.available_themes) - set(ours)):
            other = self._app.available_themes[name]
            rows.append(ThemeRow(name, _says(other.dark, other.ansi), _OTHERS))
        return rows


_LIGHT = "autocoder-light"
_OURS, _YOURS, _OTHERS = "Made for this program", "Yours", "More, of Textual's"


def _order(theme: ThemeData) -> tuple[bool, bool]:
    """The usual kind first: dark, light, the terminal's."""
    return theme.ansi, not theme.dark


def _says(dark: bool, ansi: bool) -> str:
    return "the terminal's" if ansi else "dark" if dark else "light"
