"""Undo, redo and commit by keys, in the real App against a real loopback server."""

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from autocoder_tui.demo.script import Reply
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.commit_message import CommitMessage
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.widgets.footer_line import FooterLine
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.apply_log import ApplyLog
from autocoder_tui.workspace.change import Change
from autocoder_tui.workspace.textfile import read_text_file
from tests.ui.driving import driven, framed, serving, setup_for, there, until
from tests.workspace.faults import Fault, in_a_process

OLD, NEW = "one\ntwo\n", "one\nthree\n"
REPLY = Reply(framed("code.txt", NEW).text + framed("sub/new.txt", "new\n").text)


def project(folder: Path) -> Path:
    root = folder / "project"
    root.mkdir(exist_ok=True)
    (root / "code.txt").write_text(OLD)
    (root / "code.txt").chmod(0o750)
    return root


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    return subprocess.run(
        ["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True
    ).stdout


def files(root: Path) -> dict[str, str]:
    found = {p.relative_to(root).as_posix(): p for p in root.rglob("*") if ".git" not in p.parts}
    return {name: path.read_text() if path.is_file() else "/" for name, path in found.items()}


BEFORE = {"code.txt": OLD}
AFTER = {"code.txt": NEW, "sub": "/", "sub/new.txt": "new\n"}


def said(app: AutocoderApp, words: str) -> bool:
    return any(words in line for line in app.main.log_lines)


async def asked(app: AutocoderApp, pilot: Pilot[str], words: str) -> None:
    """Wait for a question that holds `words`."""

    def there() -> bool:
        if not isinstance(app.screen, Question):
            return False
        return words in str(app.screen.query_one(".dialog-text", Static).render())

    await until(pilot, there)


@asynccontextmanager
async def reviewing(
    folder: Path, reply: Reply = REPLY, key: str = "ctrl+a"
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str]]]:
    """The App with everything accepted, and not yet written; without `key` all is undecided."""
    flags = ("-i", "code.txt", "-r", "Add a third line\nwith care")
    async with serving(folder, [reply], *flags) as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        assert app.main.query_one("#requirements", TextArea).text
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press(*filter(None, [key]))
        yield app, pilot


@asynccontextmanager
async def written(folder: Path) -> AsyncIterator[tuple[AutocoderApp, Pilot[str]]]:
    async with reviewing(folder) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, lambda: app.main.query_one(ReviewPane).written)
        yield app, pilot


async def test_a_write_is_undone_redone_and_written_anew(tmp_path: Path) -> None:
    root = project(tmp_path)
    async with written(tmp_path) as (app, pilot):
        review = app.main.query_one(ReviewPane)
        summary = str(app.main.query_one("#review-summary", Static).render())
        assert summary.startswith("✓ written, U undoes: ")
        assert files(root) == AFTER
        await pilot.press("U")
        await asked(app, pilot, "code.txt, sub/new.txt\nAdd a third line")
        await pilot.press("u")
        await until(pilot, lambda: not review.written)
        assert files(root) == BEFORE
        assert (root / "code.txt").stat().st_mode & 0o777 == 0o750
        await pilot.press("ctrl+y")
        await asked(app, pilot, "code.txt")
        await pilot.press("r")
        await until(pilot, lambda: review.written)
        assert files(root) == AFTER
        await pilot.press("U")
        await asked(app, pilot, "code.txt")
        await pilot.press("c")
        await pilot.press("U", "enter")
        await until(pilot, lambda: not review.written)
        await pilot.press("enter")
        await until(pilot, lambda: review.written)
        assert files(root) == AFTER


async def test_a_write_is_undone_after_a_restart(tmp_path: Path) -> None:
    root = project(tmp_path)
    async with written(tmp_path):
        pass
    assert files(root) == AFTER
    async with driven(setup_for(tmp_path)) as (app, pilot):
        await pilot.press("escape", "escape")
        app.main.show("files")
        await until(pilot, lambda: app.screen is app.main and there(app.focused).id == "files")
        await pilot.press("U")
        await asked(app, pilot, "code.txt")
        await pilot.press("u")
        await until(pilot, lambda: said(app, "✓ as before"))
        await pilot.press("U")
        await until(pilot, lambda: said(app, "No write of this project is remembered"))
    assert files(root) == BEFORE


@pytest.mark.parametrize(
    ("key", "expected"), [("o", OLD), ("l", "mine\n"), ("c", "mine\n"), ("escape", "mine\n")]
)
async def test_changed_since_is_asked_about(tmp_path: Path, key: str, expected: str) -> None:
    root = project(tmp_path)
    async with written(tmp_path) as (app, pilot):
        (root / "code.txt").write_text("mine\n")
        await pilot.press("U")
        await asked(app, pilot, "code.txt")
        await pilot.press("u")
        await asked(app, pilot, "code.txt has changed since that write")
        assert files(root) == {**AFTER, "code.txt": "mine\n"}
        await pilot.press(key)
        undone = key in "ol"
        await until(pilot, lambda: app.screen is app.main)
        await until(pilot, lambda: not undone or said(app, "✓ as before"))
    assert files(root) == {**({} if undone else AFTER), "code.txt": expected}


