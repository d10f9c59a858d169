"""Taking replies apart: every framing gives back the same bytes."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autocoder_tui.engine.reply.blocks import normal_path
from autocoder_tui.engine.reply.parse import (
    FRAMING_RULES,
    ReplyFile,
    frame_state,
    parse_reply,
    render_files,
)
from tests.effort import examples

many = examples(400)

LINES = (
    "x = 1", "", "    ", "</file>", '<file path="a">', '</file id="1">', "</file >", "  </file>",
    "x</file>", "```", "```python", "~~~", "````md", "<file>", '<file path="b" id="1">', "prose.",
    "# a.py", "`a.py`:", "\r", "end\r", "日本語", "\t", "</fil", "<file path=c>",
    "<|im_end|>", "x<|eot_id|>", "</file></s>", "```<|end|>", "<![CDATA[", "]]>",
    '{"content": "x"}', '**<file path="a">**', "</FILE>", "&lt;/file&gt;", '<file path="a">x',
    "> </file>", '{"path": "a.py", "content": "x"}', "(continued in the next message)",
)  # fmt: skip
contents = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60),
    st.lists(st.sampled_from(LINES), max_size=14).map("\n".join),
    st.lists(st.sampled_from(LINES), max_size=14).map(lambda lines: "\n".join([*lines, ""])),
)
names = st.one_of(
    st.sampled_from(["a.py", "dir/b c.md", "Makefile", 'q"uote&amp;.txt', "é/ü.rs", "a&#10;b"]),
    st.just("new\nline"),
    st.text(alphabet="abc /.&\"'<>;=", min_size=1).filter(lambda name: name.strip() != ""),
)  # fmt: skip
plain_lines = st.lists(
    st.text(alphabet="abcxyz (){}=.,:'\"#", max_size=20).filter(lambda line: "<" not in line),
    max_size=10,
)
plain_files = plain_lines.map(lambda lines: "".join(line + "\n" for line in lines))
prose = st.sampled_from(["", "Here is the file.\n\n", "Two changes:\n\n- one\n- two\n\n"])


def files_of(text: str, **options: object) -> list[tuple[str, str]]:
    reply = parse_reply(text, **options)  # type: ignore[arg-type]
    return [(file.path, file.text) for file in reply.files]


@many
@given(st.lists(st.tuples(names, contents), max_size=5))
def test_canonical_framing_is_exactly_inverted(files: list[tuple[str, str]]) -> None:
    assume(not any(path.endswith("generation_comments.txt") for path, _ in files))
    assume(len({normal_path(path) for path, _ in files}) == len(files))
    given_files = [ReplyFile(path, text, True, "") for path, text in files]
    rendered = render_files(given_files)
    assert files_of(rendered) == files
    assert all(file.complete for file in parse_reply(rendered).files)
    assert frame_state(rendered) == ("closed" if files else "none")


@many
@given(st.lists(st.tuples(names, contents), min_size=1, max_size=3), prose, prose, prose)
def test_prose_around_frames_is_notes(
    files: list[tuple[str, str]], before: str, between: str, after: str
) -> None:
    assume(len({normal_path(path) for path, _ in files}) == len(files))
    framed = [render_files([ReplyFile(path, text, True, "")]) for path, text in files]
    reply = parse_reply(before + between.join(framed) + after)
    assert [(file.path, file.text) for file in reply.files] == files
    for said in (before, after):
        assert said.strip() in reply.notes


STYLES = (
    "{path}\n{fence}py",
    "### {path}\n{fence}",
    "**{path}**\n\n{fence}py",
    "`{path}`:\n{fence}",
    "File: {path}\n{fence}py",
    "{fence}py {path}",
    "{fence}py:{path}",
    '{fence}py title="{path}"',
    "Here is the new `{path}`:\n\n{fence}py",
    "# {path}\n{fence}python",
    "1. `{path}`\n{fence}",
)
FENCED_NAMES = ("src/a.py", "b.md", "my file.txt", "deep/er/c.rs")


def fence_for(text: str) -> str:
    longest = max((len(line) for line in text.split("\n") if set(line) == {"`"}), default=0)
    return "`" * max(3, longest + 1)


@many
@given(
    st.lists(st.tuples(st.sampled_from(FENCED_NAMES), plain_files), min_size=1, max_size=3),
    st.sampled_from(STYLES),
)
def test_fences_that_name_their_file(files: list[tuple[str, str]], style: str) -> None:
    assume(len({path for path, _ in files}) == len(files))
    # Two texts that each open a string read as one that has fences in its string.
    assume(all(text.count(quotes) % 2 == 0 for _, text in files for quotes in ("'''", '"""')))
    parts = []
    for path, text in files:
        fence = fence_for(text)
        parts.append(f"{style.format(path=path, fence=fence)}\n{text}{fence}\n\n")
    assert files_of("".join(parts)) == files


