"""The changed pieces of a file, and the text that comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from autocoder_tui.edits.edit import Manner, Placement
from autocoder_tui.edits.file_lines import FileLines
from autocoder_tui.edits.regions import Region
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A region that a block changes, and what came before of the blocks `also`."""

    region: Region
    number: int
    manner: Manner
    likeness: float = 1.0
    also: tuple[int, ...] = ()

    def collides(self, other: Piece) -> bool:
        """Whether both want the same lines. Of what is only put there both come, one after the
        other."""
        mine, theirs = self.region, other.region
        if mine.start == mine.end and theirs.start == theirs.end:
            return False
        if mine.start == mine.end:
            return theirs.start < mine.start < theirs.end
        if theirs.start == theirs.end:
            return mine.start < theirs.start < mine.end
        return mine.start < theirs.end and theirs.start < mine.end


@dataclass(frozen=True, slots=True)
class Assembled:
    """The file with `pieces` made, in the order of their lines, each beginning at the line of the
    same index in `firsts`."""

    lines: list[str]
    pieces: tuple[Piece, ...]
    firsts: tuple[int, ...]

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def placements(self) -> tuple[Placement, ...]:
        return tuple(
            Placement(
                piece.number,
                piece.region.start,
                piece.region.end,
                tuple(self.lines[first : first + len(piece.region.new)]),
                piece.manner,
                piece.likeness,
                first,
                piece.also,
            )
            for piece, first in zip(self.pieces, self.firsts, strict=True)
        )


def assembled(file: FileLines, pieces: Iterable[Piece]) -> Assembled:
    """The file with all pieces made; of those put before the same line in the order of blocks."""
    ordered = sorted(
        pieces,
        key=lambda piece: (
            piece.region.start,
            piece.region.end,
            not piece.region.after,
            piece.number,
        ),
    )
    lines: list[str] = []
    firsts: list[int] = []
    at = 0
    ends: bool | None = None
    for piece in ordered:
        region = piece.region
        lines += file.lines[at : region.start]
        firsts.append(len(lines))
        lines += region.new
        at = region.end
        ends = region.ends if region.end == len(file) else ends
    lines += file.lines[at:]
    _end_lines(file, lines, ends if ordered else None)
    return Assembled(lines, tuple(ordered), tuple(firsts))


def _end_lines(file: FileLines, lines: list[str], ends: bool | None) -> None:
    """Let each line but the last end with a newline, the last as is wanted."""
    if file.lines and not file.lines[-1].endswith("\n"):
        for number, line in enumerate(lines[:-1]):
            if not line.endswith("\n"):
                lines[number] = line + file.line_end
    if lines and ends is False and lines[-1].endswith("\n"):
        lines[-1] = lines[-1][:-1].removesuffix("\r")


def combined(
    base: Assembled, regions: Sequence[Region], file: FileLines
) -> tuple[Piece, list[Piece]] | None:
    """The regions of the text `base` as one piece of the original `file`, with the pieces it
    touches, and these; its number is -1 yet. None without regions."""
    if not regions:
        return None
    start, end = regions[0].start, regions[-1].end
    new: list[str] = []
    at = start
    for region in regions:
        new += [*base.lines[at : region.start], *region.new]
        at = region.end
    touched: list[int] = []
    before = after = 0
    for index, (piece, first) in enumerate(zip(base.pieces, base.firsts, strict=True)):
        last = first + len(piece.region.new)
        if start == end:
            touches = first <= start <= last
        else:
            touches = (first < end and start < last) or (first == last and start < first < end)
        gained = piece.region.end - piece.region.start - len(piece.region.new)
        if touches:
            touched.append(index)
            after += gained
        elif last <= start:
            before += gained
    spans = [(base.firsts[n], base.firsts[n] + len(base.pieces[n].region.new)) for n in touched]
    first = min([start, *(span[0] for span in spans)])
    last = max([end, *(span[1] for span in spans)])
    lines = (*base.lines[first:start], *new, *base.lines[end:last])
    ends = regions[-1].ends
    if end < len(base.lines) and touched:
        ends = base.pieces[touched[-1]].region.ends
    head = base.pieces[touched[0]].region if touched and spans[0][0] == first else regions[0]
    region = Region(first + before, last + before + after, lines, head.after, ends)
    if region.end < len(file):
        region = replace(region, ends=None)
    numbers = sorted({k for n in touched for k in (base.pieces[n].number, *base.pieces[n].also)})
    whole = Piece(region, -1, "built", 1.0, tuple(numbers))
    return whole, [base.pieces[n] for n in touched]
