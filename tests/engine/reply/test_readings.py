"""Fences and closing lines that may be read in several ways: the reading in which all of the
reply holds together, and the file parses, is the right one."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.reply.end_tokens import without_end_tokens
from autocoder_tui.engine.reply.parse import ReplyFile, frame_state, parse_reply, render_files
from autocoder_tui.engine.seam import next_step, plan_continuation

STRING = "S = '''\n```\n'''\n"
PAIRED = "S = '''\n```\nls\n```\n'''\nx = 1\n"
OPENED = "S = '''\n```python\n'''\nx = 1\n"
DOCSTRING = '"""Use:\n\n```\nf()\n```\n\nor\n\n```sh\nls\n```\n"""\nx = 1\n'
TEMPLATE = "const s = `\n```\n`;\n"


def whole(text: str, **options: object) -> tuple[str, str]:
    reply = parse_reply(text, **options)  # type: ignore[arg-type]
    (file,) = reply.files
    assert file.complete
    assert frame_state(text) == "closed"
    assert next_step(text, "stop", files_expected=1) == "done"
    return file.path, file.text


@pytest.mark.parametrize("text", [STRING, PAIRED, OPENED, DOCSTRING])
@pytest.mark.parametrize("info", ["python", "py", "Python", "py title=a.py"])
@pytest.mark.parametrize("after", ["", "\nDone.\n", "\nIt works now as you asked.\n"])
def test_fences_in_a_string_are_its_own(text: str, info: str, after: str) -> None:
    assert whole(f"```{info}\n{text}```\n{after}", target="a.py") == ("a.py", text)


@pytest.mark.parametrize("text", [STRING, TEMPLATE])
@pytest.mark.parametrize("after", ["", "\nDone.\n"])
def test_a_lone_fence_in_a_block_without_a_language_is_its_own(text: str, after: str) -> None:
    assert whole(f"```\n{text}```\n{after}", target="a.js") == ("a.js", text)


@pytest.mark.parametrize(
    ("text", "mark"),
    [(STRING, "````"), (PAIRED, "~~~"), (STRING.replace("```", "~~~"), "~~~"),
     (STRING.replace("```", "`````"), "````")],
)  # fmt: skip
def test_other_fences(text: str, mark: str) -> None:
    assert whole(f"{mark}python\n{text}{mark}\n", target="a.py") == ("a.py", text)


@pytest.mark.parametrize("name", ["a.toml", "a.py"])
def test_toml_and_python_strings(name: str) -> None:
    text = "s = '''\n```\nx\n```\n'''\n"
    assert whole(f"`{name}`:\n\n```\n{text}```\n") == (name, text)


def test_several_files_with_fences_in_strings() -> None:
    text = f"`a.py`:\n```python\n{STRING}```\n\n`b.py`:\n```python\n{PAIRED}```\n"
    assert [(f.path, f.text) for f in parse_reply(text).files] == [
        ("a.py", STRING),
        ("b.py", PAIRED),
    ]
    assert next_step(text, "stop") == "done"


def test_a_snippet_after_the_file_is_not_part_of_it() -> None:
    text = "```python\nx = 1\n```\n\nRun it:\n\n```sh\npython a.py\n```\n"
    (file,) = parse_reply(text, target="a.py").files
    assert file.text == "x = 1\n"


def test_a_block_that_really_broke_off_is_open() -> None:
    text = "```python\nx = 1\n```\n\nThen this:\n\n```python\ny = '''\n"
    assert next_step(text, "stop") == "continue"


@pytest.mark.parametrize("name", ["README.md", "a.py"])
def test_a_closing_tag_that_the_file_quotes(name: str) -> None:
    quoted = '```\n<file path="x">\ny\n</file>\n```\n'
    text = f"# T\n\n{quoted}\nmore\n" if name == "README.md" else f"S = '''\n{quoted}'''\nx = 1\n"
    assert whole(f'<file path="{name}">\n{text}</file>\n') == (name, text)
    text = text.replace('<file path="x">\n', "")
    assert whole(f'<file path="{name}">\n{text}</file>\n') == (name, text)
    assert whole(f'<file path="{name}">\n{text}</file>\n\nDone.\n') == (name, text)


def test_a_frame_that_a_fenced_file_quotes() -> None:
    text = '# T\n\n<file path="x">\ny\n</file>\n'
    assert whole(f"`R.md`:\n\n````markdown\n{text}````\n", target="R.md") == ("R.md", text)
    framed = '`R.md`:\n\n```xml\n<file path="x">\ny\n</file>\n```\n'
    assert [(file.path, file.text) for file in parse_reply(framed).files] == [("x", "y\n")]


def test_a_block_of_code_that_names_no_file_is_said_beside_one_that_does() -> None:
    text = "`a.py`:\n```python\nx = 1\n```\n\n"
    assert parse_reply(f"{text}```sh\nls\n```\n").files[0].remark == ""
    reply = parse_reply(f"{text}```python\ny = 2\n```\n")
    assert "names no file" in reply.files[0].remark
    assert "y = 2" in reply.notes


def test_marks_that_the_given_file_holds_are_its_own() -> None:
    old = 'frame:\n<file path="x">\n</file>\n'
    new = old + "more\n"
    assert whole(f'<file path="a.txt">\n{new}</file>\n', given={"a.txt": old}) == ("a.txt", new)


TOKENS = ["<|im_end|>", "<|eot_id|>", "</s>", "<|endoftext|>", "<｜end▁of▁sentence｜>", "<|end|>",
          "<end_of_turn>", "[/INST]", "<|END_OF_TURN_TOKEN|>", "<eos>", " </s>", "<|im_end|>\n",
          "\n<|im_end|>", "<|eot_id|><|end_of_text|>", "</s>\n</s>\n", "[end of text]"]  # fmt: skip


@pytest.mark.parametrize("token", TOKENS)
def test_end_of_turn_tokens_are_no_text(token: str) -> None:
    text = "x = 1\ny = 2\n"
    for frame in (
        '<file path="a.py">\n{}</file>', "```python\n{}```", "`a.py`:\n\n~~~\n{}~~~",
        '**<file path="a.py">**\n{}**</file>**', '<file path="a.py">\n```\n{}```\n</file>',
    ):  # fmt: skip
        assert whole(frame.format(text) + token, target="a.py") == ("a.py", text)
    assert parse_reply(text.rstrip() + token, target="a.py").files[0].text == text


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_where_the_reply_broke_off_is_not_kept(token: str) -> None:
    text = f'<file path="a.py">\ndef f():\n    return 1{token}'
    assert next_step(text, "stop") == "continue"
    plan = plan_continuation(text, finish_reason="stop")
    assert text[: plan.keep] in ('<file path="a.py">\ndef f():\n    return 1',
                                 '<file path="a.py">\ndef f():\n    return 1\n')  # fmt: skip
    assert plan_continuation(text, finish_reason="length").keep == len(text)
    assert "1<" not in parse_reply(text).files[0].text


@pytest.mark.parametrize(
    "text", ["END = '<|im_end|>'\n", "a\n<|im_end|>\n", "<b><s>x</s>\n", "x</s>"]
)
def test_tokens_that_the_file_holds_stay(text: str) -> None:
    assert whole(f'<file path="t.txt">\n{text.rstrip()}\n</file>\n')[1] == text.rstrip() + "\n"
    assert parse_reply(render_files([ReplyFile("t.txt", text, True, "")])).files[0].text == text
    open_text = f'<file path="t.txt">\n{text}'
    assert parse_reply(open_text, given={"t.txt": text}).files[0].text == text


@pytest.mark.parametrize(
    "frame",
    ['<file path="a.py">\n{}</file>\n', "```python\n{}```\n", "~~~~\n{}~~~~\n",
     '**<file path="a.py">**\n{}**</file>**\n', '<file path="a.py">\n```python\n{}```\n</file>\n'],
)  # fmt: skip
def test_a_reply_that_announces_more_goes_on_inside_its_frame(frame: str) -> None:
    text = frame.format("def a():\n    return 1\n") + "\n(continued in the next message)\n"
    assert next_step(text, "stop") == "continue"
    plan = plan_continuation(text, finish_reason="stop")
    kept = text[: plan.keep]
    assert kept.rstrip("`\n").endswith("    return 1")
    assert kept + plan.closing == text
    assert frame_state(kept) == "open"


def test_bare_code_and_a_last_comment_that_announce_more() -> None:
    bare = "def a():\n    return 1\n\n(continued in the next message)\n"
    assert next_step(bare, "stop") == "continue"
    assert "continued" not in bare[: plan_continuation(bare, finish_reason="stop").keep]
    inner = "```python\ndef a():\n    return 1\n# continued in the next message\n```\n"
    assert next_step(inner, "stop") == "continue"
    kept = inner[: plan_continuation(inner, finish_reason="stop").keep]
    assert kept == "```python\ndef a():\n    return 1"


@pytest.mark.parametrize(("name", "info"), [("a.py", "python"), ("a.md", "markdown")])
def test_a_fence_that_stays_open_comes_off_where_the_reply_broke_off(name: str, info: str) -> None:
    broken = f'<file path="{name}">\n```{info}\nx = 1\n'
    (file,) = parse_reply(broken).files
    assert (file.text, file.complete) == ("x = 1\n", False)
    (file,) = parse_reply(f"{broken}</file>\n").files
    assert (file.text, file.complete) == (f"```{info}\nx = 1\n", True)


def test_what_stands_behind_a_markdown_file_that_quotes_a_closing_line() -> None:
    text = "# A\n\n```\n</file>\n```\n\nmore\n"
    reply = parse_reply(f'<file path="a.md">\n{text}</file>\nThat is all.\n')
    (file,) = reply.files
    assert (file.text, file.complete, reply.notes) == (text, True, "That is all.")


@pytest.mark.parametrize("blank", ["", "\n", "  \n\n"])
def test_a_named_fence_around_nothing_but_frames_is_wrapped_around_them(blank: str) -> None:
    frames = '<file path="a.py">\nx = 1\n</file>\n<file path="b.py">\ny = 1\n</file>\n'
    reply = parse_reply(f"a.py\n```xml\n{blank}{frames}```\n")
    assert [(file.path, file.text) for file in reply.files] == [
        ("a.py", "x = 1\n"),
        ("b.py", "y = 1\n"),
    ]


@pytest.mark.parametrize(
    "tokens", [("</s>", "[/INST]"), ("[/INST]", "</s>"), ("<|im_end|>", "</s>")]
)
@pytest.mark.parametrize("between", ["", " ", "\n"])
def test_several_tokens_in_a_row_are_all_taken_off(tokens: tuple[str, str], between: str) -> None:
    ended = f"{tokens[0]}{between}{tokens[1]}"
    assert without_end_tokens(f"x = 1{ended}") == "x = 1"
    (file,) = parse_reply(f'<file path="a.py">\nx = 1\n</file>{ended}').files
    assert (file.text, file.complete) == ("x = 1\n", True)
