"""The rules of joining, one by one."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.reply.framing import render_file
from autocoder_tui.engine.seam import MARKER, PartReader, next_step, plan_continuation, verify
from autocoder_tui.engine.seam.values import Join

SOURCE = """\
import os


def first(path):
    if os.path.exists(path):
        return path
    return None


def second(path):
    if os.path.exists(path):
        return path.upper()
    return None
"""
TEXT = render_file("a.py", SOURCE)
CUT = TEXT.index("path.upper") + 7
"""Within the last but one line: "        return path.up"."""


def join(
    before: str, reply: str, *, reason: str | None = "length", resamples: bool = False
) -> tuple[str, Join]:
    plan = plan_continuation(before, finish_reason=reason)
    reader = PartReader(plan, before, resamples=resamples)
    reader.feed(reply)
    _, joined = reader.finish("stop")
    assert joined is not None
    return reader.text, joined


class TestPlan:
    def test_the_cut_line_is_withheld_and_the_anchor_is_unique(self) -> None:
        plan = plan_continuation(TEXT[:CUT], finish_reason="length")
        assert plan.shown + plan.witness == TEXT[:CUT]
        assert plan.witness.endswith("        return path.up")
        assert plan.shown.endswith(plan.anchor)
        assert TEXT[:CUT].count(plan.anchor) == 1
        assert plan.anchor in plan.instruction
        assert plan.instruction.endswith(MARKER)

    def test_a_short_cut_line_takes_whole_lines_with_it(self) -> None:
        cut = TEXT.index("    return None") + 6
        plan = plan_continuation(TEXT[:cut], finish_reason="length")
        assert plan.witness.splitlines()[-1] == "    re"
        assert len(plan.witness.splitlines()) > 1

    def test_between_equal_lines_the_witness_holds_all_of_them(self) -> None:
        text = "name,amount\n" + "0,0\n" * 30 + "0"
        plan = plan_continuation(text, finish_reason="length")
        assert plan.witness == "0,0\n" * 30 + "0" or plan.witness.startswith("name")

    def test_prefill_needs_no_anchor_and_no_instruction(self) -> None:
        plan = plan_continuation(TEXT[:CUT], finish_reason="length", prefill=True)
        assert plan.prefill
        assert (plan.anchor, plan.instruction) == ("", "")

    def test_nothing_worth_showing_means_asking_again(self) -> None:
        plan = plan_continuation("<file pa", finish_reason="length", prefill=True)
        assert (plan.shown, plan.anchor, plan.instruction, plan.prefill) == ("", "", "", False)

    def test_one_endless_line_is_cut_at_a_word(self) -> None:
        text = "words " * 2_000
        plan = plan_continuation(text + "and", finish_reason="length")
        assert plan.shown + plan.witness == text + "and"
        assert plan.witness.startswith(" ")
        assert 0 < len(plan.witness) <= 800
        assert 0 < len(plan.anchor) <= 1_500

    def test_an_early_closing_is_rolled_back(self) -> None:
        early = TEXT[:CUT] + "\n</file>\n"
        plan = plan_continuation(early, finish_reason="length")
        assert plan.keep == CUT
        assert plan.closing == "\n</file>\n"

    def test_an_elision_is_rolled_back_when_the_model_stopped(self) -> None:
        text = TEXT[: TEXT.index("    return None")].rstrip("\n") + "\n    # ... rest of the code\n"
        kept = plan_continuation(text, finish_reason="stop").keep
        assert text[:kept].endswith("return path")
        assert plan_continuation(text, finish_reason="length").keep == len(text)


@pytest.mark.parametrize(
    "head", ["", "\n", "Sure, continuing from where I left off:\n\n", "```python\n", MARKER + "\n"]
)
def test_what_a_model_says_first_is_taken_off(head: str) -> None:
    plan = plan_continuation(TEXT[:CUT], finish_reason="length")
    reply = head + plan.anchor + TEXT[len(plan.shown) :]
    text, joined = join(TEXT[:CUT], reply)
    assert text == TEXT
    assert joined.proof == "echo"
    assert joined.offset == CUT


def test_a_withheld_line_is_a_proof_without_the_echo() -> None:
    plan = plan_continuation(TEXT[:CUT], finish_reason="length")
    text, joined = join(TEXT[:CUT], TEXT[len(plan.shown) :])
    assert (text, joined.proof) == (TEXT, "witness")


def test_a_model_that_changes_its_mind_after_the_echo_is_believed() -> None:
    plan = plan_continuation(TEXT[:CUT], finish_reason="length")
    rest = TEXT[len(plan.shown) :].replace("path.upper()", "str(path)")
    text, joined = join(TEXT[:CUT], plan.anchor + rest)
    assert text == plan.shown + rest
    assert joined.proof == "echo"


def test_the_exact_remainder_is_appended() -> None:
    text, joined = join(TEXT[:CUT], TEXT[CUT:])
    assert text == TEXT
    assert joined.proof in ("remainder", "guess")


def test_a_wrong_guess_is_mended_when_the_other_join_parses() -> None:
    before = render_file("a.py", "x = [\n    1,\n    2").removesuffix("\n</file>\n")
    text, joined = join(before, "    20,\n    3,\n]\n</file>\n")
    chosen, verifies = verify(text, [joined])
    assert verifies
    assert "    1,\n    2" in chosen


@pytest.mark.parametrize("reply", ["", "The code is already complete.", "I'm sorry, I can't."])
def test_a_reply_that_adds_nothing_leaves_the_text(reply: str) -> None:
    text, joined = join(TEXT[:CUT], reply)
    assert (text, joined.progress) == (TEXT[:CUT], False)


def test_a_pure_replay_is_no_progress() -> None:
    text, joined = join(TEXT[:CUT], TEXT[: CUT - 30])
    assert (text, joined.progress) == (TEXT[:CUT], False)


def test_a_rightly_closed_frame_is_restored() -> None:
    cut = TEXT.index("</file>") + len("</file>")
    for reply in (
        "",
        "The file is complete.",
        "\n\nThis reads the path and returns it in capitals.\n",
    ):
        text, _ = join(TEXT[:cut], reply)
        assert text.startswith(TEXT[:cut])


@pytest.mark.parametrize(
    ("text", "reason", "step"),
    [
        (TEXT, "stop", "done"),
        (TEXT, "eos_token", "done"),
        (TEXT[:CUT], "eos_token", "continue"),
        (TEXT + "\nThis is all.\n", "stop", "done"),
        (TEXT + "\n(To be continued in the next message.)\n", "stop", "continue"),
        (TEXT[:CUT], "stop", "continue"),
        (TEXT[:CUT], "length", "continue"),
        (TEXT, "length", "continue"),
        (TEXT, None, "continue"),
        (TEXT[:CUT], "insufficient_system_resource", "continue"),
        (TEXT, "content_filter", "filtered"),
        ("", "stop", "continue"),
        ("I'm sorry, I can't.", "stop", "done"),
        ("```python\nx = 1\n", "stop", "continue"),
        ("```python\nx = 1\n```\n", "stop", "done"),
    ],
)
def test_completion_table(text: str, reason: str | None, step: str) -> None:
    assert next_step(text, reason) == step


def test_a_reply_cut_off_in_its_notes_is_done_when_all_files_are_there() -> None:
    text = TEXT + "\nI have chan"
    assert next_step(text, "length", files_expected=1) == "done"
    assert next_step(text, "length", files_expected=2) == "continue"


def test_after_an_unknown_end_files_in_any_form_count() -> None:
    json = '{"path": "a.py", "content": "x = 1\\n"}'
    assert next_step(json, "unheard_of", files_expected=1) == "done"
    assert next_step(json, "unheard_of", files_expected=2) == "continue"
    assert next_step(TEXT, "unheard_of", files_expected=2) == "done"


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(
    "line",
    [
        "        generation interrupted, continuing-->",
        "<!--generation interrupted, continuing",
        "# generation interrupted, continuing",
        "generation interrupted, continuing",
    ],
)
def test_a_line_that_is_a_damaged_marker_is_no_text(line: str, size: int) -> None:
    kept = '<file path="a.sh">\ncase $1 in\n    h)\n        help\n        ;;\n'
    rest = f"{line}\n    *)\n        echo other\n        ;;\n{line}\nesac\n</file>\n{line}"
    plan = plan_continuation(kept, finish_reason="length")
    reader = PartReader(plan, kept)
    reply = plan.anchor + plan.witness + rest
    for at in range(0, len(reply), size):
        reader.feed(reply[at : at + size])
    reader.finish("stop")
    assert reader.text == kept + "    *)\n        echo other\n        ;;\nesac\n</file>\n"


def test_a_line_that_says_more_than_the_marker_stays() -> None:
    kept = '<file path="a.py">\nimport log\n\n\nlog.start()\n'
    rest = 'log.say("generation interrupted, continuing")\n    generation = 1\n</file>\n'
    plan = plan_continuation(kept, finish_reason="length")
    reader = PartReader(plan, kept)
    for character in plan.anchor + plan.witness + rest:
        reader.feed(character)
    reader.finish("stop")
    assert reader.text == kept + rest


def test_a_quoted_line_may_come_again_in_the_file() -> None:
    """The request quotes the end of the text; what follows may have some of these lines again."""
    block = "    for item in items:\n        count = count + 1\n    return count\n\n\n"
    kept = '<file path="a.py">\n' + "".join(f"def count_{n}(items):\n{block}" for n in range(3))
    rest = f"def count_3(items):\n{block}def count_4(items):\n{block}</file>\n"
    plan = plan_continuation(kept, finish_reason="length", way="in the request")
    reader = PartReader(plan, kept)
    reader.feed(kept[len(plan.shown) :] + rest)
    reader.finish("stop")
    assert reader.text == kept + rest


def test_a_file_that_holds_the_words_of_the_marker_keeps_them() -> None:
    kept = '<file path="a.py">\n# generation interrupted, continuing\nstart()\n\n\nlog.start()\n'
    rest = "# generation interrupted, continuing\ngo_on()\n</file>\n"
    plan = plan_continuation(kept, finish_reason="length")
    reader = PartReader(plan, kept)
    reader.feed(plan.anchor + plan.witness + rest)
    reader.finish("stop")
    assert reader.text == kept + rest


def test_one_endless_line_goes_on_in_other_words_after_the_echo() -> None:
    before = " ".join(f"word{number}" for number in range(2_000))
    plan = plan_continuation(before, finish_reason="length")
    rest = "".join(f" other{number}" for number in range(60)) + "\n"
    text, joined = join(before, plan.anchor + rest)
    assert text == plan.shown + rest
    assert joined.proof == "echo"
