"""A change written down instead of the changed file: a diff, a script of an editor, edit blocks,
edits as JSON, conflict marks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from autocoder_tui.review.warnings.concern import Change, Concern
from autocoder_tui.review.warnings.edit_scripts import is_edit_script
from autocoder_tui.text.late_pattern import late_pattern

_DIFF_FILES = (".diff", ".patch", ".rej", ".udiff")

_HUNK = late_pattern(r"^@@@?(?:[ \t]+-\d[^@\n]{0,80}|[ \t]*\.{3}[ \t]*|[ \t]*)@@|^@@[ \t]*$", re.M)
_FIRST = late_pattern(
    r"(?:diff --git |diff -[a-zA-Z]|Index: |\*\*\* (?:Begin Patch|(?:Update|Add|Delete) File:)|@@ )"
    r"|diff [^\s-]\S* \S+\n\d|@@[ \t]*\n|--- [^\n]*\n\+\+\+ |\*\*\* [^\n]*\n--- "
    r"|\d+(?:,\d+)?[acd]\d+(?:,\d+)?\n[<>] "
)
_OF_A_DIFF = (" ", "+", "-", "\\", "@@", "diff ", "index ", "Index: ", "***", "```", "====")

_OPENS = late_pattern(r"<{5,9}(?:[ \t]*[A-Za-z(].{0,80})?|-{5,9}[ \t]*SEARCH>?")
_DIVIDES = late_pattern(r"={5,9}")
_CLOSES = late_pattern(r">{5,9}(?:[ \t]*[A-Za-z(].{0,80})?|\+{5,9}[ \t]*REPLACE>?")
_EDIT_BLOCK = late_pattern(r"[<-]{5,9}[ \t]*(?:SEARCH|ORIGINAL)|[>+]{5,9}[ \t]*(?:REPLACE|UPDATED)")
_FENCE = late_pattern(r"[ \t]*(?:```|~~~)")
_OLD = "search|find|old|original|before|old_str|old_string|old_text|old_code"
_NEW = "replace|replacement|new|updated|after|new_str|new_string|new_text|new_code"
_HEADS = rf"(?:{_OLD}|{_NEW})"
_PAIR = late_pattern(
    rf"^[ \t]*(?:<{_HEADS}>|\[{_HEADS}\]|\**{_HEADS}(?: this| with| by)?\**:\**)[ \t]*\n",
    re.IGNORECASE | re.MULTILINE,
)
"""The line before an old or a new text, of edits that are written as tags or heads."""
_NAMED_PARTS = ("", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".feature")
"""Files where such a line may be a key or a section."""
_SCRIPTS = (".ed", ".sed", ".sh", ".bash", ".zsh", ".ksh", ".fish", ".rcs", ".ps1", ".bat", ".cmd")
_DATA = ("", ".txt", ".csv", ".tsv", ".dat", ".log", ".md", ".rst", ".hex", ".asm", ".s")
_INSTRUCTION = late_pattern(
    r"[ \t#/*>-]{0,12}\**(?:(?:insert|add|append|replace|delete|remove|change|put)\b[^\n]{0,60}"
    r"\blines?\s+\d[^\n]{0,60}|(?:after|before|at|from|on|in)\s+lines?\s+\d[^\n]{0,80})"
    r":\**[ \t]*\n",
    re.IGNORECASE,
)
_OPERATIONS = frozenset({"add", "remove", "replace", "move", "copy", "test", "insert", "delete"})
_OLD_KEYS = ("search", "find", "old", "old_str", "old_string", "old_text", "old_code", "original",
             "oldText", "oldString")  # fmt: skip
_NEW_KEYS = ("replace", "replacement", "new", "new_str", "new_string", "new_text", "new_code",
             "updated", "newText", "newString")  # fmt: skip
_JSON_EDIT = late_pattern(rf'"(?:op|{"|".join(_OLD_KEYS)})"\s*:')
_MOST_PAIRS = 200_000
"""Characters of a text that is looked through for such a pair."""


def edits(change: Change) -> Iterator[Concern]:
    if change.suffix not in _DIFF_FILES and _is_diff(change):
        message = "The text is a diff, not the file: it would replace the file by its own change."
        yield Concern("diff", message, not change.is_sound)
        return
    if change.suffix not in _SCRIPTS and _is_script(change):
        message = "The text is a script for an editor that would change the file, not the file."
        yield Concern("edit", message, not change.is_sound)
        return
    if _is_json_edit(change.after) and not _is_json_edit(change.before):
        message = "The text is a list of edits as JSON, not the file they are for."
        yield Concern("edit", message, True)
        return
    named = change.is_markup or change.is_prose or change.suffix in _NAMED_PARTS
    begins = _begins_with_pair(change.after) or _begins_with_instruction(change.after)
    if not named and begins and not _begins_with_pair(change.before):
        message = "The text says what to exchange or to insert where: it is not the file."
        yield Concern("edit", message, not change.is_sound)
        return
    number, marks = _new_marks(change)
    if number:
        what = "edit blocks (SEARCH/REPLACE)" if marks == "edit" else "marks of a merge conflict"
        message = f"The text holds {what} that the file did not have, from line {number}."
        yield Concern("edit", message, not change.is_sound and not _in_fence(change, number))


def _is_script(change: Change) -> bool:
    strict = change.is_prose or change.suffix in _DATA
    return is_edit_script(change.after, strict=strict) and not is_edit_script(
        change.before, strict=strict
    )


def _begins_with_instruction(text: str) -> bool:
    """Whether the first filled line says where, in a file that is not this one, code belongs."""
    return _INSTRUCTION.match(text.lstrip()[:_MOST_PAIRS]) is not None


def _is_json_edit(text: str) -> bool:
    """Whether `text` is a JSON Patch (RFC 6902), or objects with an old and a new text."""
    text = text.strip()
    if text[:1] not in ("[", "{") or len(text) > _MOST_PAIRS or not _JSON_EDIT.search(text):
        return False
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return _holds_edits(data)


def _holds_edits(data: Any) -> bool:
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list)]
        data = lists[0] if len(lists) == 1 and len(data) <= 3 else [data]
    if not isinstance(data, list) or not data:
        return False
    return all(isinstance(item, dict) and _is_edit(item) for item in data)


def _is_edit(item: dict[str, Any]) -> bool:
    if item.get("op") in _OPERATIONS and isinstance(item.get("path"), str):
        return True
    old = [item[key] for key in _OLD_KEYS if isinstance(item.get(key), str)]
    new = [item[key] for key in _NEW_KEYS if isinstance(item.get(key), str)]
    return bool(old and new)


def _begins_with_pair(text: str) -> bool:
    """Whether the first filled line heads an old text, and a later one the new text for it."""
    begin = text.lstrip()[:_MOST_PAIRS]
    old = _PAIR.match(begin)
    return old is not None and any(
        re.search(rf"\b(?:{_NEW})\b", found.group(), re.IGNORECASE) is not None
        for found in _PAIR.finditer(begin, old.end())
    )


def _is_diff(change: Change) -> bool:
    """Whether the text is a diff from its first line, or from some hunk to its end; or is the
    old text with a sign before each line. The old text was none.
    """
    text = change.after.lstrip("\n\r\t ")
    if _FIRST.match(text) and not _FIRST.match(change.before.lstrip()):
        return True
    hunk = _HUNK.search(change.after) if "@@" in change.after else None
    if hunk is not None and _HUNK.search(change.before) is None:
        rest = change.after[hunk.start() :].rstrip().split("\n")
        if len(rest) > 1 and all(not line or line.startswith(_OF_A_DIFF) for line in rest):
            return True
    return _is_signed(change)


def _is_signed(change: Change) -> bool:
    """Whether nearly every line has a sign before it, and without it most are lines of the file."""
    lines = [line for line in change.lines if line.strip()]
    if change.is_new or len(lines) < 2 or lines[0][0] not in " +-":
        return False
    signed = sum(line[0] in "+-" for line in lines)
    if not signed or any(line[0] not in " +-" for line in lines):
        return False
    old = [line for line in lines if line[0] in " -" and line[1:].strip()]
    known = sum(line[1:] in change.old_lines and line not in change.old_lines for line in old)
    return known * 2 > len(old)


def _new_marks(change: Change) -> tuple[int, str]:
    """The line of the first block of marks the old text did not have, and its kind; 0 for none."""
    if not any(mark in change.after for mark in ("<<<<<", "-----", ">>>>>", "+++++")):
        return 0, ""
    blocks = list(_blocks(change.lines))
    if len(blocks) <= len(list(_blocks(change.before.split("\n")))):
        return 0, ""
    if change.after is not change.file.after:
        return blocks[0]
    added = {number for number, _ in change.added}
    return next((block for block in blocks if block[0] in added), blocks[0])


def _blocks(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Where marks open, divide and close one after the other; and where an edit block is
    opened or closed alone.
    """
    opened, divided, kind = 0, False, ""
    for number, line in enumerate(lines, 1):
        if len(line) > 200 or not line.strip():
            continue
        text = line.strip()
        if text[0] not in "<=>-+":
            continue
        if _OPENS.fullmatch(text):
            opened, divided = number, False
            kind = "edit" if _EDIT_BLOCK.match(text) else "conflict"
        elif opened and _DIVIDES.fullmatch(text):
            divided = True
        elif _CLOSES.fullmatch(text) and (opened or _EDIT_BLOCK.match(text)):
            if divided or _EDIT_BLOCK.match(text):
                yield opened or number, "edit" if _EDIT_BLOCK.match(text) else kind
            opened, divided = 0, False
    if opened and kind == "edit":
        yield opened, kind


def _in_fence(change: Change, number: int) -> bool:
    """Whether the line is an example in a code fence of a document."""
    if not change.is_prose:
        return False
    fences = sum(bool(_FENCE.match(line)) for line in change.lines[: number - 1])
    return fences % 2 == 1
