"""Deletions and renames on the screen: shown, accepted one by one, written, undone."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Static

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.request import InputFile, RunRequest
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.review.review import Review
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers.review import review_proposal
from autocoder_tui.ui.screens.commit_message import CommitMessage
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.review.file_list import FileList
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.engine.conversation import MODEL, endpoint_at
from tests.ui.driving import WIDE, driven, setup_for, there, until
from tests.workspace.faults import tree

A, R, U = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNDECIDED
OLD, NEW = "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\nx\n3\n4\n5\n6\n7\n8\ny\n"
PROPOSED = (
    FileProposed("src/c.py", OLD, NEW, True, renamed_from="a.py"),
    FileProposed("plain.txt", None, "", True, renamed_from="docs/p.txt"),
    FileProposed("old.py", None, "", True, deletes=True),
    FileProposed("new.py", None, "n\n", True),
)


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    return subprocess.run(
        ["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True
    ).stdout


def project(folder: Path) -> Path:
    root = folder / "project"
    (root / "docs").mkdir(parents=True)
    (root / "a.py").write_text(OLD)
    (root / "docs" / "p.txt").write_text("p\n")
    (root / "old.py").write_text("gone\n")
    (root / "old.py").chmod(0o750)
    git(root, "init", "-q")
    git(root, "config", "user.name", "t")
    git(root, "config", "user.email", "t@example.org")
    git(root, "add", "a.py", "old.py")
    git(root, "commit", "-qm", "begin")
    return root


@asynccontextmanager
async def reviewing(
    folder: Path, size: tuple[int, int] = WIDE
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str], Path]]:
    """The App with the proposal under review and the keyboard in it."""
    root = project(folder)
    setup = setup_for(folder, "--base-url", "http://127.0.0.1:1/v1", "-m", "test-model")
    original = there(read_existing(root, "a.py"))
    request = RunRequest(
        "tidy", MODEL, endpoint_at("http://127.0.0.1:1/v1"), files=(InputFile("a.py", OLD),)
    )
    async with driven(setup, size) as (app, pilot):
        prepared = Prepared(root, request, {"a.py": original})
        await review_proposal(app, prepared, PROPOSED, lambda _: True)
        await pilot.press("f5")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: app.focused is pane.diff)
        yield app, pilot, root


def review(app: AutocoderApp) -> Review:
    return there(app.review_session).review


def verdicts(app: AutocoderApp) -> list[tuple[Verdict, ...]]:
    return [file.verdicts for file in review(app).files]


def said(app: AutocoderApp, words: str) -> bool:
    return any(words in line for line in app.main.log_lines)


def head(app: AutocoderApp) -> str:
    return str(app.main.query_one("#review-file", Static).render())


async def question(app: AutocoderApp, pilot: Pilot[str], words: str) -> str:
    """The text of the question that is asked, once it holds `words`."""

    def text() -> str:
        if not isinstance(app.screen, Question):
            return ""
        return "\n".join(str(part.render()) for part in app.screen.query(Static))

    await until(pilot, lambda: words in text())
    return text()


async def test_the_list_and_the_head_show_what_is_done(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as (app, pilot, _):
        shown = str(app.main.query_one(FileList).render())
        for words in ("a.py → src/c.py", "renamed", "old.py", "deleted", "new"):
            assert words in shown
        assert "a.py → src/c.py  renamed  2 hunks  +2 −2" in head(app)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "docs/p.txt → plain.txt  renamed  text unchanged" in head(app))
        assert "it is in no commit" in head(app)
        line = app.main.query_one(ReviewPane).diff.render_line(0).text
        assert "renamed from docs/p.txt, text unchanged" in line
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "old.py  deleted  +0 −1" in head(app))
        assert "has not seen" in head(app)
        assert "- gone" in app.main.query_one(ReviewPane).diff.render_line(0).text


async def test_accepting_everything_accepts_neither_and_says_so(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as (app, pilot, _):
        await pilot.press("ctrl+a")
        await until(pilot, lambda: verdicts(app) == [(U, A, A), (U,), (U,), (A,)])
        await until(pilot, lambda: said(app, "the deletion of old.py"))
        await pilot.press("minus")
        await until(pilot, lambda: verdicts(app) == [(U, U, U), (U,), (U,), (U,)])
        await pilot.press("A")
        await until(pilot, lambda: verdicts(app)[0] == (A, A, A))
        await pilot.press("right_square_bracket", "right_square_bracket", "A")
        await question(app, pilot, "has not seen")
        await pilot.press("a")
        await until(pilot, lambda: verdicts(app)[2] == (A,))
        await pilot.press("minus")
        await until(pilot, lambda: verdicts(app)[2] == (U,))
        below = str(app.main.query_one("#review-summary", Static).render())
        assert "taken back: deletion of old.py undecided again" in below
        await pilot.press("ctrl+x")
        await until(pilot, lambda: verdicts(app)[2] == (R,))


async def test_written_undone_redone_and_committed(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as (app, pilot, root):
        begun = tree(root)
        picker = app.main.query_one(FilePicker)
        picker.set_picks(["a.py"])
        await pilot.press("a", "a", "r")  # the move and the first hunk, not the second
        await pilot.press("right_square_bracket", "a", "right_square_bracket", "a", "enter")
        asked = await question(app, pilot, "→ renames")
        assert "→ renames a.py → src/c.py (+1 −1)" in asked
        assert "→ renames docs/p.txt → plain.txt (text unchanged)" in asked
        assert "− deletes old.py (+0 −1)" in asked
        assert "it is in no commit" in asked
        await pilot.press("w")
        session = there(app.review_session)
        await until(pilot, lambda: session.written)
        assert "a.py → src/c.py (+1 −1), docs/p.txt → plain.txt, old.py deleted" in session.written
        assert picker.picks == ("src/c.py",)
        written = tree(root)
        names = {name for name in written if not name.startswith(".git")}
        assert names == {"src", "src/c.py", "plain.txt"}
        assert (root / "src" / "c.py").read_text() == OLD.replace("2", "x")
        await pilot.press("U")
        await question(app, pilot, "a.py → src/c.py, docs/p.txt → plain.txt, old.py (deleted)")
        await pilot.press("u")
        await until(pilot, lambda: not session.written)
        assert tree(root) == begun
        await until(pilot, lambda: picker.picks == ("a.py",))
        assert dict(session.reviewable.places) == {}
        await pilot.press("ctrl+y")
        await question(app, pilot, "old.py (deleted)")
        await pilot.press("r")
        await until(pilot, lambda: session.written)
        assert tree(root) == written
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CommitMessage))
        await pilot.press(*"tidy", "ctrl+s")
        await until(pilot, lambda: "c commits" not in session.written)
        shown = git(root, "show", "-M40", "--name-status", "--format=")
        assert set(shown.split()) >= {"D", "old.py", "src/c.py", "plain.txt"}
        assert git(root, "status", "--porcelain") == ""


async def test_what_was_written_goes_back_when_it_is_rejected(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as (app, pilot, root):
        begun = tree(root)
        session = there(app.review_session)
        await pilot.press("a", "enter")
        await question(app, pilot, "renames a.py → src/c.py (text unchanged)")
        await pilot.press("w")
        await until(pilot, lambda: session.written)
        assert (root / "src" / "c.py").read_text() == OLD
        await pilot.press("ctrl+x", "enter")
        await until(pilot, lambda: session.written and (root / "a.py").exists())
        assert tree(root) == begun


async def test_a_deletion_and_a_move_have_no_text_to_edit(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as (app, pilot, _):
        before = review(app)
        await pilot.press("e")
        await until(pilot, lambda: said(app, "rename itself"))
        await pilot.press("right_square_bracket", "right_square_bracket", "e", "ctrl+e", "s")
        await until(pilot, lambda: said(app, "to be deleted"))
        assert review(app) == before
