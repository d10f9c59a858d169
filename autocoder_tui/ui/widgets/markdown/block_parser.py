"""Blocks of Markdown from a text that comes line by line: each line is looked at once.

This is the method of the CommonMark specification: a line is held against the containers that
are open, then it opens others or is added to the leaf that is open. Only the last leaf can
change, so a text of any length grows for the price of what comes. HTML is text here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, TypeAlias

from autocoder_tui.engine.reply.fences import name_in_info, name_in_line
from autocoder_tui.ui.widgets.markdown import line_marks
from autocoder_tui.ui.widgets.markdown.leaves import Container, Item, ItemList, Leaf, Quote
from autocoder_tui.ui.widgets.markdown.line_cursor import LineCursor
from autocoder_tui.ui.widgets.markdown.references import References, take_definitions
from autocoder_tui.values import dataclass

_DEEPEST: Final = 24
"""Containers within each other. What would open more is text."""
_Node: TypeAlias = Quote | Item | ItemList


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a parser stood, to go back to: the last leaf with how many lines it had."""

    stack: list[_Node]
    open: bool
    last: Leaf | None
    last_lines: int
    leaves: int
    blank: bool
    definitions: int
    before: str
    line: int
    loose: bool


class BlockParser:
    """Leaves of the lines fed so far."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.references: References = {}
        """Addresses and titles of the link definitions, by their names."""
        self._stack: list[_Node] = []
        self._open: Leaf | None = None
        """The last leaf, as long as lines can be added to it."""
        self._blank = False
        self._before = ""
        """The last line that was not blank: it may name the file of the block that follows."""
        self._line = 0
        self._is_loose = False
        """Whether the last line is of its paragraph though it has not the marks or the place for
        that: it is no head of a table."""

    # ------------------------------------------------------------------ going back

    def mark(self) -> Mark:
        last = self.leaves[-1] if self.leaves else None
        return Mark(
            self._stack.copy(),
            self._open is not None,
            last,
            len(last.lines) if last else 0,
            len(self.leaves),
            self._blank,
            len(self.references),
            self._before,
            self._line,
            self._is_loose,
        )

    def back_to(self, mark: Mark) -> None:
        """Forget what was fed since."""
        last = mark.last
        del self.leaves[mark.leaves :]
        if last is not None:
            del self.leaves[mark.leaves - 1 :]
            self.leaves.append(last)
            del last.lines[mark.last_lines :]
        self._stack = mark.stack.copy()
        self._open = last if mark.open else None
        self._blank, self._before, self._line = mark.blank, mark.before, mark.line
        self._is_loose = mark.loose
        while len(self.references) > mark.definitions:
            self.references.popitem()

    # ------------------------------------------------------------------ a line

    def feed(self, line: str) -> None:
        """Take the next line, without its newline."""
        at = LineCursor(line)
        depth = self._matched(at)
        if not (depth == len(self._stack) and self._goes_on(at)):
            self._read(at, depth)
        if not at.is_blank:
            self._before = line
        self._line += 1

    def end(self) -> None:
        """Close what is open: the text ends here."""
        self._close()

    def _matched(self, at: LineCursor) -> int:
        """How many of the open containers the line goes on with; `at` stands behind their marks."""
        for depth, node in enumerate(self._stack):
            if isinstance(node, Quote):
                if at.indent > 3 or at.is_blank or at.line[at.start] != ">":
                    return depth
                _skip_quote(at)
            elif isinstance(node, Item):
                if at.is_blank:
                    if self._is_empty(node):
                        return depth
                    at.advance(min(at.indent, node.columns))
                elif at.indent >= node.columns:
                    at.advance(node.columns)
                else:
                    return depth
        return len(self._stack)

    def _is_empty(self, item: Item) -> bool:
        last = self.leaves[-1]
        return last.kind == "empty" and last.containers[-1] is item and self._stack[-1] is item

    def _goes_on(self, at: LineCursor) -> bool:
        """Add the line to the block of code that is open, if it is of it."""
        leaf = self._open
        if leaf is None or leaf.kind != "code":
            return False
        if leaf.fence:
            if at.indent <= 3 and not at.is_blank and line_marks.closes(at.rest, leaf.fence):
                self._open = None
                return True
            if leaf.fence_indent and at.indent:
                at.advance(min(leaf.fence_indent, at.indent))
            leaf.lines.append(at.remainder())
            return True
        if at.indent >= 4:
            at.advance(4)
            leaf.lines.append(at.remainder())
        elif at.is_blank:
            leaf.lines.append("")
        else:
            return False
        return True

    def _read(self, at: LineCursor, depth: int) -> None:
        """Open what the line opens, and add its text."""
        within = depth == len(self._stack)
        while not at.is_blank:
            leaf = self._open
            if at.indent >= 4:
                if leaf is None or leaf.kind != "paragraph":
                    at.advance(4)
                    self._add(Leaf("code", self._line, lines=[at.remainder()]), depth)
                    return
                break
            character = at.line[at.start]
            if character not in line_marks.OPENERS:
                break
            text = at.rest
            if character == ">":
                if depth >= _DEEPEST:
                    break
                depth = self._begin(Quote(), depth)
                _skip_quote(at)
            elif self._opens_leaf(at, text, depth, leaf if within else None):
                return
            else:
                next_depth = self._opens_item(at, text, depth, leaf if within else None)
                if not next_depth:
                    break
                depth = next_depth
            within = False
        self._add_text(at, depth, within)

    def _add_text(self, at: LineCursor, depth: int, within: bool) -> None:
        leaf = self._open
        if at.is_blank:
            # In a quote that ends, and in none, a blank line ends all but lists.
            self._close_to(depth)
            self._blank = True
            self._close()
        elif leaf is not None and (leaf.kind == "paragraph" or (leaf.kind == "table" and within)):
            leaf.lines.append(at.rest)
            self._is_loose = not within or at.indent >= 4
        else:
            self._add(Leaf("paragraph", self._line, lines=[at.rest]), depth)

    # ------------------------------------------------------------------ what a line opens

    def _opens_leaf(self, at: LineCursor, text: str, depth: int, leaf: Leaf | None) -> bool:
        paragraph = leaf if leaf is not None and leaf.kind == "paragraph" else None
        first = text[0]
        if first == "#":
            if (title := line_marks.heading(text)) is None:
                return False
            level, words = title
            self._add(Leaf("heading", self._line, lines=[words], level=level), depth)
            self._open = None
            return True
        if first in "`~":
            return self._opens_fence(at, text, depth)
        if first in "|-:" and paragraph and self._becomes_table(paragraph, text):
            return True
        if first in "=-" and paragraph and (level := line_marks.underline(text)):
            if self._becomes_heading(paragraph, level):
                return True
        if first in "*-_" and line_marks.is_rule(text):
            self._add(Leaf("rule", self._line), depth)
            self._open = None
            return True
        return False

    def _opens_fence(self, at: LineCursor, text: str, depth: int) -> bool:
        fence = line_marks.fence(text)
        if fence is None:
            return False
        mark, info = fence
        path = name_in_info(info) or name_in_line(self._before.strip(), ())
        leaf = Leaf("code", self._line, info=info, fence=mark, fence_indent=at.indent, path=path)
        self._add(leaf, depth)
        return True

    def _becomes_table(self, paragraph: Leaf, text: str) -> bool:
        """Whether the last line of `paragraph` is the head of a table and `text` the line below."""
        head = paragraph.lines[-1]
        if self._is_loose or "|" not in head or (aligns := line_marks.columns(text)) is None:
            return False
        if not aligns or len(line_marks.cells(head)) != len(aligns):
            return False
        table = Leaf("table", self._line - 1, paragraph.containers, lines=[head, text])
        if len(paragraph.lines) > 1:
            self._replace(replace(paragraph, lines=paragraph.lines[:-1]))
            self._close()
            self.leaves.append(table)
            table.gap = True
        else:
            table.gap = paragraph.gap
            self._replace(table)
        self._open = table
        return True

    def _becomes_heading(self, paragraph: Leaf, level: int) -> bool:
        """Whether `paragraph` is a heading, being underlined."""
        lines = self._without_definitions(paragraph)
        if not lines:
            return False
        self._replace(replace(paragraph, kind="heading", level=level, lines=lines))
        self._open = None
        return True

    def _opens_item(self, at: LineCursor, text: str, depth: int, leaf: Leaf | None) -> int:
        """The depth within the item that the line opens, 0 if it opens none."""
        mark = line_marks.list_mark(text)
        if mark is None or depth + 1 >= _DEEPEST:
            return 0
        sign, number, kind = mark
        if leaf is not None and leaf.kind == "paragraph":
            # Only what is plainly a list ends a paragraph: no year that begins a line.
            if number not in (-1, 1) or not text[len(sign) :].strip(" \t"):
                return 0
        offset = at.indent
        at.skip_blanks()
        at.advance(len(sign))
        blanks = at.indent
        if at.is_blank or not 1 <= blanks <= 4:
            blanks = 1
            if at.at_blank():
                at.advance(1)
        else:
            at.advance(blanks)
        depth = self._begin_list(kind, number, depth)
        around = self._stack[depth - 1]
        assert isinstance(around, ItemList)
        shown = f"{around.next_number}{kind}" if around.ordered else _bullet(self._stack)
        self._stack[depth - 1] = replace(around, next_number=around.next_number + 1)
        item = Item(shown, offset + len(sign) + blanks)
        depth = self._begin(item, depth, in_list=True)
        self._add(Leaf("empty", self._line), depth)
        self._open = None
        return depth

    def _begin_list(self, kind: str, number: int, depth: int) -> int:
        """The depth within the list that an item is of, which may have to be begun."""
        around = self._stack[depth - 1] if depth else None
        if isinstance(around, ItemList):
            if (around.kind, around.ordered) == (kind, number >= 0):
                self._close_to(depth)
                return depth
            depth -= 1
        return self._begin(ItemList(kind, number >= 0, max(0, number), depth), depth, in_list=True)

    # ------------------------------------------------------------------ opening, closing

    def _begin(self, node: _Node, depth: int, *, in_list: bool = False) -> int:
        """Open a container within the first `depth`. The depth within it."""
        depth = depth if in_list else self._out_of_list(depth)
        self._close_to(depth)
        self._stack.append(node)
        return depth + 1

    def _out_of_list(self, depth: int) -> int:
        """In a list itself nothing stands but its items."""
        return depth - 1 if depth and isinstance(self._stack[depth - 1], ItemList) else depth

    def _close_to(self, depth: int) -> None:
        if self._open is not None:
            self._close()
        del self._stack[depth:]

    def _add(self, leaf: Leaf, depth: int) -> None:
        """Put a leaf into the first `depth` containers."""
        self._close_to(self._out_of_list(depth))
        around: list[Container] = [node for node in self._stack if not isinstance(node, ItemList)]
        leaf.containers = tuple(around)
        before = self.leaves[-1] if self.leaves else None
        if before is not None and before.kind == "empty" and before.containers[-1] in around:
            leaf.gap = before.gap
            self.leaves[-1] = leaf
        else:
            in_item = any(isinstance(node, Item) for node in around)
            leaf.gap = before is not None and (self._blank or not in_item)
            self.leaves.append(leaf)
        self._open = leaf
        self._blank = self._is_loose = False

    def _replace(self, leaf: Leaf) -> None:
        self.leaves[-1] = leaf
        self._open = leaf

    def _close(self) -> None:
        """No line is added any more to the leaf that is open."""
        leaf, self._open = self._open, None
        if leaf is None:
            return
        if leaf.kind == "paragraph" and leaf.lines[0].startswith("["):
            lines = self._without_definitions(leaf)
            if lines:
                line = leaf.line + len(leaf.lines) - len(lines)
                self.leaves[-1] = replace(leaf, lines=lines, line=line)
            elif leaf.containers:
                self.leaves[-1] = replace(leaf, kind="empty", lines=[])
            else:
                self.leaves.pop()
        elif leaf.kind == "code" and not leaf.fence and not leaf.lines[-1].strip(" \t"):
            lines = leaf.lines.copy()
            while lines and not lines[-1].strip(" \t"):
                lines.pop()
            self.leaves[-1] = replace(leaf, lines=lines)
            self._blank = True

    def _without_definitions(self, paragraph: Leaf) -> list[str]:
        """Its lines behind the link definitions it begins with, which are kept."""
        if not paragraph.lines[0].startswith("["):
            return paragraph.lines
        return take_definitions(paragraph.lines, self.references)


def _skip_quote(at: LineCursor) -> None:
    at.skip_blanks()
    at.advance(1)
    if at.at_blank():
        at.advance(1)


def _bullet(stack: list[Any]) -> str:
    lists = sum(1 for node in stack if isinstance(node, ItemList) and not node.ordered)
    return "•◦▪"[(lists - 1) % 3]