@many
@given(plain_files, prose, prose, st.sampled_from(["", "python", "text"]))
def test_one_unnamed_fence_is_the_target(text: str, before: str, after: str, info: str) -> None:
    reply = parse_reply(f"{before}```{info}\n{text}```\n{after}", target="dir/a.py")
    assert [(file.path, file.text) for file in reply.files] == [("dir/a.py", text)]
    assert reply.files[0].complete
    assert before.strip() in reply.notes
    assert after.strip() in reply.notes


@many
@given(plain_files)
def test_a_fence_inside_the_frame_comes_off(text: str) -> None:
    assert files_of(f'<file path="a.py">\n```python\n{text}```\n</file>\n') == [("a.py", text)]


NESTED_MARKDOWN = """\
# Title

```python
print(1)
```

Then:

```
$ run
```

```sh
ls
```
"""


@pytest.mark.parametrize(
    "reply",
    [
        f'<file path="README.md">\n{NESTED_MARKDOWN}</file>',
        f'<file path="README.md">\n```markdown\n{NESTED_MARKDOWN}```\n</file>',
        f"`README.md`:\n\n````markdown\n{NESTED_MARKDOWN}````\n",
        f"`README.md`:\n\n```markdown\n{NESTED_MARKDOWN}```\n",
        f"Here it is:\n\n```markdown\n{NESTED_MARKDOWN}```\n\nEnjoy.\n",
    ],
)
def test_fences_within_markdown(reply: str) -> None:
    assert files_of(reply, target="README.md") == [("README.md", NESTED_MARKDOWN)]


def test_markdown_that_is_one_code_block_keeps_its_fence() -> None:
    text = "```\n$ run\n```\n"
    assert files_of(f'<file path="a.md">\n{text}</file>\n') == [("a.md", text)]


def test_fences_within_a_docstring() -> None:
    text = '"""Use:\n\n```python\nf()\n```\n"""\nx = 1\n'
    assert files_of(f"```python\n{text}```\n", target="a.py") == [("a.py", text)]
    assert files_of(f'<file path="a.py">\n{text}</file>') == [("a.py", text)]


def test_empty_files_and_missing_final_newlines() -> None:
    files = [("empty.txt", ""), ("none", "x"), ("blank", "\n"), ("two", "\n\n"), ("r", "\r")]
    assert files_of(render_files([ReplyFile(*file, True, "") for file in files])) == files


def test_generation_comments_are_notes() -> None:
    reply = parse_reply(
        '<file path="a.py">\nx = 1\n</file>\n'
        '<file path="docs/generation_comments.txt">\nI chose x.\n</file>\n'
    )
    assert [file.path for file in reply.files] == ["a.py"]
    assert "I chose x." in reply.notes


def test_an_unclosed_frame_is_incomplete() -> None:
    reply = parse_reply('<file path="a.py">\nx = 1\n</file>\n<file path="b.py">\ny = ')
    assert [file.complete for file in reply.files] == [True, False]
    assert reply.files[1].text == "y = "
    assert reply.files[1].remark


def test_a_frame_opened_before_the_last_was_closed() -> None:
    reply = parse_reply('<file path="a.py">\nx = 1\n<file path="b.py">\ny = 2\n</file>\n')
    assert [(file.path, file.complete) for file in reply.files] == [("a.py", False), ("b.py", True)]


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that request.",
        "I cannot write this file because the requirements are harmful.",
        "I apologize, but as an AI I am unable to do this.\n\nPlease ask for something else.",
    ],
)
def test_a_refusal_proposes_nothing(text: str) -> None:
    reply = parse_reply(text, target="a.py")
    assert reply.files == ()
    assert reply.refusal
    assert reply.notes == text


def test_an_apology_before_code_is_no_refusal() -> None:
    reply = parse_reply("I'm sorry for the delay.\n\n```python\nx = 1\n```\n", target="a.py")
    assert not reply.refusal
    assert reply.files[0].text == "x = 1\n"


def test_talk_is_not_code() -> None:
    text = "I have read your code and I think that it is fine.\nWhat should I change?"
    reply = parse_reply(text, target="a.py")
    assert reply.files == ()
    assert reply.problems


def test_one_word_is_talk() -> None:
    assert parse_reply("Done", target="a.py").files == ()


def test_bare_code_is_flagged() -> None:
    (file,) = parse_reply("import os\n\nprint(os.name)\n", target="a.py").files
    assert file.text == "import os\n\nprint(os.name)\n"
    assert file.remark


def test_bare_code_without_a_target_is_not_a_file() -> None:
    assert parse_reply("import os\n").files == ()


def test_several_unnamed_fences_take_the_longest_and_say_so() -> None:
    reply = parse_reply(
        "Install:\n\n```sh\npip install x\n```\n\n```python\nimport x\n\nx.run()\n```\n",
        target="a.py",
    )
    (file,) = reply.files
    assert file.text == "import x\n\nx.run()\n"
    assert file.remark
    assert "pip install x" in reply.notes


