"""Questions and answers in the program: asked, followed up, branched, found again."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import TextArea

from autocoder_tui.demo.script import Reply
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.widgets.answers import AnswerView
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.markdown.entries import Entry
from tests.ui.driving import serving, until

SHOP = "TAX = 0.16\n\n\ndef total(net):\n    return net + net * TAX\n"
STEPPED = "Steps:\n- The question is about total.\n- total adds TAX.\n\nAnswer:\nIt adds **tax**.\n"


def project(folder: Path) -> None:
    (folder / "project").mkdir()
    (folder / "project" / "shop.py").write_text(SHOP)


def view(app: AutocoderApp) -> AnswerView:
    return app.main.query_one(AnswerView)


def entries(app: AutocoderApp) -> list[Entry]:
    return view(app).entries


async def ask(
    app: AutocoderApp, pilot: Pilot[str], question: str, *, answered: bool = True
) -> None:
    """Type a question and send it; wait for the whole answer."""
    count = len(app.conversation.now.asked)
    app.main.query_one("#requirements", TextArea).text = question
    await pilot.press("ctrl+r")
    await until(pilot, lambda: len(app.conversation.now.asked) > count)
    if answered:
        await until(pilot, lambda: not app.runner.running)


async def test_a_question_is_followed_by_another(tmp_path: Path) -> None:
    project(tmp_path)
    script = [Reply(STEPPED), Reply("Because the law says so.\n")]
    async with serving(tmp_path, script, "--mode", "query", "-i", "shop.py") as (
        app,
        pilot,
        server,
    ):
        await until(pilot, lambda: app.main.query_one(FilePicker).picks == ("shop.py",))
        await ask(app, pilot, "What does total do?")
        assert app.main.query_one("#requirements", TextArea).text == ""
        question, answer = entries(app)
        assert question.text == "What does total do?"
        assert answer.text == "It adds **tax**.\n"
        assert [part.text for part in answer.parts] == [
            "- The question is about total.\n- total adds TAX."
        ]
        await ask(app, pilot, "Why?")
        assert [entry.text for entry in entries(app)[2:]] == ["Why?", "Because the law says so.\n"]
        first, second = server.requests
        assert [message["role"] for message in second.messages] == [
            "system", "user", "assistant", "user",
        ]  # fmt: skip
        assert second.messages[:2] == first.messages[:2]
        assert second.messages[2]["content"] == STEPPED
        one, two = app.conversation.now.path
        assert (one.parent, two.parent) == ("", one.run_id)
