"""Marks of a frame as models write them who were asked for other ones.

Read are decorated lines (`**<file path="a.py">**`, in back-ticks, in a list, quoted, in an XML
comment), other spellings (upper case, `filename=`, curly quotes, `&lt;file ...&gt;`), and code
that begins on the opening line. Such a line opens a frame only outside of one, and only where
nothing contradicts it (see `reply_blocks`).
"""

from __future__ import annotations

import html
import re
from itertools import islice

from autocoder_tui.engine.reply.end_tokens import without_end_tokens
from autocoder_tui.engine.reply.framing import Opening, read_opening, unescape_path
from autocoder_tui.engine.reply.prose import is_prose_line
from autocoder_tui.values import dataclass

_LONGEST_TAG = 1_000
"""Characters. What is further into a line is code, and no tag is longer."""
_DECORATION = " \t>*_`#+-•\"'“”"
_NUMBER = re.compile(r"\d{1,3}[.)]\s")
_LEADING_TOKENS = re.compile(r"(?:<s>|<\|[^|<>\s]{1,40}\|>|\[/INST\])+\s*")
_VALUE = r"""(?:\\?"[^"\n]*?\\?"|'[^'\n]*'|“[^”\n]*”|`[^`\n]*`|[^\s"'<>“”`=]+)"""
_ATTRIBUTE = re.compile(rf"(?<![\w-])([A-Za-z][\w-]*)\s*=\s*({_VALUE})")
_TAG = re.compile(
    rf"<\s?file(?:(?:\s+[A-Za-z][\w-]*\s*=\s*{_VALUE})+|\s*[=:]\s*{_VALUE}|\s+{_VALUE})\s*>",
    re.IGNORECASE,
)
_SHORT = re.compile(rf"<\s?file(?:\s*[=:]|\s)\s*+({_VALUE})\s*>\Z", re.IGNORECASE)
_CLOSE = re.compile(r"<\s?[\\/]{1,2}\s?file(?:[\s:][^<>]{0,200})?>", re.IGNORECASE)
_PATH_NAMES = ("path", "filename", "file_name", "filepath", "file_path", "file-path", "name", "src",
               "file")  # fmt: skip
_LEFT = re.compile(
    r"(?:<|&lt;)\s?[\\/]{0,2}\s?file(?:\s+[\w-]+\s*=|\s*=\s*[\"']|\s?(?:>|&gt;))|<!\[CDATA\[",
    re.IGNORECASE,
)
_MOST_MARKS = 20
_JSON_OBJECT = re.compile(r"\s*[\[{]")
_CONTENT = re.compile(r"[{,]\s*\"(?:content|contents|new_content|file_content)\"\s*:\s*\"")


@dataclass(frozen=True, slots=True)
class LooseOpening:
    """An opening that is not as asked. `rest` is code that stands on its line; `quote` is what
    each line of a quotation begins with; `escaped`: its marks are written as in HTML."""

    opening: Opening
    rest: str = ""
    quote: str = ""
    escaped: bool = False


def read_loose_opening(line: str) -> LooseOpening | None:
    """The opening on this line that `read_opening` doesn't take for one, or None."""
    head = line[: _LONGEST_TAG * 2]
    if "file" not in head.lower() or read_opening(line) is not None:
        return None
    bare = line.rstrip("\r\n")
    body = _undecorated(bare)
    before = bare[: len(bare) - len(body)]
    escaped = body.startswith("&lt;")
    if escaped:
        body = _tag_unescaped(body)
    match = _TAG.match(body[:_LONGEST_TAG])
    if match is None:
        return None
    opening = _opening(match[0])
    rest = body[match.end() :]
    if opening is None:
        return None
    quote = ">" if before.strip() == ">" else ""
    if not without_end_tokens(rest).strip(_DECORATION + ":") or rest.strip() in ("-->", "**:"):
        return LooseOpening(opening, "", quote, escaped)
    if before.strip() or _talks(rest):
        return None
    return LooseOpening(opening, rest.lstrip(" \t"), quote, escaped)


