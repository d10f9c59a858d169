"""Replies that give changes instead of files, as they are taken apart."""

from __future__ import annotations

import json

import pytest

from autocoder_tui.engine.reply.parse import ReplyFile, parse_reply, reply_end

BLOCK = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n"
DIFF = "--- a/x.py\n+++ b/x.py\n@@ -1,3 +1,3 @@\n q\n-a\n+b\n z\n"
PATCH = "*** Begin Patch\n*** Update File: x.py\n@@\n q\n-a\n+b\n*** End Patch\n"
GIVEN = {"x.py": "q\na\nz\n"}


def only(text: str, given: dict[str, str] | None = None, target: str | None = None) -> ReplyFile:
    (file,) = parse_reply(text, given=given, target=target).files
    return file


def pairs(file: ReplyFile) -> list[tuple[str, str]]:
    return [("".join(block.old), "".join(block.new)) for block in file.edits]


def test_an_edit_holds_blocks() -> None:
    file = only(f'Two changes:\n<edit path="x.py">\n{BLOCK}\n{BLOCK}</edit>\nDone.\n')
    assert pairs(file) == [("a\n", "b\n")] * 2
    assert file.complete
    assert not file.remark
    assert file.text == ""


@pytest.mark.parametrize("line", ['<delete path="x.py"/>', '<delete path="x.py"></delete>',
                                  '<delete path="x.py">', '<delete path="x.py">\n</delete>',
                                  "<delete path='x.py' />", "<DELETE path=x.py>"])  # fmt: skip
def test_a_file_goes(line: str) -> None:
    file = only(line + "\n")
    assert file.deletes
    assert file.path == "x.py"
    assert file.complete


def test_a_file_moves_alone_with_edits_and_with_a_whole_text() -> None:
    rename = '<rename from="x.py" to="y.py"/>\n'
    assert only(rename).renamed_from == "x.py"
    for name in ("x.py", "y.py"):
        file = only(f'{rename}<edit path="{name}">\n{BLOCK}</edit>\n')
        assert (file.path, file.renamed_from, pairs(file)) == ("y.py", "x.py", [("a\n", "b\n")])
    inside = only(f'<rename from="x.py" to="y.py">\n{BLOCK}</rename>\n')
    assert (inside.path, inside.renamed_from, pairs(inside)) == ("y.py", "x.py", [("a\n", "b\n")])
    whole = only(f'{rename}<file path="y.py">\nnew\n</file>\n')
    assert (whole.renamed_from, whole.text, whole.edits) == ("x.py", "new\n", ())


def test_all_kinds_of_frames_stand_in_one_reply_in_any_order() -> None:
    text = (
        f'<delete path="q.py"/>\n<file path="n.py">\nnew\n</file>\n<edit path="x.py">\n{BLOCK}'
        '</edit>\n<rename from="o.py" to="p.py"/>\n<file path="m.py">\nmore\n</file>\n'
    )
    files = parse_reply(text).files
    assert [file.path for file in files] == ["q.py", "n.py", "x.py", "p.py", "m.py"]
    assert [file.deletes for file in files] == [True, False, False, False, False]
    assert all(file.complete for file in files)


def test_a_file_may_quote_frames_of_changes() -> None:
    body = f'Write:\n\n<edit path="x.py">\n{BLOCK}</edit>\n<delete path="y.py"/>\n'
    file = only(f'<file path="guide.md">\n{body}</file>\n')
    assert file.text == body
    assert not file.edits
    assert file.complete


def test_an_edit_may_hold_frames_and_marks_as_text() -> None:
    old = '<file path="a">\n</file>\n</edit>\n'
    text = f'<edit path="g.md">\n<<<<<<< SEARCH\n{old}=======\nnew\n>>>>>>> REPLACE\n</edit>\n'
    assert pairs(only(text)) == [(old, "new\n")]


def test_a_file_that_was_left_open_ends_where_changes_begin() -> None:
    text = f'<file path="n.py">\nnew\n<edit path="x.py">\n{BLOCK}</edit>\n'
    one, other = parse_reply(text).files
    assert (one.text, one.complete) == ("new\n", False)
    assert pairs(other) == [("a\n", "b\n")]
    assert other.complete


@pytest.mark.parametrize("cut", range(20, 140, 5))
def test_a_cut_edit_is_open_and_not_complete(cut: int) -> None:
    text = f'<edit path="x.py">\n{BLOCK}{BLOCK}</edit>\n'[:cut]
    if cut < len(f'<edit path="x.py">\n{BLOCK}{BLOCK}</edit>'):
        assert reply_end(text).state == "open"
        assert not only(text).complete


