"""Tabs that became spaces, or spaces tabs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocoder_tui.review.warnings.concern import Change, Concern, Line

_MAKE_NAMES = ("makefile", "gnumakefile", "bsdmakefile")
_MAKE_SUFFIXES = (".mk", ".mak", ".make")
_RULE = re.compile(r"[^\s#=:][^#=:\n]{0,1000}::?(?![:=])")
_NO_RECIPE = re.compile(
    r"\s*(?:#|-?include\b|sinclude\b|ifn?(?:eq|def)\b|else\b|endif\b|define\b|endef\b|override\b"
    r"|export\b|unexport\b|undefine\b|vpath\b|[\w.$(){}-]{1,200}\s{0,9}(?:[:+?!]?=|::=))"
)
_LONGEST = 10_000


def indentation(change: Change) -> Iterator[Concern]:
    if _is_make(change) and (line := _recipe_without_tab(change)):
        message = (
            f"Line {line} is a recipe that begins with spaces: make needs a tab there and will "
            "not read this file."
        )
        yield Concern("tabs", message, True)
        return
    to_spaces, to_tabs = _converted(change)
    if to_spaces:
        needed = _is_make(change) or change.suffix in (".tsv", ".tab")
        yield Concern("tabs", f"Tabs became spaces on {_lines(to_spaces)}.", needed)
    elif to_tabs:
        message = f"Spaces at the beginning became tabs on {_lines(to_tabs)}."
        yield Concern("tabs", message, change.suffix in (".yml", ".yaml"))
    elif len(strange := _strange(change)) >= 3:
        message = f"The file is indented by tabs, but {_lines(strange)} by spaces."
        yield Concern("tabs", message)


def _lines(lines: list[Line]) -> str:
    if len(lines) == 1:
        return f"line {lines[0][0]}"
    return f"{len(lines):,} lines, the first of which is line {lines[0][0]}"


def _is_make(change: Change) -> bool:
    name = change.name.lower()
    return name.split(".")[0] in _MAKE_NAMES or change.suffix in _MAKE_SUFFIXES


def _recipe_without_tab(change: Change) -> int:
    """The line of a recipe that begins with spaces; 0 where there is none, as in the old text."""
    if ".RECIPEPREFIX" in change.after:
        return 0
    found = _first_bad_recipe(change.lines)
    return 0 if found and _first_bad_recipe(change.before.split("\n")) else found


def _first_bad_recipe(lines: list[str]) -> int:
    in_rule = continued = False
    for number, line in enumerate(lines, 1):
        if not line.strip() or continued or len(line) > _LONGEST:
            pass
        elif line[0] == " ":
            if in_rule and not _NO_RECIPE.match(line):
                return number
        elif line[0] != "\t" and not _NO_RECIPE.match(line):
            in_rule = _RULE.match(line) is not None
        continued = line.endswith("\\")
    return 0


def _converted(change: Change) -> tuple[list[Line], list[Line]]:
    """The lines that were there with tabs and now have spaces, and the other way round."""
    if "\t" not in change.before and "\t" not in change.after:
        return [], []
    with_tabs, with_spaces = set[str](), set[str]()
    for old in change.before.split("\n"):
        if "\t" in old:
            with_tabs.add(_words(old))
        elif old[:1] == " ":
            with_spaces.add(_words(old))
    to_spaces: list[Line] = []
    to_tabs: list[Line] = []
    for line in change.added:
        text = line[1]
        if "\t" not in text:
            if with_tabs and " " in text and _is_telling(words := _words(text)):
                if words in with_tabs and words not in with_spaces:
                    to_spaces.append(line)
        elif text[0] == "\t" and _is_telling(words := _words(text)):
            if words in with_spaces and words not in with_tabs:
                to_tabs.append(line)
    return to_spaces, to_tabs


def _words(line: str) -> str:
    return " ".join(line.split())


def _is_telling(words: str) -> bool:
    """Whether the words are not such as stand in many places, as a closing bracket does."""
    return any(map(str.isalnum, words))


def _strange(change: Change) -> list[Line]:
    """New lines indented by spaces in a file that is indented by tabs alone."""
    old = [line for line in change.before.split("\n") if line[:1] in ("\t", " ")]
    if len(old) < 3 or any(line[:2] == "  " for line in old):
        return []
    return [line for line in change.added if line[1][:2] == "  " and line[1].strip()]
