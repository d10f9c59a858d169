"""Tabs as texts: what of them fits into a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

_TIGHTEST: Final = 3


class Tab(NamedTuple):
    """`key` is shown before the title as the way there without a mouse. Where it is that of a
    `binding`, a person may have taken another for it."""

    pane: str
    title: str
    key: str = ""
    binding: str = ""


def fitting(
    tabs: Iterable[Tab], current: str, marks: Mapping[str, str], width: int
) -> list[tuple[Tab, str, str]]:
    """Each tab with the texts of its key and its title. The widest that fits: where marks come to
    many tabs, the blanks between them go."""
    shown = [*tabs]
    for tight in range(_TIGHTEST + 1):
        pieces = [
            (tab, *_piece(tab, marks.get(tab.pane, ""), tight, here=tab.pane == current))
            for tab in shown
        ]
        if sum(len(key) + len(text) for _, key, text in pieces) <= width:
            break
    return pieces


def _piece(tab: Tab, mark: str, tight: int, *, here: bool) -> tuple[str, str]:
    """The key of a tab and its title, with the blanks round them; the tightest has no keys."""
    label = tab.title + mark
    if not tight:
        return f" {tab.key} " if tab.key else " ", f"[{label}]" if here else f" {label} "
    end = " " if tight == 1 else ""
    key = f" {tab.key}" if tab.key and tight < _TIGHTEST else ""
    return key, f"[{label}]" if here else f" {label}{end}"