def test_an_edit_that_holds_no_block_changes_nothing_and_is_said() -> None:
    file = only('<edit path="x.py">\nwhole\ntext\n</edit>\n', GIVEN)
    assert not file.complete
    assert file.text == ""
    assert "no block" in file.remark
    assert not any(block.closed for block in file.edits)


@pytest.mark.parametrize(
    "text",
    [
        f"Here:\n\nx.py\n```python\n{BLOCK}```\nDone.\n",
        f"Here:\n\n**x.py**\n\n```python\n{BLOCK}```\n",
        f"```python x.py\n{BLOCK}```\n",
        f"```\nx.py\n{BLOCK}```\n",
        f"```python\n# x.py\n{BLOCK}```\n",
        f"```python\n{BLOCK}```\nx.py\n",
        f"x.py\n{BLOCK}",
        f"### `x.py`\n\n{BLOCK}\nThat is all.\n",
        f'<edit path="x.py">\n```\n{BLOCK}```\n</edit>\n',
        f'<file path="x.py">\n{BLOCK}</file>\n',
        f"```diff\n{DIFF}```\n",
        DIFF,
        f"Sure:\n\n{DIFF}\nDone.\n",
        f"```python x.py\n{DIFF}```\n",
        f'<file path="x.py">\n{DIFF}</file>\n',
        f'<edit path="x.py">\n{DIFF}</edit>\n',
        PATCH,
        f"```\n{PATCH}```\n",
        f'<file path="x.py">\n{PATCH}</file>\n',
        f'<edit path="x.py">\n{PATCH}</edit>\n',
        json.dumps({"path": "x.py", "search": "a", "replace": "b"}),
        json.dumps([{"path": "x.py", "edits": [{"old_string": "a", "new_string": "b"}]}]),
        "```json\n" + json.dumps({"edits": [{"file": "x.py", "old": "a", "new": "b"}]}) + "\n```\n",
        '<file path="x.py">\n' + json.dumps([{"search": "a\n", "replace": "b\n"}]) + "\n</file>\n",
        "x.py\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> new\n",
        "x.py\n<<<<<<< HEAD\na\n||||||| base\nx\n=======\nb\n>>>>>>> new\n",
    ],
)
def test_changes_in_any_form_are_changes(text: str) -> None:
    file = only(text, GIVEN)
    assert file.path == "x.py"
    assert file.complete
    (block,) = file.edits
    assert block.closed
    assert "".join(block.old).replace("q\n", "").replace("z\n", "") == "a\n"
    assert "".join(block.new).replace("q\n", "").replace("z\n", "") == "b\n"


def test_marks_in_a_whole_text_are_read_where_the_rest_is_the_file() -> None:
    text = "q\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> new\nz\n"
    framed = f'<file path="x.py">\n{text}</file>\n'
    assert only(framed, GIVEN).text == "q\nb\nz\n"
    assert only(framed, {"x.py": "other\na\nz\n"}).text == text


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("fix.patch", None),
        ("fix.diff", None),
        ("guide.md", None),
        ("guide.md", "# Guide\n\nAbout merges.\n"),
        ("sample.txt", None),
        ("conflict.py", f"{BLOCK}old\n"),
        ("conflict.py", f"{DIFF}old\n"),
    ],
)
@pytest.mark.parametrize("body", [DIFF, BLOCK])
def test_a_file_that_is_a_diff_stays_one(path: str, given: str | None, body: str) -> None:
    file = only(f'<file path="{path}">\n{body}</file>\n', {path: given} if given else {})
    assert file.text == body
    assert not file.edits


def test_a_document_that_shows_a_diff_stays_whole() -> None:
    body = f"# Merging\n\nSo:\n\n```diff\n{DIFF}```\n\nAnd:\n\n```\n{BLOCK}```\n"
    assert only(f'<file path="guide.md">\n{body}</file>\n').text == body
    assert only(body, target="guide.md").edits == ()


