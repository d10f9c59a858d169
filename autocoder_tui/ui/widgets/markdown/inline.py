"""Marks within a line of Markdown: emphasis, code, links; made safe to show.

A link is its text with the address behind it: a reader sees where it leads, and nothing is
opened. What is not Markdown, HTML above all, is shown as it stands.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.markdown.looks import (
    ADDRESS,
    CODE,
    EMPHASIS,
    LINK,
    STRONG,
    STRUCK,
    Look,
    Span,
    add_span,
)
from autocoder_tui.ui.widgets.markdown.references import References

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LONGEST: Final = 1_500
"""Characters that are parsed at once. Some marks cost the square of what they stand in, and a
paragraph may grow without end: in a longer one no mark reaches over the places it is cut."""

_MARKS = re.compile(r"[\\`*_~\[\]<&!\n]")
_BITS = {"strong_open": STRONG, "em_open": EMPHASIS, "s_open": STRUCK}
_ENDS = {"strong_close": STRONG, "em_close": EMPHASIS, "s_close": STRUCK}
_CUTS = 40
_COMBINING = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u06dc\u0e34-\u0e4e\u1ab0-\u1aff\u20d0-\u20ff]"
)


@cache
def _parser() -> MarkdownIt:
    # Imported with the first answer: a twentieth of all the program's imports.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough")


def next_cut(text: str, begin: int) -> int:
    """Where the piece of `text` from `begin` on ends. That depends on no more than what is in
    the piece, so a text that grows is cut in the same places as the whole."""
    if len(text) - begin <= LONGEST:
        return len(text)
    end = begin + LONGEST
    blank = end
    for _ in range(_CUTS):
        blank = max(text.rfind(" ", begin + LONGEST // 2, blank), text.rfind("\n", begin, blank))
        if blank < begin + LONGEST // 2:
            break
        if _is_balanced(text[begin:blank]):
            return blank + 1
    blank = max(text.rfind(" ", begin + LONGEST // 2, end), text.rfind("\n", begin, end))
    if blank > begin + LONGEST // 2:
        return blank + 1
    while end > begin + LONGEST // 2 and (text[end - 1] == "\\" or _COMBINING.match(text[end])):
        end -= 1
    return end


def _is_balanced(piece: str) -> bool:
    """Whether no mark that was opened in `piece` seems to be open at its end."""
    return (
        piece.count("`") % 2 == 0
        and piece.count("[") == piece.count("]")
        and piece.count("(") == piece.count(")")
        and piece.count("*") % 2 == 0
        and piece.count("~~") % 2 == 0
    )


def inline_spans(text: str, references: References, base: Look = 0) -> list[Span]:
    """A text of any length in pieces. A newline in them ends the row."""
    spans: list[Span] = []
    begin = 0
    while begin < len(text):
        end = next_cut(text, begin)
        spans += piece_spans(text[begin:end], references, base)
        begin = end
    return spans


def piece_spans(text: str, references: References, base: Look = 0) -> list[Span]:
    """A text of at most LONGEST characters in pieces."""
    if _MARKS.search(text) is None:
        return [(visible(text.replace("\t", " ")), base)]
    try:
        (inline,) = _parser().parseInline(text, {"references": references})
    except Exception:
        # The text comes from a model. One the parser trips over costs its marks, no more.
        return [(visible(text.replace("\t", " ").replace("\n", " ")), base)]
    return _safe(_spans(inline.children or [], base))


def _spans(tokens: list[Token], base: Look) -> list[Span]:
    spans: list[Span] = []
    look: Any = base
    addresses: list[tuple[str, int]] = []
    for token in tokens:
        kind = token.type
        if kind == "text":
            add_span(spans, _one_line(token.content), look)
        elif kind == "code_inline":
            add_span(spans, _one_line(token.content), look | CODE)
        elif kind == "softbreak":
            add_span(spans, " ", look)
        elif kind == "hardbreak":
            add_span(spans, "\n", look)
        elif kind in _BITS:
            look |= _BITS[kind]
        elif kind in _ENDS:
            look &= ~_ENDS[kind]
        elif kind == "link_open":
            address = "" if token.info == "auto" else str(token.attrs.get("href", ""))
            addresses.append((address, len(spans)))
            look |= LINK
        elif kind == "link_close":
            look &= ~LINK
            address, first = addresses.pop() if addresses else ("", 0)
            _add_address(spans, address, "".join(piece for piece, _ in spans[first:]), base)
        elif kind == "image":
            label = _alternative(token) or "image"
            add_span(spans, _one_line(label), look | LINK)
            _add_address(spans, str(token.attrs.get("src", "")), label, base)
        else:
            add_span(spans, _one_line(token.content), look)
    return spans


def _add_address(spans: list[Span], address: str, said: str, base: Any) -> None:
    if address and address != said:
        add_span(spans, f" ({_one_line(address)})", base | ADDRESS)


def _alternative(image: Token) -> str:
    """What an image is called, its marks left out."""
    texts: list[str] = []
    for token in image.children or []:
        texts.append(_alternative(token) if token.type == "image" else token.content or " ")
    return "".join(texts)


def _one_line(text: str) -> str:
    """Newlines and tabs that came in as entities say nothing about rows."""
    return text.replace("\n", " ").replace("\t", " ")


def _safe(spans: list[Span]) -> list[Span]:
    """Made visible together: marks may pile up over the border of two pieces."""
    joined = "".join(text for text, _ in spans)
    shown = visible(joined, lines=True)
    if shown == joined:
        return spans
    safe: list[Span] = []
    begin = 0
    for text, look in spans:
        safe.append((shown[begin : begin + len(text)], look))
        begin += len(text)
    return safe
