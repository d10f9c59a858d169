"""The files of a project: one folder at a time for the tree, all of them for patterns.

Everything here reads the disk and may take a while on a large project: call it from a
thread.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import field
from pathlib import Path

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.entry import (
    Entry,
    has_binary_suffix,
    read_entry,
    sniff_binary,
    why_never,
    why_not_with_others,
)
from autocoder_tui.workspace.ignore import IgnoreRules, load_rules, scan_folder

__all__ = [
    "MAX_ENTRIES",
    "Entry",
    "Expansion",
    "IgnoreRules",
    "Listing",
    "entry_at",
    "expand_inputs",
    "has_binary_suffix",
    "list_folder",
    "list_project",
    "load_rules",
    "sniff_binary",
    "why_never",
    "why_not_with_others",
]

MAX_ENTRIES = 20_000
# Past this many, files passed over for the same reason are only counted.
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries sorted by path; `cut` when there were more than the limit."""

    entries: tuple[Entry, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Expansion:
    """What patterns came to.

    `files` are paths relative to the project, sorted within each pattern. `refused` pairs
    each name left out with the reason, to be shown as "name: reason". `warnings` are
    sentences about files that are in but deserve a second thought. `failed`: something the
    user asked for by name, or a whole pattern, gave nothing; files that a folder or glob
    merely passes over do not count. Names in `refused` are not made safe to show.
    """

    files: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    failed: bool = False


@dataclass(slots=True)
class _Expanded:
    files: dict[str, None] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    failed: bool = False

    def fail(self, name: str, reason: str) -> None:
        self.refused[name] = reason
        self.failed = True


def list_folder(
    root: Path, folder: str, rules: IgnoreRules, *, limit: int = MAX_ENTRIES
) -> Listing:
    """What one folder of the project holds, folders first. `folder` is "" for the project."""
    real_root = Path(os.path.realpath(root))
    names = scan_folder(real_root / folder)
    cut = len(names) > limit
    names = names[:limit]
    ignored = rules.ignored_in(folder, names)
    prefix = folder + "/" if folder else ""
    found = (read_entry(real_root, prefix + name, ignored=name in ignored) for name, _ in names)
    entries = sorted(
        (entry for entry in found if entry is not None),
        key=lambda entry: (not entry.is_dir or entry.symlink, entry.name.casefold(), entry.name),
    )
    return Listing(tuple(entries), cut)


def list_project(
    root: Path, rules: IgnoreRules, *, folder: str = "", limit: int = MAX_ENTRIES
) -> Listing:
    """Every file below `folder`; a wholly ignored folder is one entry, not descended into."""
    real_root = Path(os.path.realpath(root))
    entries: list[Entry] = []
    for path, ignored in rules.files_below(folder):
        if len(entries) >= limit:
            return Listing(_by_path(entries), cut=True)
        entry = read_entry(real_root, path.rstrip("/"), ignored=ignored)
        if entry is not None:
            entries.append(entry)
    return Listing(_by_path(entries))


def entry_at(root: Path, path: str, rules: IgnoreRules) -> Entry | None:
    """The entry of one path relative to the project, or None when nothing is there."""
    folder, _, name = path.rpartition("/")
    entry = read_entry(Path(os.path.realpath(root)), path)
    if entry is None or not rules.ignored_in(folder, [(name, entry.is_dir)]):
        return entry
    return read_entry(Path(os.path.realpath(root)), path, ignored=True)


def expand_inputs(root: Path, patterns: Sequence[str]) -> Expansion:
    """Files for a list of names, folders and globs (`*`, `?`, `[...]`, `**`), none twice.

    Names are relative to the project, or absolute inside it. A file that is named itself
    is taken even if ignored or secret-looking, the latter with a warning; folders and globs
    pass such files over, and say so. Binary, oversized and special files, and whatever lies
    outside the project, are always refused.
    """
    real_root = Path(os.path.realpath(root))
    gathering = _Expanded()
    rules: IgnoreRules | None = None
    for pattern in patterns:
        name = _relative(root, real_root, pattern)
        if not pattern.strip():
            # An unset variable of a shell must not become the whole project.
            gathering.fail('""', "an empty name; use . for the whole project")
            continue
        if name is None:
            gathering.fail(pattern, "outside the project; start in a folder that holds both")
            continue
        entry = read_entry(real_root, name) if name else Entry("", is_dir=True)
        if entry is not None and not entry.is_dir:
            _take_named(real_root, entry, gathering)
            continue
        rules = rules or load_rules(real_root)
        if entry is not None:
            _take_folder(real_root, entry, rules, gathering)
        elif re.search(r"[*?\[]", name):
            _take_glob(real_root, name, rules, gathering)
        else:
            gathering.fail(pattern, "does not exist")
    return Expansion(
        files=tuple(gathering.files),
        refused=tuple(gathering.refused.items()),
        warnings=tuple(gathering.warnings.values()),
        failed=gathering.failed,
    )


def glob_regex(pattern: str) -> re.Pattern[str]:
    """A shell's glob over "/"-separated paths; `**` stands for any number of folders.

    As in a shell, a name that begins with a dot is matched only by a part that does.
    """
    parts = [part for part in pattern.split("/") if part]
    pieces: list[str] = []
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        if part == "**":
            pieces.append(r"(?:(?!\.)[^/]+/)*" + (r"(?!\.)[^/]+" if last else ""))
        else:
            pieces.append(_part_regex(part) + ("" if last else "/"))
    try:
        return re.compile("".join(pieces), re.DOTALL)
    except re.error:
        # A range like [z-a] means nothing: then it is a name.
        return re.compile(re.escape(pattern))


def _part_regex(part: str) -> str:
    pieces = [] if part.startswith(".") else [r"(?!\.)"]
    position = 0
    while position < len(part):
        character = part[position]
        position += 1
        closing = part.find("]", position + 1) if character == "[" else -1
        if character == "*":
            pieces.append("[^/]*")
        elif character == "?":
            pieces.append("[^/]")
        elif closing > 0:
            inside = part[position:closing].replace("\\", r"\\").replace("[", r"\[")
            inside = (
                re.sub(r"^!", "^", inside) if inside[0] == "!" else re.sub(r"^\^", r"\^", inside)
            )
            pieces.append(f"(?!/)[{inside}]")
            position = closing + 1
        else:
            pieces.append(re.escape(character))
    return "".join(pieces)


def _relative(root: Path, real_root: Path, pattern: str) -> str | None:
    """`pattern` relative to the project in its plain form, or None if it lies outside."""
    for base in (os.path.abspath(root), str(real_root)):  # noqa: PTH100 - keeps links
        if pattern == base or pattern.startswith(base.rstrip("/") + "/"):
            pattern = pattern[len(base) :].lstrip("/")
            break
    name = os.path.normpath(pattern) if pattern else "."
    if name.startswith("/") or name == ".." or name.startswith("../"):
        return None
    return "" if name == "." else name


def _take_named(root: Path, entry: Entry, gathering: _Expanded) -> None:
    reason = why_never(root, entry)
    if reason is not None:
        gathering.fail(entry.path, reason)
        return
    gathering.files[entry.path] = None
    gathering.refused.pop(entry.path, None)
    if entry.secret:
        gathering.warnings[entry.path] = (
            f"{visible(entry.path)} may hold secrets, and it will be sent to the model."
        )


def _take_folder(root: Path, entry: Entry, rules: IgnoreRules, gathering: _Expanded) -> None:
    shown = entry.path or "."
    if entry.symlink:
        gathering.fail(shown, "a link to a folder; name the folder itself")
        return
    folder, _, name = entry.path.rpartition("/")
    if entry.path and rules.ignored_in(folder, [(name, True)]):
        gathering.fail(shown, "ignored by .gitignore rules; name the files in it one by one")
        return
    listing = list_project(root, rules, folder=entry.path)
    _take_several(root, listing, shown, listing.entries, gathering)


def _take_glob(root: Path, pattern: str, rules: IgnoreRules, gathering: _Expanded) -> None:
    fixed = re.split(r"[*?\[]", pattern, maxsplit=1)[0].rpartition("/")[0]
    regex = glob_regex(pattern)
    listing = list_project(root, rules, folder=fixed)
    matching = [e for e in listing.entries if not e.is_dir and regex.fullmatch(e.path)]
    _take_several(root, listing, pattern, matching, gathering)


def _take_several(
    root: Path,
    listing: Listing,
    shown: str,
    entries: Iterable[Entry],
    gathering: _Expanded,
) -> None:
    found = False
    passed_over: Counter[str] = Counter()
    for entry in entries:
        if entry.path in gathering.files:
            found = True
            continue
        reason = why_not_with_others(root, entry)
        if reason is None and entry.is_dir:
            reason = "a link to a folder"
        if reason is None:
            gathering.files[entry.path] = None
            found = True
            continue
        passed_over[reason] += 1
        if passed_over[reason] <= _MOST_NAMED:
            gathering.refused[entry.path] = reason
    for reason, count in passed_over.items():
        if count > _MOST_NAMED:
            gathering.refused[f"{shown} ({count - _MOST_NAMED} more)"] = reason
    if listing.cut:
        gathering.fail(shown, f"more than {MAX_ENTRIES:,} files; the rest was left out")
    elif not found:
        gathering.fail(shown, "matches no file that can be sent")


def _by_path(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.path))
