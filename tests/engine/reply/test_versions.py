"""A file that stands more than once in a reply: the last text that was changed, and it is said."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.reply.parse import Reply, parse_reply

OLD = "def add(a, b):\n    return a + b\n"
NEW = f"{OLD}\n\ndef sub(a, b):\n    return a - b\n"
NEWER = NEW.replace("def sub", "# minus\ndef sub")


def framed(*texts: str, path: str = "a.py") -> str:
    return "\n".join(f'<file path="{path}">\n{text}</file>\n' for text in texts)


def fenced(*texts: str) -> str:
    return "\nAnd now:\n\n".join(f"```python\n{text}```\n" for text in texts)


def named(*texts: str) -> str:
    return "\n".join(f"`a.py`:\n\n```python\n{text}```\n" for text in texts)


def parsed(text: str) -> Reply:
    return parse_reply(text, target="a.py", given={"a.py": OLD})


@pytest.mark.parametrize("frame", [framed, fenced, named])
def test_of_two_versions_the_last_is_taken_and_both_are_counted(frame) -> None:  # type: ignore[no-untyped-def]
    reply = parsed(frame(NEW, NEWER))
    (file,) = reply.files
    assert (file.text, file.versions, file.complete) == (NEWER, 2, True)
    assert "differently" in file.remark
    assert reply.problems == (f"a.py: {file.remark}",)


@pytest.mark.parametrize("frame", [framed, fenced, named])
def test_a_copy_is_one_file(frame) -> None:  # type: ignore[no-untyped-def]
    (file,) = parsed(frame(NEW, NEW)).files
    assert (file.text, file.versions) == (NEW, 1)
    assert "differently" not in file.remark


@pytest.mark.parametrize("frame", [framed, fenced, named])
@pytest.mark.parametrize("texts", [(OLD, NEW), (NEW, OLD), (OLD, NEW, OLD)])
def test_a_copy_of_the_given_file_is_not_what_was_asked_for(frame, texts) -> None:  # type: ignore[no-untyped-def]
    (file,) = parsed(frame(*texts)).files
    assert (file.text, file.versions) == (NEW, 1)


def test_a_copy_that_broke_off_is_no_other_version() -> None:
    (file,) = parsed(framed(NEW) + f'<file path="a.py">\n{NEW[:20]}').files
    assert (file.text, file.versions, file.complete) == (NEW, 1, True)
    assert "2 times" in file.remark


def test_a_correction_that_broke_off_leaves_the_whole_text_and_is_counted() -> None:
    (file,) = parsed(framed(NEW) + '<file path="a.py">\nimport os\n').files
    assert (file.text, file.versions) == (NEW, 2)
    assert "arrived complete" in file.remark


def test_a_frame_opened_again_before_it_was_closed_is_one_file() -> None:
    (file,) = parsed('<file path="a.py">\ndef add(a, b):\n' + framed(NEW)).files
    assert (file.text, file.versions, file.complete) == (NEW, 1, True)


def test_two_names_of_one_file_are_one_file() -> None:
    reply = parsed(framed(NEW) + framed(NEWER, path="./a.py") + framed("x = 1\n", path="b.py"))
    assert [(file.text, file.versions) for file in reply.files] == [(NEWER, 2), ("x = 1\n", 1)]


def test_an_excerpt_in_a_block_of_its_own_is_no_version_of_the_file() -> None:
    (file,) = parsed(fenced(NEW, "    return a - b\n")).files
    assert (file.text, file.versions) == (NEW, 1)


def test_a_file_that_is_renamed_and_written_anew_keeps_where_it_came_from() -> None:
    whole = framed(NEW, path="b.py")
    rename = '<rename from="a.py" to="b.py"/>\n'
    for text in (f"{rename}{whole}", f"{whole}{rename}"):
        (file,) = parsed(text).files
        assert (file.path, file.text, file.renamed_from) == ("b.py", NEW, "a.py")