def test_a_diff_of_many_files_creates_deletes_and_renames() -> None:
    text = (
        "diff --git a/x.py b/x.py\nindex 1..2 100644\n" + DIFF +
        "diff --git a/gone.py b/gone.py\ndeleted file mode 100644\n--- a/gone.py\n+++ /dev/null\n"
        "@@ -1 +0,0 @@\n-a\n"
        "diff --git a/n/new.py b/n/new.py\nnew file mode 100644\n--- /dev/null\n+++ b/n/new.py\n"
        "@@ -0,0 +1,2 @@\n+one\n+two\n"
        "diff --git a/o.py b/p q.py\nsimilarity index 100%\nrename from o.py\nrename to p q.py\n"
    )  # fmt: skip
    edited, gone, new, moved = parse_reply(text, given=GIVEN).files
    assert (edited.path, len(edited.edits)) == ("x.py", 1)
    assert (gone.path, gone.deletes) == ("gone.py", True)
    assert (new.path, new.text, new.edits) == ("n/new.py", "one\ntwo\n", ())
    assert (moved.path, moved.renamed_from) == ("p q.py", "o.py")


def test_changes_in_several_places_of_the_reply_are_one_file() -> None:
    text = f'<edit path="x.py">\n{BLOCK}</edit>\nand\n<edit path="./x.py">\n{BLOCK}</edit>\n'
    file = only(text)
    assert len(file.edits) == 2
    assert file.versions == 1


def test_a_file_given_whole_and_changed_is_said() -> None:
    text = f'<file path="x.py">\nnew\n</file>\n<edit path="x.py">\n{BLOCK}</edit>\n'
    file = only(text)
    assert file.text == "new\n"
    assert file.versions == 2
    assert "changes to it, too" in file.remark


def test_whole_files_in_fences_stand_beside_changes() -> None:
    text = f"x.py\n```python\n{BLOCK}```\n\nn.py\n```python\nnew = 1\n```\n"
    files = {file.path: file for file in parse_reply(text).files}
    assert pairs(files["x.py"]) == [("a\n", "b\n")]
    assert files["n.py"].text == "new = 1\n"


def test_a_change_that_names_no_file_is_the_targets() -> None:
    assert only(f"```\n{BLOCK}```\n", target="x.py").path == "x.py"
    assert only("```diff\n@@ -1 +1 @@\n-a\n+b\n```\n", target="x.py").path == "x.py"
    assert parse_reply(f"```\n{BLOCK}```\n").files == ()


def test_a_cut_diff_is_not_complete() -> None:
    file = only(f"```diff\n{DIFF}", GIVEN)
    assert not file.complete
    assert not file.edits[-1].closed


def test_the_name_in_a_diff_is_that_of_the_file_sent() -> None:
    assert only(DIFF, {"src/x.py": "q\na\nz\n"}).path == "src/x.py"
    assert only(DIFF.replace("x.py", "project/src/x.py"), {"src/x.py": "q\na\nz\n"}).path == (
        "src/x.py"
    )


def test_a_bare_file_that_holds_such_lines_is_a_file() -> None:
    text = f'import re\n\nSAMPLE = """\\\n{BLOCK}"""\nprint(SAMPLE)\n'
    file = only(text, {"x.py": "old = 1\n"}, target="x.py")
    assert file.text == text
    assert not file.edits
    talk = only(f"Here is the change:\n\n{BLOCK}", {"x.py": "a\n"}, target="x.py")
    assert pairs(talk) == [("a\n", "b\n")]


def test_what_is_said_right_behind_a_change_stays() -> None:
    for between in ("", "\n"):
        reply = parse_reply(f"```python x.py\n{BLOCK}```\n{between}Done.\nAnd more.\n")
        assert reply.notes == "Done.\nAnd more."


def test_a_change_that_names_no_file_beside_one_that_does_is_said() -> None:
    unnamed = "@@ -1 +1 @@\n-a\n+b\n"
    for count in (1, 2):
        reply = parse_reply(f"```diff\n{unnamed}```\n\nx.py\n```\n{BLOCK * count}```\n")
        (file,) = reply.files
        assert len(file.edits) == count
        assert file.remark.count("names no file") == 1
        assert file.remark.count("a form that was not asked for") == 1
        assert reply.notes == unnamed.rstrip()


def test_a_file_that_goes_may_be_told_in_json() -> None:
    gone = {"path": "y.py", "operation": "delete"}
    change = {"path": "x.py", "search": "a", "replace": "b"}
    files = parse_reply(json.dumps({"edits": [change, gone]}), given=GIVEN).files
    assert [(file.path, file.deletes) for file in files] == [("x.py", False), ("y.py", True)]


@pytest.mark.parametrize("frame", ["{}", "```json\n{}\n```\n"])
def test_changes_in_json_alone_that_name_no_file_are_the_targets(frame: str) -> None:
    text = frame.format(json.dumps([{"search": "a", "replace": "b"}]))
    assert only(text, GIVEN, target="x.py").path == "x.py"
    assert not any(file.edits for file in parse_reply(text, given=GIVEN).files)
