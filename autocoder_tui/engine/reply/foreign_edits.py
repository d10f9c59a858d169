"""Changes in forms that were not asked for, bare or in code fences, and the files beside them.

Read are search and replacement blocks as other programs ask for them, with the name of their file
before, in or after the fence; unified diffs; the `*** Begin Patch` form. A fence that holds
anything else is left alone: a document in it may show a diff.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import accumulate

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.edits.shapes.content import DIFF_FILES, given_for
from autocoder_tui.edits.shapes.file_edit import FileEdit, Reading, is_blank, next_filled, said
from autocoder_tui.edits.shapes.pairs import SIGN as PAIR
from autocoder_tui.edits.shapes.pairs import opens_tags, path_in_heading, read_headed, read_tags
from autocoder_tui.edits.shapes.patch import opens_patch, read_patch
from autocoder_tui.edits.shapes.search import is_worded, opens_block, read_block
from autocoder_tui.edits.shapes.unified import opens_diff, read_diff
from autocoder_tui.engine.reply.blocks import Block, lines_of, normal_path
from autocoder_tui.engine.reply.fences import name_before, name_in_line, read_fenced_blocks
from autocoder_tui.engine.reply.framing import read_fence
from autocoder_tui.engine.reply.prose import is_prose_line
from autocoder_tui.engine.reply.versions import made_with
from autocoder_tui.values import dataclass

REMARK = "Its changes came in a form that was not asked for."
UNNAMED = "Another change of the reply names no file: it is with the notes."
_SIGN = re.compile(
    r"^[ \t]*(?:<{5}|<{3,4}[ \t]*(?:SEARCH|ORIGINAL|OLD|FIND|BEFORE)"
    r"|-{5,}[ \t]*(?:SEARCH|ORIGINAL)|@@|diff --git |--- |\+\+\+ "
    r"|\*\*\*[ \t]*(?:Begin|Add|Update|Delete|Create|Remove|Modify)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_DOCUMENTS = (".md", ".markdown", ".mdx", ".rst", ".adoc")
_MOST_ABOVE = 5
"""Filled lines above two headed code blocks, of which one names their file."""
_MOST_HEAD = 3
"""Filled lines of a fence before what it holds: the name of the file, a comment."""


def read_foreign_edits(
    text: str, target: str | None, known: Collection[str], given: Mapping[str, str]
) -> tuple[list[Block], str]:
    """The files of a reply that holds such changes, and the notes around them; none where it holds
    no changes. `given` are the texts of the files that were sent, by normal path."""
    if not _holds_sign(text) or (target or "").lower().endswith(DIFF_FILES):
        return [], text
    return _Reader(text, target, known, given).read()


def with_changes_around(
    text: str, frames: list[Block], notes: str, known: Collection[str], given: Mapping[str, str]
) -> tuple[list[Block], str]:
    """The frames of a reply and the changes its `notes` hold in other forms, in the order of the
    reply, and what is then left of the notes.

    A change that names no file is for the one that all frames are for. Changes that tell what was
    changed in a file that is given whole stay with the notes; those that make another text of it
    do not.
    """
    if not _holds_sign(notes):
        return frames, notes
    names = {normal_path(frame.path) for frame in frames}
    target = next(iter(names)) if len(names) == 1 else None
    found, left = read_foreign_edits(notes, None, {*known, *names}, given)
    if not found and target is not None:
        found, left = read_foreign_edits(notes, target, {*known, *names}, given)
    whole = {normal_path(frame.path): frame.text for frame in frames if frame.is_whole}
    told = [block for block in found if _told_by(block, whole, given)]
    # A named code block beside frames is an illustration. A text that goes on behind a frame is
    # none that was sent.
    changes = [
        block
        for block in found
        if REMARK in block.remark and block not in told and (block.edits or block.source in text)
    ]
    if not changes:
        return frames, notes
    placed = []
    for block in changes:
        start = text.find(block.source)
        end = start + len(block.source) if start >= 0 else len(text)
        placed.append(replace(block, end=end, text_end=end))
    kept = left if len(changes) == len(found) else notes
    return sorted([*frames, *placed], key=lambda block: block.end), kept


def _told_by(block: Block, whole: Mapping[str, str], given: Mapping[str, str]) -> bool:
    """Whether a change is one that the whole text of its file has been made with."""
    path = normal_path(block.path)
    text = whole.get(path)
    if text is None:
        return False
    if not block.edits:
        return block.is_whole and block.text.rstrip() == text.rstrip()
    return made_with(text, block.edits, given_for(path, given))


def may_hold_changes(text: str) -> bool:
    """Whether a line of the text reads as the beginning of a change."""
    return _holds_sign(text) and read_foreign_edits(text, "?", (), {})[0] != []


def _holds_sign(text: str) -> bool:
    return _SIGN.search(text) is not None or PAIR.search(text) is not None


@dataclass(slots=True)
class _Change:
    """One file's change as it was found, and the line after it."""

    edit: FileEdit
    after: int