async def test_letters_are_typed_where_text_is_edited(tmp_path: Path) -> None:
    project(tmp_path)
    async with written(tmp_path) as (app, pilot):
        await pilot.press("f3", *"Uc")
        await until(pilot, lambda: "Uc" in app.main.query_one("#requirements", TextArea).text)
        await pilot.press("ctrl+t", *"Uc")
        await until(pilot, lambda: app.main.query_one("#target", Input).value == "Uc")
        assert app.screen is app.main


async def test_an_interrupted_write_is_finished_at_the_next_start(tmp_path: Path) -> None:
    root = project(tmp_path)
    change = Change("code.txt", NEW, read_text_file(root / "code.txt"))
    log = ApplyLog.of_project(tmp_path / "state", root)
    ended = in_a_process(
        lambda: apply_changes(root, [change], log=log), Fault(1, "kill", only="link")
    )
    assert ended < 0
    assert files(root)["code.txt"] == OLD
    assert len(files(root)) == 2
    async with driven(setup_for(tmp_path)) as (app, pilot):
        await until(pilot, lambda: said(app, "A write of code.txt was interrupted"))
        assert files(root) == {"code.txt": NEW}


async def test_hard_link_is_asked_about(tmp_path: Path) -> None:
    root = project(tmp_path)
    os.link(root / "code.txt", tmp_path / "elsewhere")
    async with reviewing(tmp_path) as (app, pilot):
        await pilot.press("enter")
        await asked(app, pilot, "code.txt has other names")
        assert files(root) == BEFORE
        await pilot.press("w")
        await until(pilot, lambda: app.main.query_one(ReviewPane).written)
    assert (tmp_path / "elsewhere").read_text() == NEW


async def test_without_a_place_for_the_record_it_asks(tmp_path: Path) -> None:
    root = project(tmp_path)
    async with reviewing(tmp_path) as (app, pilot):
        (tmp_path / "state").mkdir(exist_ok=True)
        (tmp_path / "state" / "applies").write_text("in the way")
        await pilot.press("enter")
        await asked(app, pilot, "Nothing was written")
        assert files(root) == BEFORE
        await pilot.press("w")
        await until(pilot, lambda: app.main.query_one(ReviewPane).written)
    assert files(root) == AFTER


async def test_a_write_is_committed_and_what_else_is_staged_stays(tmp_path: Path) -> None:
    root = project(tmp_path)
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "t")
    git(root, "config", "user.email", "t@example.org")
    git(root, "add", "code.txt")
    git(root, "commit", "-qm", "first")
    (root / "mine").write_text("mine\n")
    git(root, "add", "mine")
    async with written(tmp_path) as (app, pilot):
        summary = str(app.main.query_one("#review-summary", Static).render())
        assert summary.startswith("✓ written, U undoes, c commits: ")
        line = app.main.query_one(FooterLine)
        await until(pilot, lambda: line.render().plain.startswith(" U Undo last write  c Commit"))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CommitMessage))
        assert app.screen.query_one(TextArea).text == "Add a third line"
        await pilot.press(*" now", "ctrl+s")
        await until(pilot, lambda: said(app, "✓ committed"))
        await until(pilot, lambda: " c Commit" not in line.render().plain)
        assert " U Undo last write" in line.render().plain
        assert git(root, "log", "-1", "--format=%s") == "Add a third line now\n"
        assert git(root, "status", "--porcelain") == "A  mine\n"
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CommitMessage))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: said(app, "nothing to commit"))


async def test_a_message_is_kept_until_it_is_in_a_commit(tmp_path: Path) -> None:
    root = project(tmp_path)
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "t")
    git(root, "config", "user.email", "t@example.org")
    hook = root / ".git" / "hooks" / "commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    async with written(tmp_path) as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CommitMessage))
        await pilot.press(*" now")
        assert [one.text for one in app.dialog_drafts.now()] == ["Add a third line now"]
        await pilot.press("ctrl+s")
        await until(pilot, lambda: said(app, "Your message is kept for the next try."))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CommitMessage))
        assert app.screen.query_one(TextArea).text == "Add a third line now"
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        hook.unlink()
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CommitMessage))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: said(app, "✓ committed"))
        assert app.dialog_drafts.now() == ()
    assert git(root, "log", "-1", "--format=%s") == "Add a third line now\n"


async def test_outside_a_repository_a_commit_is_explained(tmp_path: Path) -> None:
    project(tmp_path)
    async with written(tmp_path) as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: said(app, "not in a git repository"))


async def test_the_setting_offers_the_commit_after_every_write(tmp_path: Path) -> None:
    root = project(tmp_path)
    git(root, "init", "-q")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("[git]\ncommit_after_accept = true\n")
    async with reviewing(tmp_path) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CommitMessage))
        remark = str(app.screen.query_one("#commit-remark", Static).render())
        assert remark == "Your own earlier changes go with it: code.txt."
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert not git(root, "status", "--porcelain", "--untracked-files=no")


