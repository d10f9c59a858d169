"""What holds for every text, every cut and every stream."""

from __future__ import annotations

import hashlib
import itertools

from hypothesis import assume, example, given
from hypothesis import strategies as st

from autocoder_tui.engine.reply.framing import render_file
from autocoder_tui.engine.seam import (
    MARKER,
    Continuation,
    Edit,
    Join,
    PartReader,
    next_step,
    plan_continuation,
    verify,
)
from autocoder_tui.engine.seam.filters import closing_filter
from tests.effort import examples

many = examples(400)

LINES = (
    "x = 1", "x = 2", "    return x", "}", "  }", "", "    ", "\t", "if x:", "    if x:", "else:",
    '"""', "```", "```python", "- item", "...", "# comment", "a, b, c", "日本語", "é", "0,0", "x",
)  # fmt: skip
TO_LETTERS = str.maketrans("0123456789", "ghijklmnop")

lines_text = st.lists(st.sampled_from(LINES), min_size=1, max_size=40).map(
    lambda lines: "\n".join(lines) + "\n"
)
two_letters = st.text(alphabet="a\n", min_size=1, max_size=60)
few_letters = st.text(alphabet="ab }\n\t", min_size=1, max_size=120)
anything = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd"),
    min_size=1,
    max_size=80,
)
bare_texts = st.one_of(lines_text, two_letters, few_letters)
framed_texts = lines_text.map(lambda text: render_file("src/a file.py", text))
crlf_texts = lines_text.map(lambda text: text.replace("\n", "\r\n"))
texts = st.one_of(bare_texts, framed_texts, crlf_texts, anything)


@st.composite
def cut_texts(draw: st.DrawFn, source: st.SearchStrategy[str] = texts) -> tuple[str, int]:
    text = draw(source)
    return text, draw(st.integers(1, len(text)))


def read(plan: Continuation, before: str, reply: str, cuts: list[int] | None = None) -> PartReader:
    """Feed the reply, cut at these characters, checking that the edits give the text."""
    reader = PartReader(plan, before)
    shown = before
    edges = sorted({0, len(reply), *(at % (len(reply) + 1) for at in cuts or [])})
    for start, end in itertools.pairwise(edges):
        shown = applied(shown, reader.feed(reply[start:end]))
    edit, _ = reader.finish("stop")
    assert applied(shown, edit) == reader.text
    return reader


def applied(text: str, edit: Edit) -> str:
    assert 0 <= edit.retract <= len(text)
    return text[: len(text) - edit.retract] + edit.text


def joined(plan: Continuation, before: str, reply: str) -> tuple[str, Join]:
    reader = PartReader(plan, before)
    reader.feed(reply)
    _, join = reader.finish("stop")
    return reader.text, join


@many
@given(cut_texts(), st.sampled_from(["length", "stop", None]))
def test_a_compliant_echo_gives_byte_equality(cut: tuple[str, int], reason: str | None) -> None:
    text, at = cut
    plan = plan_continuation(text[:at], finish_reason=reason)
    assert text.startswith(plan.shown + plan.witness)
    # Asked for all of it again, a model that begins like this is thinking.
    assume(plan.shown or not text.lstrip().startswith("<think>"))
    result, _ = joined(plan, text[:at], plan.anchor + text[len(plan.shown) :])
    assert result == text


@many
@given(cut_texts(st.one_of(bare_texts, framed_texts, crlf_texts)))
def test_a_compliant_prefill_gives_byte_equality(cut: tuple[str, int]) -> None:
    text, at = cut
    plan = plan_continuation(text[:at], finish_reason="length", prefill=True)
    result, _ = joined(plan, text[:at], text[len(plan.shown) :])
    assert result == text


@st.composite
def odd_replies(draw: st.DrawFn) -> tuple[str, Continuation, str]:
    """A text cut off, its plan, and a reply put together from all that a reply may hold."""
    text, at = draw(cut_texts(st.one_of(framed_texts, lines_text, crlf_texts)))
    before = text[:at]
    plan = plan_continuation(before, finish_reason="length", prefill=draw(st.booleans()))
    parts = [
        plan.anchor, plan.witness, text[len(plan.shown) :], text[at:], text, before[-30:], MARKER,
        "\n", "\r\n", " ",
        "<think>", "</think>", "hm", "```python\n", "```\n", "Sure, continuing:\n",
        "</file>\n", '<file path="src/a file.py">\n', "x = 1\n", "    return x\n", "<!--gen",
    ]  # fmt: skip
    reply = "".join(draw(st.lists(st.sampled_from(parts), max_size=7)))
    return before, plan, reply