class _Reader:
    def __init__(
        self, text: str, target: str | None, known: Collection[str], given: Mapping[str, str]
    ) -> None:
        self._text = text
        self._lines = lines_of(text)
        self._target = normal_path(target) if target else ""
        self._known = frozenset({*known, *given, *([target] if target else [])})
        self._given = given
        self._rest: list[str] = []
        self._changes: list[_Change] = []
        self._name = ""
        """The file that the fence or the line before names."""
        self._fenced = False
        self._kept: dict[int, int] = {}
        self._opened: dict[int, str] = {}
        self._starts = [0, *accumulate(map(len, self._lines))]
        self._find_fences()

    def read(self) -> tuple[list[Block], str]:
        at = 0
        while at < len(self._lines):
            at = self._step(at)
        if self._fenced and self._changes and self._changes[-1].after >= len(self._lines):
            self._changes[-1].edit = _unclosed(self._changes[-1].edit)
        return self._result()

    def _find_fences(self) -> None:
        """The fences that hold something else, by line, and those that hold changes."""
        fences, _ = read_fenced_blocks(
            self._text, known=self._known, target=self._target or None, given=self._given
        )
        index = {offset: number for number, offset in enumerate(self._starts)}
        for fence in fences:
            begin = index.get(fence.end - len(fence.source), -1)
            if begin < 0:
                continue
            legitimate = fence.path.lower().endswith(DIFF_FILES)
            if not legitimate and self._holds_changes(begin):
                self._opened[begin] = fence.path
            else:
                self._kept[begin] = index.get(fence.end, len(self._lines))

    def _holds_changes(self, fence: int) -> bool:
        at = fence
        for _ in range(_MOST_HEAD):
            at = next_filled(self._lines, at + 1)
            if at >= len(self._lines) or read_fence(self._lines[at]) is not None:
                return False
            if self._opens(at):
                return True
            if not name_in_line(self._lines[at].strip(), self._known):
                return False
        return False

    def _opens(self, at: int) -> bool:
        line = self._lines[at]
        return (
            opens_block(line)
            or opens_patch(self._lines, at)
            or opens_diff(self._lines, at)
            or opens_tags(self._lines, at, whole=True)
        )

    # ------------------------------------------------------------------ one line after the other

    def _step(self, at: int) -> int:
        if at in self._kept:
            self._rest += self._lines[at : self._kept[at]]
            return self._kept[at]
        if (after := self._read_headed(at)) > at:
            return after
        if at in self._opened:
            self._fenced = True
            self._name = self._opened[at]
            if self._name:
                self._take_name()
            return at + 1
        if self._opens(at) and (after := self._read(at)) > at:
            return after
        line = self._lines[at]
        fence = read_fence(line)
        if self._fenced and fence is not None and not fence.info:
            self._fenced, self._name = False, ""
            return at + 1
        if self._fenced and (name := name_in_line(line.strip(), self._known)):
            following = next_filled(self._lines, at + 1)
            if following < len(self._lines) and self._opens(following):
                self._name = name
                return at + 1
        self._rest.append(line)
        return at + 1

    def _take_name(self) -> str:
        """The name in the last line before, which is then no note."""
        while len(self._rest) > 1 and is_blank(self._rest[-1]) and is_blank(self._rest[-2]):
            self._rest.pop()
        name, used = name_before(self._rest, self._known)
        if name and used:
            del self._rest[len(self._rest) - used :]
        return name

    def _read(self, at: int) -> int:
        """Read what opens at line `at`; the line after it, or `at` where it is no change."""
        if self._target and not (self._fenced or self._changes or self._only_talk()):
            return at  # a bare file, which holds such lines
        if opens_block(self._lines[at]) or opens_tags(self._lines, at, whole=True):
            return self._read_search(at)
        in_patch = opens_patch(self._lines, at)
        reading = (
            read_patch(self._lines, at) if in_patch else read_diff(self._lines, at, self._known)
        )
        if not reading.files:
            self._rest += self._lines[at : reading.after]
        self._add(reading)
        return reading.after

    def _read_search(self, at: int) -> int:
        name = self._name or (self._take_name() if not self._fenced else "")
        name = name or self._name_behind(at) or self._last_name() or self._target
        given = given_for(normal_path(name), self._given) if name else self._only_given()
        tagged = opens_tags(self._lines, at, whole=True)
        block, after = read_tags(self._lines, at) if tagged else read_block(self._lines, at, given)
        sure = is_worded(self._lines[at]) or (tagged and given is not None)
        if not sure and not (block.closed and _stands_in(block, given)):
            return at
        edit = FileEdit(name, (block,), closed=block.closed, remark=block.remark,
                        source=block.source)  # fmt: skip
        self._add(Reading((edit,), after))
        return after

    def _read_headed(self, at: int) -> int:
        """Read two code blocks headed as what is found and what comes for it, where the first
        stands in the file that is named above; the line after them, or `at`."""
        if self._fenced or (pair := read_headed(self._lines, at)) is None:
            return at
        name = self._sent(path_in_heading(self._lines[at]))
        name = name or self._known_above() or self._last_name()
        given = given_for(normal_path(name), self._given) if name else self._only_given()
        block = pair.block
        if name.lower().endswith(_DOCUMENTS) or given is None or not _stands_in(block, given):
            return at
        name = name or next(iter(self._given))
        edit = FileEdit(name, (block,), closed=block.closed, source=block.source)
        self._add(Reading((edit,), pair.after))
        return pair.after

    def _known_above(self) -> str:
        """The file of the request that one of the last lines names."""
        filled = [line for line in self._rest if not is_blank(line)]
        names = (
            name_in_line(line.strip(), self._known) for line in filled[: -_MOST_ABOVE - 1 : -1]
        )
        return next(filter(None, map(self._sent, names)), "")

    def _sent(self, name: str) -> str:
        """The name, if it is that of a file of the request."""
        known = bool(name) and given_for(normal_path(name), self._given) is not None
        return name if known else ""

    def _only_talk(self) -> bool:
        """Whether nothing stands before that could be the text of a file."""
        return all(
            is_blank(line)
            or is_prose_line(line.strip())
            or line.rstrip().endswith((":", "."))
            or bool(name_in_line(line.strip(), self._known))
            for line in self._rest
        )

    def _only_given(self) -> str | None:
        return next(iter(self._given.values())) if len(self._given) == 1 else None

    def _last_name(self) -> str:
        return self._changes[-1].edit.path if self._changes else ""

    def _name_behind(self, at: int) -> str:
        """The name on the line after the fence, where no other change follows it."""
        if not self._fenced or self._changes:
            return ""
        _, after = read_block(self._lines, at)
        closing = next_filled(self._lines, after)
        behind = next_filled(self._lines, closing + 1)
        if behind >= len(self._lines) or read_fence(self._lines[closing]) is None:
            return ""
        following = next_filled(self._lines, behind + 1)
        if following < len(self._lines) and (
            self._opens(following) or read_fence(self._lines[following]) is not None
        ):
            return ""
        return name_in_line(self._lines[behind].strip(), self._known)

    def _add(self, reading: Reading) -> None:
        for edit in reading.files:
            named = edit if edit.path else replace(edit, path=self._name or self._named_above())
            self._changes.append(_Change(named, reading.after))

    def _named_above(self) -> str:
        if not self._fenced and (name := self._take_name()):
            return name
        return self._last_name() or self._target

    # ------------------------------------------------------------------ what comes of it

    def _result(self) -> tuple[list[Block], str]:
        named = [change for change in self._changes if change.edit.path]
        if not named or (self._target and not any(map(self._is_wanted, named))):
            return [], self._text
        unnamed = [change.edit.source for change in self._changes if not change.edit.path]
        rest = "".join([*self._rest, *unnamed])
        wholes, notes = read_fenced_blocks(rest, known=self._known, given=self._given)
        files = [whole for whole in wholes if whole.path]
        notes = "\n".join([notes, *(one.source for one in wholes if not one.path)]).strip("\n")
        blocks = [self._block(change) for change in named]
        if unnamed:
            blocks[-1] = replace(blocks[-1], remark=said(blocks[-1].remark, UNNAMED))
        end = len(self._text)
        return [*(replace(file, end=end, text_end=end) for file in files), *blocks], notes

    def _is_wanted(self, change: _Change) -> bool:
        path = normal_path(self._resolved(change.edit))
        return path in self._known or self._target.rsplit("/", 1)[-1] == path.rsplit("/", 1)[-1]

    def _block(self, change: _Change) -> Block:
        edit = change.edit
        end = self._starts[change.after]
        return Block(
            self._resolved(edit), edit.text or "", edit.closed, edit.source,
            said(REMARK, edit.remark), end, end,
            edits=edit.blocks, renamed_from=edit.renamed_from, deletes=edit.deletes,
        )  # fmt: skip

    def _resolved(self, edit: FileEdit) -> str:
        """The name of the file, with the folders under which it was sent."""
        path = normal_path(edit.path)
        if path in self._known or edit.text is not None or edit.renamed_from:
            return edit.path
        for meant in (
            lambda name: name.endswith("/" + path),
            lambda name: path.endswith("/" + name),
        ):
            found = [name for name in self._known if meant(normal_path(name))]
            if len(found) == 1:
                return found[0]
        return edit.path


def _unclosed(edit: FileEdit) -> FileEdit:
    blocks = edit.blocks
    if blocks:
        blocks = (*blocks[:-1], replace(blocks[-1], closed=False))
    return replace(edit, blocks=blocks, closed=False)


def _stands_in(block: EditBlock, given: str | None) -> bool:
    """Whether the old lines stand in the file, white space at line ends apart."""
    old = "\n".join(line.rstrip() for line in block.old)
    own = "\n".join(line.rstrip() for line in (given or "").split("\n"))
    return bool(old.strip()) and f"\n{old}\n" in f"\n{own}\n"
