"""Texts that are hard on a diff: few different lines, odd endings, edits of one another."""

from __future__ import annotations

from hypothesis import strategies as st

_LINES = [
    "a",
    "b",
    "c",
    "}",
    "",
    "  x",
    "    return",
    "é",
    "日本",
    "a\r",
    "x \t",
    "\u2028q",
    "\x0c",
]

bodies = st.lists(st.sampled_from(_LINES), max_size=14)


@st.composite
def texts(draw: st.DrawFn) -> str:
    return "\n".join(draw(bodies)) + draw(st.sampled_from(["", "\n"]))


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, str]:
    """An old text, and a new one that is an edit of it or unrelated."""
    old = draw(texts())
    if draw(st.booleans()):
        return old, draw(texts())
    lines = old.split("\n")
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(lines)))
        until = draw(st.integers(at, min(len(lines), at + 3)))
        lines[at:until] = draw(st.lists(st.sampled_from(_LINES), max_size=3))
    return old, "\n".join(lines)
