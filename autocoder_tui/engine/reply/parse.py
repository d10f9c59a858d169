"""Taking a finished reply apart: the files it proposes, and what is said around them.

Asked for are frames (see `reply_framing`). Accepted is also what models do instead, in this
order, the first that applies:

1. frames, one or many; a code fence that wraps all of a plain frame's content is taken off;
   beside frames of changes, changes in other forms, too;
2. a JSON object with the path and the content of a file, or edits of one, or a list of them;
3. changes in forms that were not asked for, bare or in fences (see `foreign_edits`);
4. code fences that name their file, in the info string or on the line before;
5. one unnamed fence when there is a target;
6. frames of other kinds that name their file (see `foreign_frames`);
7. the bare text when there is a target and nothing else was found (with a remark), without a
   closing line that nothing opened, which makes it incomplete.

Frames hold whole files or changes (see `edit_frames`). What comes as the text of a file and is a
change to it, written down, is read as that, whatever held it.

Whatever lies outside is notes, and so is a file named `generation_comments.txt`. Nothing is
lost in silence: an unclosed frame is incomplete, of a file that is given more than once one
text is taken (see `reply_versions`) with a remark, and a refusal or apology proposes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Literal

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.engine.reply.blocks import (
    Block,
    normal_path,
    without_example,
    without_tokens,
)
from autocoder_tui.engine.reply.edit_frames import NO_BLOCK, as_blocks
from autocoder_tui.engine.reply.fences import is_command, read_fenced_blocks
from autocoder_tui.engine.reply.foreign_edits import read_foreign_edits, with_changes_around
from autocoder_tui.engine.reply.foreign_frames import read_foreign_frames
from autocoder_tui.engine.reply.foreign_lines import named_in_frame, tag_outside
from autocoder_tui.engine.reply.frames import read_frames
from autocoder_tui.engine.reply.framing import (
    FRAMING_RULES,
    read_closing,
    render_file,
    special_rules,
)
from autocoder_tui.engine.reply.json_files import json_edits_in, read_json_files
from autocoder_tui.engine.reply.marks import marks_left_anew
from autocoder_tui.engine.reply.prose import is_refusal, looks_like_prose
from autocoder_tui.engine.reply.remarks import (
    LEFT,
    as_notes,
    mark_remark,
    may_go_on,
    problems_around,
)
from autocoder_tui.engine.reply.versions import choose_versions, unnamed_versions
from autocoder_tui.text.syntax import parses
from autocoder_tui.values import dataclass

__all__ = [
    "FRAMING_RULES",
    "Reply",
    "ReplyEnd",
    "ReplyFile",
    "frame_state",
    "parse_reply",
    "render_files",
    "reply_end",
    "special_rules",
]

_FRAMES = ("<file", "<edit", "<delete", "<rename")
NOTES_FILE = "generation_comments.txt"
BARE = "The reply had no frame: all of it was taken as the file."
BROKEN = "It holds a mark of a code block that cannot be read."
_BROKEN_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_TAG = re.compile(r"^[ \t]*<file(?:\s[^<>\n]*)?>", re.MULTILINE)
UNOPENED = "The reply closed this file and never opened it: its beginning may be missing."
UNNAMED = "Another code block of the reply names no file: it is with the notes."
UNREAD = "A frame that names a file stands outside the files, unread:"
UNCLOSED = "The reply ended inside this file."


@dataclass(frozen=True, slots=True)
class ReplyFile:
    """One file as the reply gives it.

    `complete` is False when the reply ended inside it. `remark` is "" or the reason why a
    reader should look twice. `versions`: how many different texts of it the reply gives, copies
    of the given file aside; `text` is the last. `edits` are the blocks where the reply gives
    changes and no text; `renamed_from` and `deletes` as in FileProposed.
    """

    path: str
    text: str
    complete: bool
    remark: str
    versions: int = 1
    edits: tuple[EditBlock, ...] = ()
    renamed_from: str = ""
    deletes: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply taken apart. `problems` are sentences about the reply as a whole."""

    files: tuple[ReplyFile, ...]
    notes: str
    refusal: bool
    problems: tuple[str, ...]


