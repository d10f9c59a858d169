"""Changes of a reply, made in the texts they are for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.events_json import event_data, read_event
from autocoder_tui.engine.proposed_files import UNCHANGED, proposed_files, read_reply
from autocoder_tui.engine.request import InputFile, RunRequest

TEXT = "".join(f"line {n}\n" for n in range(40))


def block(old: str, new: str) -> str:
    return f"<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


def edit(*blocks: str, path: str = "a.py") -> str:
    return f'<edit path="{path}">\n{"".join(blocks)}</edit>\n'


@pytest.fixture
def request_() -> RunRequest:
    endpoint = Endpoint(Provider("test", "http://127.0.0.1:9/v1"))
    return RunRequest("Count.", Model("m", "test"), endpoint, (InputFile("a.py", TEXT),))


def proposed(request: RunRequest, text: str, *, finished: bool = True) -> FileProposed:
    (file,) = proposed_files(request, text, (), finished=finished)
    return file


def test_edits_are_made_in_the_text_that_was_sent(request_: RunRequest) -> None:
    file = proposed(request_, edit(block("line 3\n", "three\n"), block("line 9\n", "")))
    assert file.after == TEXT.replace("line 3\n", "three\n").replace("line 9\n", "")
    assert file.complete
    assert file.placed is not None
    assert file.remark == ""
    assert len(file.placed.placements) == 2


def test_a_block_without_a_place_leaves_the_file_incomplete(request_: RunRequest) -> None:
    file = proposed(request_, edit(block("line 3\n", "three\n"), block("nowhere at all\n", "x\n")))
    assert file.after == TEXT.replace("line 3\n", "three\n")
    assert not file.complete
    assert file.placed is not None
    assert [one.block for one in file.placed.unplaced] == [1]
    assert "1 of its 2 changes" in file.remark


@pytest.mark.parametrize("finished", [True, False])
def test_a_block_that_is_cut_is_not_placed(request_: RunRequest, finished: bool) -> None:
    text = edit(block("line 3\n", "three\n"), block("line 9\n", "nine\nten\n"))
    file = proposed(request_, text[: text.index("ten")], finished=finished)
    assert file.after == TEXT.replace("line 3\n", "three\n")
    assert not file.complete


def test_changes_to_a_file_that_was_not_sent_wait_for_its_text(request_: RunRequest) -> None:
    file = proposed(request_, edit(block("x\n", "y\n"), path="b.py"))
    assert file.before is None
    assert file.placed is None
    assert file.edits


def test_a_renamed_file_keeps_its_text_and_takes_its_edits(request_: RunRequest) -> None:
    rename = '<rename from="a.py" to="b.py"/>\n'
    moved = proposed(request_, rename)
    assert (moved.path, moved.renamed_from, moved.before, moved.after) == (
        "b.py",
        "a.py",
        TEXT,
        TEXT,
    )
    edited = proposed(request_, rename + edit(block("line 3\n", "three\n"), path="b.py"))
    assert edited.after == TEXT.replace("line 3\n", "three\n")
    assert UNCHANGED not in moved.remark


def test_what_is_there_already_changes_nothing_and_is_said(request_: RunRequest) -> None:
    text = "def f():\n    return 2\n\n\ndef g():\n    pass\n"
    given = replace(request_, files=(InputFile("a.py", text),))
    file = proposed(given, edit(block("def f():\n    return 1\n", "def f():\n    return 2\n")))
    assert file.after == text
    assert file.placed is not None
    assert file.placed.already == (0,)
    assert "there already" in file.remark
    assert UNCHANGED in file.remark


def test_a_change_without_a_name_is_for_the_only_file_given(request_: RunRequest) -> None:
    change = block("line 3\n", "three\n")
    reply = read_reply(request_, f"```\n{change}```\n")
    (file,) = reply.files
    assert file.path == "a.py"
    assert "named no file" in file.remark
    (bare,) = read_reply(request_, "@@ -4 +4 @@\n-line 3\n+three\n").files
    assert bare.path == "a.py"


def test_a_proposal_with_edits_comes_back_from_the_journal(request_: RunRequest) -> None:
    text = edit(block("line 3\n", "three\n"), block("nowhere at all\n", "x\n"))
    file = proposed(request_, text)
    assert read_event(event_data(file)) == replace(
        file, edits=tuple(file.edits), placed=file.placed
    )
