"""Unified diffs, git's with renames and deletions, and what models make of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import field

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.edits.shapes.file_edit import FileEdit, Reading, is_blank, next_filled, said
from autocoder_tui.edits.shapes.hunk import block_of, is_boundary, read_head, read_hunk
from autocoder_tui.values import dataclass

BINARY = "The diff of a binary file can't be read."
MODE = "The diff changes the file's mode, which is left as it is."
COPIED = "The diff copies a file, which can't be read as an edit."
_OLD = re.compile(r"--- (?!\d{1,9}(?:,\d{1,9})? ----)([^\n]+)\n?")
_NEW = re.compile(r"\+\+\+ ([^\n]+)\n?")
_GIT = re.compile(r"diff --git (\"?[^\n]+?) (\"?[^\s][^\n]*)\n?")
_HEADERS = (
    "old mode ", "new mode ", "deleted file mode", "new file mode", "rename from ", "rename to ",
    "copy from ", "copy to ", "similarity index ", "dissimilarity index ", "index ", "Index: ",
    "diff -", "Binary files ", "GIT binary patch", "Only in ",
)  # fmt: skip
_RULE = re.compile(r"={20,80}[ \t\r]*\n?")
_TIME = re.compile(
    r"(?:\t[^\n]*|(?<! ) ++\(?(?:\d{4}-\d\d-\d\d|revision |working copy|[A-Z][a-z]{2} )[^\n]*)$"
)
_PREFIXES = ("a/", "b/", "i/", "w/", "c/", "o/", "old/", "new/", "original/", "modified/")
_NULL = "/dev/null"
_ESCAPED = re.compile(r"\\([0-7]{3}|.)")
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@dataclass(slots=True)
class _File:
    """One file of a diff while it is read."""

    old: str = ""
    new: str = ""
    renames: bool = False
    deletes: bool = False
    creates: bool = False
    begin: int = 0
    remarks: list[str] = field(default_factory=list)
    blocks: list[EditBlock] = field(default_factory=list)

    @property
    def has_hunks(self) -> bool:
        return bool(self.blocks)


def opens_diff(lines: Sequence[str], at: int) -> bool:
    """Whether a unified diff begins at this line."""
    line = lines[at]
    if line.startswith("diff --git "):
        follows = lines[at + 1] if at + 1 < len(lines) else ""
        return not follows or follows.startswith((*_HEADERS, "--- ", "@@", "diff --git "))
    if line.startswith("@@"):
        return _opens_hunk(lines, at)
    if line.startswith("Index: "):
        return any(_opens_header(lines, n) for n in range(at + 1, min(at + 4, len(lines))))
    return _opens_header(lines, at)


def _opens_header(lines: Sequence[str], at: int) -> bool:
    """Whether the two lines that name the file stand here, or one of them before a hunk."""
    line = lines[at]
    if _OLD.fullmatch(line) is not None:
        then = lines[at + 1] if at + 1 < len(lines) else ""
        if _NEW.fullmatch(then) is not None:
            return at + 2 >= len(lines) or lines[at + 2][:1] in ("@", " ", "+", "-", "\n", "\r")
        return then.startswith("@@") and _opens_hunk(lines, at + 1)
    if _NEW.fullmatch(line) is not None:
        return at + 1 < len(lines) and _opens_hunk(lines, at + 1)
    return False


def _opens_hunk(lines: Sequence[str], at: int) -> bool:
    if read_head(lines[at]) is None:
        return False
    signed = False
    for line in lines[at + 1 : at + 60]:
        if line.startswith("@@") or is_boundary(line):
            break
        signed |= line[:1] in ("+", "-")
    return signed


def read_diff(lines: Sequence[str], at: int, known: Collection[str] = ()) -> Reading:
    """The diff that begins at line `at`, of one file or many. `known` are paths of the project."""
    found: list[_File] = []
    index = at
    while index < len(lines):
        line = lines[index]
        if is_boundary(line):
            break
        if line.startswith("diff --git "):
            found.append(_begun(line, index))
            index += 1
        elif _opens_header(lines, index):
            index = _names(lines, index, found)
        elif line.startswith("@@") and read_head(line) is not None:
            if not found:
                found.append(_File(begin=index))
            index = _hunk(lines, index, found[-1])
        elif line.startswith(_HEADERS) or _RULE.fullmatch(line):
            if not found or (found[-1].has_hunks and line.startswith(("Index: ", "diff -"))):
                found.append(_File(begin=index))
            _header(line, found[-1])
            index += 1
        elif is_blank(line):
            following = next_filled(lines, index)
            if following == len(lines) or not _goes_on(lines, following):
                break
            index = following
        elif found and not found[-1].has_hunks and line[:1] in ("+", "-", " "):
            index = _headless(lines, index, found[-1])
        else:
            break
    ends = [each.begin for each in found[1:]] + [index]
    files = [_file_edit(one, known, "".join(lines[one.begin : end]))
             for one, end in zip(found, ends, strict=True)]  # fmt: skip
    return Reading(tuple(edit for edit in files if edit is not None), index)


def _goes_on(lines: Sequence[str], at: int) -> bool:
    return opens_diff(lines, at) or lines[at].startswith(_HEADERS)


def _ends(lines: Sequence[str], at: int) -> bool:
    """Whether a line within a hunk begins another hunk or file."""
    line = lines[at]
    if line.startswith("@@"):
        return read_head(line) is not None
    if line.startswith(("diff --git ", "Index: ")):
        return True
    if line.startswith("--- ") and _opens_header(lines, at):
        # Else a line "-- x" goes and a line "++ y" comes.
        return at + 2 < len(lines) and lines[at + 2].startswith("@@")
    return line.startswith("*** End Patch")


def _hunk(lines: Sequence[str], at: int, file: _File) -> int:
    head = read_head(lines[at])
    assert head is not None
    found, after = read_hunk(lines, at + 1, head, _ends)
    if found:
        source = "".join(lines[at:after])
        file.blocks.append(block_of(found, head, [head.scope], source))
    return max(after, at + 1)


def _headless(lines: Sequence[str], at: int, file: _File) -> int:
    head = read_head("@@ @@\n")
    assert head is not None
    found, after = read_hunk(lines, at, head, _ends)
    if found:
        file.blocks.append(block_of(found, head, (), "".join(lines[at:after])))
    return max(after, at + 1)


def read_signed(lines: Sequence[str], at: int) -> Reading:
    """Lines with signs and no head at all, as one change."""
    file = _File(begin=at)
    after = _headless(lines, at, file)
    return Reading((FileEdit("", tuple(file.blocks), source="".join(lines[at:after])),), after)


def _begun(line: str, at: int) -> _File:
    found = _GIT.fullmatch(line)
    file = _File(begin=at)
    if found is not None:
        old, new = found[1], found[2]
        halves = (line[len("diff --git ") :].rstrip("\r\n") + " ").split(" b/")
        if len(halves) == 2 and not line.rstrip().endswith('"'):
            # Names may hold blanks.
            old, new = halves[0], "b/" + halves[1].rstrip()
        file.old, file.new = _name(old), _name(new)
    return file


def _names(lines: Sequence[str], at: int, found: list[_File]) -> int:
    if not found or found[-1].has_hunks or found[-1].begin == at - 2:
        if not (found and not found[-1].has_hunks):
            found.append(_File(begin=at))
    file = found[-1]
    old = _OLD.fullmatch(lines[at])
    if old is not None:
        file.old = _name(old[1])
        at += 1
    new = _NEW.fullmatch(lines[at]) if at < len(lines) else None
    if new is not None:
        file.new = _name(new[1])
        at += 1
    if old is None:
        file.old = file.old or file.new
    if new is None:
        file.new = file.new or file.old
    file.deletes |= file.new == _NULL
    file.creates |= file.old == _NULL
    return at


def _header(line: str, file: _File) -> None:
    text = line.rstrip("\r\n")
    if text.startswith("rename from "):
        file.old, file.renames = _name(text[12:]), True
    elif text.startswith("rename to "):
        file.new, file.renames = _name(text[10:]), True
    elif text.startswith("deleted file mode"):
        file.deletes = True
    elif text.startswith("new file mode"):
        file.creates = True
    elif text.startswith(("new mode", "old mode")):
        file.remarks.append(MODE)
    elif text.startswith(("Binary files", "GIT binary")):
        file.remarks.append(BINARY)
    elif text.startswith(("copy from ", "copy to ")):
        file.remarks.append(COPIED)
    elif text.startswith("Index: "):
        file.old = file.new = _name(text[7:])


def _name(word: str) -> str:
    name = word.strip("\r\n")
    if name.startswith('"') and name.rstrip().endswith('"'):
        return _unquoted(name.strip()[1:-1])
    return _TIME.sub("", name).strip().strip("`")


def _unquoted(name: str) -> str:
    """A name as git quotes it: bytes in octal, controls by letter."""

    def plain(found: re.Match[str]) -> str:
        word = found[1]
        return chr(int(word, 8)) if len(word) == 3 else _CONTROLS.get(word, word)

    raw = _ESCAPED.sub(plain, name)
    try:
        return raw.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return raw


def _file_edit(file: _File, known: Collection[str], source: str) -> FileEdit | None:
    old, new = _paths(file, known)
    remark = said(*file.remarks)
    unread = BINARY in file.remarks or COPIED in file.remarks
    if not file.blocks and unread:
        return FileEdit(new or old, closed=False, remark=remark, source=source)
    if file.deletes:
        return FileEdit(old or new, deletes=True, remark=remark, source=source)
    if file.creates and all(not block.old for block in file.blocks):
        text = "".join(line for block in file.blocks for line in block.new)
        return FileEdit(new, text=text, remark=remark, source=source)
    renamed = old if file.renames and old != new else ""
    if not file.blocks and not renamed:
        return None if not remark else FileEdit(new or old, remark=remark, source=source)
    path = new or old
    if not renamed and old != new and old in known and new not in known:
        path, remark = old, said(remark, f"The diff names the file {new}, too.")
    return FileEdit(path, tuple(file.blocks), renamed_from=renamed, remark=remark, source=source)


def _paths(file: _File, known: Collection[str]) -> tuple[str, str]:
    """The names without what diffs put before them."""
    old, new = file.old, file.new
    if file.renames and not (old.startswith("a/") and new.startswith("b/")):
        return old, new
    names = [name for name in (old, new) if name not in ("", _NULL)]
    prefixed = all(name.startswith(_PREFIXES) for name in names)
    as_they_are = any(name in known for name in names)
    if prefixed and not as_they_are:
        single = len(names) == 1 or old == new
        if not single or old.startswith(("a/", "b/")) or new.startswith(("a/", "b/")):
            old, new = _stripped(old), _stripped(new)
    old, new = ("" if name == _NULL else name for name in (old, new))
    if old and new and old in (f"{new}.orig", f"{new}.old", f"{new}.bak", f"{new}~"):
        old = new
    if new and old and new == f"{old}.new":
        new = old
    return old, new


def _stripped(name: str) -> str:
    return name if name in ("", _NULL) else name.partition("/")[2]
