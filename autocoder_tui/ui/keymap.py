"""The keys a person set, checked: one that can't work is named and left at its default."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from autocoder_tui.config.settings import Settings
from autocoder_tui.problems import shortened, unknown_name
from autocoder_tui.ui.key_presets import PRESETS

_MODIFIERS = ("ctrl", "shift", "alt", "meta", "super", "hyper")
_NAMES = {key.value for key in Keys} | set(KEY_NAME_REPLACEMENTS.values())
# The framework calls "<" less_than_sign, where Unicode has a hyphen.
_NAMES |= {
    unicodedata.name(chr(code)).lower().replace("-", "_").replace(" ", "_")
    for code in range(0x21, 0x7F)
}


def binding_ids() -> set[str]:
    """The name of every binding of this program."""
    # With this comes everything that has keys, be it ever opened or not.

    return {
        binding.id
        for kind in _kinds(DOMNode)
        if kind.__module__.startswith("autocoder_tui.")
        for binding in vars(kind).get("BINDINGS", ())
        if isinstance(binding, Binding) and binding.id
    }


def _kinds(kind: type[object]) -> Iterator[type[object]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)


def keymap_of(settings: Settings) -> tuple[dict[str, str], list[str]]:
    """The keys that replace the built-in ones, by binding: those of the preset, and over them the
    person's own; and a sentence for each of these that can't be used."""
    usable, problems = checked_keys(settings.keys)
    return {**PRESETS[settings.ui.key_preset], **usable}, problems


def checked_keys(wanted: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The usable ones of the keys `wanted`, by binding, and a sentence for each other one."""
    ids = binding_ids() if wanted else set()
    usable: dict[str, str] = {}
    problems: list[str] = []
    for name, text in wanted.items():
        keys = [key.strip() for key in text.split(",")]
        bad = [key for key in keys if not _is_key(key)]
        if name not in ids:
            problems.append(
                f"[keys]: {unknown_name(name, ids)}. The help of the keys lists the names."
            )
        elif bad:
            problems.append(
                f'[keys] {name}: there is no key "{shortened(bad[0])}", so it keeps its own. '
                "Keys are called ctrl+r, f5, A, question_mark."
            )
        else:
            usable[name] = ",".join(keys)
    return usable, problems


def _is_key(key: str) -> bool:
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    if any(modifier not in _MODIFIERS for modifier in modifiers):
        return False
    if len(last) == 1:
        return last.isprintable() and not last.isspace()
    if key in _NAMES or last in _NAMES:
        return True
    try:
        unicodedata.lookup(last.replace("_", " ").upper())
    except KeyError:
        return False
    return True
