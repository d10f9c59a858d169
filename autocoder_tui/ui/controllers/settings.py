"""What is set on the screen: saved, and in force at once where that is possible."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from textual.app import App
from textual.dom import DOMNode
from textual.widget import Widget

from autocoder_tui.config.settings import load_settings
from autocoder_tui.config.settings_edit import save_setting
from autocoder_tui.config.theme_files import AUTO
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.settings_in_force import SettingInForce, settings_in_force
from autocoder_tui.runs.setup import with_settings
from autocoder_tui.ui.controllers.themes import ThemeChoice
from autocoder_tui.ui.key_presets import PRESETS
from autocoder_tui.ui.key_rows import KeySection, conflicts, key_name
from autocoder_tui.ui.key_words import with_keys
from autocoder_tui.ui.keymap import checked_keys, keymap_of
from autocoder_tui.ui.pane_purposes import PURPOSES
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.key_capture import KeyCapture
from autocoder_tui.ui.screens.keys_help import KeysHelp, KeyWanted
from autocoder_tui.ui.screens.settings import KeyInForce, SettingsScreen
from autocoder_tui.ui.widgets.diff.view import Arrangement, DiffView
from autocoder_tui.ui.widgets.log.pane import LogPane
from autocoder_tui.ui.widgets.meters.meters import Meters

_AT_NEXT_START: Final = ("model.default", "history.")
"""What the names begin with of settings that a running program has taken up already."""


class SettingsChanges:
    """The App's side of the screen of settings, and of the list of keys."""

    def __init__(self, app: App[Any], program: Program, themes: ThemeChoice) -> None:
        self._app = app
        self._program = program
        self._themes = themes

    async def show(self, wanted: str = "") -> None:
        """Open the screen; `wanted` are words to find something by."""
        await self._program.push_screen_wait(SettingsScreen(self, wanted))

    async def show_keys(self) -> None:
        """List every key, those that act here first; one of them may be changed."""
        sections = self._sections()
        here = self._here(sections)
        rest = [section for section in sections if section not in here]
        below = self._program.screen
        focused = below.focused
        purpose = next((PURPOSES[one.title] for one in here if one.title in PURPOSES), "")
        guide = self._program.guide
        next_step = guide.next_step if below is self._program.main else ""
        acting = {one.binding.id for one in below.active_bindings.values() if one.enabled}
        wanted = await self._program.push_screen_wait(
            KeysHelp(
                [*(_acting_first(section, acting) for section in here), *rest],
                [section.title for section in here],
                purpose=with_keys(self._app, purpose),
                next_step=next_step,
                next_key=guide.next_key if next_step else "",
            )
        )
        if wanted is None:
            return
        if wanted.deed == "change":
            await self.show(wanted.id)
        else:
            self._app.call_later(self._do, wanted, focused)

    async def _do(self, wanted: KeyWanted, focused: Widget | None) -> None:
        """What the key would have done where the keyboard was."""
        screen = self._program.screen
        nodes: list[DOMNode] = [self._app]
        if wanted.section.kinds:
            around = (screen,) if focused is None else focused.ancestors_with_self
            nodes = [node for node in around if isinstance(node, wanted.section.kinds)]
            nodes = nodes or [
                node for node in screen.walk_children() if isinstance(node, wanted.section.kinds)
            ]
        for node in nodes:
            for _, binding in node._bindings:
                if binding.id == wanted.id:
                    if not await self._app.run_action(binding.action, default_namespace=node):
                        self._program.tell(f"{binding.description}: not possible here now.")
                    return

    def _here(self, sections: Sequence[KeySection]) -> list[KeySection]:
        """What has the keyboard, and what that is a part of."""
        screen = self._program.screen
        nodes = [screen] if screen.focused is None else screen.focused.ancestors_with_self
        found = [one for node in nodes for one in sections if isinstance(node, one.kinds)]
        return list(dict.fromkeys(found))

    # ------------------------------------------------------------------ what there is

    def settings(self) -> Sequence[SettingInForce]:
        return settings_in_force(self._program.setup)

    def keys(self) -> Sequence[KeyInForce]:
        settings = self._program.setup.settings
        own, preset = settings.keys, PRESETS[settings.ui.key_preset]
        seen: set[str] = set()
        found: list[KeyInForce] = []
        for section in self._sections():
            for row in section.rows:
                if row.id not in seen:
                    seen.add(row.id)
                    source = "default"
                    if row.id in own:
                        source = "config.toml"
                    elif row.id in preset:
                        source = f"preset {settings.ui.key_preset}"
                    found.append(KeyInForce(row.id, section.title, row.says, row.keys, source))
        return found

    def _sections(self) -> tuple[KeySection, ...]:
        # Imports every screen: nobody waits for that before it is asked for.
        from autocoder_tui.ui.key_table import key_sections

        return key_sections(self._keys_now())

    def _keys_now(self) -> Mapping[str, str]:
        return keymap_of(self._program.setup.settings)[0]

    # ------------------------------------------------------------------ changing

    def save(self, setting: SettingInForce, value: Any) -> str:
        """Write it down and put it in force. Returns what is to be said of that."""
        if trouble := self._save(setting.section, setting.name, value):
            return trouble
        name = setting.full_name
        if setting.source.startswith(("flag", "control file")):
            return f"Saved, but for now the {setting.source} overrides it."
        if name.startswith(_AT_NEXT_START):
            return "Saved; it holds from the next start of the program."
        return ""

    def save_key(self, key: KeyInForce, keys: str | None) -> str:
        if keys is not None:
            _, problems = checked_keys({key.id: keys})
            if problems:
                return problems[0]
        return self._save("keys", key.id, keys)

    async def choose_theme(self, setting: SettingInForce) -> str:
        name = await self._themes.pick(setting.value, auto=setting.name == "theme")
        return "" if name is None else self.save(setting, name)

    async def choose_key(self, key: KeyInForce) -> str:
        now = ", ".join(map(key_name, key.keys))
        says = key.says.partition(":")[0]
        capture = KeyCapture(says, now, lambda pressed: self._clashes(key.id, pressed))
        pressed = await self._program.push_screen_wait(capture)
        return "" if pressed is None else self.save_key(key, pressed)

    def _clashes(self, id: str, key: str) -> list[str]:
        return [
            f"{key_name(key)} is also “{row.says.partition(':')[0]}” ({section.title})."
            for section, row, key in conflicts(self._sections(), id, [key])
        ]

    def _save(self, section: str, name: str, value: Any) -> str:
        file = self._program.setup.places.config / "config.toml"
        try:
            save_setting(file, section, name, value)
        except AutocoderError as error:
            return error.message
        self._take_up()
        return ""

    def _take_up(self) -> None:
        """Let the program go by what the file says now."""
        program = self._program
        before, loaded = program.setup, load_settings(program.setup.places.config / "config.toml")
        setup = program.setup = with_settings(before, loaded.settings)
        if before.theme != setup.theme or AUTO in (setup.theme, self._themes.wanted):
            self._themes.want(setup.theme)
        if before.settings.keys != setup.settings.keys or (
            before.settings.ui.key_preset != setup.settings.ui.key_preset
        ):
            self._app.set_keymap(dict(self._keys_now()))
            program.main.look_at_keys()
        if before.settings.terminal.title != setup.settings.terminal.title:
            program.signs.title_wanted()
        if before.settings.ui.diff_layout != setup.settings.ui.diff_layout:
            layout = cast(Arrangement, setup.settings.ui.diff_layout)
            program.main.query_one("#diff", DiffView).arrangement = layout
        if before.debug_level != setup.debug_level:
            program.main.query_one(LogPane).action_set_level(setup.debug_level)
        cost = setup.settings.cost
        program.main.query_one(Meters).thresholds = (cost.context_warning, cost.context_alarm)
        program.estimator.schedule()


def _acting_first(section: KeySection, acting: Collection[str | None]) -> KeySection:
    """Those keys last that do nothing as things stand, such as those of a search without one."""
    return replace(section, rows=tuple(sorted(section.rows, key=lambda row: row.id not in acting)))
