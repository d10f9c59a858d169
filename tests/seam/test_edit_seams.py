"""Replies that change files, cut within a search, on a divider, in a replacement and between."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.reply.frame_lines import last_is_edit
from autocoder_tui.engine.reply.parse import parse_reply, reply_end
from autocoder_tui.engine.seam import next_step, plan_continuation
from autocoder_tui.engine.seam.ways import WAYS
from tests.seam import harness
from tests.seam.corpus import Sample, own
from tests.seam.edit_replies import CUTS, edit_blocks, edit_reply
from tests.seam.model import TABLE

SAMPLES = [sample for sample in own(10) if len(edit_blocks(sample)) > 1]
METHODS = harness.METHODS[-2:]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("row", list(CUTS))
def test_every_misbehaviour_at_each_cut(row: str, method: str) -> None:
    wrong = []
    for number, kind in enumerate(harness.ANY_REPLY * 2):
        sample = SAMPLES[number % len(SAMPLES)]
        seed = f"{sample.path} {row} {kind} {number}"
        is_right, _, _ = harness.edit_outcome(method, sample, row, TABLE[kind], seed)
        wrong += [] if is_right else [f"{kind} {sample.path}"]
    assert len(wrong) <= len(harness.ANY_REPLY) * 2 * 0.03, wrong


def test_the_cuts_take_more_than_to_put_one_reply_behind_the_other() -> None:
    outcomes = [
        harness.edit_outcome("concatenate", sample, row, TABLE["repeats the last 3 lines"], row)[0]
        for sample in SAMPLES
        for row in CUTS
    ]
    assert sum(outcomes) < len(outcomes) / 2


@pytest.fixture
def reply() -> str:
    return edit_reply(SAMPLES[0])


def test_a_reply_in_edits_is_done_when_its_frame_is_closed(reply: str) -> None:
    assert next_step(reply, "stop") == "done"
    for text in (reply[:-9], reply[: reply.index("=======") + 3], reply[: reply.rindex("</edit>")]):
        assert reply_end(text).state == "open"
        assert next_step(text, "stop") == "continue"
    assert next_step('<delete path="a.py"/>\n', "stop") == "done"


@pytest.mark.parametrize("way", [way.name for way in WAYS])
def test_no_way_of_asking_speaks_of_lines_of_a_file(reply: str, way: str) -> None:
    text = reply[: len(reply) // 2]
    plan = plan_continuation(text, finish_reason="length", way=way)
    assert "</file>" not in plan.instruction
    assert "of src" not in plan.instruction
    assert "write the file" not in plan.instruction


def test_which_frame_a_text_ends_in() -> None:
    edit, file = '<edit path="a">\n<<<<<<< SEARCH\nx\n', '<file path="b">\nx\n'
    assert last_is_edit(edit)
    assert not last_is_edit(file)
    assert not last_is_edit(f"{edit}=======\n>>>>>>> REPLACE\n</edit>\n{file}")
    assert last_is_edit(f"{file}</file>\n{edit}")


def test_a_frame_closed_too_early_is_taken_off_and_goes_on() -> None:
    sample = Sample("a.py", "", tuned=True)
    text = f'<edit path="{sample.path}">\n<<<<<<< SEARCH\na\n=======\nb\n</edit>\n'
    plan = plan_continuation(text, finish_reason="length")
    assert plan.closing
    assert not parse_reply(text[: plan.keep]).files[0].complete
