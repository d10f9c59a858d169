"""The frames of changes: `<edit path>`, `<delete path/>` and `<rename from to/>`.

    <edit path="src/report.py">
    <<<<<<< SEARCH
    TAX = 0.16
    =======
    TAX = 0.19
    >>>>>>> REPLACE
    </edit>

An edit holds one block or more, in any form that is understood (see `edits.shapes`). A rename may
hold blocks, too, or stand beside an edit or the whole text of the new name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from autocoder_tui.edits.edit import EditBlock, EditLine
from autocoder_tui.edits.shapes.content import given_for, read_content
from autocoder_tui.edits.shapes.file_edit import is_blank, next_filled, said
from autocoder_tui.edits.shapes.pairs import opens_tags, read_headed, read_tags
from autocoder_tui.edits.shapes.patch import opens_patch, read_patch
from autocoder_tui.edits.shapes.search import is_mark, opens_block, read_block
from autocoder_tui.edits.shapes.unified import opens_diff, read_diff
from autocoder_tui.engine.reply.blocks import Block, normal_path
from autocoder_tui.engine.reply.end_tokens import without_end_tokens
from autocoder_tui.engine.reply.framing import read_fence, read_opening, unescape_path
from autocoder_tui.values import dataclass

NOT_CLOSED = "The line that closes this edit is missing."
STRAY = "A line of it reads as a mark of a block and is none:"
NO_BLOCK = "It holds no block of a search and its replacement."

_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s"'<>/=][^\s"'<>=]*)"""
_ACTION = re.compile(
    rf"[ \t]{{0,3}}<(edit|delete|rename)((?:\s+[A-Za-z][\w-]*\s*=\s*{_VALUE})+)\s*(/?)>"
    r"[ \t]*(</(?:edit|delete|rename)\s*>)?[ \t\r]*\Z",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(rf"(?<![\w-])([A-Za-z][\w-]*)\s*=\s*({_VALUE})")
_CLOSING = re.compile(r"[ \t]{0,3}</(edit|delete|rename)(?:\s[^<>\n]*)?>[ \t\r]*\Z", re.IGNORECASE)
_DECORATION = "*`"
ANY_ACTION = re.compile(r"^[ \t*`]{0,5}<(?:edit|delete|rename)\s", re.IGNORECASE | re.MULTILINE)

Kind = Literal["edit", "delete", "rename"]


@dataclass(frozen=True, slots=True)
class Action:
    """A line that opens a frame of changes. `alone`: it closes the frame, too."""

    kind: Kind
    path: str
    source: str = ""
    alone: bool = False


def may_be_action(line: str) -> bool:
    """Whether it is worth to read this line as one that opens or closes such a frame."""
    head = line[:24].lower()
    return "<edit" in head or "<delete" in head or "<rename" in head or "</edit" in head


def read_action(line: str) -> Action | None:
    """The frame of changes that this line opens, or None."""
    if not may_be_action(line):
        return None
    bare = without_end_tokens(line.rstrip("\r\n")).strip(_DECORATION)
    found = _ACTION.match(bare)
    if found is None:
        return None
    values = {name.lower(): _plain(value) for name, value in _ATTRIBUTE.findall(found[2])}
    alone = bool(found[3] or found[4])
    kind = found[1].lower()
    path = values.get("path") or values.get("name") or values.get("file") or ""
    if kind == "rename":
        source = values.get("from") or values.get("old") or values.get("path") or ""
        path = values.get("to") or values.get("new") or ""
        return Action("rename", path, source, alone) if path and source else None
    if not path.strip():
        return None
    if kind == "delete":
        return Action("delete", path, "", alone)
    return Action("edit", path, values.get("from", ""), alone)


def _plain(value: str) -> str:
    return unescape_path(value[1:-1] if value[:1] in ("'", '"') else value)


def closes_action(line: str, kind: Kind) -> bool:
    """Whether this line closes a frame of changes of that kind."""
    found = _CLOSING.match(without_end_tokens(line.rstrip("\r\n")).strip(_DECORATION))
    return found is not None and found[1].lower() == kind


def closes_any_action(line: str) -> bool:
    """Whether this line closes a frame of changes."""
    if "</" not in line[:8]:
        return False
    return _CLOSING.match(without_end_tokens(line.rstrip("\r\n"))) is not None


def starts_changes(lines: Sequence[str], at: int) -> bool:
    """Whether what opens at line `at` is followed by what such a frame holds: the line is then
    no text of a file whose frame was left open."""
    action = read_action(lines[at])
    if action is None:
        return False
    following = next_filled(lines, at + 1)
    if action.kind != "edit" or action.alone or following == len(lines):
        return True
    return _opens_changes(lines, following) or closes_action(lines[following], "edit")


def _opens_changes(lines: Sequence[str], at: int) -> bool:
    return (
        opens_block(lines[at])
        or opens_patch(lines, at)
        or opens_diff(lines, at)
        or opens_tags(lines, at, whole=False)
    )


def read_action_frame(
    lines: Sequence[str], at: int, given: Mapping[str, str] | None
) -> tuple[Block, int, int, list[str]]:
    """The block of the frame of changes that line `at` opens, the line that closes it and the
    line after it, and what it holds that is neither blank nor a block."""
    action = read_action(lines[at])
    assert action is not None
    if action.alone:
        return _actions_block(action, "".join(lines[at : at + 1])), at, at + 1, []
    following = next_filled(lines, at + 1)
    if action.kind != "edit":
        if following < len(lines) and closes_action(lines[following], action.kind):
            after = following + 1
            return _actions_block(action, "".join(lines[at:after])), following, after, []
        if action.kind == "delete" or following == len(lines) or not opens_block(lines[following]):
            return _actions_block(action, lines[at]), at, at + 1, []
    old_name = action.source or action.path
    text = None if given is None else given_for(normal_path(old_name), given)
    return _Body(lines, at, action, text, frozenset(given or ())).read()


def _actions_block(action: Action, source: str) -> Block:
    return Block(
        action.path, "", True, source, renamed_from=action.source, deletes=action.kind == "delete"
    )


class _Body:
    """Reads what an edit holds, from the line that opens it."""

    def __init__(
        self, lines: Sequence[str], at: int, action: Action, given: str | None,
        known: frozenset[str],
    ) -> None:  # fmt: skip
        self._lines = lines
        self._at = at
        self._action = action
        self._given = given
        self._known = known
        self._edits: list[EditBlock] = []
        self._unread: list[str] = []
        self._whole: str | None = None
        self._remark = ""

    def read(self) -> tuple[Block, int, int, list[str]]:
        lines, index = self._lines, self._at + 1
        closed = ended = False
        while index < len(lines):
            line = lines[index]
            if closes_action(line, self._action.kind):
                closed = ended = True
                break
            if read_action(line) is not None or read_opening(line) is not None:
                # Each block is closed by itself: with the next frame nothing is missing.
                closed = bool(self._edits) and self._edits[-1].closed
                self._remark = said(self._remark, NOT_CLOSED)
                break
            index = self._step(index)
        closing = index
        after = index + 1 if ended else index
        source = "".join(lines[self._at : after])
        block = self._block(closed, source, "".join(lines[self._at + 1 : closing]))
        return block, closing, after, self._unread

    def _step(self, index: int) -> int:
        """Read what begins at line `index`; the line after it."""
        lines = self._lines
        if opens_block(lines[index]):
            block, after = read_block(lines, index, self._given, f"</{self._action.kind}")
            self._edits.append(block)
            return max(after, index + 1)
        pair = read_headed(lines, index)
        if pair is None and opens_tags(lines, index, whole=False):
            pair = read_tags(lines, index)
        if pair is not None:
            self._edits.append(pair.block)
            return pair.after
        reading = None
        if opens_patch(lines, index):
            reading = read_patch(lines, index)
        elif opens_diff(lines, index):
            reading = read_diff(lines, index, self._known)
        if reading is not None and reading.after > index:
            for edit in reading.files:
                self._edits += edit.blocks
                self._remark = said(self._remark, edit.remark)
                self._whole = edit.text if edit.text is not None else self._whole
            return reading.after
        if not is_blank(lines[index]) and read_fence(lines[index]) is None:
            self._unread.append(lines[index])
        return index + 1

    def _block(self, closed: bool, source: str, body: str) -> Block:
        path, renamed = self._action.path, self._action.source
        if not self._edits and self._whole is None and body.strip():
            found = read_content(path, body, self._given)
            self._edits += [block for edit in found for block in edit.blocks]
            self._unread = [] if found else self._unread
        stray = next((line for line in self._unread if is_mark(line)), "")
        if stray:
            self._remark = said(self._remark, f"{STRAY} {stray.strip()[:60]}")
            closed = False
        if not self._edits and self._whole is None:
            if closed and self._unread:
                self._remark = said(self._remark, NO_BLOCK)
                self._edits.append(_unplaceable(body))
                self._unread = []
            closed = closed and bool(renamed)
        closed = closed and all(block.closed for block in self._edits)
        remark = said(self._remark, *(block.remark for block in self._edits))
        edits = tuple(self._edits)
        if not edits and self._whole is not None:
            return Block(path, self._whole, closed, source, remark, renamed_from=renamed)
        if not edits and not renamed:
            # An edit that says nothing yet.
            edits = (EditBlock((), closed=False),)
        return Block(path, "", closed, source, remark, edits=edits, renamed_from=renamed)


def _unplaceable(body: str) -> EditBlock:
    """A body that does not say what it replaces."""
    lines = tuple(EditLine("+", line + "\n") for line in body.removesuffix("\n").split("\n"))
    return EditBlock(lines, closed=False, remark=NO_BLOCK, source=body)


def as_blocks(block: Block, given: Mapping[str, str]) -> list[Block]:
    """`block`, or the blocks of changes that its text is, and that would else become the file."""
    if block.verbatim or not block.is_whole or not block.text.strip():
        return [block]
    path = normal_path(block.path)
    found = read_content(block.path, block.text, given_for(path, given), frozenset(given))
    blocks = []
    for edit in found:
        name = edit.path if len(found) > 1 and edit.path else block.path
        closed = block.closed and edit.closed and all(one.closed for one in edit.blocks)
        blocks.append(
            replace(
                block, path=name, text=edit.text or "", closed=closed, edits=edit.blocks,
                renamed_from=edit.renamed_from, deletes=edit.deletes,
                remark=said(block.remark, edit.remark, *(one.remark for one in edit.blocks)),
            )
        )  # fmt: skip
    return blocks or [block]
