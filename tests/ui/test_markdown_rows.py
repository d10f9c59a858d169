"""Answers in Markdown as rows: any cuts and any widths on the way, the same rows at the end."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from autocoder_tui.ui.widgets.markdown.entries import Entry, Part
from autocoder_tui.ui.widgets.markdown.entry_rows import EntryRows
from autocoder_tui.ui.widgets.markdown.looks import Row
from autocoder_tui.ui.widgets.markdown.wrap import cells
from tests.effort import examples

EVERY = 10**9

BITS = st.sampled_from(
    ["- ", "* ", "+ ", "1. ", "2) ", "10. ", "> ", "# ", "### ", "```", "```py\n", "~~~\n",
     "\n```\n", "---", "===", "***", "| a | b |\n", "|---|:-:|\n", "| 1 | `x|y` |\n",
     "a|b\n-|-\n", "    ", "  ", "\n", "\n\n", "\n\n\n", "[x]: /u\n", "[x]", "[x][y]",
     "[y]: <u v> 'title\n", "![i](u)", "[l](http://a.b/c_d)", "<http://a.b>", "\t", "`", "``",
     "*", "**", "_", "~~", "\\", "\\\n", "  \n", "- [ ] ", "- [x] ", "<b>", "&amp;", "&#x1b;",
     "&#8238;", "&#10;", "\r\n", "漢字", "e\u0301", "\u0301" * 9, "\x1b[2J", "\u202e", "\u200b",
     "[/b]", "word ", "import os\n", "src/a.py:\n", "def f(): '''", "x" * 30,
     "long words that go on and on " * 3]
)  # fmt: skip
TEXTS = st.lists(st.one_of(BITS, BITS, BITS, st.text(max_size=6)), max_size=40).map("".join)
LONG = st.tuples(BITS, BITS, TEXTS, st.integers(20, 120)).map(
    lambda parts: parts[0] + (parts[1] + "of words and more, ") * parts[3] + parts[2]
)
LINKS = st.lists(
    st.sampled_from(
        ["[x]", "[y][x]", "![x]", "\n\n", "\n\n", "\n", "[x]: /u\n", "[x]: /other\n", "[y]: /v\n",
         "- ", "> ", "# ", "a|[x]\n-|-\n", "word ", "[x]: /u\n\"a title\"\n"]
    ), max_size=20,
).map("".join)  # fmt: skip
AT_THE_CUT = "*" + "w " * 748 + "ww*" + "\n" + "a" * 30
WIDTHS = st.integers(1, 120)


def laid_out(rows: EntryRows) -> list[Row]:
    rows.settle()
    rows.measure_rows(0, EVERY)
    return rows.rows(0, EVERY)


def whole(text: str, width: int) -> list[Row]:
    rows = EntryRows(Entry(text), is_first=True)
    rows.set_width(width)
    return laid_out(rows)


def cut(text: str, cuts: list[int]) -> list[str]:
    places = sorted({place % (len(text) + 1) for place in cuts} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(places)]


@examples(5_000)
@given(
    st.one_of(TEXTS, TEXTS, LONG, LINKS),
    st.lists(st.integers(0, 10_000), max_size=30),
    st.lists(WIDTHS, min_size=1, max_size=3),
    st.booleans(),
)
@example("a|b\n-|-\n1|2\n\n[x]\n\n[x]: /u\n", [3, 8, 9, 12, 18, 20, 25], [20], False)
@example("[x]\n\n[x]: /uvw\n", [12], [20], True)
@example("[x]\n\n[x]: /u\n\n", [3], [20], False)
@example(f"{AT_THE_CUT}|b\n-|-\n", [len(AT_THE_CUT)], [20], False)
def test_the_finished_rows_are_those_of_the_whole(
    text: str, cuts: list[int], widths: list[int], finishes: bool
) -> None:
    rows = EntryRows(Entry(), is_first=True)
    rows.set_width(widths[0])
    pieces = cut(text, cuts)
    for number, piece in enumerate(pieces):
        rows.source.append(piece)
        rows.settle()
        if finishes and number % 3 == 0:
            rows.source.finish()
            rows.settle()
        if number % 5 == 4:
            rows.set_width(widths[number % len(widths)])
        if number % 4 == 1:
            rows.measure_rows(0, 30)
            rows.rows(0, 30)
    rows.source.finish()
    rows.settle()
    rows.set_width(widths[-1])
    assert laid_out(rows) == whole(text, widths[-1])
    assert rows.source.text == text


@examples(3_000)
@given(TEXTS, st.lists(st.integers(0, 10_000), max_size=20), st.integers(0, 50), WIDTHS)
def test_what_is_taken_back_leaves_no_trace(
    text: str, cuts: list[int], count: int, width: int
) -> None:
    rows = EntryRows(Entry(), is_first=True)
    rows.set_width(width)
    for piece in cut(text, cuts):
        rows.source.append(piece)
        rows.settle()
    rows.retract(count)
    rows.settle()
    rows.source.append("- and\n more")
    rows.source.finish()
    kept = text[: max(0, len(text) - count)]
    assert laid_out(rows) == whole(kept + "- and\n more", width)


@examples(3_000)
@given(st.one_of(TEXTS, LONG), st.integers(20, 300), st.lists(st.integers(0, 10_000), max_size=9))
def test_rows_fit_and_are_told_of(text: str, width: int, cuts: list[int]) -> None:
    """No row but of code is wider than the window; `settle` names every row that is another."""
    rows = EntryRows(Entry(head="Model", parts=(Part("Steps", "a\nb"),)), is_first=True)
    rows.set_width(width)
    shown = laid_out(rows)
    for piece in cut(text, cuts):
        rows.source.append(piece)
        first = rows.settle()
        now = laid_out(rows)
        same = len(shown) if first < 0 else first
        assert now[: min(same, len(now))] == shown[: min(same, len(now))]
        shown = now
    assert len(shown) == rows.height
    for row in shown:
        lead, own = (sum(cells(piece) for piece, _ in spans) for spans in (row.lead, row.spans))
        assert lead == row.lead_cells
        assert row.is_code or lead + own <= width
