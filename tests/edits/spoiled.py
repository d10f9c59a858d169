"""What models get wrong in a block, each kind made on purpose.

A fault that leaves the old lines of a block as they were is none: what the block then asks for
is another change, faultlessly. Nor is one by which its old lines are found exactly elsewhere.
"""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from autocoder_tui.edits.edit import EditBlock, EditLine, split_lines
from autocoder_tui.edits.steps import steps_of
from tests.edits.gone import gone
from tests.edits.shapes import Case, Hunk, Told, as_search, block_of, enclosing

Spoil = Callable[[Case, random.Random], Case | None]


def _lines(block: EditBlock, change: Callable[[str], str]) -> EditBlock:
    """Each line changed; a line that has a newline keeps one."""

    def changed(text: str) -> str:
        end = "\n" if text.endswith("\n") else ""
        return change(text.removesuffix("\n")) + end

    return replace(block, lines=tuple(EditLine(m, changed(text)) for m, text in block.lines))


def _each(case: Case, spoil: Callable[[EditBlock], EditBlock | None]) -> Case | None:
    """The case with every block spoiled in which it shows; None if it shows in none."""
    told = []
    any_spoiled = False
    for one in case.told:
        block = spoil(one.block)
        shows = block is not None and block.old != one.block.old
        any_spoiled = any_spoiled or shows
        told.append(replace(one, block=block) if block is not None and shows else one)
    return replace(case, told=tuple(told)) if any_spoiled else None


def faultless(case: Case, dice: random.Random) -> Case | None:
    return case


def blanks_lost(case: Case, dice: random.Random) -> Case | None:
    def lost(mark: str, text: str) -> str:
        return text if mark == "+" else text.rstrip(" \t\n") + "\n" * text.endswith("\n")

    def spoil(block: EditBlock) -> EditBlock:
        lines = tuple(EditLine(mark, lost(mark, text)) for mark, text in block.lines)
        return replace(block, lines=lines)

    return _each(case, spoil)


def blanks_added(case: Case, dice: random.Random) -> Case | None:
    def spoil(block: EditBlock) -> EditBlock:
        def added(mark: str, text: str) -> str:
            if mark == "+" or not text.endswith("\n") or dice.random() < 0.5:
                return text
            return text[:-1] + dice.choice([" ", "  ", "    ", "\t"]) + "\n"

        return replace(
            block, lines=tuple(EditLine(mark, added(mark, text)) for mark, text in block.lines)
        )

    return _each(case, spoil)


def shifted(case: Case, dice: random.Random) -> Case | None:
    def spoil(block: EditBlock) -> EditBlock | None:
        if _mixed(block):
            return None
        full = [text for _, text in block.lines if text.strip()]
        least = min((len(text) - len(text.lstrip(" \t")) for text in full), default=0)
        way = dice.choice(["add", "remove"]) if least else "add"
        by = dice.choice([2, 4, 8])
        tabs = any(text.startswith("\t") for text in full)

        def change(text: str) -> str:
            if not text.strip():
                return text
            return text[least:] if way == "remove" else ("\t" if tabs else " " * by) + text

        return _lines(block, change)

    return _each(case, spoil)


