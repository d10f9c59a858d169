"""Foreign frames that could mean two things: left alone, or not called whole."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.reply.parse import Reply, parse_reply

GIVEN = {"a.py": "x = 0\n", "config.py": "y = 0\n"}


def files(reply: Reply) -> list[tuple[str, str, bool]]:
    return [(file.path, file.text, file.complete) for file in reply.files]


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("a.py", 'TEXT = """\n=== config.py ===\ny = 1\n"""\n'),
        ("a.py", 'TEXT = """\n<document path="config.py">\ny = 1\n</document>\n"""\n'),
        ("a.py", '"""The files in one text.\n\nFile: config.py\n"""\ny = 1\n'),
        ("a.py", '# What this is good for.\n"""\n=== config.py ===\n"""\n'),
        ("NOTES.md", "# Notes\n\nFile: a.py\n\nIt holds x.\n"),
        ("NOTES.md", "These are the notes on it.\n\nFile: a.py\n\nIt holds x.\n"),
        ("NOTES.md", "File: a.py\n\nIt holds x.\n"),
        ("notes.v2.md", "File: a.py\n\nIt holds x.\n"),
        ("p.html", '<output name="r.txt">\n1\n</output>\n<p>\n'),
        ("p.html", '<!DOCTYPE html>\n<form>\n<output name="r.txt">\n1\n</output>\n</form>\n'),
    ],
)
def test_text_of_a_bare_target_stays_its_own(target: str, text: str) -> None:
    reply = parse_reply(text, target=target, given={**GIVEN, target: "x = 0\n"})
    assert files(reply) == [(target, text, True)]
    assert reply.notes == ""


def test_a_bare_target_that_does_not_parse_with_a_heading_in_it_is_not_whole() -> None:
    text = 'TEXT = """\n=== config.py ===\ny = 1\n'
    assert files(parse_reply(text, target="a.py", given=GIVEN)) == [("a.py", text, False)]