def test_a_known_name_without_suffix_names_a_fence() -> None:
    text = "Makefile\n```make\nall:\n```\n"
    assert files_of(text, known=["Makefile"]) == [("Makefile", "all:\n")]


def test_a_frame_inside_a_fence() -> None:
    reply = parse_reply('```xml\n<file path="a.py">\nx = 1\n</file>\n```\n')
    assert [(file.path, file.text) for file in reply.files] == [("a.py", "x = 1\n")]
    assert reply.notes == ""


@pytest.mark.parametrize("closing", ["</file>  ", "  </file>", "</file>\r", "</file >"])
def test_closing_lines_not_exactly_as_asked(closing: str) -> None:
    (file,) = parse_reply(f'<file path="a.py">\nx = 1\n{closing}\n').files
    assert (file.text, file.complete) == ("x = 1\n", True)


def test_a_closing_line_at_the_end_of_code() -> None:
    (file,) = parse_reply('<file path="a.py">\nx = 1</file>\n').files
    assert (file.text, file.complete) == ("x = 1\n", True)
    assert file.remark


def test_the_rules_name_the_frame() -> None:
    assert '<file path="' in FRAMING_RULES
    assert "</file>" in FRAMING_RULES


@many
@given(st.text(max_size=300))
def test_any_text_is_taken_apart(text: str) -> None:
    parse_reply(text)
    parse_reply(text, target="a.py", known=["b"])
    assert frame_state(text) in ("none", "open", "closed")


def test_a_flood_of_lines_is_read_like_any_other_reply() -> None:
    text = "x = 1\n\n" * 60_000 + "y"
    (file,) = parse_reply(render_files([ReplyFile("a.py", text, True, "")])).files
    assert (file.path, file.text, file.complete) == ("a.py", text, True)


def test_a_line_of_quotes_without_end_names_no_file() -> None:
    # Paired up one by one it would take hours.
    reply = parse_reply('`"' * 100_000 + "\n```python\nx = 1\n```\n", target="a.py")
    assert [(file.path, file.text) for file in reply.files] == [("a.py", "x = 1\n")]


def test_a_frame_with_an_id_is_closed_by_its_own_closing_line() -> None:
    text = "x = 1\n</file>\ny = 2\n"
    (file,) = parse_reply(f'<file path="a.py" id="7">\n{text}</file id="7">\n').files
    assert (file.text, file.complete, file.remark) == (text, True, "")
    (file,) = parse_reply('<file path="a.py" id="7">\nx = 1\n').files
    assert (file.text, file.complete) == ("x = 1\n", False)


def test_a_closing_line_that_lacks_the_id_closes_and_is_said() -> None:
    reply = parse_reply('<file path="a.py" id="7">\nx = 1\n</file>\nDone.\n')
    (file,) = reply.files
    assert (file.text, file.complete, reply.notes) == ("x = 1\n", True, "Done.")
    assert "lacks the id" in file.remark


def test_fences_within_markdown_of_any_name() -> None:
    assert files_of(f"```md\n{NESTED_MARKDOWN}```\n", target="README") == [
        ("README", NESTED_MARKDOWN)
    ]


def test_a_shorter_fence_behind_the_block_closes_it_no_later() -> None:
    reply = parse_reply("````python\nx = (\n````\ny = 1)\n```\n", target="a.py")
    assert [(file.path, file.text) for file in reply.files] == [("a.py", "x = (\n")]


@pytest.mark.parametrize("line", ["**a.py:**", "_a.py:_", "`a.py:`", "*a.py*:"])
def test_a_name_with_a_colon_in_or_behind_its_marks_names_a_fence(line: str) -> None:
    assert files_of(f"{line}\n```\nx = 1\n```\n") == [("a.py", "x = 1\n")]


def test_a_stray_mark_is_said_in_its_own_words() -> None:
    block = "<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n"
    for stray in (">>>>>>> REPLACE", "======="):
        reply = parse_reply(f'<edit path="a.py">\n{stray}\n{block}</edit>\n')
        (file,) = reply.files
        assert len(file.edits) == 1
        assert not file.complete
        assert f"none: {stray} " in file.remark
    left_open = f'<edit path="a.py">\n=======\n{block}<edit path="b.py">\n{block}</edit>\n'
    first, _ = parse_reply(left_open).files
    assert "none: =======" in first.remark
    assert "closes this edit is missing" in first.remark
    (whole,) = parse_reply(f'<edit path="a.py">\n{block}</edit>\n').files
    assert whole.remark == ""


def test_json_nested_beyond_reason_holds_no_file() -> None:
    file = '{"path": "a.py", "content": "x = 1\\n"}'
    near, far = (f"{'[' * depth}{file}{']' * depth}" for depth in (2, 60))
    assert [each.path for each in parse_reply(near).files] == ["a.py"]
    assert parse_reply(far).files == ()
