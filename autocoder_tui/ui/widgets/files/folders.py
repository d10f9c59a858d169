"""Reads the folders of a project for the tree. Everything here is blocking."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from autocoder_tui.workspace.entry import Entry, sniff_binary, why_not_with_others
from autocoder_tui.workspace.ignore import IgnoreRules, load_rules
from autocoder_tui.workspace.listing import MAX_ENTRIES, Listing, list_folder, list_project

WHOLE_FROM = 50
"""Rows of the terminal; there a project of up to half as many files and folders is seen whole."""
# Opening a file to look at its first bytes costs some ten microseconds.
_MOST_SNIFFED = 2_000


class Folders:
    """The folders of the project at `root`, with its ignore rules as read last."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._rules: IgnoreRules | None = None

    def forget_rules(self) -> None:
        """Read the ignore rules again before the next folder."""
        self._rules = None

    def list(self, folders: Iterable[str], room: int = 0) -> dict[str, Listing]:
        """What the folders hold, by path; binary files are marked. So for all folders in them, but
        for ignored ones, where that makes no more than `room` rows."""
        listings = {folder: self._listed(folder) for folder in folders}
        found, level = dict(listings), listings
        rows = sum(len(listing.entries) for listing in listings.values())
        while inside := _folders_in(level.values()):
            level = {}
            for folder in inside:
                if rows > room:
                    return listings
                level[folder] = self._listed(folder)
                rows += max(1, len(level[folder].entries))  # an empty one says so in a row
            found |= level
        return found if rows <= room else listings

    def _listed(self, folder: str) -> Listing:
        return self._sniffed(list_folder(self._root, folder, self._load_rules()))

    def gone(self, paths: Iterable[str]) -> set[str]:
        """Those of `paths` where nothing is any more."""
        return {path for path in paths if not os.path.lexists(self._root / path)}

    def pickable_below(self, folder: Entry) -> tuple[set[str], str | None]:
        """The files a pick of `folder` takes, or why it takes none."""
        if folder.ignored:
            return set(), "ignored by .gitignore rules; pick files in it one by one"
        listing = list_project(self._root, self._load_rules(), folder=folder.path)
        if listing.cut:
            return set(), f"more than {MAX_ENTRIES:,} files in it; pick folders further in"
        return {
            entry.path
            for entry in listing.entries
            if not entry.is_dir and why_not_with_others(self._root, entry) is None
        }, None

    def _sniffed(self, listing: Listing) -> Listing:
        """Binary files are marked as such, unless there are too many to open."""
        if len(listing.entries) > _MOST_SNIFFED:
            return listing
        return replace(
            listing,
            entries=tuple(
                replace(entry, binary=True)
                if not (entry.is_dir or entry.outside or entry.special or entry.binary)
                and sniff_binary(self._root / entry.path)
                else entry
                for entry in listing.entries
            ),
        )

    def _load_rules(self) -> IgnoreRules:
        if self._rules is None:
            self._rules = load_rules(self._root)
        return self._rules


def _folders_in(listings: Iterable[Listing]) -> Sequence[str]:
    return [
        entry.path
        for listing in listings
        for entry in listing.entries
        if entry.is_dir and not (entry.symlink or entry.ignored or entry.outside)
    ]
