"""Frames that are not as asked: read where they can mean one thing, said where they cannot."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.reply.marks import frame_marks_left
from autocoder_tui.engine.reply.parse import Reply, frame_state, parse_reply
from autocoder_tui.engine.seam import next_step
from tests.effort import examples

OLD = "def add(a, b):\n    return a + b\n"
NEW = f"{OLD}\n\ndef sub(a, b):\n    return a - b\n"


def parsed(text: str, **options: object) -> Reply:
    return parse_reply(text, **{"target": "a.py", "given": {"a.py": OLD}, **options})  # type: ignore[arg-type]


def one_file(reply: Reply) -> tuple[str, str, bool]:
    (file,) = reply.files
    return file.path, file.text, file.complete


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ('<FILE PATH="a.py">', "</FILE>"),
        ('<File Path="a.py">', "</File>"),
        ('**<file path="a.py">**', "**</file>**"),
        ('`<file path="a.py">`', "`</file>`"),
        ('**`<file path="a.py">`**', "`</file>`"),
        ('- <file path="a.py">', "</file>"),
        ('1. `<file path="a.py">`:', "`</file>`"),
        ('### <file path="a.py">', "### </file>"),
        ('<!-- <file path="a.py"> -->', "<!-- </file> -->"),
        ('<file filename="a.py">', "</file>"),
        ('<file name="a.py">', "</file>"),
        ('<file src="a.py">', "</file>"),
        ("<file path='a.py'>", "</file>"),
        ("<file path=a.py>", "</file>"),
        ("<file=a.py>", "</file>"),
        ("<file a.py>", "</file>"),
        ("<file: a.py>", "</file>"),
        ("<file path=“a.py”>", "</file>"),
        ("<file path=`a.py`>", "</file>"),
        ('<file path=\\"a.py\\">', "</file>"),
        ('<file path="a.py">', "**</file>**"),
        ('<file path="a.py">', "</File>"),
        ('<file path="a.py">', '</file path="a.py">'),
        ('<file path="a.py">', "< /file>"),
        ('<file path="a.py">', "<\\/file>"),
        ('&lt;file path="a.py"&gt;', "&lt;/file&gt;"),
        ("&lt;file path=&quot;a.py&quot;&gt;", "&lt;/file&gt;"),
        ('<file path="a.py"><![CDATA[', "]]></file>"),
        ('<file path="a.py">\n<![CDATA[', "]]>\n</file>"),
        ('<file path="a.py">```python', "```\n</file>"),
        ('<s><file path="a.py">', "</file></s>"),
        ('<file path="a.py" language="python">', "</file>"),
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "Here is the file.\n\n{}\n\nEnjoy.\n", "```xml\n{}\n```\n"]
)
def test_a_frame_that_can_mean_one_thing_is_read(opening: str, closing: str, around: str) -> None:
    text = around.format(f"{opening}\n{NEW}{closing}")
    assert one_file(parsed(text)) == ("a.py", NEW, True)
    assert one_file(parse_reply(text)) == ("a.py", NEW, True)
    assert next_step(text, "stop") == "done"


@pytest.mark.parametrize(
    "text",
    [
        f'<file path="a.py">{NEW}</file>\n',
        f'<file path="a.py"> {NEW}</file>\n',
        f'<file path="a.py">{NEW.rstrip()}</file>',
        f'<FILE PATH="a.py">{NEW}</FILE>\n',
    ],
)
def test_code_on_the_opening_line_is_kept(text: str) -> None:
    assert one_file(parsed(text)) == ("a.py", NEW, True)


def test_code_on_the_opening_line_ends_as_the_lines_below_it() -> None:
    text = '<file path="a.py">x = 1\r\ny = 2\r\n</file>\r\n'
    assert one_file(parsed(text)) == ("a.py", "x = 1\r\ny = 2\r\n", True)


def test_the_closing_of_a_wrapper_in_place_of_the_files_own_is_said() -> None:
    (file,) = parse_reply('<file path="a.py">\nx = 1\n</files>\n').files
    assert (file.text, file.complete) == ("x = 1\n", True)
    assert "not exactly as asked" in file.remark


def test_a_near_miss_that_broke_off_in_its_first_line_is_open() -> None:
    assert one_file(parsed('**<file path="a.py">**\nx = 1\n')) == ("a.py", "x = 1\n", False)


def test_a_file_on_one_line() -> None:
    assert one_file(parsed('<file path="a.py">x = 1</file>\n')) == ("a.py", "x = 1\n", True)


def test_a_quoted_frame_is_read_without_its_quotation_marks() -> None:
    lines = f'<file path="a.py">\n{NEW}</file>\n'.splitlines()
    quoted = "".join(f"> {line}".rstrip() + "\n" for line in lines)
    assert one_file(parsed(quoted)) == ("a.py", NEW, True)


def test_an_item_of_a_list_is_read_without_its_indentation() -> None:
    inner = "".join(f"  {line}" if line.strip() else line for line in NEW.splitlines(keepends=True))
    assert one_file(parsed(f'- <file path="a.py">\n{inner}  </file>\n')) == ("a.py", NEW, True)


def test_a_fence_in_an_item_of_a_list_is_read_without_its_indentation() -> None:
    inner = "".join(f"   {line}" for line in NEW.splitlines(keepends=True))
    assert one_file(parsed(f"1. a.py\n\n   ```python\n{inner}   ```\n")) == ("a.py", NEW, True)
    assert one_file(parsed(f"1. a.py\n\n   ```python\n{inner}")) == ("a.py", NEW, False)


@pytest.mark.parametrize("line", ["[a.py]", "### [`a.py`]:", "**[a.py](a.py)**", "[a.py](./a.py)"])
def test_a_name_in_brackets_names_the_fence_below(line: str) -> None:
    files = parse_reply(f"{line}\n```python\n{NEW}```\n\nb.py\n```python\n{NEW}```\n").files
    assert [file.path.removeprefix("./") for file in files] == ["a.py", "b.py"]


def test_a_text_that_is_escaped_throughout_is_read_as_plain() -> None:
    reply = parsed("&lt;file path=&quot;a.py&quot;&gt;\nx = 1 &lt; 2 &amp;&amp; y\n&lt;/file&gt;\n")
    assert reply.files[0].text == "x = 1 < 2 && y\n"
    assert "entities" in reply.files[0].remark


def test_several_near_misses_are_several_files() -> None:
    text = "\n".join(f'**<file path="{name}">**\n{NEW}**</file>**\n' for name in ("a.py", "b.py"))
    files = parse_reply(text).files
    assert [(file.path, file.text) for file in files] == [("a.py", NEW), ("b.py", NEW)]
    mixed = text + f'<FILE PATH="c.py">\n{NEW}</FILE>\n<file path="d.py">\n{NEW}</file>\n'
    assert [file.path for file in parse_reply(mixed).files] == ["a.py", "b.py", "c.py", "d.py"]
    assert all(file.text == NEW for file in parse_reply(mixed).files)


@pytest.mark.parametrize(
    "before",
    [
        'I changed:\n\n- `<file path="a.py">`\n- `<file path="b.py">`\n\n',
        'The block `<file path="a.py">` holds it.\n\n',
        '<file path="a.py"> is the file that I changed.\n\n',
        '<file path="a.py">...</file> frames each file.\n\n',
    ],
)
def test_talk_about_frames_opens_none(before: str) -> None:
    assert one_file(parsed(f'{before}<file path="a.py">\n{NEW}</file>\n')) == ("a.py", NEW, True)


@pytest.mark.parametrize("content", ["", "...", " … ", " . . . "])
def test_a_frame_of_nothing_on_one_line_opens_none(content: str) -> None:
    text = f'<file path="a.py">{content}</file>'
    reply = parse_reply(f"{text}\n")
    assert (reply.files, reply.notes) == ((), text)


@pytest.mark.parametrize("tag", ["<file contents>", "<file: notes>", "<file=name>"])
def test_a_word_in_a_tag_is_no_name_of_a_file(tag: str) -> None:
    assert parse_reply(f"{tag}\n{NEW}</file>\n").files == ()


def test_marks_within_a_file_are_its_own() -> None:
    text = '# <file path="x">\nx = 1\n# </FILE>\n'
    assert one_file(parsed(f'<file path="a.py">\n{text}</file>\n')) == ("a.py", text, True)


def test_a_near_miss_that_broke_off_is_open() -> None:
    text = '**<file path="a.py">**\ndef add(a, b):\n'
    assert frame_state(text) == "open"
    assert one_file(parsed(text)) == ("a.py", "def add(a, b):\n", False)


FILE = {"path": "a.py", "content": NEW}


@pytest.mark.parametrize(
    "value",
    [FILE, [FILE], {"files": [FILE]}, {"filename": "a.py", "code": NEW},
     {"name": "write_file", "arguments": FILE}, {"a.py": NEW}, {"files": {"a.py": NEW}}],
)  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "```json\n{}\n```\n", "Here:\n\n```\n{}\n```\nDone.\n"])
def test_a_json_object_with_path_and_content_is_a_file(value: object, around: str) -> None:
    for dumped in (json.dumps(value), json.dumps(value, indent=2)):
        assert one_file(parsed(around.replace("{}", dumped))) == ("a.py", NEW, True)


def test_json_that_was_asked_for_is_no_frame() -> None:
    text = json.dumps({"path": "x.py", "content": "y"}, indent=2) + "\n"
    (file,) = parse_reply(text, target="conf.json").files
    assert (file.path, file.text) == ("conf.json", text)
    text = json.dumps({"x.py": "y", "z.py": "a note"}, indent=2) + "\n"
    (file,) = parse_reply(text, target="conf.json").files
    assert (file.path, file.text) == ("conf.json", text)


@pytest.mark.parametrize(
    "text",
    ['<file path="a.py">\nx\n', "x\n&lt;/file&gt;\n", '**<file path="a.py">**\n', "<![CDATA[\nx\n",
     '{\n  "content": "x = 1"\n}\n', '{"path": "a.py", "content": "x'],
)  # fmt: skip
def test_marks_that_are_left_are_found(text: str) -> None:
    assert frame_marks_left(text)


@pytest.mark.parametrize(
    "text",
    [NEW, "profile = open(file)\n", "if a <file_size:\n    pass\n", '{"a": 1}\n', "<files>\n"],
)
def test_code_holds_no_marks(text: str) -> None:
    assert not frame_marks_left(text)


def test_marks_left_in_a_file_are_said_unless_it_had_them() -> None:
    text = f"{NEW}# <file path='q'>\n"
    (file,) = parsed(f'<file path="a.py">\n{text}</file>\n').files
    assert "mark of a frame" in file.remark
    (file,) = parsed(f'<file path="a.py">\n{text}</file>\n', given={"a.py": text + "#\n"}).files
    assert file.remark == ""


def test_stray_closings_and_much_after_the_file_are_said() -> None:
    framed = f'<file path="a.py">\n{NEW}</file>\n'
    assert parsed(framed + "Done.\n").problems == ()
    stray = parsed(f"{framed}\nmore\n</file>\n")
    assert "stands outside" in stray.problems[0]
    assert stray.problems[0] in stray.files[0].remark
    assert "goes on for" in parsed(framed + "x = 1\n" * 60).problems[0]


def test_a_block_that_is_no_file_for_its_name_is_said() -> None:
    notes = '<file path="generation_comments.txt">\nI chose x.\n</file>\n'
    reply = parsed(f'<file path="a.py">\n{NEW}</file>\n{notes}')
    assert "generation_comments.txt" in reply.files[0].remark
    (file,) = parse_reply(notes, target="generation_comments.txt").files
    assert file.text == "I chose x.\n"


@examples(300)
@given(
    st.lists(
        st.sampled_from(
            ['**<file path="a.py">**', '<FILE PATH="b.py">', "</FILE>", "**</file>**", "x = 1", "",
             '<file path="a.py">x', "x</file>", "&lt;file path='a'&gt;", "&lt;/file&gt;", "```",
             '<file path="c.py">', "</file>", "> y", "- <file=a.b>", "]]>", "<![CDATA[", '{"a": 1}']
        ),
        max_size=14,
    )
)  # fmt: skip
def test_nothing_is_invented_and_nothing_lost_without_a_word(lines: list[str]) -> None:
    text = "\n".join(lines)
    reply = parse_reply(text, target="a.py")
    for file in reply.files:
        for line in file.text.split("\n"):
            assert line in text
    if "x = 1" in lines and not reply.refusal:
        kept = reply.notes + "".join(file.text for file in reply.files)
        assert "x = 1" in kept or any(file.versions > 1 or file.remark for file in reply.files)


OLD_JS = "function add(a, b) {\n    return a + b\n}\n"
NEW_JS = f"{OLD_JS}\nfunction sub(a, b) {{\n    return a - b\n}}\n"


def parsed_js(text: str) -> Reply:
    return parse_reply(text, target="src/a.js", given={"src/a.js": OLD_JS})


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ('<document path="src/a.js">', "</document>"),
        ('<code filename="src/a.js">\n```js', "```\n</code>"),
        ('<boltAction type="file" filePath="src/a.js">', "</boltAction>"),
        ('[file path="src/a.js"]', "[/file]"),
        ("[FILE: src/a.js]", "[/FILE]"),
        ("[BEGIN src/a.js]", "[END src/a.js]"),
        ("=== src/a.js ===", "=== end ==="),
        ("=== src/a.js ===", ""),
        ("--- src/a.js ---\n", ""),
        ("==> src/a.js <==", ""),
        ("*** src/a.js ***", "*** End of src/a.js ***"),
        ("===== BEGIN FILE: src/a.js =====", "===== END FILE: src/a.js ====="),
        ("Here is the file:\n\n=== src/a.js ===\n", ""),
        ("=== src/a.js ===\n```js", "```"),
        ("# File: src/a.js", ""),
        ("File: src/a.js", ""),
        ("**File:** `src/a.js`", ""),
        ("<!-- File: src/a.js -->", ""),
        ("%%writefile src/a.js", ""),
        ("<file><path>src/a.js</path>\n<content>", "</content></file>"),
        ("<file>\n<path>src/a.js</path>\n<content>", "</content>\n</file>"),
        (
            "<document>\n<source>src/a.js</source>\n<document_content>",
            "</document_content>\n</document>",
        ),
        ("<write_to_file>\n<path>src/a.js</path>\n<content>", "</content>\n</write_to_file>"),
        ('<file path="src/a.js">\n<content>', "</content>\n</file>"),
        ('<file path="src/a.js">', "</files>"),
        ('<files>\n<file path="src/a.js">', "</files>"),
    ],
)
def test_a_frame_of_another_kind_is_read(opening: str, closing: str) -> None:
    (file,) = parsed_js(f"{opening}\n{NEW_JS}{closing}\n").files
    assert (file.path, file.text, file.complete) == ("src/a.js", NEW_JS, True)


@pytest.mark.parametrize(
    "text",
    [
        f"// File: src/a.js\n// Author: me\n{NEW_JS}",
        f"/* File: src/a.js */\n{NEW_JS}",
        f"{NEW_JS}// === src/a.js ===\n",
        f"#!/usr/bin/env node\n{NEW_JS}",
    ],
)
def test_a_comment_that_names_the_file_stays(text: str) -> None:
    (file,) = parsed_js(text).files
    assert file.text == text


def test_headings_of_two_files_divide_them() -> None:
    files = parsed_js(f"=== src/a.js ===\n{NEW_JS}=== src/b.js ===\nx()\n").files
    assert [(file.path, file.text) for file in files] == [
        ("src/a.js", NEW_JS), ("src/b.js", "x()\n")
    ]  # fmt: skip


def test_another_file_in_a_foreign_frame_is_not_taken_for_the_target() -> None:
    (file,) = parsed_js('<document path="src/b.js">\n```js\nx()\n```\n</document>\n').files
    assert file.path == "src/b.js"


def test_a_foreign_frame_that_broke_off_is_not_complete() -> None:
    (file,) = parsed_js(f'<document path="src/a.js">\n{NEW_JS}').files
    assert not file.complete


def test_a_heading_that_the_given_file_holds_is_its_own() -> None:
    old = "=== a.txt ===\none\n"
    (file,) = parse_reply(f"{old}two\n", target="a.txt", given={"a.txt": old}).files
    assert file.text == f"{old}two\n"


def test_a_wrapper_that_the_file_itself_opens_closes_no_frame() -> None:
    text = '<file path="p.xml">\n<p>\n<files>\n<a/>\n</files>\n'
    (file,) = parse_reply(text, target="p.xml").files
    assert not file.complete


@pytest.mark.parametrize("frame", ["{}", "```json\n{}\n```\n", "So:\n\n```\n{}\n```\n"])
def test_json_in_a_fence_that_was_asked_for_is_no_frame(frame: str) -> None:
    text = frame.format(json.dumps({"path": "b.py", "content": NEW}))
    (file,) = parse_reply(text, target="a.json").files
    assert file.path == "a.json"
    (file,) = parse_reply(text, target="a.py").files
    assert (file.path, file.text) == ("b.py", NEW)
