"""Finding the code fences of a reply, line by line, and the names they have."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping

from autocoder_tui.engine.reply.blocks import (
    Block,
    Offsets,
    Trials,
    lines_of,
    normal_path,
    without_tokens,
)
from autocoder_tui.engine.reply.end_tokens import without_end_tokens
from autocoder_tui.engine.reply.foreign_lines import named_in_frame
from autocoder_tui.engine.reply.framing import Fence, read_fence
from autocoder_tui.engine.reply.prose import is_prose_line, looks_like_prose
from autocoder_tui.text.syntax import language_of
from autocoder_tui.values import dataclass

_TITLE = re.compile(r"""(?:title|filename|file|path|name)\s*[=:]\s*(?:"([^"]+)"|'([^']+)'|(\S+))""")
_NAME = re.compile(r"[\w.@+~-][\w .@+~()\[\]/\\-]*\Z")
_QUOTED = re.compile(r"(?<![`*\"'“])[`*\"'“]+([^`*\"'”]+)[`*\"'”]+")
LINK = re.compile(r"\[([^\[\]\n]+)\]\(([^()\s]*)\)")
"""A link in Markdown: what it shows, and where it leads."""
_ONE_LINE = re.compile(r" {0,3}(`{3,})[ \t]*([^`\s]+)[ \t]*\1\s*\Z")
_ITALIC = re.compile(r"(_{1,2})([^_].*[^_])\1\Z")
_BRACKETED = re.compile(r"\[([^\[\]]*[^\W\d][^\[\]]*)\]")
"""With a letter in it: `[1/2]` says which part it is."""
_LONGEST_NAMING = 1_000
"""Characters. A longer line names no file, and quotes without end in it take hours to pair up."""
_LABEL = re.compile(
    r"(?:#+\s*|[-*]\s+|\d+[.)]\s+|//\s*|<!--\s*)*(?:(?:file ?name|file|path)\s*:)?\s*",
    re.IGNORECASE,
)


_COMMANDS = (
    "sh", "bash", "shell", "zsh", "console", "terminal", "shell-session", "powershell", "cmd",
    "text", "output",
)  # fmt: skip
_MOST_CLOSINGS = 8
"""Closing fences tried for a block that does not parse."""
HOLDS_FENCES = (".md", ".markdown", ".mdx", ".rst")
"""How files are named in which a code fence is text like any other."""
_TALK = re.compile(r"[\w ,.;'’()!?-]*[ .:!?][\w ,.;'’()!?-]*:?\s*\Z")
_GLUED = "The closing fence stood at the end of a line of code."


def read_fenced_blocks(
    text: str,
    *,
    known: Collection[str],
    target: str | None = None,
    given: Mapping[str, str] | None = None,
) -> tuple[list[Block], str]:
    """The outermost code fences of a reply, named where something names them, and the rest.

    `given` are the texts of the files that were sent, by normal path.
    """
    if "```" not in text and "~~~" not in text:
        return [], text
    return _FenceReader(text, known, target, given or {}).read()


@dataclass(slots=True)
class _Span:
    """A block as line indices: where it opens, and the line that closes it or the end."""

    first: int
    end: int
    path: str
    named: bool


