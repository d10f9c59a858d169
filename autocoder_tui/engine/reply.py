"""Taking a finished reply apart: the files it proposes, and what is said around them.

Asked for are frames (see `reply_framing`). Accepted is also what models do instead, in this
order, the first that applies:

1. frames, one or many; a code fence that wraps all of a plain frame's content is taken off;
2. code fences that name their file, in the info string or on the line before;
3. one unnamed fence when there is a target;
4. the bare text when there is a target and nothing else was found (with a remark), without a
   closing line that nothing opened, which makes it incomplete.

Whatever lies outside is notes, and so is a file named `generation_comments.txt`. Nothing is
lost in silence: an unclosed frame is incomplete, files that share a name are all returned,
each with a remark, and a refusal or apology proposes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from autocoder_tui.engine.reply_blocks import Block, read_fenced_blocks, read_frames
from autocoder_tui.engine.reply_framing import (
    FRAMING_RULES,
    read_closing,
    render_file,
    special_rules,
)
from autocoder_tui.engine.reply_prose import is_refusal, looks_like_prose

__all__ = [
    "FRAMING_RULES",
    "Reply",
    "ReplyFile",
    "frame_state",
    "parse_reply",
    "render_files",
    "special_rules",
]

NOTES_FILE = "generation_comments.txt"
BARE = "The reply had no frame: all of it was taken as the file."
BROKEN = "It holds a mark of a code block that cannot be read."
_BROKEN_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_TAG = re.compile(r"^[ \t]*<file(?:\s[^<>\n]*)?>", re.MULTILINE)
UNOPENED = "The reply closed this file and never opened it: its beginning may be missing."
UNCLOSED = "The reply ended inside this file."


@dataclass(frozen=True, slots=True)
class ReplyFile:
    """One file as the reply gives it.

    `complete` is False when the reply ended inside it. `remark` is "" or the reason why a
    reader should look twice.
    """

    path: str
    text: str
    complete: bool
    remark: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply taken apart. `problems` are sentences about the reply as a whole."""

    files: tuple[ReplyFile, ...]
    notes: str
    refusal: bool
    problems: tuple[str, ...]


def parse_reply(text: str, *, target: str | None = None, known: Collection[str] = ()) -> Reply:
    """Take a whole reply apart.

    `target` is the one file asked for, if the request named one; `known` are paths of the
    request, which a line before a fence may name even without a suffix.
    """
    blocks, notes = read_frames(text)
    if not blocks:
        blocks, notes = _named_or_only_fence(text, target, known)
    if blocks:
        return _assemble(blocks, notes)
    return _without_blocks(text, target)


def frame_state(text: str) -> Literal["none", "open", "closed"]:
    """Whether the reply so far has no frame (or fence), ends inside one, or after one."""
    blocks, _ = read_frames(text)
    if not blocks:
        blocks, _ = read_fenced_blocks(text, known=())
    if not blocks:
        return "none"
    return "closed" if blocks[-1].closed else "open"


def render_files(files: Iterable[ReplyFile]) -> str:
    """Frame files canonically, one after the other. `parse_reply` is the exact inverse."""
    return "".join(render_file(file.path, file.text) for file in files)


def _named_or_only_fence(
    text: str, target: str | None, known: Collection[str]
) -> tuple[list[Block], str]:
    blocks, notes = read_fenced_blocks(text, known=known, target=target)
    if any(block.path for block in blocks):
        unnamed = [block for block in blocks if not block.path]
        # A shell command to run, an excerpt: shown with the notes, since it names no file.
        notes = "\n".join([notes, *(block.source.rstrip("\n") for block in unnamed)]).strip("\n")
        return [block for block in blocks if block.path], notes
    if target is None or not blocks:
        return [], text
    if len(blocks) == 1:
        return [replace(blocks[0], path=target)], notes
    longest = max(blocks, key=lambda block: len(block.text))
    others = [block.source.rstrip("\n") for block in blocks if block is not longest]
    remark = f"The reply had {len(blocks)} code blocks and named none: the longest was taken."
    return [replace(longest, path=target, remark=remark)], "\n".join([notes, *others]).strip("\n")


def _assemble(blocks: list[Block], notes: str) -> Reply:
    proposed = [block for block in blocks if _base_name(block.path) != NOTES_FILE]
    comments = [block.text.strip("\n") for block in blocks if block not in proposed]
    times = Counter(_normal_path(block.path) for block in proposed)
    problems = tuple(
        f"{path} appears {count} times in the reply; choose one."
        for path, count in times.items()
        if count > 1
    )
    files = []
    for block in proposed:
        remarks = [block.remark] if block.remark else []
        if not block.closed:
            remarks.append(UNCLOSED)
        if times[_normal_path(block.path)] > 1:
            remarks.append("The reply gives this file more than once.")
        files.append(ReplyFile(block.path, block.text, block.closed, " ".join(remarks)))
    all_notes = "\n\n".join(part for part in [notes, *comments] if part.strip())
    return Reply(tuple(files), all_notes, False, problems)


def _without_blocks(text: str, target: str | None) -> Reply:
    if not text.strip():
        return Reply((), "", False, ("The reply is empty.",))
    if is_refusal(text):
        return Reply((), text.strip("\n"), True, ("The reply refuses or gives no code.",))
    if target is None or looks_like_prose(text, target):
        return Reply((), text.strip("\n"), False, ("The reply contains no file.",))
    body, ended, last = text.rstrip().rpartition("\n")
    if read_closing(last) == "" and not _TAG.search(text):
        return Reply((ReplyFile(target, body + ended, False, UNOPENED),), "", False, ())
    broken = not target.endswith((".md", ".markdown")) and bool(_BROKEN_FENCE.search(text))
    remark = f"{BARE} {BROKEN}" if broken else BARE
    whole = text if text.endswith("\n") else text + "\n"
    return Reply((ReplyFile(target, whole, not broken, remark),), "", False, ())


def _base_name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]


def _normal_path(path: str) -> str:
    """The path as far as two names of one file are compared, "./a" being "a"."""
    return re.sub(r"^(\./)+", "", path.replace("\\", "/"))
