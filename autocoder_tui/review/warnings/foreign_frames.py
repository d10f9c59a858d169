"""Lines of frames that were not asked for, left in a file: tags with its name, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocoder_tui.review.warnings.concern import Change, Concern, Line
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.text.late_pattern import late_pattern

_LONGEST = 400
"""Characters of a line that may be a mark."""

_TAGS = (
    "document|doc|file_?contents?|code_?file|source|artifact|antartifact|boltaction|write_to_file"
    "|create_file|write_file|write|create|content|output|new_file"
)
_NAMES = "path|file|src|filename|file_name|file_?path|name|title|source"
_FOREIGN_TAG = late_pattern(
    rf"<(?:{_TAGS})\s[^<>\n]{{0,200}}?\b(?:{_NAMES})\s*=\s*[\"']?([^\"'<>\s]{{1,240}})[^<>\n]{{0,80}}>"
    r"|\[(?:file|document|code|source|begin|start)"
    r"(?:\s+\w{1,12}\s*=\s*|\s*[:=]\s*|\s+(?:file[:\s]+)?)[\"']?([^\"'\[\]\s]{1,240})[\"']?\s*\]",
    re.IGNORECASE,
)
_FOREIGN_END = late_pattern(
    r"\[(?:/|end[ \t]*)(?:file|document|code|source)\]|</(?:document|file_?contents?"
    r"|document_content|artifact|antartifact|write_file|create_file)>",
    re.IGNORECASE,
)
_FILE_NAME = r"[\"'`*]{0,3}([\w./\\@+-]{1,240}\.[A-Za-z]\w{0,11})[\"'`*]{0,3}"
_RULED = late_pattern(
    r"(?:[=*~+#_-]{3,20}|==>)[ \t]*(?:(?:begin|start|end)\b[ \t:]*(?:of[ \t]+)?)?(?:file[ \t:]+)?"
    rf"{_FILE_NAME}[ \t]*(?:[=*~+#_-]{{3,20}}|<==)",
    re.IGNORECASE,
)
_LABELLED = late_pattern(
    r"(?:#+|//+|--+|;+|/\*+|%+)?[ \t]*\**(?:file[ \t]?name|file[ \t]?path|file|path)\**[ \t]*:"
    rf"\**[ \t]*{_FILE_NAME}",
    re.IGNORECASE,
)
_C_LIKE = (
    "js mjs cjs ts mts cts c h cc cpp hpp java go rs swift kt cs scala dart css scss less proto"
)
_HASH_IS_CODE = frozenset(f".{suffix}" for suffix in _C_LIKE.split())
"""Where "#", "--", ";" and "%" begin no comment."""


def foreign_frames(change: Change) -> Iterator[Concern]:
    """A line that opens, heads or ends a file in a frame that was not asked for."""
    for line in change.added:
        text = line[1].strip()
        if len(text) < 4 or len(text) > _LONGEST or text[0] not in "<[=*~+#_-/;%fFpP":
            continue
        if text[0] == "<" and text.rfind("<") > 0:
            continue  # more than a tag
        if _is_foreign(change, text, first=line[0] == 1):
            message = f"A line of the reply's frame was left in it on line {shown(line)}"
            yield Concern("frame", message, not change.is_sound)
            return


def _is_foreign(change: Change, text: str, *, first: bool) -> bool:
    tag = _FOREIGN_TAG.fullmatch(text)
    if tag is not None:
        path = tag[1] or tag[2]
        return _names(change, path) or (first and "." in path and not change.is_markup)
    if change.is_markup or change.is_prose:
        ruled = _RULED.fullmatch(text)
        return first and ruled is not None and _names(change, ruled[1])
    if _FOREIGN_END.fullmatch(text):
        return "[" in text or text.replace("/", "") not in change.after
    ruled = _RULED.fullmatch(text)
    if ruled is not None:
        return not _is_comment(change, text)
    label = _LABELLED.fullmatch(text) if first else None
    return label is not None and _names(change, label[1]) and not _is_comment(change, text)


def _names(change: Change, path: str) -> bool:
    return path.replace("\\", "/").rsplit("/", 1)[-1] == change.name


def _is_comment(change: Change, text: str) -> bool:
    """Whether the line is, in a language that is known, a comment: then it does no harm."""
    if change.suffix in _HASH_IS_CODE:
        return text.startswith(("//", "/*"))
    return text.startswith(("#", "--", "//", "/*", ";", "%"))


def shown(line: Line) -> str:
    number, text = line
    return f"{number}: {visible(text.strip())[:60]}"
