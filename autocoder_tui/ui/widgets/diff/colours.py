"""The colours of a diff: its own from the theme, and those of the code from Pygments."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from itertools import accumulate
from typing import TypeAlias

from pygments.lexers import find_lexer_class_for_filename
from pygments.token import Token, _TokenType
from rich.style import Style
from textual.color import Color, ColorParseError

from autocoder_tui.review import FileReview, Verdict
from autocoder_tui.ui.contrast import as_line, faint, least_of, legible, nearer
from autocoder_tui.ui.widgets.stream.colours import Palette as TokenPalette

MOST_COLOURED = 3_000_000
"""Characters of the longest side that gets syntax colours."""

LONGEST_COLOURED_LINE = 20_000


class SideColours:
    """The token types of one side, lexed once: three flat arrays, however many tokens."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.kinds: list[_TokenType] = [Token]
        self._line_starts = array("I", accumulate((len(line) for line in lines), initial=0))
        self._starts = array("I", [0])
        self._indices = array("H", [0])

    def runs(self, line: int) -> list[tuple[int, _TokenType]]:
        """Where in line number `line` each run of one token type begins, from column 0 on; plain
        where there was no such line."""
        if line + 1 >= len(self._line_starts):
            return [(0, Token)]
        start, end = self._line_starts[line], self._line_starts[line + 1]
        at = bisect_right(self._starts, start) - 1
        runs: list[tuple[int, _TokenType]] = []
        while at < len(self._starts) and (self._starts[at] < end or not runs):
            runs.append((max(0, self._starts[at] - start), self.kinds[self._indices[at]]))
            at += 1
        return runs

    def lex(self, path: str, text: str, stopped: Callable[[], bool]) -> bool:
        """Find the tokens of `text`. False where no lexer fits or `stopped` said so."""
        lexer_class = find_lexer_class_for_filename(path.rpartition("/")[2], text[:4_000])
        if lexer_class is None:
            return False
        lexer = lexer_class(stripnl=False, ensurenl=False)
        # Pygments' own clean-up would move every offset; these two keep all in place.
        text = text.replace("\r", " ").replace("\ufeff", " ")
        numbers: dict[_TokenType, int] = {Token: 0}
        last = 0
        for count, (start, kind, _) in enumerate(lexer.get_tokens_unprocessed(text)):
            number = numbers.setdefault(kind, len(numbers))
            if number != last:
                self._starts.append(start)
                self._indices.append(number)
                last = number
            if count % 1_000 == 0 and stopped():
                return False
        self.kinds = list(numbers)
        return True


Colours: TypeAlias = tuple[SideColours | None, SideColours | None]
"""The old side's and the new side's; None where text is shown plain."""


def too_large_to_colour(review: FileReview) -> bool:
    """Whether both sides are left plain: lexing them would take long, or might never end."""
    if max(len(review.before or ""), len(review.after)) > MOST_COLOURED:
        return True
    sides = (review.diff.old_lines, review.diff.new_lines)
    return any(len(line) > LONGEST_COLOURED_LINE for side in sides for line in side)


def colours_kept(colours: Colours, known: FileReview | None, now: FileReview) -> Colours:
    """Which of the `colours` of `known` are those of `now` too, as far as they go."""
    if known is None or known.path != now.path:
        return None, None
    sides = (known.diff.old_lines, now.diff.old_lines), (known.diff.new_lines, now.diff.new_lines)
    old, new = (
        side if was == lines[: len(was)] else None
        for side, (was, lines) in zip(colours, sides, strict=True)
    )
    return old, new


def lex_sides(review: FileReview, stop: threading.Event) -> Colours:
    """The colours of both sides; plain where no lexer fits or one gives up."""
    sides: list[SideColours | None] = []
    texts = (review.before or "", review.after)
    for text, lines in zip(texts, (review.diff.old_lines, review.diff.new_lines), strict=True):
        side = SideColours(lines)
        sides.append(side if side.lex(review.path, text, stop.is_set) else None)
    return sides[0], sides[1]


class Tone(Enum):
    """What a line is, and so how it is drawn."""

    SAME = " "
    ADDED = "+"
    REMOVED = "-"
    KEPT = "- "
    """An old line whose removal was rejected: it stays."""
    GONE = "  "
    """The side that lost: an old line replaced, or a new line rejected."""


