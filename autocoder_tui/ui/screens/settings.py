"""Every setting: what it means, what it is, where that comes from; and every key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from autocoder_tui.config.setting_text import as_typed, meant, why_not
from autocoder_tui.runs.settings_in_force import SettingInForce
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_rows import key_name
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.screens.dialogs.filtered_list import has_words, rank_of
from autocoder_tui.ui.screens.dialogs.grouped_list import GroupedList
from autocoder_tui.ui.widgets.plain_area import PlainInput
from autocoder_tui.values import dataclass

_NAME_WIDTH = 26
_SOURCE_WIDTH = 22
_BESIDE_WORDS = (24, 20, 16)
"""Columns of a name, its value and its source, where what a setting means stands beside them."""
_ROOM_TO_SAY = 96
"""Columns of a row from which on it does."""
_THEMES = ("ui.theme", "ui.dark_theme", "ui.light_theme")


@dataclass(frozen=True, slots=True)
class KeyInForce:
    """The keys of one action, as the program calls them."""

    id: str
    area: str
    says: str
    keys: tuple[str, ...]
    source: str


SettingRow: TypeAlias = SettingInForce | KeyInForce
"""A setting, or an action with its keys."""


class SettingsStore(Protocol):
    """Reads and changes them. What `save` and `save_key` return is why it was not saved, "" where
    it was; None resets."""

    def settings(self) -> Sequence[SettingInForce]: ...

    def keys(self) -> Sequence[KeyInForce]: ...

    def save(self, setting: SettingInForce, value: Any) -> str: ...

    def save_key(self, key: KeyInForce, keys: str | None) -> str: ...

    async def choose_theme(self, setting: SettingInForce) -> str: ...

    async def choose_key(self, key: KeyInForce) -> str: ...


class SettingsScreen(GroupedList[None, SettingRow]):
    """The line above the list keeps the keyboard and filters; a value is typed below the list."""

    BINDINGS = [
        Binding(
            "escape",
            "leave",
            "Close",
            tooltip="the settings, or the value typed",
            id="settings.close",
        ),
        Binding("ctrl+d", "reset", "Back to the default", priority=True, id="settings.reset"),
    ]
    BUTTONS = (
        KeyButton("Change it", "enter"),
        KeyButton("Back to the default", "ctrl+d"),
        KeyButton("Close", "escape"),
    )
    DEFAULT_CSS = """
    SettingsScreen #settings-says { height: 6; margin-top: 1; border-top: solid $primary-muted; }
    SettingsScreen #settings-value { display: none; }
    SettingsScreen #settings-verdict { height: auto; max-height: 2; }
    """

    def __init__(self, store: SettingsStore, wanted: str = "") -> None:
        super().__init__()
        self._store = store
        self._wanted = wanted
        self._edited: SettingInForce | None = None
        self._settings: Sequence[SettingInForce] = ()
        self._keys: Sequence[KeyInForce] = ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide-dialog tall-dialog") as dialog:
            dialog.border_title = "Settings"
            yield from self.list_of("type to find a setting or a key", self._wanted)
            yield Static("", id="settings-says", markup=False)
            yield PlainInput(id="settings-value", compact=True)
            yield Static("", id="settings-verdict", markup=False)
        self._read()

    # ------------------------------------------------------------------ the list

    def _read(self) -> None:
        self._settings, self._keys = self._store.settings(), self._store.keys()

    def found(self, wanted: str) -> Iterator[tuple[str, SettingRow]]:
        for row in self._settings:
            if has_words(f"{row.full_name} {row.says} {_shown(row)}", wanted):
                yield row.section, row
        for key in self._keys:
            if has_words(f"keys {key.area} {key.says} {key.id} {_keys(key)}", wanted):
                yield f"keys · {key.area}", key

    def rank(self, row: SettingRow, wanted: str) -> int:
        return rank_of(row.name if isinstance(row, SettingInForce) else row.says, wanted)

    def id_of(self, row: SettingRow) -> object:
        return row.full_name if isinstance(row, SettingInForce) else (row.area, row.id)

    def row(self, row: SettingRow, width: int) -> Content:
        name, value, trouble, says = (
            (row.name, _shown(row), row.trouble, row.says)
            if isinstance(row, SettingInForce)
            else (row.says.partition(":")[0], _keys(row), "", row.says.partition(": ")[2])
        )
        wide = width >= _ROOM_TO_SAY
        name_width, room, source_width = (
            _BESIDE_WORDS
            if wide
            else (_NAME_WIDTH, max(8, width - _NAME_WIDTH - _SOURCE_WIDTH - 4), _SOURCE_WIDTH)
        )
        source = Content.assemble(
            "! " if trouble else "",
            Content.styled(visible(row.source), "" if row.source != "default" else "$muted"),
        )
        left = max(0, width - name_width - room - source_width - 5)
        changed = "bold" if row.source != "default" else ""
        return Content.assemble(
            "  ",
            Content(visible(name)).truncate(name_width, ellipsis=True, pad=True),
            " ",
            Content.styled(visible(value), changed).truncate(room, ellipsis=True, pad=True),
            " ",
            source.truncate(source_width, ellipsis=True, pad=wide),
            " " if wide else "",
            Content.styled(visible(says), "$muted").truncate(left, ellipsis=True) if wide else "",
        )

    def highlighted(self, row: SettingRow | None) -> None:
        muted = "$muted"
        if row is None:
            said = Content("")
        elif isinstance(row, KeyInForce):
            said = Content.assemble(
                visible(row.says),
                Content.styled(
                    f"\n{row.area} · in config.toml: [keys] {row.id} · {visible(row.source)}\n"
                    "Enter, then press the key for it.",
                    muted,
                ),
            )
        else:
            default = as_typed(row.default) or "not set"
            lines = [
                f"{row.full_name}: {_shown(row)} · from: {row.source} · default: {default}",
                _how(row),
            ]
            if row.trouble:
                lines.insert(0, f"config.toml: {row.trouble}; the default holds.")
            under = visible("\n" + "\n".join(lines), lines=True)
            said = Content.assemble(visible(row.says), Content.styled(under, muted))
        for line in self.query("#settings-says").results(Static):
            line.update(said)

    def action_move(self, by: int) -> None:
        if self._edited is None:
            super().action_move(by)

    def action_move_pages(self, by: int) -> None:
        if self._edited is None:
            super().action_move_pages(by)

    # ------------------------------------------------------------------ changing

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is not self.filter and self._edited is not None:
            self._judge(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input is not self.filter:
            self._take(event.value)

    def choose(self, row: SettingRow) -> None:
        if isinstance(row, KeyInForce) or row.full_name in _THEMES:
            self.run_worker(self._choose(row), exclusive=True)
        elif row.is_switch:
            self._save(row, not row.value)
        elif row.choices:
            at = row.choices.index(row.value) if row.value in row.choices else -1
            self._save(row, row.choices[(at + 1) % len(row.choices)])
        else:
            self._edit(row)

    async def _choose(self, row: SettingRow) -> None:
        if isinstance(row, KeyInForce):
            trouble = await self._store.choose_key(row)
        else:
            trouble = await self._store.choose_theme(row)
        if not self.closing:
            self._show_saved(row, trouble)

    def _edit(self, row: SettingInForce) -> None:
        self._edited = row
        field = self.query_one("#settings-value", Input)
        field.display = True
        field.value = as_typed(row.value)
        field.placeholder = row.expected.words
        field.focus()
        self._judge(field.value)

    def _judge(self, text: str) -> None:
        row = self._edited
        if row is None:
            return
        trouble = "" if _unsets(row, text) else why_not(row.section, row.name, text)
        if trouble:
            self._say(trouble, "$text-error")
        elif _unsets(row, text):
            self._say("Enter takes it out: the default holds then.", "$muted")
        else:
            self._say("Enter saves it in config.toml · Esc gives up", "$muted")

    def _take(self, text: str) -> None:
        row = self._edited
        if row is None:
            return
        if _unsets(row, text):
            self._end_edit()
            self._save(row, None)
        elif why_not(row.section, row.name, text) is None:
            self._end_edit()
            self._save(row, meant(row.section, row.name, text))

    def _end_edit(self) -> None:
        self._edited = None
        self.query_one("#settings-value", Input).display = False
        self.filter.focus()
        self._say("", "")

    def action_reset(self) -> None:
        """Take what config.toml has of it out."""
        row = self.current
        if self._edited is not None or row is None:
            return
        if isinstance(row, KeyInForce):
            self._show_saved(row, self._store.save_key(row, None))
        else:
            self._save(row, None)

    def _save(self, row: SettingInForce, value: Any) -> None:
        self._show_saved(row, self._store.save(row, value))

    def _show_saved(self, row: SettingInForce | KeyInForce, trouble: str) -> None:
        self._read()
        self.fill(self.id_of(row))
        self._say(trouble, "$text-error")

    def _say(self, text: str, style: str) -> None:
        for line in self.query("#settings-verdict").results(Static):
            line.update(Content.styled(visible(text), style))

    def action_leave(self) -> None:
        """Give up the value typed, then the words typed, then close."""
        if self._edited is not None:
            self._end_edit()
        elif self.filter.value:
            self.filter.value = ""
        else:
            self.dismiss(None)


def _shown(row: SettingInForce) -> str:
    return as_typed(row.value) or "not set"


def _keys(row: KeyInForce) -> str:
    return ", ".join(map(key_name, row.keys))


def _unsets(row: SettingInForce, text: str) -> bool:
    """Whether `text` takes the setting out: nothing was left of one that may be unset."""
    return not text.strip() and row.default is None


def _how(row: SettingInForce) -> str:
    if row.full_name in _THEMES:
        return "Enter shows the list."
    if row.is_switch or row.choices:
        return (
            f"Enter takes the next: {' or '.join(row.choices) if row.choices else 'true or false'}."
        )
    return f"Enter, then type {row.expected.words}."