def _talks(rest: str) -> bool:
    """Whether what follows a tag speaks about it, or stands for any content."""
    said = rest.strip()
    content, closed, _ = said.partition("</")
    return is_prose_line(f"It {said}") or (bool(closed) and content.strip(" .…") == "")


def _undecorated(line: str) -> str:
    """The line from its tag on, if nothing but decoration stands before it."""
    body = line.lstrip(_DECORATION)
    number = _NUMBER.match(body)
    if number is not None:
        body = body[number.end() :].lstrip(_DECORATION)
    if body.startswith("<!--"):
        body = body[4:].lstrip()
    tokens = _LEADING_TOKENS.match(body)
    return body if tokens is None else body[tokens.end() :]


def _tag_unescaped(body: str) -> str:
    tag, end, rest = body.partition("&gt;")
    return html.unescape(tag + end) + rest if end else body


def _opening(tag: str) -> Opening | None:
    short = _SHORT.match(tag)
    if short is not None and "=" not in short[1]:
        path = _unquoted(short[1])
        return Opening(path, "", True) if "." in path or "/" in path else None
    attributes = {name.lower(): _unquoted(value) for name, value in _ATTRIBUTE.findall(tag)}
    path = next((attributes[name] for name in _PATH_NAMES if attributes.get(name)), "")
    if not path.strip():
        return None
    final_newline = attributes.get("final-newline", "yes").lower() not in ("no", "false", "0")
    return Opening(unescape_path(path), attributes.get("id", ""), final_newline)


def _unquoted(value: str) -> str:
    return value.replace('\\"', '"').strip("\"'“”`")


def read_loose_closing(line: str) -> bool:
    """Whether this line closes a frame and is nothing else, however it is written."""
    if "file" not in line[:_LONGEST_TAG].lower() or len(line) > _LONGEST_TAG:
        return False
    body = without_end_tokens(_undecorated(line.strip()))
    if body.startswith("&lt;"):
        body = _tag_unescaped(body)
    match = _CLOSE.match(body)
    return match is not None and body[match.end() :].strip(_DECORATION) in ("", "--")


def closing_at_end(line: str) -> int:
    """Where a closing tag begins that ends a line of code, -1 without one."""
    kept = without_end_tokens(line.rstrip()).rstrip("`* ")
    tail = kept[-_LONGEST_TAG:].lower()
    for tag in ("</file>", "&lt;/file&gt;"):
        if tail.endswith(tag):
            return len(kept) - len(tag)
    return -1


def frame_marks_left(text: str) -> str:
    """The first mark of a frame that is still in a file's text, as it stands; "" without one.

    For a text that was read out of a frame: a tag of a frame, escaped or not, the beginning of
    a CDATA section, or a text that is all one JSON object with the content of a file.
    """
    found = _LEFT.search(text)
    if found is not None:
        return found.group()
    if _JSON_OBJECT.match(text) and (content := _CONTENT.search(text, 0, 5_000)):
        return content.group().strip("{, \n\t")
    return ""


def marks_left_anew(text: str, given: str | None) -> str:
    """As `frame_marks_left`, but not for a mark that the given text holds, too."""
    marks = dict.fromkeys(found.group() for found in _LEFT.finditer(text))
    left = next((mark for mark in islice(marks, _MOST_MARKS) if mark not in (given or "")), "")
    if left or (given is not None and _JSON_OBJECT.match(given)):
        return left
    return "" if marks else frame_marks_left(text)


def mark_outside(notes: str) -> str:
    """The first line of what stands around the files that a mark of a frame begins; "" without."""
    for line in notes.split("\n"):
        if "file" in line.lower() and _LEFT.match(_undecorated(line[:_LONGEST_TAG])):
            return line.strip()[:60]
    return ""
