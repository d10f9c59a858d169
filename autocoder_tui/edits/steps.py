"""A block as steps: which of its lines stay, go and come, whatever form it was written in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from autocoder_tui.edits.edit import EditBlock, EditLine
from autocoder_tui.edits.file_lines import body, squeeze, strip
from autocoder_tui.text.alignment import matching_blocks

_ENTITIES = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&#34;", '"'),
    ("&apos;", "'"),
    ("&amp;", "&"),
)
_ESCAPED = re.compile(r"&(?:lt|gt|quot|apos|amp|#39|#34|#x27);")

_OPENERS = r"(?:\#+|//+|--|;+|%+|/\*+|<!--|\{/\*|\*|\(\*)"
_CLOSERS = r"(?:\*/\}?|-->|\*\))"
_DOTS = re.compile(rf"^(?:{_OPENERS})?\s*(?:\.{{3,}}|…)\s*(?:{_CLOSERS})?$")
_OPENS = re.compile(rf"{_OPENERS}?")
_CLOSES = re.compile(rf"{_CLOSERS}$")
_WORDING = re.compile(r"[\w\s,'/-]*")
_SAID = re.compile(
    r"\b(?:existing|rest of|remaining|unchanged|stays? the same|remains? the same|omitted)\b",
    re.IGNORECASE,
)


def elides(text: str) -> bool:
    """Whether a line stands for lines left out: `...`, `# ... existing code ...`."""
    text = strip(text)
    return len(text) < 120 and bool(_DOTS.match(text) or elides_in_words(text))


def elides_in_words(text: str) -> bool:
    """Whether a line says in words that lines are left out, so that it can be nothing else."""
    text = strip(text)
    if len(text) >= 120 or not ("..." in text or "…" in text):
        return False
    begin = _OPENS.match(text)
    words = _CLOSES.sub("", text[begin.end() if begin else 0 :]).strip(" \t.…")
    if words[:1] in ("(", "[") and words[-1:] in (")", "]"):
        words = words[1:-1]
    return bool(_SAID.search(words)) and _WORDING.fullmatch(words) is not None


@dataclass(frozen=True, eq=False)
class Steps:
    """The lines of a block in order. `old_ends` and `new_ends`: whether the last old and the last
    new line end with a newline."""

    lines: tuple[EditLine, ...]
    old_ends: bool = True
    new_ends: bool = True

    @cached_property
    def old(self) -> list[str]:
        """The bodies of the lines to be found."""
        return [body(line.text) for line in self.lines if line.mark != "+"]

    @cached_property
    def old_marks(self) -> list[str]:
        return [line.mark for line in self.lines if line.mark != "+"]

    @cached_property
    def new(self) -> list[str]:
        """The bodies of the lines that shall stand there."""
        return [body(line.text) for line in self.lines if line.mark != "-"]

    @cached_property
    def added(self) -> list[str]:
        """The bodies of the lines that come."""
        return [body(line.text) for line in self.lines if line.mark == "+"]

    @property
    def changes(self) -> bool:
        """Whether it asks for any change."""
        return self.old_ends != self.new_ends or any(line.mark != " " for line in self.lines)

    @cached_property
    def escaped(self) -> bool:
        """Whether any old line has HTML's escapes."""
        return any(_ESCAPED.search(text) for text in self.old)

    def with_old(self, bodies: Sequence[str]) -> Steps:
        """The steps with other bodies for the old lines; what then goes and comes alike stays."""
        left = iter(bodies)
        new: list[EditLine] = []
        for line in self.lines:
            own = "" if line.mark == "+" else next(left) + "\n"
            if line.mark != "-":
                new.append(EditLine("+", own or line.text))
        old = [EditLine("-", text + "\n") for text in bodies]
        return Steps(tuple(_settle([*old, *new])), self.old_ends, self.new_ends)

    def unescaped(self) -> Steps:
        lines = tuple(EditLine(line.mark, _unescape(line.text)) for line in self.lines)
        return Steps(lines, self.old_ends, self.new_ends)


def steps_of(block: EditBlock) -> Steps:
    """The steps of a block. Lines that go and come alike stay, and so keep the file's own text."""
    found: list[EditLine] = []
    run: list[EditLine] = []
    for line in block.lines:
        if line.mark == " ":
            found += _settle(run)
            run = []
            found.append(line)
        else:
            run.append(line)
    found += _settle(run)
    old = [line.text for line in block.lines if line.mark != "+"]
    new = [line.text for line in block.lines if line.mark != "-"]
    old_end = old[-1].endswith("\n") if old else True
    new_end = new[-1].endswith("\n") if new else True
    return Steps(tuple(found), old_end, new_end)


def _settle(run: Sequence[EditLine]) -> list[EditLine]:
    """A run of lines that go and come, those that do both marked as staying."""
    old = [line.text for line in run if line.mark == "-"]
    new = [line.text for line in run if line.mark == "+"]
    if not old or not new:
        return list(run)
    found: list[EditLine] = []
    i = j = 0
    blocks = matching_blocks([body(text) for text in old], [body(text) for text in new], 200_000)
    for match in [*blocks, None]:
        old_to, new_to = (match.old, match.new) if match else (len(old), len(new))
        found += [EditLine("-", text) for text in old[i:old_to]]
        found += [EditLine("+", text) for text in new[j:new_to]]
        if match:
            i, j = match.old + match.length, match.new + match.length
            found += [EditLine(" ", text) for text in new[match.new : j]]
    return found


def _unescape(text: str) -> str:
    for escaped, plain in _ENTITIES:
        text = text.replace(escaped, plain)
    return text


def only_white_space(steps: Steps) -> bool:
    """Whether the change is one of white space."""
    return sorted(map(squeeze, steps.old)) == sorted(map(squeeze, steps.new))


def changes_indentation(steps: Steps) -> bool:
    """Whether tabs come where none go, or blanks where none go."""
    gone = {text[:1] for text, mark in zip(steps.old, steps.old_marks, strict=True) if mark == "-"}
    return bool(gone) and any(
        text[:1] in (" ", "\t") and text[:1] not in gone for text in steps.added if strip(text)
    )


def indents_anew(steps: Steps) -> bool:
    """Whether at least half of the lines that come are lines that go, but for their indentation."""
    gone = {
        strip(text): text
        for text, mark in zip(steps.old, steps.old_marks, strict=True)
        if mark == "-" and strip(text)
    }
    coming = [text for text in steps.added if strip(text)]
    moved = [text for text in coming if gone.get(strip(text), text).rstrip() != text.rstrip()]
    return bool(moved) and 2 * len(moved) >= len(coming)


def held_on_both_sides(steps: Steps) -> bool:
    """Whether lines with text stay on both sides of what goes."""
    marks = [line.mark for line in steps.lines if strip(line.text.rstrip("\n"))]
    return len(marks) > 2 and marks[0] == " " == marks[-1]


def substantial(lines: Sequence[str], letters: int = 12) -> bool:
    """Whether lines say enough for their standing in a file to be no chance."""
    return sum(map(str.isalnum, "".join(lines)[:400])) >= letters
