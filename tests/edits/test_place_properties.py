"""For any two texts, however their difference is cut into blocks: the new text, or it is said."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.edits.edit import EditBlock, EditLine, Placed, split_lines
from autocoder_tui.edits.place import place
from autocoder_tui.text.alignment import matching_blocks

WORDS = [
    "alpha = 1",
    "    beta(2)",
    "",
    "}",
    "\tgamma",
    "x\x0cy",
    "u\u2028v",
    "a\rb",
    "n\x85l",
    "&lt;",
]
LINES = st.lists(st.one_of(st.sampled_from(WORDS), st.text("ab \t", max_size=4)), max_size=14)


@st.composite
def texts(draw: st.DrawFn, end: str) -> str:
    text = "".join(line + end for line in draw(LINES))
    return text.removesuffix(end) if draw(st.booleans()) else text


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts, the second mostly an edited first."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    first = draw(texts(end))
    if draw(st.booleans()):
        return first, draw(texts(end))
    lines = split_lines(first)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(lines)))
        lines[at : at + draw(st.integers(0, 2))] = [
            line + end for line in draw(st.lists(st.sampled_from(WORDS), max_size=2))
        ]
    return first, "".join(lines)


def cut(old: str, new: str, context: int, dice: random.Random) -> list[EditBlock]:
    """The difference of two texts as blocks, cut anywhere, with some lines round each."""
    before, after = split_lines(old), split_lines(new)
    steps: list[tuple[EditLine, int]] = []  # a line, and how many old lines lie before it
    i = j = 0
    for match in [*matching_blocks(before, after), None]:
        old_to, new_to = (match.old, match.new) if match else (len(before), len(after))
        steps += [(EditLine("-", before[k]), k) for k in range(i, old_to)]
        steps += [(EditLine("+", after[k]), old_to) for k in range(j, new_to)]
        if match:
            i, j = match.old + match.length, match.new + match.length
            steps += [(EditLine(" ", before[k]), k) for k in range(match.old, i)]
    changed = [n for n, (line, _) in enumerate(steps) if line.mark != " "]
    runs: list[list[int]] = []
    for n in changed:
        if runs and n - runs[-1][-1] <= dice.choice([1, 1, 3]) and dice.random() < 0.85:
            runs[-1].append(n)
        else:
            runs.append([n])
    blocks = []
    for run in runs:
        first, last = run[0], run[-1]
        inner = [line for line, _ in steps[first : last + 1]]
        start = steps[first][1]
        end = steps[last][1] + (steps[last][0].mark != "+")
        above = before[max(0, start - context) : start]
        below = before[end : end + context]
        lines = (
            *(EditLine(" ", text) for text in above),
            *inner,
            *(EditLine(" ", text) for text in below),
        )
        blocks.append(EditBlock(lines, has_context=True))
    return blocks


def all_said(placed: Placed, count: int) -> bool:
    numbers = placed.made | {one.block for one in placed.unplaced}
    return numbers | set(placed.already) | set(placed.repeated) == set(range(count))


@settings(max_examples=300, deadline=None)
@given(pairs(), st.integers(0, 4), st.randoms(use_true_random=False))
def test_any_cut_gives_the_new_text_or_is_said(
    pair: tuple[str, str], context: int, dice: random.Random
) -> None:
    old, new = pair
    blocks = cut(old, new, context, dice)
    order = list(range(len(blocks)))
    dice.shuffle(order)
    placed = place(old, [blocks[number] for number in order])
    assert all_said(placed, len(blocks))
    if placed.unplaced or placed.already or placed.repeated or _turned(placed, order):
        return
    assert placed.text == new


def _turned(placed: Placed, order: list[int]) -> bool:
    """Whether what is put at one point came in another order, which is then that of the text."""
    points: dict[int, list[int]] = {}
    for one in placed.placements:
        if one.start == one.end:
            points.setdefault(one.start, []).append(order[one.block])
    return any(numbers != sorted(numbers) for numbers in points.values())
