"""Files out of replies, folders as tables of files, proposals accepted and written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autocoder_tui
from autocoder_tui import DB, InputFile, Proposal, RunRequest, apply, parse_chat, to_files
from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.catalog import Endpoint, Provider
from autocoder_tui.review.verdict import Verdict
from autocoder_tui.workspace.errors import ChangedOnDisk, WorkspaceError
from tests.engine.test_run import MODEL, QUICK
from tests.library.test_generator import _own_folders  # noqa: F401 - a fixture

CHAT = """\
Two files:

main.py
```python
print("hi")
```

**docs/guide.md**
````markdown
# Guide

```sh
python main.py
```
````
"""


def test_files_are_found_with_fences_in_them(tmp_path: Path) -> None:
    assert parse_chat(CHAT) == [
        ("main.py", 'print("hi")\n'),
        ("docs/guide.md", "# Guide\n\n```sh\npython main.py\n```\n"),
    ]
    workspace = DB(tmp_path / "work")
    assert to_files(CHAT, workspace) == ["main.py", "docs/guide.md"]
    assert workspace["main.py"] == 'print("hi")\n'
    assert workspace["all_output.txt"] == CHAT
    assert sorted(workspace) == ["all_output.txt", "docs/guide.md", "main.py"]


@pytest.mark.parametrize("name", ["../out.py", "/etc/out.py", "a/../../out.py", ".git/config"])
def test_a_name_that_leads_out_writes_nothing_at_all(tmp_path: Path, name: str) -> None:
    workspace = DB(tmp_path / "work")
    chat = f'<file path="good.py">\nx = 1\n</file>\n<file path="{name}">\nx = 2\n</file>\n'
    with pytest.raises(WorkspaceError):
        to_files(chat, workspace)
    assert list(workspace) == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["work"]


def test_code_without_a_name_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name"):
        to_files("```python\nx = 1\n```\n", DB(tmp_path))
    assert to_files("Nothing to write.", DB(tmp_path)) == []


@pytest.mark.parametrize(
    "chat",
    [
        '<file path="a">\nx\n</file>\n<file path="a/b.py">\ny\n</file>\n',
        '<file path="a.py">\nx\n</file>\n<file path="A.py">\ny\n</file>\n',
        '<file path="all_output.txt/a.py">\nx\n</file>\n',
        '<file path="con">\nx\n</file>\n<file path="a.py">\nx\n</file>\n',
        '<file path="a.py">\nx\n</file>\n<file path="b.py">\n\ud800\n</file>\n',
        '<file path="old">\nx\n</file>\n',
    ],
    ids=["folder", "case", "output", "device", "half a character", "taken"],
)
def test_files_that_cannot_stand_together_are_all_refused(tmp_path: Path, chat: str) -> None:
    workspace = DB(tmp_path)
    workspace["old/is.txt"] = "kept"
    with pytest.raises((WorkspaceError, ValueError)):
        to_files(chat, workspace)
    assert list(workspace) == ["old/is.txt"]


def test_a_file_called_as_the_whole_reply_takes_its_place(tmp_path: Path) -> None:
    workspace = DB(tmp_path)
    chat = '<file path="all_output.txt">\nmine\n</file>\n'
    assert to_files(chat, workspace) == ["all_output.txt"]
    assert workspace["all_output.txt"] == "mine\n"


def test_a_table_of_files(tmp_path: Path) -> None:
    table = DB(tmp_path / "table")
    assert "a.txt" not in table
    assert table.get("a.txt") is None
    assert table.get("a.txt", "none") == "none"
    with pytest.raises(KeyError):
        table["a.txt"]
    table["a.txt"] = "one\n"
    table["b/c.txt"] = "two\n"
    assert "a.txt" in table
    assert table.get("b/c.txt") == "two\n"
    assert len(table) == 2
    table["a.txt"] = "changed\n"
    assert (tmp_path / "table/a.txt").read_text() == "changed\n"
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "table/a.txt").stat().st_mode & 0o777 == 0o666 & ~mask
    del table["a.txt"]
    assert "a.txt" not in table
    with pytest.raises(KeyError):
        del table["a.txt"]
    with pytest.raises(TypeError):
        table["a.txt"] = b"bytes"  # type: ignore[assignment]
    (tmp_path / "secret").write_text("mine")
    (tmp_path / "table/link").symlink_to(tmp_path / "secret")
    for key in ("../secret", str(tmp_path / "secret"), "link"):
        assert key not in table
        with pytest.raises(WorkspaceError):
            table[key]
        with pytest.raises(WorkspaceError):
            table[key] = "theirs"
    assert (tmp_path / "secret").read_text() == "mine"


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.text("\r\n\0\ufeffa", max_size=9))
def test_a_text_comes_back_as_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, text: str, odd: str
) -> None:
    table = DB(tmp_path_factory.mktemp("table"))
    for value in (text, odd, odd + text):
        table["a.txt"] = value
        assert table["a.txt"] == value
    assert list(table) == ["a.txt"]


def test_files_from_elsewhere_are_read_and_other_keys_are_no_names(tmp_path: Path) -> None:
    table = DB(tmp_path)
    (tmp_path / "latin.txt").write_bytes("Grüße\r\n".encode("latin-1"))
    (tmp_path / "wide.txt").write_bytes("Grüße\r\n".encode("utf-16"))
    assert table["latin.txt"] == table["wide.txt"] == "Grüße\r\n"
    (tmp_path / "large.txt").write_text("x" * 3_000_000)
    assert len(table["large.txt"]) == 3_000_000
    (tmp_path / "picture").write_bytes(bytes(range(256)))
    with pytest.raises(WorkspaceError):
        table["picture"]
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text("")
    (tmp_path / "out").symlink_to("/etc/hostname")
    assert list(table) == ["large.txt", "latin.txt", "picture", "wide.txt"]
    assert len(table) == 4
    for key in (3, None, b"latin.txt", Path("latin.txt")):
        assert key not in table
        with pytest.raises(TypeError, match="name of a file"):
            table[key]  # type: ignore[index]
    with pytest.raises(ValueError, match="half a character"):
        table["a.txt"] = "\udc80"
    assert "a.txt" not in table


@given(st.text(min_size=1, max_size=12), st.text(max_size=40))
def test_no_key_leaves_the_folder(
    tmp_path_factory: pytest.TempPathFactory, key: str, text: str
) -> None:
    outer = tmp_path_factory.mktemp("outer")
    table = DB(outer / "table")
    try:
        table[key] = text
    except (WorkspaceError, OSError, ValueError):
        pass
    else:
        place = table.place(key)
        assert place.is_relative_to(outer / "table")
        assert place.read_bytes() == text.encode()
    assert [entry.name for entry in outer.iterdir()] == ["table"]


async def test_a_proposal_is_written_as_far_as_it_is_accepted(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.py").write_text("one = 1\n\n\n\n\n\n\n\n\ntwo = 2\n")
    reply = (
        '<file path="a.py">\none = 10\n\n\n\n\n\n\n\n\ntwo = 20\n</file>\n'
        '<file path="../b.py">\nx\n</file>\n<file path="c.py">\nnew = 1\n</file>\n'
    )
    async with DemoServer([Reply(reply)]) as server:
        request = RunRequest(
            "Ten times.",
            MODEL,
            Endpoint(Provider("test", server.base_url)),
            files=(InputFile("a.py", (project / "a.py").read_text()),),
            limits=QUICK,
        )
        events = [event async for event in autocoder_tui.run(request)]
    proposal = Proposal.of(project, request, events)
    assert [file.path for file in proposal.files] == ["a.py", "c.py"]
    assert [name for name, _ in proposal.refused] == ["../b.py"]
    assert apply(proposal).files == ()
    first = proposal.files[0].with_verdict(0, Verdict.ACCEPTED)
    decided = proposal.decided(first)
    assert "two = 20" not in decided.to_patch(accepted_only=True)
    assert [file.path for file in apply(decided).files] == ["a.py"]
    assert (project / "a.py").read_text().startswith("one = 10\n")
    assert "two = 2\n" in (project / "a.py").read_text()
    assert not (project / "c.py").exists()
    with pytest.raises(ChangedOnDisk):
        apply(proposal.accepted())
    assert not (project / "c.py").exists()