@many
@given(odd_replies(), st.lists(st.integers(0, 10_000), max_size=12))
@example(
    (
        "\t\r\n",
        Continuation(3, "", "\t\r\n", "", "", False, ""),
        "</file>\n</think>\t\r\n    \r\nx = 1\r\n",
    ),
    [24],
)
def test_chunks_do_not_matter(case: tuple[str, Continuation, str], cuts: list[int]) -> None:
    before, plan, reply = case
    whole = read(plan, before, reply)
    assert read(plan, before, reply, cuts).text == whole.text
    assert read(plan, before, reply, list(range(len(reply)))).text == whole.text


@many
@example(
    ("x = 1\n```", plan_continuation("x = 1\n```", finish_reason="length"), "x = 1\n</file>\n")
)
@example(
    (
        "```python\nx = 1\n",
        plan_continuation("```python\nx = 1\n", finish_reason="length"),
        "x = 1\ny = 2\n</file>\n",
    )
)
@given(odd_replies())
def test_only_white_space_is_ever_inserted(case: tuple[str, Continuation, str]) -> None:
    before, plan, reply = case
    assume(not any(part in reply for part in (MARKER, "think>", "```")))
    assume("\r" not in before + reply)
    result, join = joined(plan, before, reply)
    if not join.progress:
        assert result == before or not result.removeprefix(before).strip()
        return
    kept, added = result[: join.offset], result[join.offset :]
    closing = closing_filter(kept, opened=False)
    # In a fence of code a closing frame line at the end is no text: that alone is left out.
    said = reply if closing is None else closing.feed(reply) + closing.finish()
    assert reply.endswith(added) or said.endswith(added)
    assert before.startswith(kept.rstrip())


@many
@given(odd_replies(), st.lists(st.integers(0, 10_000), max_size=4))
def test_the_marker_never_survives(case: tuple[str, Continuation, str], places: list[int]) -> None:
    before, plan, reply = case
    for place in places:
        place %= len(reply) + 1
        reply = reply[:place] + MARKER + reply[place:]
    reply = reply.replace("<!--gen", "")
    result, _ = joined(plan, before, reply)
    assert MARKER not in result or MARKER in reply.replace(MARKER, "")


@many
@given(cut_texts(framed_texts))
def test_the_marker_survives_in_the_users_own_code(cut: tuple[str, int]) -> None:
    text, _ = cut
    text = text.replace("x = 1", f"x = '{MARKER}'").replace("# comment", MARKER)
    at = min(cut[1], len(text))
    plan = plan_continuation(text[:at], finish_reason="length")
    reader = PartReader(plan, text[:at], marker_is_code=True)
    reader.feed(plan.anchor + text[len(plan.shown) :])
    reader.finish("stop")
    assert reader.text == text


