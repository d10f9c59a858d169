"""A file whose frame is closed before its end, and again at it."""

from __future__ import annotations

from autocoder_tui.engine.reply.parse import ReplyFile, parse_reply

FILE = '<file path="a.md">\n# A\n</file>\n'


def only(text: str) -> ReplyFile:
    (file,) = parse_reply(text, given={"a.md": "# Old\n"}).files
    return file


def test_text_up_to_another_closing_line_may_belong_to_the_file() -> None:
    file = only(f"{FILE}\n## More\n\ntext\n</file>\n")
    assert (file.text, file.versions) == ("# A\n", 2)
    assert "unread: </file>" in file.remark


def test_the_same_line_again_and_notes_behind_a_file_are_no_more_of_it() -> None:
    for behind in ("</file>\n", "That is all.\n", "\n</file>\nThat is all.\n", ""):
        assert only(FILE + behind).versions == 1