def parse_reply(
    text: str,
    *,
    target: str | None = None,
    known: Collection[str] = (),
    given: Mapping[str, str] | None = None,
) -> Reply:
    """Take a whole reply apart.

    `target` is the one file asked for, if the request named one; `known` are paths of the
    request, which a line before a fence may name even without a suffix, and `given` the texts
    that were sent, by path.
    """
    known = known or given or ()
    given = None if given is None else {normal_path(path): old for path, old in given.items()}
    blocks, notes = read_frames(text, given)
    if blocks and _quoted_in_a_fence(text, blocks, known):
        blocks = []
    elif blocks:
        blocks, notes = with_changes_around(text, blocks, notes, known, given or {})
    if not blocks:
        blocks, notes = read_json_files(text, target, given)
    if not blocks:
        blocks, notes = read_foreign_edits(text, target, known, given or {})
    if not blocks:
        blocks, notes = _named_or_only_fence(text, target, known, given or {})
    if not blocks:
        blocks, notes = read_foreign_frames(text, target, known, given or {})
    if blocks:
        blocks = [read for block in blocks for read in as_blocks(block, given or {})]
        return _assemble(text, blocks, notes, given or {}, target)
    return _without_blocks(text, target, given or {})


@dataclass(frozen=True, slots=True)
class ReplyEnd:
    """How a reply so far ends: it has no frame or fence, ends inside one, or after one.

    `text_end` and `end` are characters: where the line that closes the last one begins, and
    where it ends; the length of the reply if nothing is closed. `last_line` is the last filled
    line of the text. `framed`: it is a frame and no fence. `begin` is where the first of
    `blocks` begins, and `around` what is said outside of them.
    """

    state: Literal["none", "open", "closed"]
    text_end: int
    end: int
    last_line: str
    framed: bool
    begin: int = 0
    blocks: int = 0
    around: str = ""


def reply_end(text: str) -> ReplyEnd:
    """How the reply so far ends."""
    blocks, around = read_frames(text)
    framed = bool(blocks)
    if not blocks:
        blocks, around = read_fenced_blocks(text, known=())
    if not blocks:
        return ReplyEnd("none", len(text), len(text), _last_line(text), False)
    last = blocks[-1]
    if not last.closed:
        return ReplyEnd("open", len(text), len(text), _last_line(text), framed)
    begin = blocks[0].end - len(blocks[0].source)
    said_last = "".join(last.edits[-1].new) if last.edits else last.text
    end, line = last.end, _last_line(said_last)
    return ReplyEnd("closed", last.text_end, end, line, framed, begin, len(blocks), around)


def frame_state(text: str) -> Literal["none", "open", "closed"]:
    """Whether the reply so far has no frame (or fence), ends inside one, or after one."""
    return reply_end(text).state


def _last_line(text: str) -> str:
    return text.rstrip().rpartition("\n")[2]


def render_files(files: Iterable[ReplyFile]) -> str:
    """Frame files canonically, one after the other. `parse_reply` is the exact inverse."""
    return "".join(render_file(file.path, file.text) for file in files)


def _named_or_only_fence(
    text: str, target: str | None, known: Collection[str], given: Mapping[str, str]
) -> tuple[list[Block], str]:
    blocks, notes = read_fenced_blocks(text, known=known, target=target, given=given)
    if any(block.path for block in blocks):
        edits = {
            block.source: found
            for block in blocks
            if not block.path and (found := json_edits_in(block, target, given))
        }
        unnamed = [block for block in blocks if not block.path and block.source not in edits]
        # A shell command to run, an excerpt: shown with the notes, since it names no file.
        notes = "\n".join([notes, *(block.source.rstrip("\n") for block in unnamed)]).strip("\n")
        more = [block for block in unnamed if not is_command(block, target or "")]
        named = [block for block in blocks if block.path]
        if more:
            remark = f"{UNNAMED} {named[-1].remark}".strip()
            named[-1] = replace(named[-1], remark=remark)
        named += [edit for found in edits.values() for edit in found]
        return sorted(named, key=lambda block: block.end), notes
    if target is None or not blocks:
        return [], text
    if len(blocks) == 1:
        return [replace(blocks[0], path=target)], notes
    code = [block for block in blocks if not is_command(block, target)]
    versions = unnamed_versions(code or blocks, given.get(normal_path(target)))
    taken = {id(block) for block in versions}
    others = [block.source.rstrip("\n") for block in blocks if id(block) not in taken]
    remark = ""
    if len(versions) == 1 and len({block.text for block in blocks}) > 1:
        remark = f"The reply had {len(blocks)} code blocks and named none: the longest was taken."
    chosen = [replace(block, path=target, remark=remark) for block in versions]
    return chosen, "\n".join([notes, *others]).strip("\n")