class _FenceReader:
    """Reads the fences of one reply.

    CommonMark ends a block at the first bare fence, but models put Markdown, and strings and
    docstrings with fences, inside fences of the same length. Where a block does not parse up to
    there, and does up to a later fence, the fences before that one are its own. An inner fence
    with an info string opens a level of its own. A bare fence in Markdown opens one, too, when
    another bare fence, that no opening fence precedes, is still to come to close the outer block.
    """

    def __init__(
        self, text: str, known: Collection[str], target: str | None, given: Mapping[str, str]
    ) -> None:
        self._lines = lines_of(text)
        self._known = known
        self._target = target
        self._given = given
        self._fences = {
            index: fence
            for index, line in enumerate(self._lines)
            if (fence := read_fence(line) or self._named_on_one_line(index)) is not None
        }
        self._indices = list(self._fences)
        self._balances = _balances(self._lines, self._fences)
        self._trials = Trials.for_text(text)

    def _named_on_one_line(self, index: int) -> Fence | None:
        """The fence that a line such as ```a.py``` stands for, where code follows it; before a
        fence it is the name of that."""
        line = self._lines[index]
        match = _ONE_LINE.match(line) if line.lstrip(" ").startswith("```") else None
        if match is None or not is_path(match[2]):
            return None
        after = next((each for each in self._lines[index + 1 :] if each.strip()), "```")
        return None if read_fence(after) or _ONE_LINE.match(after) else Fence(match[1], match[2])

    def read(self) -> tuple[list[Block], str]:
        spans, notes = self._spans()
        if self._ends_on_a_stray_fence(spans):
            stray = spans.pop()
            # What lies after the stray fence is talk: it stays with the notes.
            spans[-1].end = stray.first
            notes = self._notes_between(spans)
        offsets = Offsets(self._lines)
        blocks = [self._block(span, offsets) for span in spans]
        return blocks, "".join(notes).strip("\n")

    def _spans(self) -> tuple[list[_Span], list[str]]:
        spans: list[_Span] = []
        notes: list[str] = []
        at = 0
        for index in self._indices:
            if index < at:
                continue
            notes += self._lines[at:index]
            fence = self._fences[index]
            path = name_in_info(fence.info)
            if not path:
                path, used = name_before(notes, self._known)
                del notes[len(notes) - used :]
            end = self._end(index + 1, fence, path or self._target or "")
            spans.append(_Span(index, end, path, bool(path)))
            at = end + 1
        return spans, notes + self._lines[at:]

    def _notes_between(self, spans: list[_Span]) -> list[str]:
        notes: list[str] = []
        at = 0
        for span in spans:
            notes += self._lines[at : span.first]
            if span.path and not name_in_info(self._fences[span.first].info):
                _, used = name_before(notes, self._known)
                del notes[len(notes) - used :]
            at = span.end + 1
        return notes + self._lines[at:]

    def _ends_on_a_stray_fence(self, spans: list[_Span]) -> bool:
        """Whether the last block is none: a bare fence after which only talk comes, if anything.

        It closes the block before, if what lies between does not read as talk.
        """
        if len(spans) < 2 or spans[-1].end < len(self._lines) or spans[-1].named:
            return False
        last, before = spans[-1], spans[-2]
        opened, stray = self._fences[before.first], self._fences[last.first]
        if before.end >= len(self._lines) or not stray.closes(opened):
            return False
        rest = "".join(self._lines[last.first + 1 :])
        between = [line for line in self._lines[before.end + 1 : last.first] if line.strip()]
        if not between or all(is_prose_line(line) or _TALK.match(line) for line in between):
            return False
        body = self._within(before.first, before.end, opened)
        language = language_of(before.path or self._target or "", opened.info)
        if self._trials.well_formed(language, body):
            return False
        return not rest.strip() or looks_like_prose(rest, "")

    def _end(self, at: int, opening: Fence, path: str) -> int:
        """Index of the line that closes the fence, the number of lines if none does."""
        plain = self._plain_end(at, opening, path)
        language = language_of(path, opening.info)
        if language is None:
            return plain
        others = self._closings(at, opening, plain)
        if not others:
            return plain
        body = self._within(at - 1, plain, opening)
        if plain < len(self._lines) and self._trials.well_formed(language, body) is not False:
            return plain
        for index in others:
            if self._trials.well_formed(language, self._within(at - 1, index, opening)):
                return index
        return plain

    def _within(self, first: int, end: int, opening: Fence) -> str:
        """The text between the line that opens a block and the one that closes it."""
        return _without_indent("".join(self._lines[first + 1 : end]), opening.indent)

    def _closings(self, at: int, opening: Fence, plain: int) -> list[int]:
        """Other lines that may close the fence, the nearest and the very last."""
        found: list[int] = []
        for place in range(bisect_left(self._indices, at), len(self._indices)):
            index = self._indices[place]
            if index != plain and self._fences[index].closes(opening):
                found.append(index)
                if len(found) == _MOST_CLOSINGS:
                    break
        return found

    def _plain_end(self, at: int, opening: Fence, path: str) -> int:
        depth = 0
        for place in range(bisect_left(self._indices, at), len(self._indices)):
            index = self._indices[place]
            fence = self._fences[index]
            if fence.mark[0] != opening.mark[0] or len(fence.mark) < len(opening.mark):
                continue
            if fence.info:
                depth += 1
            elif depth:
                depth -= 1
            elif not _opens_inner(self._balances[index], opening, path):
                return index
            else:
                depth += 1
        return len(self._lines)

    def _block(self, span: _Span, offsets: Offsets) -> Block:
        lines = self._lines
        start = offsets.of(span.first)
        source = "".join(lines[span.first : span.end + 1])
        body = "".join(lines[span.first + 1 : span.end])
        closed = span.end < len(lines)
        end = start + len(source)
        text_end = end - len(lines[span.end]) if closed else end
        remark = ""
        mark = self._fences[span.first].mark
        if not closed and (glued := _glued_fence(body, mark)):
            closed, remark = True, _GLUED
            text_end = end - len(body) + glued
            body = body[:glued] + "\n"
        body = _without_indent(body, self._fences[span.first].indent)
        path = span.path or self._target or ""
        given = self._given.get(normal_path(path))
        body, said = without_tokens(path, body, given, closed=closed)
        remark = " ".join(part for part in (remark, said) if part)
        return Block(span.path, body, closed, source, remark, text_end, end)


