"""Searches and replacements in tags or headed code blocks, and forms that stand side by side."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.reply.parse import Reply, ReplyFile, parse_reply
from autocoder_tui.engine.reply.versions import EDITED_TOO

GIVEN = {"x.py": "q\na = 1\nz\n", "y.py": "a = 1\nb = 2\n"}
FENCED = "```python\nx.py\n<<<<<<< SEARCH\na = 1\n=======\na = 2\n>>>>>>> REPLACE\n```\n"
FRAMED = '<edit path="y.py">\n<<<<<<< SEARCH\nb = 2\n=======\nb = 3\n>>>>>>> REPLACE\n</edit>\n'
PAIR = "<search>\na = 1\n</search>\n<replace>\na = 2\n</replace>\n"


def read(text: str, given: dict[str, str] | None = None) -> Reply:
    return parse_reply(text, given=GIVEN if given is None else given)


def only(text: str, given: dict[str, str] | None = None) -> ReplyFile:
    (file,) = read(text, given).files
    return file


@pytest.mark.parametrize(
    "text",
    [
        f'<edit path="x.py">\n{PAIR}</edit>\n',
        f'<edit path="x.py">\n```\n{PAIR}```\n</edit>\n',
        '<edit path="x.py">\n<search>a = 1</search>\n<replace>a = 2</replace>\n</edit>\n',
        '<edit path="x.py">\n<old_string>\na = 1\n</old_string>\n\n<new_string>\na = 2\n'
        "</new_string>\n</edit>\n",
        '<edit path="x.py">\n<find>a = 1\n</find>\n<replace>a = 2\n</replace>\n</edit>\n',
        f"x.py\n{PAIR}",
        f"In `x.py`:\n\n{PAIR}\nThat is all.\n",
        f"x.py\n```xml\n{PAIR}```\n",
        "In `x.py`:\n\n**Find:**\n\n```python\na = 1\n```\n\n"
        "**Replace with:**\n\n```python\na = 2\n```\n",
        "### x.py\n\nThe rate is wrong.\n\nOriginal:\n```\na = 1\n```\n"
        "Updated:\n```\na = 2\n```\nDone.\n",
        "## x.py\n\n#### Before\n```py\na = 1\n```\n#### After\n```py\na = 2\n```\n",
        "In `x.py`, find this line:\n```\na = 1\n```\nand change it to:\n```\na = 2\n```\n",
        "### In `x.py` change\n\n```\na = 1\n```\n\nto the following code:\n```\na = 2\n```\n",
        '<edit path="x.py">\nFind:\n```\na = 1\n```\nReplace with:\n```\na = 2\n```\n</edit>\n',
        # Up to five lines above may name the file.
        "In `x.py`:\n\nOne.\nTwo.\nThree.\nFour.\n\nBefore:\n```\na = 1\n```\n"
        "After:\n```\na = 2\n```\n",
    ],
)  # fmt: skip
def test_a_pair_of_parts_is_a_change(text: str) -> None:
    file = only(text)
    assert file.path == "x.py"
    assert file.complete, file.remark
    (block,) = file.edits
    assert (block.old, block.new) == (("a = 1\n",), ("a = 2\n",))
    assert block.source in text


def test_several_pairs_are_several_changes_and_tags_may_be_text() -> None:
    html = "<search>\n<search>\nfind\n</search>\n<p>\n</search>\n<replace>\n<main>\n</replace>\n"
    file = only(f'<edit path="x.py">\n{html}{PAIR}</edit>\n')
    first, second = file.edits
    assert first.old == ("<search>\n", "find\n", "</search>\n", "<p>\n")
    assert first.new == ("<main>\n",)
    assert second.new == ("a = 2\n",)


@pytest.mark.parametrize("cut", range(1, len(PAIR) - 1, 3))
def test_a_cut_pair_is_never_whole(cut: int) -> None:
    reply = read(f'<edit path="x.py">\n{PAIR[:cut]}')
    assert not any(file.complete for file in reply.files)


@pytest.mark.parametrize(
    "text",
    [
        "In `x.py`:\n\nBefore:\n```\nnot in it\n```\nAfter:\n```\na = 2\n```\n",
        "Before:\n```\na = 1\n```\nAfter:\n```\na = 2\n```\n",
        "In `x.py`:\n\nOne.\nTwo.\nThree.\nFour.\nFive.\n\nBefore:\n```\na = 1\n```\n"
        "After:\n```\na = 2\n```\n",
        "In `x.py`:\n\nBefore:\n```\na = 1\n```\nThen it was slow.\n",
    ],
)
def test_headed_code_that_may_be_talk_is_no_change(text: str) -> None:
    assert not any(file.edits for file in read(text).files)


def test_a_page_with_an_element_of_that_name_stays_a_page() -> None:
    page = "<main>\n<search>\n<form></form>\n</search>\n</main>\n"
    reply = parse_reply(page, target="page.html", given={"page.html": "<main></main>\n"})
    (file,) = reply.files
    assert (file.text, file.edits) == (page, ())


@pytest.mark.parametrize(
    "text", [FENCED + FRAMED, FRAMED + FENCED, f"First:\n\n{FENCED}\n{FRAMED}"]
)
def test_changes_in_other_forms_stand_beside_frames(text: str) -> None:
    reply = read(text)
    assert {file.path for file in reply.files} == {"x.py", "y.py"}
    for file in reply.files:
        assert file.complete
        assert len(file.edits) == 1
    assert "SEARCH" not in reply.notes


def test_changes_to_one_file_in_two_forms_keep_their_order() -> None:
    other = FRAMED.replace("y.py", "x.py").replace("b = 2", "z").replace("b = 3", "zz")
    for text, new in ((FENCED + other, "a = 2\n"), (other + FENCED, "zz\n")):
        file = only(text)
        assert len(file.edits) == 2
        assert file.edits[0].new == (new,)


def test_a_change_that_names_no_file_beside_one_frame_is_for_its_file() -> None:
    bare = FENCED.replace("x.py\n", "").replace("a = 1", "b = 2").replace("a = 2", "c = 2")
    file = only(FRAMED + bare)
    assert [block.new for block in file.edits] == [("b = 3\n",), ("c = 2\n",)]


@pytest.mark.parametrize(
    "change", [FENCED, "```diff\n--- a/x.py\n+++ b/x.py\n@@ -2 +2 @@\n-a = 1\n+a = 2\n```\n"]
)
@pytest.mark.parametrize("before", [False, True])
def test_a_change_that_makes_another_text_than_the_whole_file_is_said(
    change: str, before: bool
) -> None:
    whole = '<file path="x.py">\nq\na = 7\nz\n</file>\n'
    reply = read(change + whole if before else whole + change)
    (file,) = reply.files
    assert (file.text, file.versions) == ("q\na = 7\nz\n", 2)
    assert EDITED_TOO in file.remark
    whole = whole.replace("a = 7", "a = 2")
    (file,) = read(change + whole if before else whole + change).files
    assert (file.text, file.versions, file.remark) == ("q\na = 2\nz\n", 1, "")


def test_changes_to_other_files_beside_a_whole_one_are_not_left_out() -> None:
    reply = read('<file path="y.py">\nnew = 1\n</file>\n\n' + FENCED)
    assert {file.path: len(file.edits) for file in reply.files} == {"y.py": 0, "x.py": 1}


def test_changes_in_json_beside_the_whole_file_are_said() -> None:
    whole = "x.py\n```python\nq\na = 7\nz\n```\n"
    json = '```json\n[{"path": "x.py", "search": "a = 1", "replace": "a = 2"}]\n```\n'
    for text in (whole + json, json + "\n" + whole):
        (file,) = read(text).files
        assert file.versions == 2
        assert EDITED_TOO in file.remark
        (file,) = read(text.replace("a = 7", "a = 2")).files
        assert (file.versions, EDITED_TOO in file.remark) == (1, False)


@pytest.mark.parametrize("blank", ["", "\n"])
def test_changes_in_json_that_name_no_file_are_the_targets(blank: str) -> None:
    whole = "x.py\n```python\nq\na = 7\nz\n```\n"
    json = f'```json\n{blank}[{{"search": "a = 1", "replace": "a = 2"}}]\n```\n'
    (file,) = parse_reply(whole + json, given=GIVEN, target="x.py").files
    assert EDITED_TOO in file.remark
    reply = parse_reply(whole + json, given=GIVEN)
    assert EDITED_TOO not in reply.files[0].remark
    assert '"search"' in reply.notes


def test_a_change_shown_beside_its_whole_file_stays_with_the_notes() -> None:
    whole = '<file path="x.py">\nq\na = 2\nz\n</file>\n'
    reply = read(whole + FENCED + FRAMED)
    files = {file.path: file for file in reply.files}
    assert files["x.py"].text == "q\na = 2\nz\n"
    assert files["x.py"].edits == ()
    assert "SEARCH" in reply.notes
