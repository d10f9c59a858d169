"""Whole runs on files in every encoding and newline style: only the changed words change."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from textual.widgets import TextArea

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.reply.parse import ReplyFile, render_files
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.workspace.textfile import read_text_file
from tests.faults.special import run_all
from tests.ui.driving import serving, until

TEXT = "alpha\ncafé\ngamma\n\n  delta\nomega\n"
WIDE = "alpha\nпривет\ngamma\n\n  delta\nomega\n"
KANJI = "alpha\n日本語\ngamma\n\n  delta\nomega\n"

FILES: Mapping[str, tuple[bytes, str]] = {
    "utf8.txt": (TEXT.encode(), "utf-8"),
    "utf8-mark.txt": (TEXT.encode("utf-8-sig"), "utf-8"),
    "latin1.txt": (TEXT.encode("latin-1"), "latin-1"),
    "latin1-only.txt": (TEXT.encode("latin-1") + b"\x81\n", "latin-1"),
    "cp1252.txt": (TEXT.replace("café", "“café” €").encode("cp1252"), "cp1252"),
    "koi8.txt": (WIDE.encode("koi8-r"), "koi8-r"),
    "sjis.txt": (KANJI.encode("shift_jis"), "shift_jis"),
    "gb18030.txt": (KANJI.encode("gb18030"), "gb18030"),
    "utf16le.txt": (b"\xff\xfe" + WIDE.encode("utf-16-le"), "utf-16-le"),
    "utf16be.txt": (b"\xfe\xff" + WIDE.encode("utf-16-be"), "utf-16-be"),
    "utf16-crlf.txt": (
        b"\xff\xfe" + WIDE.replace("\n", "\r\n").encode("utf-16-le"),
        "utf-16-le",
    ),
    "utf32le.txt": (b"\xff\xfe\0\0" + WIDE.encode("utf-32-le"), "utf-32-le"),
    "broken-utf8.txt": (TEXT.encode() + b"one bad byte \xff here\n", "utf-8"),
    "crlf.txt": (TEXT.replace("\n", "\r\n").encode(), "utf-8"),
    "crlf-mark.txt": (TEXT.replace("\n", "\r\n").encode("utf-8-sig"), "utf-8"),
    "cr.txt": (TEXT.replace("\n", "\r").encode(), "utf-8"),
    "mixed.txt": (b"alpha\r\nbeta\ngamma\r\ndelta\romega\n", "utf-8"),
    "mixed-cr.txt": (b"alpha\rbeta\ngamma\n", "utf-8"),
    "no-end.txt": (TEXT.rstrip("\n").encode(), "utf-8"),
    "crlf-no-end.txt": (TEXT.rstrip("\n").replace("\n", "\r\n").encode(), "utf-8"),
    "separators.txt": ("alpha\u2028beta\x0cgamma\x85delta\x1comega\n".encode(), "utf-8"),
    "blank-end.txt": ((TEXT + "\n\n \t").encode(), "utf-8"),
}


def written(data: bytes, encoding: str) -> bytes:
    """The file with one word changed, by its bytes alone."""
    old, new = "gamma".encode(encoding), "GAMMA!".encode(encoding)
    assert data.count(old) == 1
    return data.replace(old, new)


def reply_for(project: Path, names: list[str]) -> Reply:
    """What a model answers that changes the one word and repeats the rest as it was given."""
    files = []
    for name in names:
        text = read_text_file(project / name).text
        files.append(ReplyFile(name, text.replace("gamma", "GAMMA!"), True, ""))
    return Reply(render_files(files))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    for name, (data, _) in FILES.items():
        (project / name).write_bytes(data)
    return project


def test_every_file_is_another_case(project: Path) -> None:
    read = [read_text_file(project / name) for name in FILES]
    assert {file.newline for file in read} == {"\n", "\r\n", "\r", "mixed"}
    assert {file.encoding for file in read} >= {"utf-8", "cp1252", "latin-1", "utf-16-be"}


async def test_headless_only_the_changed_word_changes(tmp_path: Path, project: Path) -> None:
    replies = [reply_for(project, [name]) for name in FILES]
    async with DemoServer(replies) as server:
        at = ("run", "--base-url", server.base_url, "-m", "test-model", "-f", "-r", "x")
        lines = [(*at, "-i", name, "-o", name) for name in FILES]
        process = await asyncio.to_thread(run_all, tmp_path, lines)
    for (name, (data, encoding)), ended in zip(FILES.items(), process.ended, strict=True):
        assert ended.code == 0, ended.err
        assert (project / name).read_bytes() == written(data, encoding), name


async def test_on_the_screen_only_the_changed_word_changes(tmp_path: Path, project: Path) -> None:
    script = [reply_for(project, list(FILES))]
    flags = ("-r", "x", "-i", *FILES)
    async with serving(tmp_path, script, *flags) as (app, pilot, _):
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        assert pane.review is not None
        assert [len(file.hunks) for file in pane.review.files] == [1] * len(FILES)
        await pilot.press("ctrl+a")
        await until(
            pilot,
            lambda: (
                isinstance(app.screen, Question)
                or (pane.review is not None and pane.review.counts.accepted == len(FILES))
            ),
        )
        if isinstance(app.screen, Question):
            await pilot.press("a")
        await until(pilot, lambda: pane.review and pane.review.counts.accepted == len(FILES))
        await pilot.press("enter")
        await until(pilot, lambda: pane.written)
        for name, (data, encoding) in FILES.items():
            assert (project / name).read_bytes() == written(data, encoding), name
        await pilot.press("U")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("u")
        await until(pilot, lambda: not pane.written)
    for name, (data, _) in FILES.items():
        assert (project / name).read_bytes() == data, name


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
async def test_what_no_mark_tells_from_binary_is_refused(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "project").mkdir()
    data = TEXT.encode(encoding)
    (tmp_path / "project" / "a.txt").write_bytes(data)
    line = ("run", "-r", "x", "-i", "a.txt", "--base-url", "http://127.0.0.1:9/v1", "-m", "m")
    process = await asyncio.to_thread(run_all, tmp_path, [line])
    assert process.ended[0].code == 1
    assert "binary, so a model cannot read it" in process.ended[0].err