def _without_indent(text: str, most: int) -> str:
    """`text` without the first blanks of every line, as many as stood before its fence. Where a
    line has fewer, the fence alone was indented, and all of it stays as it is."""
    blanks = " " * most
    if not most or any(line.strip() and not line.startswith(blanks) for line in text.split("\n")):
        return text
    return re.sub(rf"^ {{1,{most}}}", "", text, flags=re.MULTILINE)


def _glued_fence(body: str, mark: str) -> int:
    """Where a closing fence begins that ends the last line of code; 0 without one."""
    kept = without_end_tokens(body.rstrip()).rstrip()
    line = kept[kept.rfind("\n") + 1 :]
    if not line.endswith(mark) or line.count(mark[0]) != len(mark) or not line.strip(mark[0]):
        return 0
    return len(kept) - len(mark)


def _opens_inner(after: int, opening: Fence, path: str) -> bool:
    """Whether a bare fence opens a block inside Markdown instead of closing it.

    `after` is what `_balances` has for its line.
    """
    language = opening.info.split()[0].lower() if opening.info else ""
    if language not in ("md", "markdown") and not path.lower().endswith((".md", ".markdown")):
        return False
    # After a true closing line every fence to come is paired; inside, one is left over.
    return after > 0 and after % 2 == 0


def _balances(lines: list[str], read: Mapping[int, Fence]) -> dict[int, int]:
    """For the line of every fence: bare fences less those with an info string among the fences
    of the same character after it, up to the next that names a file.

    Counted once from the end, so that a text of nothing but fences takes no longer than others.
    """
    fences: dict[str, list[tuple[int, Fence]]] = {"`": [], "~": []}
    for index, fence in read.items():
        fences[fence.mark[0]].append((index, fence))
    balances: dict[int, int] = {}
    for of_mark in fences.values():
        balance = 0
        befores = [-1, *(index for index, _ in of_mark)]
        for (index, fence), before in reversed(list(zip(of_mark, befores, strict=False))):
            balances[index] = balance
            between = reversed(lines[before + 1 : index])
            above = next((line.strip() for line in between if line.strip()), "")
            if name_in_info(fence.info) or name_in_line(above, ()):
                balance = 0
            else:
                balance += -1 if fence.info else 1
    return balances