def retabbed(case: Case, dice: random.Random) -> Case | None:
    size = 2 if re.search(r"^  \S", case.text, re.MULTILINE) else 4

    def change(text: str) -> str:
        body = text.lstrip(" \t")
        indent = text[: len(text) - len(body)]
        if "\t" in indent:
            return indent.expandtabs(4) + body
        return "\t" * (len(indent) // size) + " " * (len(indent) % size) + body

    return _each(case, lambda block: None if _mixed(block) else _lines(block, change))


def _mixed(block: EditBlock) -> bool:
    """Whether both tabs and blanks indent its lines: of what becomes of these by a fault of
    indentation nobody can say what they were."""
    indents = [text[: len(text) - len(text.lstrip(" \t"))] for _, text in block.lines]
    return any("\t" in indent for indent in indents) and any("  " in indent for indent in indents)


def numbers_off(case: Case, dice: random.Random) -> Case | None:
    def off(told: Told) -> Told:
        block = told.block
        if block.line is None or block.last is None:
            return told
        line = max(1, block.line + dice.choice([-1, 1]) * dice.randint(1, 40))
        last = line + block.last - block.line + dice.choice([0, 0, 1, -1, 3])
        return replace(told, block=replace(block, line=line, last=last))

    told = tuple(off(one) for one in case.told)
    return replace(case, told=told) if told != case.told else None


def little_context(case: Case, dice: random.Random) -> Case | None:
    """One line of context, and none on one of the sides."""

    def spoil(told: Told) -> Told:
        if not told.block.has_context:
            return told
        lines = list(told.block.lines)
        number = told.block.line
        keep = dice.choice([(1, 1), (1, 0), (0, 1)])
        for side, end in ((0, False), (1, True)):
            ordered = lines[::-1] if end else lines
            run = 0
            while run < len(ordered) and ordered[run].mark == " ":
                run += 1
            cut = max(0, run - keep[side])
            ordered = ordered[cut:]
            if number is not None and not end:
                number += cut
            lines = ordered[::-1] if end else ordered
        if not any(line.mark != "+" and line.text.strip() for line in lines):
            return told
        last = number + sum(line.mark != "+" for line in lines) - 1 if number is not None else None
        scopes = told.block.scopes
        if number is None:
            shown = next(n for n, line in enumerate(lines) if line.mark != " ")
            scopes = enclosing(split_lines(case.text), told.hunks[0].start - shown)
        block = replace(told.block, lines=tuple(lines), scopes=scopes, line=number, last=last)
        return replace(told, block=block)

    told = tuple(spoil(one) for one in case.told)
    return replace(case, told=told) if told != case.told else None


def _wider(case: Case, told: Told, by: int) -> EditBlock:
    lines = split_lines(case.text)
    start = max(0, told.hunks[0].start - by)
    end = min(len(lines), told.hunks[-1].end + by)
    wide = block_of(lines, told.hunks, start, end)
    if not told.block.has_context:
        wide = as_search(wide)
    if told.block.line is None:
        wide = replace(wide, line=None, last=None)
    return replace(wide, scopes=told.block.scopes)


def much_context(case: Case, dice: random.Random) -> Case | None:
    told = tuple(replace(one, block=replace(_wider(case, one, 14), scopes=())) for one in case.told)
    return replace(case, told=told)


def elided(case: Case, dice: random.Random) -> Case | None:
    """The middle of the lines before or after the change left out."""

    def spoil(told: Told) -> Told:
        lines = list(_marked(_wider(case, told, 9)).lines)
        runs: list[tuple[int, int]] = []
        start = None
        for n, line in enumerate([*lines, EditLine("+", "")]):
            stays = line.mark == " "
            if stays and start is None:
                start = n
            elif not stays and start is not None:
                if n - start >= 7:
                    runs.append((start, n))
                start = None
        if not runs:
            return told
        start, end = dice.choice(runs)
        while start < end and not lines[start + 1].text.strip():
            start += 1
        sign = dice.choice(["...", "# ...", "// ... existing code ...", "# ... rest of code ..."])
        middle = [EditLine(" ", sign + "\n")]
        # Of both ends as many lines are kept as make them the only ones, as was asked for.
        head, tail = _head(case, lines, start, end), _tail(case, lines, start, end)
        if head + 1 >= tail:
            return told
        lines[head:tail] = middle
        block = replace(told.block, lines=tuple(lines), line=None, last=None, scopes=())
        return replace(told, block=block if told.block.has_context else as_search(block))

    told = tuple(spoil(one) for one in case.told)
    return replace(case, told=told) if told != case.told else None


def _head(case: Case, lines: Sequence[EditLine], start: int, end: int) -> int:
    before = [line.text for line in lines[:start] if line.mark != "+"]
    for head in range(start + 2, end):
        if _once(case, [*before, *(line.text for line in lines[start:head])]):
            return head
    return end


def _tail(case: Case, lines: Sequence[EditLine], start: int, end: int) -> int:
    after = [line.text for line in lines[end:] if line.mark != "+"]
    for tail in range(end - 2, start, -1):
        if _once(case, [*(line.text for line in lines[tail:end]), *after]):
            return tail
    return start


def _once(case: Case, shown: Sequence[str]) -> bool:
    return ("\n" + case.text).count("\n" + "".join(shown)) == 1


def _marked(block: EditBlock) -> EditBlock:
    """Of a search and its replacement: what stays marked as such."""
    if block.has_context:
        return block
    lines = steps_of(block).lines
    if lines and lines[-1].mark == " " and block.old[-1] != block.new[-1]:
        lines = (*lines[:-1], EditLine("-", block.old[-1]), EditLine("+", block.new[-1]))
    return replace(block, lines=lines)


def stale(case: Case, dice: random.Random) -> Case | None:
    """One line of the search is not as the file has it: a word or number changed."""
    number = dice.randrange(len(case.told))
    told = case.told[number]
    marked = _marked(told.block)
    places = [
        n
        for n, line in enumerate(marked.lines)
        if line.mark != "+" and len(re.findall(r"\w", line.text)) >= 4
    ]
    if not places:
        return None
    at = dice.choice(places)
    lines = list(marked.lines)
    text = lines[at].text
    words = [word for word in re.finditer(r"\w+", text) if len(word[0]) > 1]
    if not words:
        return None
    word = dice.choice(words)
    kind = dice.choice(["other", "dropped", "longer"])
    instead = {"other": "value", "dropped": "", "longer": word[0] + "_old"}[kind]
    changed = text[: word.start()] + instead + text[word.end() :]
    if not changed.strip() or changed == text:
        return None
    lines[at] = EditLine(lines[at].mark, changed)
    block = replace(told.block, lines=tuple(lines))
    block = block if told.block.has_context else as_search(block)
    if block.old == block.new:
        return None  # the newline at the file's end was all it asked for
    new = [replace(one, counted=False) for one in case.told]
    new[number] = Told(block, told.hunks)
    return replace(case, told=tuple(new))


def escaped(case: Case, dice: random.Random) -> Case | None:
    told = tuple(replace(one, block=_lines(one.block, html.escape)) for one in case.told)
    shows = any(
        one.block.old != other.block.old for one, other in zip(told, case.told, strict=True)
    )
    return replace(case, told=told) if shows else None


def repeated(case: Case, dice: random.Random) -> Case | None:
    at = dice.randrange(len(case.told))
    told = [*case.told]
    told.insert(dice.randint(0, len(told)), told[at])
    return replace(case, told=tuple(told))


def shuffled(case: Case, dice: random.Random) -> Case | None:
    told = [*case.told]
    dice.shuffle(told)
    return replace(case, told=tuple(told)) if tuple(told) != case.told else None


def twice(case: Case, dice: random.Random) -> Case | None:
    """The lines of one block stand once more, at the end of the file or before all others."""
    told = dice.choice(case.told)
    old = list(told.block.old)
    if not old or not case.text.endswith("\n") or not all(t.endswith("\n") for t in old):
        return None
    if any(h.new and not h.new[-1].endswith("\n") for one in case.told for h in one.hunks):
        return None  # what takes the newline of the file's end away is for its end only
    if dice.random() < 0.5:
        return replace(case, text=case.text + "\n" + "".join(old))
    by = len(old) + 1

    def moved(one: Told) -> Told:
        hunks = tuple(Hunk(h.start + by, h.end + by, h.new) for h in one.hunks)
        block = one.block
        if block.line is not None and block.last is not None:
            block = replace(block, line=block.line + by, last=block.last + by)
        return Told(block, hunks)

    return Case("".join(old) + "\n" + case.text, tuple(moved(one) for one in case.told))


def carriage(case: Case, dice: random.Random) -> Case | None:
    """The file's lines end with CRLF, those of the blocks do not."""
    if "\r" in case.text:
        return None

    def with_carriage(one: Told) -> Told:
        hunks = tuple(
            Hunk(h.start, h.end, tuple(text.replace("\n", "\r\n") for text in h.new))
            for h in one.hunks
        )
        return replace(one, hunks=hunks)

    text = case.text.replace("\n", "\r\n")
    return Case(text, tuple(with_carriage(one) for one in case.told))


def blank_lines_lost(case: Case, dice: random.Random) -> Case | None:
    """The search and the replacement have no blank lines (those are not compared either)."""

    def spoil(block: EditBlock) -> EditBlock | None:
        lines = tuple(line for line in block.lines if line.text.strip())
        return replace(block, lines=lines) if any(x.mark != "+" for x in lines) else None

    return _each(case, spoil)


FAULTS: dict[str, Spoil] = {
    "none": faultless,
    "white space lost at line ends": blanks_lost,
    "white space added at line ends": blanks_added,
    "indentation shifted": shifted,
    "tabs for blanks": retabbed,
    "line numbers wrong": numbers_off,
    "little context": little_context,
    "much context": much_context,
    "middle elided": elided,
    "one stale line": stale,
    "HTML-escaped": escaped,
    "a block repeated": repeated,
    "blocks out of order": shuffled,
    "the same lines twice": twice,
    "CRLF": carriage,
    "blank lines lost": blank_lines_lost,
    "the lines are gone": gone,
}

GONE = "the lines are gone"
"""Not one of what a careful placing must never do wrong: a block for lines that are gone and one
with a stale line may be the same. It says how much is risked for the stale ones."""
NO_FAULT_ELSEWHERE = ("the same lines twice", "little context", GONE)
"""Faults that are about standing elsewhere too."""


def honest_elsewhere(case: Case, spoiled: Case) -> bool:
    """Whether a spoiled block is a faultless one for other lines of the file."""
    before = {(one.hunks[0].start, tuple(one.block.old)) for one in case.told}
    lines = split_lines(spoiled.text)
    for one in spoiled.told:
        old = list(one.block.old)
        first, last = one.hunks[0].start, one.hunks[-1].end
        # A block may have become just like another one of the change, which is for other lines.
        if (first, tuple(old)) in before or "".join(old) not in spoiled.text:
            continue
        for at in range(len(lines) - len(old) + 1):
            if lines[at] == old[0] and lines[at : at + len(old)] == old:
                if not (at <= first and last <= at + len(old)):
                    return True
    return False


def same(fault: str, text: str, wanted: str) -> bool:
    if fault == "blank lines lost":
        return _full(text) == _full(wanted)
    return text == wanted


def _full(text: str) -> Sequence[str]:
    return [line for line in split_lines(text) if line.strip()]
