"""Finding the blocks of a reply, frames or code fences, line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from autocoder_tui.engine.reply_framing import (
    Fence,
    Opening,
    read_closing,
    read_fence,
    read_opening,
)

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MANY_LINES = 100_000
_FILLED_LINE = re.compile(r"^[^\n]*\S[^\n]*", re.MULTILINE)
_MARKDOWN = ("md", "markdown", "mdx", "rst", "")
_TITLE = re.compile(r"""(?:title|filename|file|path|name)\s*[=:]\s*(?:"([^"]+)"|'([^']+)'|(\S+))""")
_NAME = re.compile(r"[\w.@+~-][\w .@+~()\[\]/\\-]*\Z")
_QUOTED = re.compile(r"[`*\"'“]+([^`*\"'”]+)[`*\"'”]+")
_LONGEST_NAMING = 1_000
"""Characters. A longer line names no file, and quotes without end in it take hours to pair up."""
_LABEL = re.compile(
    r"(?:#+\s*|[-*]\s+|\d+[.)]\s+|//\s*|<!--\s*)*(?:(?:file ?name|file|path)\s*:)?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `source` is all of it as it stood; `path` is "" when it has no name."""

    path: str
    text: str
    closed: bool
    source: str
    remark: str = ""


def lines_of(text: str) -> list[str]:
    """Lines with their "\\n"; no other character ends a line of a file."""
    if text.count("\n") <= _MANY_LINES:
        return _LINE.findall(text)
    # In a flood of short lines most are equal: each is kept once.
    known: dict[str, str] = {}
    return [known.setdefault(line, line) for line in map(re.Match.group, _LINE.finditer(text))]


def read_frames(text: str) -> tuple[list[Block], str]:
    """The framed files of a reply, and the notes around them."""
    if "<file" not in text:
        return [], text
    lines = lines_of(text)
    blocks: list[Block] = []
    notes: list[str] = []
    at = 0
    while (found := _next(read_opening, lines, at, notes)) is not None:
        at, opening = found
        end, after, closed, remark = _frame_end(lines, at + 1, opening)
        body = "".join(lines[at + 1 : end])
        if remark.startswith(_SAME_LINE) and end < len(lines):
            body += lines[end][: lines[end].rindex("</file")] + "\n"
        if not opening.frame_id:
            body = _without_wrapping_fence(body, opening.path, closed)
        if closed and not opening.final_newline and body.endswith("\n"):
            body = body[:-1]
        blocks.append(Block(opening.path, body, closed, "".join(lines[at:after]), remark))
        at = after
    return blocks, _without_stray_fences(notes)


_T = TypeVar("_T")


def _next(
    read: Callable[[str], _T | None], lines: list[str], at: int, notes: list[str]
) -> tuple[int, _T] | None:
    """The next line from `at` on that opens a block, and what it says; None without one.

    The lines on the way there go to `notes`.
    """
    for index in range(at, len(lines)):
        opened = read(lines[index])
        if opened is not None:
            return index, opened
        notes.append(lines[index])
    return None


_SAME_LINE = "The closing line stood at the end of a line of code."


def _frame_end(lines: list[str], at: int, opening: Opening) -> tuple[int, int, bool, str]:
    """Where the frame's body ends, where reading goes on, whether closed, and a remark."""
    stop = len(lines)
    for index in _tagged(lines, range(at, stop)):
        closing = read_closing(lines[index])
        if closing is not None and closing == opening.frame_id:
            return index, index + 1, True, ""
        if not opening.frame_id and read_opening(lines[index]) is not None:
            stop = index
            break
    if opening.frame_id:
        # The model forgot the id: the last plain closing line is the best there is.
        for index in _tagged(lines, reversed(range(at, stop))):
            if read_closing(lines[index]) == "":
                return index, index + 1, True, "The closing line lacks the id of the frame."
        return len(lines), len(lines), False, ""
    for index in _tagged(lines, range(at, stop)):
        stripped = lines[index].strip()
        if read_closing(stripped) is not None:
            return index, index + 1, True, "The closing line was not exactly as asked."
    for index in _tagged(lines, reversed(range(at, stop))):
        if lines[index].rstrip().endswith("</file>"):
            return index, index + 1, True, _SAME_LINE
    return stop, stop, False, ""


def _tagged(lines: list[str], indices: Iterable[int]) -> Iterator[int]:
    """Those of the lines that may hold a tag. A file has up to a million that hold none."""
    return (index for index in indices if "file" in lines[index])


def _without_wrapping_fence(body: str, path: str, closed: bool) -> str:
    """The body without a code fence around all of it, which some models add.

    In Markdown a fence may be content: there it comes off only if it says that it holds
    Markdown, and around code always.
    """
    begin = _FILLED_LINE.search(body)
    if begin is None or read_fence(begin.group()) is None:
        return body
    lines = lines_of(body)
    filled = [index for index, line in enumerate(lines) if line.strip()]
    first, last = filled[0], filled[-1]
    opening, closing = read_fence(lines[first]), read_fence(lines[last])
    if opening is None:
        return body
    suffix = path.rsplit(".", 1)[-1].lower() if "." in path else ""
    if suffix in _MARKDOWN and opening.info.lower() not in ("md", "markdown"):
        return body
    if last > first and closing is not None and closing.closes(opening):
        return "".join(lines[first + 1 : last])
    return body if closed else "".join(lines[first + 1 :])


def read_fenced_blocks(
    text: str, *, known: Collection[str], target: str | None = None
) -> tuple[list[Block], str]:
    """The outermost code fences of a reply, named where something names them, and the rest."""
    if "```" not in text and "~~~" not in text:
        return [], text
    lines = lines_of(text)
    balances = _balances(lines)
    blocks: list[Block] = []
    notes: list[str] = []
    at = 0
    while (found := _next(read_fence, lines, at, notes)) is not None:
        at, fence = found
        path = _name_in_info(fence.info)
        if not path:
            path, used = _name_before(notes, known)
            del notes[len(notes) - used :]
        end = _fence_end(lines, at + 1, fence, path or target or "", balances)
        closed = end < len(lines)
        body = "".join(lines[at + 1 : end])
        blocks.append(Block(path, body, closed, "".join(lines[at : end + 1])))
        at = end + 1
    return blocks, "".join(notes).strip("\n")


def _fence_end(
    lines: list[str], at: int, opening: Fence, path: str, balances: dict[int, int]
) -> int:
    """Index of the line that closes the fence, `len(lines)` if none does.

    CommonMark ends a block at the first bare fence, but models put Markdown, and docstrings
    with examples, inside fences of the same length: an inner fence with an info string
    therefore opens a level of its own. A bare fence in Markdown opens one, too, when another
    bare fence, that no opening fence precedes, is still to come to close the outer block.
    """
    depth = 0
    index = at
    while index < len(lines):
        fence = read_fence(lines[index])
        if fence is not None and fence.mark[0] == opening.mark[0]:
            if len(fence.mark) >= len(opening.mark):
                if fence.info:
                    depth += 1
                elif depth:
                    depth -= 1
                elif not _opens_inner(balances[index], opening, path):
                    return index
                else:
                    depth += 1
        index += 1
    return len(lines)


def _opens_inner(after: int, opening: Fence, path: str) -> bool:
    """Whether a bare fence opens a block inside Markdown instead of closing it.

    `after` is what `_balances` has for its line.
    """
    language = opening.info.split()[0].lower() if opening.info else ""
    if language not in ("md", "markdown") and not path.lower().endswith((".md", ".markdown")):
        return False
    # After a true closing line every fence to come is paired; inside, one is left over.
    return after > 0 and after % 2 == 0


def _balances(lines: list[str]) -> dict[int, int]:
    """For the line of every fence: bare fences less those with an info string among the fences
    of the same character after it, up to the next that names a file.

    Counted once from the end, so that a text of nothing but fences takes no longer than others.
    """
    fences: dict[str, list[tuple[int, Fence]]] = {"`": [], "~": []}
    for index, line in enumerate(lines):
        fence = read_fence(line)
        if fence is not None:
            fences[fence.mark[0]].append((index, fence))
    balances: dict[int, int] = {}
    for of_mark in fences.values():
        balance = 0
        befores = [-1, *(index for index, _ in of_mark)]
        for (index, fence), before in reversed(list(zip(of_mark, befores, strict=False))):
            balances[index] = balance
            between = reversed(lines[before + 1 : index])
            above = next((line.strip() for line in between if line.strip()), "")
            if _name_in_info(fence.info) or _name_in_line(above, ()):
                balance = 0
            else:
                balance += -1 if fence.info else 1
    return balances


def _name_in_info(info: str) -> str:
    """The file a fence names: ```py a.py, ```py:a.py, ```src/a.py, ```py title="a.py"."""
    if not info:
        return ""
    titled = _TITLE.search(info)
    if titled:
        return titled[1] or titled[2] or titled[3]
    head, colon, rest = info.partition(":")
    if colon and " " not in head.strip() and _is_path(rest.strip()):
        return rest.strip()
    words = info.split(None, 1)
    if len(words) == 2 and _is_path(words[1].strip("`\"'")):
        return words[1].strip("`\"'")
    return words[0] if len(words) == 1 and _is_path(words[0]) else ""


def _name_before(notes: list[str], known: Collection[str]) -> tuple[str, int]:
    """The file named by the last line before a fence, and how many lines that takes up."""
    for back, line in enumerate(reversed(notes[-2:]), start=1):
        if line.strip():
            return _name_in_line(line.strip(), known), (back if _only_name(line, known) else 0)
    return "", 0


def _name_in_line(line: str, known: Collection[str]) -> str:
    if len(line) > _LONGEST_NAMING:
        return ""
    bare = _LABEL.sub("", line, count=1).rstrip(": ").removesuffix("-->").strip()
    bare = bare.strip("*_`\"' ").rstrip(": ")
    if bare in known or _is_path(bare):
        return bare
    names = [name.strip() for name in _QUOTED.findall(line)]
    named = [name for name in names if name in known or _is_path(name)]
    # A sentence may name several files; only one can be meant by the fence.
    return named[0] if len(set(named)) == 1 and line.rstrip("*_ ").endswith(":") else ""


def _only_name(line: str, known: Collection[str]) -> bool:
    name = _name_in_line(line.strip(), known)
    return bool(name) and len(line.strip()) <= len(name) + 16


def _is_path(word: str) -> bool:
    if not word or len(word) > 240 or not _NAME.match(word):
        return False
    last = re.split(r"[/\\]", word)[-1]
    stem, dot, suffix = last.rpartition(".")
    has_suffix = bool(dot) and bool(suffix) and suffix.isalnum() and any(map(str.isalpha, suffix))
    if " " in word and not has_suffix:
        return False
    return (has_suffix and bool(stem or last)) or ("/" in word and not word.endswith("/"))


def _without_stray_fences(notes: list[str]) -> str:
    """Notes around frames, without the marks of a fence that was put around the frames."""
    kept = "".join(_unfenced(notes))
    return kept.strip("\n")


def _unfenced(notes: list[str]) -> Iterator[str]:
    marks = [line for line in notes if read_fence(line) is not None]
    only_wrapper = len([line for line in notes if line.strip()]) == len(marks)
    for line in notes:
        if not (only_wrapper and read_fence(line) is not None):
            yield line