def _quoted_in_a_fence(text: str, frames: list[Block], known: Collection[str]) -> bool:
    """Whether all frames stand in the text of code fences that name files, behind other text."""
    first = frames[0].end - len(frames[0].source)
    if "```" not in text[:first] and "~~~" not in text[:first]:
        return False
    fences, _ = read_fenced_blocks(text, known=known)
    named = [fence for fence in fences if fence.path and fence.closed]
    # A fence around nothing but frames is only wrapped around them.
    files = [fence for fence in named if not fence.text.lstrip().startswith(_FRAMES)]
    place = 0
    for frame in frames:
        while place < len(files) and files[place].end < frame.end:
            place += 1
        start = frame.end - len(frame.source)
        if place == len(files) or files[place].end - len(files[place].source) > start:
            return False
    return True


def _assemble(
    text: str, blocks: list[Block], notes: str, given: Mapping[str, str], target: str | None
) -> Reply:
    wanted = {*given, normal_path(target or "")}
    said = [block for block in blocks if _is_notes(block.path, wanted)]
    proposed = [
        block
        if normal_path(block.path) in wanted
        else replace(block, path=without_example(block.path))
        for block in blocks
        if not _is_notes(block.path, wanted)
    ]
    problems = [*problems_around(text, blocks, notes), *as_notes(block.path for block in said)]
    own = {line for old in given.values() for line in old.split("\n")}
    left_out = tag_outside(notes, own)
    if left_out and not any(left_out in problem for problem in problems):
        problems.append(f"{UNREAD} {left_out}")
    around = " ".join(problems)
    files = []
    for chosen in choose_versions(proposed, given):
        block = chosen.block
        left = mark_remark(block, given.get(normal_path(block.path)))
        remarks = [remark for remark in (block.remark, chosen.remark, left) if remark]
        if not (block.closed or block.remark.startswith(NO_BLOCK)):
            remarks.append(UNCLOSED)
        if chosen.remark:
            problems.append(f"{block.path}: {chosen.remark}")
        files.append(
            ReplyFile(
                block.path,
                block.text,
                block.closed,
                " ".join(remarks),
                chosen.versions,
                block.edits,
                block.renamed_from,
                block.deletes,
            )
        )
    if files and around:
        # What is said of a file is what people see before they accept.
        files[-1] = replace(files[-1], remark=f"{files[-1].remark} {around}".strip())
    if files and may_go_on(text, blocks[-1]):
        files[-1] = replace(files[-1], versions=files[-1].versions + 1)
    comments = [block.text.strip("\n") for block in said]
    all_notes = "\n\n".join(part for part in [notes, *comments] if part.strip())
    return Reply(tuple(files), all_notes, False, tuple(problems))


def _is_notes(path: str, wanted: Collection[str]) -> bool:
    return _base_name(path) == NOTES_FILE and normal_path(path) not in wanted


def _without_blocks(text: str, target: str | None, given: Mapping[str, str]) -> Reply:
    if not text.strip():
        return Reply((), "", False, ("The reply is empty.",))
    if is_refusal(text):
        return Reply((), text.strip("\n"), True, ("The reply refuses or gives no code.",))
    if target is None or looks_like_prose(text, target):
        return Reply((), text.strip("\n"), False, ("The reply contains no file.",))
    text, _ = without_tokens(target, text, given.get(normal_path(target)), closed=False)
    body, ended, last = text.rstrip().rpartition("\n")
    if read_closing(last) == "" and not _TAG.search(text):
        return Reply((ReplyFile(target, body + ended, False, UNOPENED),), "", False, ())
    broken = not target.endswith((".md", ".markdown")) and bool(_BROKEN_FENCE.search(text))
    left = marks_left_anew(text, given.get(normal_path(target)))
    remark = " ".join([BARE, BROKEN] if broken else [BARE, *([f"{LEFT} {left}"] if left else [])])
    whole = text if text.endswith("\n") else text + "\n"
    headed = _names_a_file(whole, target, given)
    if headed and parses(target, whole) is False:
        broken, remark = True, f"{remark} {LEFT} {headed}"
    return Reply((ReplyFile(target, whole, not broken, remark),), "", False, ())


def _names_a_file(text: str, target: str, given: Mapping[str, str]) -> str:
    """The first line of a bare text that may begin a frame of a file of the request."""
    wanted = {normal_path(target), *given}
    own = {line for old in given.values() for line in old.split("\n")}
    for line in text.split("\n"):
        if line not in own and normal_path(named_in_frame(line)) in wanted:
            return line.strip()[:60]
    return ""


def _base_name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]
