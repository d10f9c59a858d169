"""The blocks of Markdown, line by line: those that the library finds in the whole text."""

from __future__ import annotations

import re
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from autocoder_tui.ui.widgets.markdown.block_parser import BlockParser
from autocoder_tui.ui.widgets.markdown.leaves import Item, Leaf, Quote
from tests.effort import examples

Found: TypeAlias = tuple[str, int, str, tuple[str, ...]]
LIBRARY = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable("table")
LIBRARY.disable("html_block")

LINES = st.tuples(
    st.sampled_from(
        ["", "", "", "> ", "> > ", "- ", "  ", "   ", "1. ", "> - ", "* ", "7) ", "    "]
    ),
    st.sampled_from(
        ["", "", "word", "two words", "# head", "## h ##", "```", "```py", "~~~", "---", "===",
         "***", "- item", "2. two", "10. ten", "> quote", "-", "+", "1.", "  deep", "#", "_ _ _"]
    ),
).map("".join).filter(lambda line: not re.match(" {4,}[^a-z ]", line))  # fmt: skip
"""Without marks four blanks in: behind a quote the library takes them for marks, the
specification does not."""
TABLE = ["a | b", "--|:-:", "| 1 | `x` |", "| 2 | 3 |"]
TEXTS = st.lists(st.one_of(LINES, LINES, LINES, st.just(TABLE).map("\n".join)), max_size=12)


def parsed(text: str) -> list[Leaf]:
    parser = BlockParser()
    for line in text.split("\n"):
        parser.feed(line)
    parser.end()
    return parser.leaves


def ours(text: str) -> list[Found]:
    found: list[Found] = []
    for leaf in parsed(text):
        around = tuple(
            "q" if isinstance(node, Quote) else node.marker if node.marker[0].isdigit() else "*"
            for node in leaf.containers
        )
        if leaf.kind != "empty":
            found.append((leaf.kind, leaf.level, words(leaf), around))
    return found


def words(leaf: Leaf) -> str:
    if leaf.kind == "table":
        return str(len(leaf.lines) - 2)
    lines = leaf.text.split("\n")
    stripped = lines if leaf.kind == "code" else [line.strip() for line in lines]
    return "\n".join(stripped).rstrip()


def theirs(text: str) -> list[Found]:
    found: list[Found] = []
    around: list[str] = []
    numbers: list[int | None] = []
    tokens = LIBRARY.parse(text)
    for at, token in enumerate(tokens):
        match token.type:
            case "blockquote_open":
                around.append("q")
            case "ordered_list_open":
                numbers.append(int(token.attrs.get("start", 1)))
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_close" | "bullet_list_close":
                numbers.pop()
            case "list_item_open":
                number = numbers[-1]
                around.append("*" if number is None else f"{number}{token.markup}")
                numbers[-1] = None if number is None else number + 1
            case "blockquote_close" | "list_item_close":
                around.pop()
            case "paragraph_open" | "heading_open":
                level = int(token.tag[1]) if token.tag[0] == "h" else 0
                lines = tokens[at + 1].content.split("\n")
                said = "\n".join(line.strip() for line in lines)
                found.append((token.type.removesuffix("_open"), level, said, tuple(around)))
            case "hr":
                found.append(("rule", 0, "", tuple(around)))
            case "code_block" | "fence":
                found.append(("code", 0, token.content.rstrip(), tuple(around)))
            case "table_open":
                close = next(n for n in range(at, len(tokens)) if tokens[n].type == "table_close")
                rows = sum(one.type == "tr_open" for one in tokens[at:close])
                found.append(("table", 0, str(rows - 1), tuple(around)))
    return found


@examples(20_000)
@given(TEXTS)
def test_the_blocks_are_those_of_the_library(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert ours(text) == theirs(text)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a\n===\n", ["heading"]),
        ("[a]: /u\n===\n", ["paragraph"]),
        ("[a]: /u\n'title'\ntext", ["paragraph"]),
        ("- a\n\n      code\n", ["paragraph", "code"]),
        ("-\n\n  a", ["empty", "paragraph"]),
        ("> a\nlazy", ["paragraph"]),
        ("> ```\nnot lazy", ["code", "paragraph"]),
        ("text\n2020. is a year", ["paragraph"]),
        ("text\n1. is a list", ["paragraph", "paragraph"]),
        ("a | b\n-|-\nc | d\n\ne", ["table", "paragraph"]),
        ("text\na | b\n-|-", ["paragraph", "table"]),
        ("<div>\n\n# a\n</div>", ["paragraph", "heading", "paragraph"]),
        ("```a`b\n", ["paragraph"]),
        ("~~~ a`b\n", ["code"]),
        ("a|b|c\n-|-\n", ["paragraph"]),
    ],
)
def test_kinds(text: str, kinds: list[str]) -> None:
    assert [leaf.kind for leaf in parsed(text)] == kinds


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("```py src/a.py\n", "src/a.py"),
        ("```py:src/a.py\n", "src/a.py"),
        ('```py title="a.py"\n', "a.py"),
        ("**src/a.py**\n\n```py\n", "src/a.py"),
        ("Change `a.py`:\n```py\n", "a.py"),
        ("Like this:\n```py\n", ""),
        ("a.py\n\n```\nx\n```\n```\n", ""),
        ("- `a.py`:\n  ```py\n", "a.py"),
    ],
)
def test_the_file_a_block_names(text: str, path: str) -> None:
    assert parsed(text)[-1].path == path


def test_tabs_in_code_are_kept() -> None:
    leaves = parsed("```make\na:\n\tb\n```\n\n-\t~~~\n\t\tc\n\t~~~\n")
    assert [leaf.text for leaf in leaves] == ["a:\n\tb\n", "\tc\n"]


def test_nesting_has_an_end() -> None:
    leaves = parsed("> " * 5_000 + "a\n" + "- " * 5_000 + "b\n")
    assert max(len(leaf.containers) for leaf in leaves) <= 24
    assert sum(isinstance(node, Item) for node in leaves[-1].containers) <= 24
