"""A change as a unified patch that `git apply` and `patch` take."""

from __future__ import annotations

from collections.abc import Sequence

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.diff import Diff

_CONTEXT = 3
_EMPTY = "e69de29"
_NO_NEWLINE = "\\ No newline at end of file\n"
_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}


def file_patch(old: str | None, new: str | None, diff: Diff, hunks: Sequence[Hunk]) -> str:
    """The patch that makes exactly `hunks` of `diff` in the file `old` (None: a new one), which
    then is `new` (None: no more); "" for none.

    The text must reach a file or a pipe with its newlines untranslated.
    """
    if not hunks:
        return ""
    old_name, new_name = old or new or "", new or old or ""
    parts = [f"diff --git {_quoted('a/' + old_name)} {_quoted('b/' + new_name)}\n"]
    if old is None:
        parts.append("new file mode 100644\n")
    elif new is None:
        parts.append("deleted file mode 100644\n")
    elif old != new:
        parts += [f"rename from {_quoted(old)}\n", f"rename to {_quoted(new)}\n"]
    changes = [hunk for hunk in hunks if hunk.removed or hunk.added]
    if not changes:
        # A file without lines has none to show; this is git's name for an empty content.
        if old is None:
            parts.append(f"index 0000000..{_EMPTY}\n")
        elif new is None:
            parts.append(f"index {_EMPTY}..0000000\n")
        return "".join(parts)
    parts.append("--- /dev/null\n" if old is None else f"--- {_named('a/', old)}\n")
    parts.append("+++ /dev/null\n" if new is None else f"+++ {_named('b/', new)}\n")
    shift = 0
    for group in _groups(changes):
        shift = _write_group(parts, diff, group, shift)
    return "".join(parts)


def _named(side: str, name: str) -> str:
    # A name with blanks is ended by a tab, as in `git diff`, or the rest is taken for a date.
    return _quoted(side + name) + ("\t" if " " in name else "")


def _groups(hunks: Sequence[Hunk]) -> list[list[Hunk]]:
    """Hunks whose context would touch or overlap go under one header."""
    groups = [[hunks[0]]]
    for hunk in hunks[1:]:
        if hunk.old_start - groups[-1][-1].old_end <= 2 * _CONTEXT:
            groups[-1].append(hunk)
        else:
            groups.append([hunk])
    return groups


def _write_group(parts: list[str], diff: Diff, group: list[Hunk], shift: int) -> int:
    old = diff.old_lines
    start = max(0, group[0].old_start - _CONTEXT)
    end = min(len(old), group[-1].old_end + _CONTEXT)
    body: list[str] = []
    i = start
    for hunk in group:
        body += _signed(" ", old[i : hunk.old_start])
        body += _signed("-", old[hunk.old_start : hunk.old_end])
        body += _signed("+", diff.new_lines[hunk.new_start : hunk.new_end])
        i = hunk.old_end
    body += _signed(" ", old[i:end])
    grown = sum(hunk.added - hunk.removed for hunk in group)
    old_count, new_count = end - start, end - start + grown
    # A range of no lines names the line before it.
    old_from = start + 1 if old_count else start
    new_from = start + shift + (1 if new_count else 0)
    parts.append(f"@@ -{old_from},{old_count} +{new_from},{new_count} @@\n")
    parts += body
    return shift + grown


def _signed(sign: str, lines: Sequence[str]) -> list[str]:
    signed = [sign + line for line in lines]
    if signed and not signed[-1].endswith("\n"):
        signed[-1] += "\n" + _NO_NEWLINE
    return signed


def _quoted(name: str) -> str:
    """A file name as git writes it: in C quotes when it holds anything out of the ordinary."""
    data = name.encode("utf-8", "surrogateescape")
    if all(0x20 <= byte < 0x7F and byte not in (0x22, 0x5C) for byte in data):
        return name
    return '"' + "".join(_escaped(byte) for byte in data) + '"'


def _escaped(byte: int) -> str:
    if byte in _ESCAPES:
        return "\\" + _ESCAPES[byte]
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"