def name_in_info(info: str) -> str:
    """The file a fence names: ```py a.py, ```py:a.py, ```src/a.py, ```py title="a.py"."""
    if not info:
        return ""
    linked = LINK.search(info)
    if linked is not None and is_path(linked_name(linked)):
        return linked_name(linked)
    titled = _TITLE.search(info)
    if titled:
        return titled[1] or titled[2] or titled[3]
    head, colon, rest = info.partition(":")
    if colon and " " not in head.strip() and is_path(rest.strip()):
        return rest.strip()
    words = info.split(None, 1)
    if len(words) == 2 and is_path(words[1].strip("`\"'")):
        return words[1].strip("`\"'")
    return words[0] if len(words) == 1 and is_path(words[0]) else ""


def name_before(notes: list[str], known: Collection[str]) -> tuple[str, int]:
    """The file named by the last line before a fence, and how many lines that takes up."""
    for back, line in enumerate(reversed(notes[-2:]), start=1):
        if line.strip():
            return name_in_line(line.strip(), known), (back if _only_name(line, known) else 0)
    return "", 0


def name_in_line(line: str, known: Collection[str]) -> str:
    if len(line) > _LONGEST_NAMING:
        return ""
    framed = named_in_frame(line)
    if framed:
        return framed
    bare = _LABEL.sub("", line, count=1).rstrip(": ").removesuffix("-->").strip()
    bare = bare.strip("*`\"' ").rstrip(": ").strip("*`\"' ")
    bare = _ITALIC.sub(r"\2", bare).rstrip(": ")
    if (linked := LINK.fullmatch(bare)) is not None:
        bare = linked_name(linked)
    elif (bracketed := _BRACKETED.fullmatch(bare)) and bare not in known:
        bare = bracketed[1].strip("*_`\"' ")
    if bare in known or is_path(bare):
        return bare
    names = [name.strip() for name in _QUOTED.findall(line)]
    names += map(linked_name, LINK.finditer(line))
    named = [name for name in names if name in known or is_path(name)]
    # A sentence may name several files; only one can be meant by the fence.
    return named[0] if len(set(named)) == 1 and line.rstrip("*_ ").endswith(":") else ""


def linked_name(link: re.Match[str]) -> str:
    """The file a Markdown link names: where it leads, if it shows the end of that, else what it
    shows. The groups of `link` are both."""
    shown, leads = link[1].strip("`* "), link[2].removeprefix("./")
    return leads if shown and leads.endswith("/" + shown) and ":" not in leads else shown


def _only_name(line: str, known: Collection[str]) -> bool:
    name = name_in_line(line.strip(), known)
    return bool(name) and len(line.strip()) <= len(name) + 16


def is_path(word: str) -> bool:
    """Whether a word can be the path of a file: it has a suffix or a folder."""
    if not word or len(word) > 240 or not _NAME.match(word):
        return False
    last = re.split(r"[/\\]", word)[-1]
    stem, dot, suffix = last.rpartition(".")
    has_suffix = bool(dot) and bool(suffix) and suffix.isalnum() and any(map(str.isalpha, suffix))
    if " " in word and not has_suffix:
        return False
    return (has_suffix and bool(stem or last)) or ("/" in word and not word.endswith("/"))


def is_command(block: Block, target: str) -> bool:
    """Whether a block shows what to type, or what comes of it, and no file like the target."""
    fence = read_fence(block.source.partition("\n")[0])
    return fence is not None and is_shell(fence, target)


def is_shell(fence: Fence, target: str) -> bool:
    """Whether what `fence` opens is to be typed, and is no file like the target."""
    shell = target.endswith((".sh", ".bash", ".zsh", ".fish", ".txt"))
    return not shell and fence.info.partition(" ")[0].lower() in _COMMANDS


def file_of_fence(
    fence: Fence, before: list[str], known: Collection[str], target: str | None
) -> str:
    """The file that a fence opens, as far as that shows before its end: `before` are the lines
    above it. "" where none is named, or only the end of the reply tells where it ends."""
    path = name_in_info(fence.info) or name_before(before, known)[0]
    if not path and target and not is_shell(fence, target):
        path = target
    return "" if path.lower().endswith(HOLDS_FENCES) else path