class DiffPalette:
    """Every style of a diff, made from the theme once and looked up from then on."""

    def __init__(
        self, variables: Mapping[str, str], *, background: Color, foreground: Color, dark: bool
    ) -> None:
        def colour(name: str, fallback: Color) -> Color:
            try:
                return background + Color.parse(variables[name])
            except (KeyError, ColorParseError):
                return fallback

        def tinted(base: Color, share: float) -> Color:
            return background.blend(base, share, alpha=1.0)

        least = least_of(variables)

        def text(share: float, *grounds: Color) -> Color:
            return faint(foreground, share, (background, *grounds), least)

        def read(name: str, fallback: Color, *grounds: Color) -> Color:
            """A colour as text on the ground of all, and on `grounds`."""
            wanted = colour(name, fallback)
            return nearer(wanted, foreground, background, *grounds, least=least)

        green = colour("success", Color.parse("#3fb950" if dark else "#1a7f37"))
        red = colour("error", Color.parse("#f85149" if dark else "#cf222e"))
        accent = colour("accent", colour("primary", Color.parse("#d29922")))
        added_bg = colour("diff-added-bg", tinted(green, 0.14 if dark else 0.13))
        removed_bg = colour("diff-removed-bg", tinted(red, 0.14 if dark else 0.11))
        added_word = colour("diff-added-word-bg", tinted(green, 0.34 if dark else 0.32))
        removed_word = colour("diff-removed-word-bg", tinted(red, 0.36 if dark else 0.28))
        gutter = read("diff-gutter", text(0.42))
        added_fg = read("diff-added-fg", tinted(green, 0.9), added_bg)
        removed_fg = read("diff-removed-fg", tinted(red, 0.9), removed_bg)
        cursor = read("diff-hunk-cursor", accent)
        name = variables.get("pygments-style", "") or ("monokai" if dark else "default")

        self._tokens = TokenPalette(name, Style())
        self._backgrounds = {Tone.ADDED: added_bg, Tone.REMOVED: removed_bg}
        self._word_backgrounds = {Tone.ADDED: added_word, Tone.REMOVED: removed_word}
        self._faded = text(0.45)
        self._cache: dict[tuple[_TokenType, Tone, bool], Style] = {}
        plain = Style(color=foreground.rich_color)
        self.base = plain + Style(bgcolor=background.rich_color)
        self.gutter = Style(color=gutter.rich_color)
        self.cursor = Style(color=cursor.rich_color, bold=True)
        divider = Style(color=tinted(foreground, 0.22).rich_color)
        self.divider = as_line(divider, self.base, least)
        self.absent = Style(color=tinted(foreground, 0.10).rich_color)
        fold = tinted(foreground, 0.05)
        said = [nearer(text(share, fold), foreground, fold, least=least) for share in (0.62, 0.45)]
        self.fold = Style(color=said[0].rich_color, bgcolor=fold.rich_color)
        self.fold_heading = self.fold + Style(color=said[1].rich_color)
        self.note = Style(color=text(0.7).rich_color, italic=True)
        self.signs = {
            Tone.SAME: self.gutter,
            Tone.ADDED: Style(color=added_fg.rich_color, bgcolor=added_bg.rich_color, bold=True),
            Tone.REMOVED: Style(
                color=removed_fg.rich_color, bgcolor=removed_bg.rich_color, bold=True
            ),
            Tone.KEPT: self.gutter,
            Tone.GONE: self.gutter,
        }
        self.verdicts = {
            Verdict.UNDECIDED: Style(color=text(0.7).rich_color, bold=True),
            Verdict.ACCEPTED: Style(color=added_fg.rich_color, bold=True),
            Verdict.REJECTED: Style(color=removed_fg.rich_color, bold=True),
        }
        match = background.blend(accent, 0.4, alpha=1.0)
        # Indexed by how far a search is concerned: not at all, a match, the match one is at.
        self.hits = (
            Style(),
            Style(
                color=nearer(foreground, foreground, match, least=least).rich_color,
                bgcolor=match.rich_color,
                underline=True,
            ),
            Style(
                color=nearer(background, background, accent, least=least).rich_color,
                bgcolor=accent.rich_color,
                bold=True,
            ),
        )
        self.thumb = Style(color=tinted(foreground, 0.6).rich_color)
        self._plain = plain
        self._least = least
        self._mark_colour = text(0.45, added_bg, removed_bg, added_word, removed_word)

    def text(self, kind: _TokenType, tone: Tone, word: bool = False) -> Style:
        """The style of code of type `kind` in a line of that tone; `word`: it changed."""
        key = (kind, tone, word)
        style = self._cache.get(key)
        if style is None:
            style = self._cache[key] = self._build(kind, tone, word)
        return style

    def _build(self, kind: _TokenType, tone: Tone, word: bool) -> Style:
        if tone is Tone.GONE:
            return Style(color=self._faded.rich_color)
        backgrounds = self._word_backgrounds if word else self._backgrounds
        background = backgrounds.get(tone)
        style = self._plain + self._tokens[kind]
        if background is not None:
            style += Style(bgcolor=background.rich_color)
        style = legible(style, self.base, self._least)
        return style + Style(bold=True) if word else style

    def mark(self, tone: Tone, word: bool = False) -> Style:
        """The style of what stands for white space or for an ending."""
        style = self.text(Token, tone, word)
        style += Style(color=self._mark_colour.rich_color, bold=False)
        return legible(style, self.base, self._least)