def word(number: int) -> str:
    """A word unlike those of other numbers."""
    return hashlib.sha256(str(number).encode()).hexdigest().translate(TO_LETTERS)[:8]


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Code-like text in which no two lines are alike."""
    numbers = draw(st.lists(st.integers(0, 10_000), min_size=6, max_size=40, unique=True))
    names = [word(number) for number in numbers]
    lines = []
    for number, name in enumerate(names):
        indent = "    " * draw(st.integers(0, 2))
        lines.append(f"{indent}{name}_{number} = {word(-number - 1)}({number * 7919})")
    return render_file("a.txt", "\n".join(lines) + "\n")


@many
@given(cut_texts(programs()))
def test_the_exact_remainder_is_concatenated(cut: tuple[str, int]) -> None:
    """Where the rest of a word also reads like a line of its own that is a guess, which is said,
    and the other reading is offered."""
    text, at = cut
    plan = plan_continuation(text[:at], finish_reason="length")
    result, join = joined(plan, text[:at], text[at:])
    if result != text:
        assert join.proof == "guess"
        assert text in [other.applied(result) for other in join.alternatives]


@many
@given(programs(), st.data())
def test_half_a_character_is_rolled_back(text: str, data: st.DataObject) -> None:
    text = text.replace("_1", "_é").replace("_2", "_日本")
    raw = text.encode()
    arrived = raw[: data.draw(st.integers(1, len(raw)))].decode(errors="replace")
    plan = plan_continuation(arrived, finish_reason="length")
    assert "\ufffd" not in plan.shown + plan.witness
    result, _ = joined(plan, arrived, plan.anchor + text[len(plan.shown) :])
    assert result == text


@many
@given(cut_texts(framed_texts))
def test_an_open_frame_or_no_finish_reason_is_never_done(cut: tuple[str, int]) -> None:
    text, at = cut
    assert next_step(text[:at], None) == "continue"
    assert next_step(text[:at], "length") == "continue"
    assert next_step(text[:at], "content_filter") == "filtered"
    closed = at >= len(text) - 1
    opened = "\n" in text[:at]
    if opened:
        assert next_step(text[:at], "stop") == ("done" if closed else "continue")


@many
@given(programs(), st.data())
def test_equal_adjacent_lines_survive(text: str, data: st.DataObject) -> None:
    lines = text.split("\n")
    at = data.draw(st.integers(1, len(lines) - 3))
    times = data.draw(st.integers(1, 3))
    lines[at:at] = [lines[at]] * times
    doubled = "\n".join(lines)
    ends = [len("\n".join(lines[: at + n])) for n in range(times + 2)]
    cut = data.draw(st.sampled_from(ends)) + data.draw(st.integers(0, 1))
    before = doubled[: max(1, cut)]
    plan = plan_continuation(before, finish_reason="length")
    for reply in (plan.anchor + doubled[len(plan.shown) :], doubled[len(plan.shown) :]):
        assert joined(plan, before, reply)[0] == doubled


@many
@given(cut_texts(framed_texts), anything, st.booleans(), st.sampled_from(["", "\n", "\n\n"]))
def test_reasoning_never_reaches_the_text(
    cut: tuple[str, int], thought: str, opened: bool, newlines: str
) -> None:
    text, at = cut
    assume("think>" not in thought and "<file" not in thought and thought.strip())
    before = text[:at]
    # A character or two, cut off right at the start, can stand in any thought by chance.
    assume(before not in thought)
    plan = plan_continuation(before, finish_reason="length")
    tag = "<think>" if opened else ""
    if not opened:
        thought, newlines = "Let me see what I have to do next.\n" + thought + "\n", "\n\n"
    reader = PartReader(plan, before)
    first = reader.feed(f"{tag}{thought}</think>{newlines}")
    second = reader.feed(plan.anchor + text[len(plan.shown) :])
    last, _ = reader.finish("stop")
    assert reader.text == text
    assert thought.strip() in first.reasoning + second.reasoning + last.reasoning


@many
@given(anything.filter(lambda text: "think>" not in text), framed_texts)
def test_reasoning_before_the_first_part_is_taken_back(thought: str, text: str) -> None:
    assume("<file" not in thought)
    for head in (f"<think>{thought}</think>\n\n", f"{thought}\n</think>\n\n"):
        reader = PartReader(None)
        shown = ""
        for character in head + text:
            shown = applied(shown, reader.feed(character))
        edit, _ = reader.finish("stop")
        assert applied(shown, edit) == reader.text == text


@many
@given(texts)
def test_the_first_part_passes_through(text: str) -> None:
    reader = PartReader(None)
    assume("think>" not in text)
    assert reader.feed(text).text + reader.finish("stop")[0].text == text


@many
@given(odd_replies())
def test_a_part_can_be_withdrawn(case: tuple[str, Continuation, str]) -> None:
    before, plan, reply = case
    reader = PartReader(plan, before)
    shown = applied(before, reader.feed(reply))
    shown = applied(shown, reader.finish("length")[0])
    assert applied(shown, reader.withdraw()) == reader.text == before


@many
@given(odd_replies())
def test_alternatives_fit_and_are_few(case: tuple[str, Continuation, str]) -> None:
    before, plan, reply = case
    assume("\r" not in reply)
    result, join = joined(plan, before, reply)
    assert len(join.alternatives) <= 12
    # Where no file had begun, a closing tag may make a thought of all that was kept.
    assert verify(result, [join]).text or "</think>" in reply