TWICE_OLD = "".join(f"line {number}\n" for number in range(30))
TWICE_NEW = TWICE_OLD.replace("line 3\n", "three\nand\n").replace("line 20\n", "twenty\n")
TWICE_HALF = TWICE_OLD.replace("line 3\n", "three\nand\n")


async def test_a_review_is_written_twice_and_taken_back_step_by_step(tmp_path: Path) -> None:
    path = project(tmp_path) / "code.txt"
    path.write_text(TWICE_OLD)
    async with reviewing(tmp_path, framed("code.txt", TWICE_NEW), "") as (app, pilot):
        pane = app.main.query_one(ReviewPane)
        await pilot.press("a", "enter")
        await asked(app, pilot, "undecided")
        await pilot.press("w")
        await until(pilot, lambda: pane.written)
        assert path.read_text() == TWICE_HALF
        await pilot.press("a", "enter")
        await until(pilot, lambda: path.read_text() == TWICE_NEW)
        await until(pilot, lambda: pane.written)
        for text in (TWICE_HALF, TWICE_OLD):
            await pilot.press("U")
            await asked(app, pilot, "code.txt")
            await pilot.press("u")
            await until(pilot, lambda text=text: path.read_text() == text)  # type: ignore[misc]
            await until(pilot, lambda: not pane.written)
        await pilot.press("enter")
        await until(pilot, lambda: pane.written)
        assert path.read_text() == TWICE_NEW


async def test_reviewing_again_keeps_what_was_decided_on_lines_still_there(tmp_path: Path) -> None:
    path = project(tmp_path) / "code.txt"
    path.write_text(TWICE_OLD)
    async with reviewing(tmp_path, framed("code.txt", TWICE_NEW), "") as (app, pilot):
        pane = app.main.query_one(ReviewPane)
        path.write_text("first\n" + TWICE_OLD)
        await pilot.press("a", "r", "enter")
        await asked(app, pilot, "changed")
        await pilot.press("r")
        await until(pilot, lambda: pane.review and len(pane.review.files[0].hunks) == 3)
        assert pane.review is not None
        assert [v.value for v in pane.review.files[0].verdicts] == [
            "undecided",
            "accepted",
            "rejected",
        ]


async def test_what_is_rejected_after_the_write_is_taken_back_out(tmp_path: Path) -> None:
    root = project(tmp_path)
    path = root / "code.txt"
    path.write_text(TWICE_OLD)
    reply = Reply(framed("code.txt", TWICE_NEW).text + framed("sub/new.txt", "new\n").text)
    async with reviewing(tmp_path, reply) as (app, pilot):
        pane = app.main.query_one(ReviewPane)

        def summary() -> str:
            return str(app.main.query_one("#review-summary", Static).render())

        await pilot.press("enter")
        await until(pilot, lambda: pane.written)
        assert path.read_text() == TWICE_NEW

        # One hunk of a file: the file is written as it is decided now.
        await pilot.press("g", "n", "r")
        await until(pilot, lambda: "1 rejected" in summary())
        await pilot.press("enter")
        await until(pilot, lambda: pane.written)
        assert path.read_text() in (TWICE_HALF, TWICE_OLD.replace("line 20\n", "twenty\n"))

        # Every hunk: the line says so, quitting asks, and the files are as they were.
        await pilot.press("ctrl+x")
        await until(pilot, lambda: "back out of code.txt and sub/new.txt" in summary())
        assert there(app.review_session).unwritten == (
            "Hunks that were written are no longer accepted, and still on disk."
        )
        await pilot.press("enter")
        await until(pilot, lambda: pane.written)
        assert "code.txt as before, sub/new.txt as before" in summary()
        # The folder that the write had made goes with the last file in it.
        assert files(root) == {"code.txt": TWICE_OLD}
        assert there(app.review_session).unwritten == ""

        # Which is a write like any other: it is undone, and done again.
        await pilot.press("U")
        await asked(app, pilot, "sub/new.txt")
        await pilot.press("u")
        await until(pilot, lambda: not pane.written)
        assert (root / "sub" / "new.txt").read_text() == "new\n"
        assert "back out of code.txt and sub/new.txt" in summary()
        await pilot.press("enter")
        await until(pilot, lambda: pane.written)
        assert files(root) == {"code.txt": TWICE_OLD}


async def test_what_somebody_else_changed_is_not_taken_back_unasked(tmp_path: Path) -> None:
    root = project(tmp_path)
    async with written(tmp_path) as (app, pilot):
        (root / "sub" / "new.txt").write_text("mine\n")
        await pilot.press("ctrl+x", "enter")
        await asked(app, pilot, "sub/new.txt has changed")
        await pilot.press("c")
        await until(pilot, lambda: app.screen is app.main)
        assert files(root) == AFTER | {"sub/new.txt": "mine\n"}
