"""What there is to say of a run as a whole is seen where people decide, not in the notes only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from autocoder_tui.demo.script import Reply, chunk
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.widgets.footer_line import FooterLine
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.ui.driving import NARROW, framed, serving, until

FILE = '<file path="b.txt">\nnew\n</file>\n'
OPEN = '<file path="b.txt">\nfirst line\nsecond line\n'
BROKE = json.dumps({"error": {"message": "the engine ran out of memory", "code": 400}})


def said(*deltas: dict[str, str], end: str | None = "stop", more: tuple[str, ...] = ()) -> Reply:
    frames = [*map(chunk, deltas), *more]
    return Reply(frames=[*frames, *([chunk({}, end), "[DONE]"] if end else [])])


def head(app: AutocoderApp) -> str:
    return str(app.main.query_one("#review-file", Static).content)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (framed("b.txt", "new\n" * 9 + "end\n"), None),
        (said({"content": FILE * 3}), "a second time, word for word the same"),
        (said({"content": FILE}, {"refusal": "Not the rest."}), "“Not the rest.”"),
        (said({"content": FILE}, end="bananas"), "the word “bananas”"),
        (said({"content": OPEN}, end="SAFETY"), "content filter"),
        (said({"content": OPEN}, end=None, more=(BROKE,)), "“the engine ran out of memory”"),
    ],
)
async def test_a_remark_on_the_run_is_read_and_asked_about_before_accepting(
    tmp_path: Path, reply: Reply, words: str | None
) -> None:
    flags = ("-r", "x", "--max-attempts", "1")
    async with serving(tmp_path, [reply], *flags, size=NARROW) as (app, pilot, _):
        await pilot.press("ctrl+r")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.file is not None)
        assert ("!" in head(app)) is (words is not None)
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("A")
        if words is None:
            await until(pilot, lambda: pane.review is not None and pane.review.counts.accepted)
            return
        assert words in head(app)
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert pane.review is not None
        assert not pane.review.counts.accepted


async def test_why_there_is_no_text_stands_in_the_place_of_the_text(tmp_path: Path) -> None:
    refusal = said({"refusal": "I can't do that."})
    replies = [refusal, framed("b.txt", "new\n"), refusal]
    async with serving(tmp_path, replies, "-r", "x", size=NARROW) as (app, pilot, _):
        welcome = app.main.query_one("#welcome", Static)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.runner.state.ended and "✗" in str(welcome.content))
        assert "refused: “I can't do that.” Change" in str(welcome.content)
        assert app.main.pane == "output"
        assert welcome.display
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.query_one(ReviewPane).file is not None)
        assert "✗" not in str(welcome.content)


async def test_nothing_is_asked_about_a_file_in_which_nothing_changes(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "b.txt").write_text("old\n")
    flags = ("-r", "x", "-i", "b.txt")
    async with serving(tmp_path, [framed("b.txt", "old\n")], *flags) as (app, pilot, _):
        await pilot.press("ctrl+r")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.file is not None)
        assert "changes nothing" in head(app)
        footer = app.main.query_one(FooterLine)
        await until(pilot, lambda: "Keys" in footer.render().plain)
        dead = {"Next", "Accept", "Reject", "Write", "Edit", "Check"}
        await until(pilot, lambda: not dead & set(footer.render().plain.split()))
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("A", "ctrl+a")
        await pilot.pause()
        assert app.screen is app.main


async def test_a_try_again_for_the_same_reason_is_told_once(tmp_path: Path) -> None:
    # A server that says when to come back, so that no time is lost here.
    busy = Reply(status=503, body='{"error": {"message": "busy"}}', headers={"retry-after": "0"})
    replies = [busy, busy, busy, framed("b.txt", "new\n")]
    async with serving(tmp_path, replies, "-r", "x") as (app, pilot, _):
        told: list[str] = []
        notify = app.notify

        def note(message: str, **how: Any) -> None:
            told.append(message)
            notify(message, **how)

        app.notify = note  # type: ignore[method-assign]
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.query_one(ReviewPane).file is not None)
        assert sum("busy" in message for message in told) == 1