@pytest.mark.parametrize(
    "before",
    ["Sure!\n\n", "Changes:\n\n- Added sub\n- Removed x\n\n", "## The file\n\n", "---\n", "**a**\n",
     "<documents>\n", "Here is the file:\n\n"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("opening", "closing"), [("=== a.js ===", ""), ('<document path="a.js">', "</document>")]
)
def test_talk_before_the_first_frame(before: str, opening: str, closing: str) -> None:
    reply = parse_reply(f"{before}{opening}\nx()\n{closing}\n", target="a.js")
    assert files(reply) == [("a.js", "x()\n", True)]


@pytest.mark.parametrize("name", ["code", "document", "content"])
def test_a_tag_of_the_same_name_in_the_text_is_counted(name: str) -> None:
    page = f"<pre>\n<{name}>\nx\n</{name}>\n</pre>\n"
    text = f'<{name} path="page.html">\n{page}</{name}>\n<{name} path="b.html">\nb\n</{name}>\n'
    for target in (None, "page.html"):
        reply = parse_reply(text, target=target)
        assert files(reply) == [("page.html", page, True), ("b.html", "b\n", True)]


def test_an_element_in_the_text_is_counted() -> None:
    feed = "<feed>\n<content>hi</content>\n</feed>\n"
    text = f"<document><path>feed.xml</path><content>\n{feed}</content>\n</document>\n"
    reply = parse_reply(text, target="feed.xml")
    assert files(reply) == [("feed.xml", feed, True)]
    assert reply.notes == ""


def test_a_closing_that_nothing_opened_makes_the_end_doubtful() -> None:
    page = "<p>\n</code>\n</p>\n"
    (file,) = parse_reply(f'<code path="page.html">\n{page}</code>\n').files
    assert (file.text, file.complete) == (page, False)
    assert "in doubt: </code>" in file.remark
    cut = parse_reply('<code path="page.html">\n<pre>\n<code>\nx\n</code>\n')
    assert not cut.files[0].complete


def test_a_tag_in_a_string_of_code_is_no_nested_one() -> None:
    code = 'const s = "<code>";\n'
    reply = parse_reply(f'<code path="a.js">\n{code}</code>\n')
    assert files(reply) == [("a.js", code, True)]


@pytest.mark.parametrize("outer", ["", "</document>\n", "\n</document>\n"])
def test_only_the_outer_closing_is_skipped(outer: str) -> None:
    text = "".join(
        f"<document>\n<path>{name}</path>\n<content>\nx = 1\n</content>\n{outer}"
        for name in ("a.py", "b.py")
    )
    reply = parse_reply(text)
    assert files(reply) == [("a.py", "x = 1\n", True), ("b.py", "x = 1\n", True)]
    assert reply.notes == ""


@pytest.mark.parametrize("between", ["", "---\n", "x = 5\n"])
def test_a_tag_of_another_name_ends_no_frame(between: str) -> None:
    page = '<video>\n<source src="m.mp4">\n</video>\n'
    text = (
        f'<document path="a.py">\nx = 1\n</document>\n{between}'
        f'<document path="page.html">\n{page}</document>\n'
        '<document path="b.py">\nx = 2\n</document>\n'
    )
    assert files(parse_reply(text)) == [
        ("a.py", "x = 1\n", True), ("page.html", page, True), ("b.py", "x = 2\n", True)
    ]  # fmt: skip


def test_an_unclosed_frame_ends_where_the_next_begins() -> None:
    text = '<document path="a.py">\nx = 1\n<document path="b.py">\nx = 2\n</document>\n'
    assert files(parse_reply(text)) == [("a.py", "x = 1\n", False), ("b.py", "x = 2\n", True)]


def test_an_unclosed_frame_after_a_file_is_said() -> None:
    start = '<document path="a.py">\nx = 1\n</document>\n'
    reply = parse_reply(f'{start}---\n<document path="b.py">\nx = 2\n')
    assert files(reply) == [("a.py", "x = 1\n", True), ("b.py", "x = 2\n", False)]
    reply = parse_reply(f'{start}y = 1\n<document path="b.py">\nx = 2\n')
    assert files(reply) == [("a.py", "x = 1\n", True)]
    assert '<document path="b.py">' in reply.problems[0]
    assert reply.problems[0] in reply.files[0].remark


def test_a_rule_in_a_string_of_a_headed_file_divides_nothing() -> None:
    code = 'TEXT = """\n=== b.txt ===\none\n=== config.py ===\ny\n"""\n'
    reply = parse_reply(f"=== a.py ===\n{code}=== config.py ===\ny = 2\n", given=GIVEN)
    assert files(reply) == [("a.py", code, True), ("config.py", "y = 2\n", True)]


def test_a_headed_file_that_is_whole_at_no_heading_is_in_doubt() -> None:
    text = "=== a.py ===\nx = (\n=== b.txt ===\none\n"
    (file,) = parse_reply(text, given=GIVEN).files
    assert (file.text, file.complete) == ("x = (\n=== b.txt ===\none\n", False)
    reply = parse_reply("=== a.py ===\nx = (\n=== config.py ===\ny = 2\n", given=GIVEN)
    assert files(reply) == [("a.py", "x = (\n", False), ("config.py", "y = 2\n", True)]


def test_a_closing_left_over_behind_another_tag_makes_the_end_doubtful() -> None:
    text = '<code path="a.jsx">\n<p><code>\n</code></p>\n</code>\n<source src="m.mp4">\n</code>\n'
    reply = parse_reply(text)
    assert [file.complete for file in reply.files] == [False, False]
    page = '<document path="b.html">\n<code>\nx\n</code>\n</document>\n'
    text = f'<code path="a.js">\nx()\n</code>\n{page}'
    assert [file.complete for file in parse_reply(text).files] == [True, True]


def test_lines_may_end_as_on_windows() -> None:
    text = "<document>\n<path>a.py</path>\n<content>\nx = 1\n</content>\n</document>\n"
    reply = parse_reply(text.replace("\n", "\r\n"))
    assert files(reply) == [("a.py", "x = 1\r\n", True)]


def test_the_line_after_the_end_of_a_headed_file_is_read() -> None:
    ended = "=== a.py ===\nx = 1\n=== end ===\n"
    reply = parse_reply(f"{ended}=== b.py ===\ny = 2\n=== end ===\nDone.\n")
    assert files(reply) == [("a.py", "x = 1\n", True), ("b.py", "y = 2\n", True)]
    assert reply.notes == "Done."


def test_text_that_begins_beside_its_opening_tag_is_whole() -> None:
    opening = "<document>\n<path>a.py</path>\n<content>"
    reply = parse_reply(f"{opening}x = 1\ny = 2\nz = 3\n</content>\n</document>\n")
    assert files(reply) == [("a.py", "x = 1\ny = 2\nz = 3\n", True)]
