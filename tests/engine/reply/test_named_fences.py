"""The names that models give code fences, in the forms in which they were lost elsewhere."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.reply.parse import parse_reply

CODE = "x = 1\n"


@pytest.mark.parametrize(
    "head",
    [
        "[main.py](./main.py)\n```python",
        "[main.py](main.py)\n```",
        "**[main.py](./main.py)**\n\n```python",
        "### [`main.py`](./main.py)\n\n```python",
        "1. [main.py](./main.py)\n```python",
        "[main.py](./main.py):\n```python",
        "Here is [main.py](./main.py):\n```python",
        "```[main.py](./main.py)",
        "```main.py```\n```python",
        "```main.py```\n\n```python",
        "```main.py```",
        "```main.py",
        "```python main.py",
        "_main.py_\n```python",
        "__main.py__:\n```python",
        "./main.py\n```python",
    ],
)
def test_a_name_in_any_of_these_forms_is_kept(head: str) -> None:
    reply = parse_reply(f"Sure.\n\n{head}\n{CODE}```\nDone.\n")
    (file,) = reply.files
    assert file.path.removeprefix("./") == "main.py"
    assert file.text == CODE
    assert file.complete


def test_several_files_named_on_lines_of_fences() -> None:
    reply = parse_reply(f"```a.py```\n{CODE}```\n\n```b.py```\n{CODE}```\n")
    assert [(file.path, file.text) for file in reply.files] == [("a.py", CODE), ("b.py", CODE)]


@pytest.mark.parametrize("name", ["__init__.py", "pkg/__init__.py", "_private.py", "__main__.py"])
@pytest.mark.parametrize("form", ["{}", "**{}**", "`{}`", "{}:", "[{}](./{})"])
def test_underscores_of_a_name_are_no_marks(name: str, form: str) -> None:
    reply = parse_reply(f"{form.replace('{}', name)}\n```python\n{CODE}```\n")
    assert [file.path for file in reply.files] == [name]


def test_a_link_that_shows_less_than_it_leads_to_names_what_it_leads_to() -> None:
    reply = parse_reply(f"[main.py](src/main.py)\n```python\n{CODE}```\n")
    assert [file.path for file in reply.files] == ["src/main.py"]


@pytest.mark.parametrize(
    "text",
    [
        "Use ```main.py``` for that.\n",
        "```main.py```\n```util.py```\n",
        "[main.py](./main.py)\n",
        "See [the page](https://example.org/a.html) first.\n\n```sh\nls\n```\n",
    ],
)
def test_talk_of_a_name_is_no_file(text: str) -> None:
    assert parse_reply(text).files == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("relative/path/to/main.py", "main.py"),
        ("relative/path/of/the/main.py", "main.py"),
        ("relative/path/src/main.py", "src/main.py"),
        ("./relative/path/to/main.py", "main.py"),
        ("relative/main.py", "relative/main.py"),
        ("path/to/main.py", "path/to/main.py"),
    ],
)
def test_the_folders_of_the_form_itself_are_no_part_of_a_name(written: str, meant: str) -> None:
    (file,) = parse_reply(f'<file path="{written}">\n{CODE}</file>\n').files
    assert file.path == meant


def test_but_of_a_file_that_was_given_so_they_are() -> None:
    path = "relative/path/to/main.py"
    (file,) = parse_reply(f'<file path="{path}">\n{CODE}</file>\n', given={path: "x = 2\n"}).files
    assert file.path == path
