"""Questions and answers in the program: asked, followed up, branched, found again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, TextArea

from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.demo.session import demo_setup
from autocoder_tui.engine.events import RunFinished, TextDelta
from autocoder_tui.engine.request import Limits
from autocoder_tui.runs.preparation import Job, prepare
from autocoder_tui.runs.restore import begin_journal
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.setup import choose_model
from autocoder_tui.store.history.history import History
from autocoder_tui.store.session import Session, claim
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers.given_reply import review_reply
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.widgets.answers import AnswerView
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.markdown.entries import Entry
from autocoder_tui.ui.widgets.meters.meters import Meters
from tests.ui.driving import chosen_of, driven, framed, serving, setup_for, there, until

SHOP = "TAX = 0.16\n\n\ndef total(net):\n    return net + net * TAX\n"
STEPPED = "Steps:\n- The question is about total.\n- total adds TAX.\n\nAnswer:\nIt adds **tax**.\n"


def project(folder: Path) -> None:
    (folder / "project").mkdir()
    (folder / "project" / "shop.py").write_text(SHOP)


def view(app: AutocoderApp) -> AnswerView:
    return app.main.query_one(AnswerView)


def entries(app: AutocoderApp) -> list[Entry]:
    return view(app).entries


def reviewed(app: AutocoderApp) -> ReviewSession:
    return there(app.review_session)


def shown(app: AutocoderApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


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


BLOCK = (
    "Round it:\n\n```python\ndef total(net):\n    return round(net + net * TAX, 2)\n```\n\nDone.\n"
)
ASKING = ("--mode", "query", "-i", "shop.py")


async def test_the_meters_keep_what_an_answer_came_to_until_another_is_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path)
    script = [Reply("It adds tax.\n"), Reply("The law says so.\n")]
    flags = ("--mode", "query", "-i", "shop.py")
    async with serving(tmp_path, script, *flags) as (app, pilot, _):
        meters, show = app.main.query_one(Meters), app.estimator._show
        weighed: list[Job] = []

        def showing(job: Job, *arguments: Any, **options: Any) -> None:
            show(job, *arguments, **options)
            weighed.append(job)

        monkeypatch.setattr(app.estimator, "_show", showing)
        for question in ("What does total do?", "Why?"):
            # Cleared before: on a busy machine it is weighed while the end is still awaited.
            weighed.clear()
            await ask(app, pilot, question)
            assert meters.shows_run
            await until(pilot, lambda: weighed and not weighed[-1].requirements)
            assert meters.shows_run, question
        app.main.query_one(FilePicker).set_picks([])
        await until(pilot, lambda: not meters.shows_run)


async def test_a_block_is_copied_or_becomes_a_change_that_is_reviewed(tmp_path: Path) -> None:
    project(tmp_path)
    async with serving(tmp_path, [Reply(BLOCK)], *ASKING) as (app, pilot, server):
        await until(pilot, lambda: app.main.query_one(FilePicker).picks == ("shop.py",))
        await ask(app, pilot, "How would it round?")
        assert app.review_session is None
        await until(pilot, lambda: app.focused is view(app))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: view(app).selected_block is not None)
        await pilot.press("y")
        copied = tmp_path / "state" / "copied-block.txt"
        await until(pilot, copied.exists)
        assert copied.read_text() == BLOCK.split("```")[1].removeprefix("python\n")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LineDialog))
        assert app.screen.query_one(Input).value == "shop.py"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert isinstance(app.focused, Button)
        assert "A part: put it in its place" in str(app.focused.label)
        await pilot.press("enter")
        await until(pilot, lambda: app.review_session is not None)
        (file,) = reviewed(app).review.files
        assert file.after == SHOP.replace("net + net * TAX", "round(net + net * TAX, 2)")
        assert (tmp_path / "project" / "shop.py").read_text() == SHOP
        assert len(server.requests) == 1
        await until(pilot, lambda: app.main.pane == "review")
        await pilot.press("A", "enter")
        await until(pilot, lambda: (tmp_path / "project" / "shop.py").read_text() == file.after)
        await pilot.press("f4")
        await until(pilot, lambda: app.focused is view(app))
        assert len(entries(app)) == 2


async def test_a_block_for_a_new_file_is_proposed_whole(tmp_path: Path) -> None:
    project(tmp_path)
    async with serving(tmp_path, [Reply(BLOCK)], *ASKING) as (app, pilot, _):
        await ask(app, pilot, "How would it round?")
        await until(pilot, lambda: app.focused is view(app))
        await pilot.press("right_square_bracket", "enter")
        await until(pilot, lambda: isinstance(app.screen, LineDialog))
        app.screen.query_one(Input).value = "new/rounded.py"
        await pilot.press("enter")
        await until(pilot, lambda: app.review_session is not None)
        (file,) = reviewed(app).review.files
        assert (file.path, file.is_new) == ("new/rounded.py", True)
        assert file.after == BLOCK.split("```")[1].removeprefix("python\n")


async def test_an_earlier_question_is_asked_anew_and_both_branches_stay(tmp_path: Path) -> None:
    project(tmp_path)
    script = [Reply("One.\n"), Reply("Two.\n"), Reply("Other.\n")]
    async with serving(tmp_path, script, *ASKING) as (app, pilot, server):
        await ask(app, pilot, "first?")
        await ask(app, pilot, "second?")
        await until(pilot, lambda: app.focused is view(app))
        # From the last answer to the question before it.
        await pilot.press("left_curly_bracket", "left_curly_bracket", "e")
        area = app.main.query_one("#requirements", TextArea)
        await until(pilot, lambda: area.text == "second?")
        assert [entry.text for entry in entries(app)] == ["first?", "One.\n"]
        await ask(app, pilot, "third?")
        assert [entry.text for entry in entries(app)][2:] == ["third?", "Other.\n"]
        assert entries(app)[2].note == "branch 2 of 2"
        assert [message["content"] for message in server.requests[2].messages[2:]] == [
            "One.\n", "Question:\n\nthird?\n",
        ]  # fmt: skip
        await until(pilot, lambda: app.focused is view(app))
        await pilot.press("b")
        await until(pilot, lambda: [e.text for e in entries(app)][2:] == ["second?", "Two.\n"])
        await pilot.press("b")
        await until(pilot, lambda: [e.text for e in entries(app)][2:] == ["third?", "Other.\n"])
        await pilot.press("n")
        await until(pilot, lambda: not entries(app))
        assert app.conversation.now.thread == ""


async def test_a_conversation_is_there_after_a_restart_and_in_the_history(tmp_path: Path) -> None:
    project(tmp_path)
    script = [Reply("One.\n"), Reply("Two.\n")]
    async with serving(tmp_path, script, *ASKING) as (app, pilot, server):
        await ask(app, pilot, "first?")
    said = ["first?", "One.\n"]
    setup = setup_for(tmp_path, "--base-url", "http://127.0.0.1:1", "-m", "test-model")
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: [entry.text for entry in entries(app)] == said)
        assert app.modes.mode == "query"
        assert app.job().turns[0].answer == "One.\n"
        await pilot.press("f4")
        await until(pilot, lambda: app.focused is view(app))
        await pilot.press("n")
        await until(pilot, lambda: not entries(app))
        app.modes.choose("generate")
        await pilot.press("f6")
        await until(pilot, lambda: "first?" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: [entry.text for entry in entries(app)] == said)
        assert app.modes.mode == "query"
        await until(pilot, lambda: app.focused is view(app))


async def test_an_answer_cut_in_a_block_is_joined_without_a_seam(tmp_path: Path) -> None:
    project(tmp_path)
    at = BLOCK.index("round(net +") + 6
    again = "```python\n" + BLOCK[at:]
    script = [Reply(BLOCK[:at], finish_reason="length"), Reply(again)]
    async with serving(tmp_path, script, *ASKING) as (app, pilot, _):
        await ask(app, pilot, "How would it round?")
        assert entries(app)[1].text == BLOCK
        assert len(view(app).blocks()) == 1


async def test_a_stopped_answer_is_gone_on_with_in_its_place(tmp_path: Path) -> None:
    project(tmp_path)
    cut = len(STEPPED) - 12
    script = [Reply(STEPPED, cut="reset", cut_after=cut)] * 5 + [Reply(STEPPED[cut:])]
    async with serving(tmp_path, script[:1] + script[-1:], *ASKING, "--max-attempts", "1") as (
        app, pilot, server,
    ):  # fmt: skip
        await ask(app, pilot, "What does total do?")
        assert app.runner.resumable
        assert "failed" in entries(app)[1].note
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.conversation.now.path[-1].status == "finished")
        question, answer = entries(app)
        assert answer.text == "It adds **tax**.\n"
        assert len(answer.parts) == 1
        assert len(app.conversation.now.asked) == 1


async def test_a_question_that_failed_stands_in_the_editor_again(tmp_path: Path) -> None:
    project(tmp_path)
    script = [error_reply(400, "no"), Reply("Yes.\n")]
    async with serving(tmp_path, script, *ASKING) as (app, pilot, _):
        await ask(app, pilot, "Is it?")
        area = app.main.query_one("#requirements", TextArea)
        assert area.text == "Is it?"
        await ask(app, pilot, "Is it?")
        assert [entry.text for entry in entries(app)] == ["Is it?", "Yes.\n"]
        assert entries(app)[0].note == ""


async def test_what_no_longer_fits_is_not_sent_and_that_is_said(tmp_path: Path) -> None:
    project(tmp_path)
    models = tmp_path / "config"
    models.mkdir()
    long = "word " * 500
    script = [Reply(f"{number} {long}\n") for number in range(4)]
    async with serving(tmp_path, script, *ASKING) as (app, pilot, server):
        chosen = chosen_of(app)
        model = replace(chosen.model, context_length=2400)
        app.models.set(replace(chosen, model=model))
        for number in range(4):
            await ask(app, pilot, f"question {number}?")
        last = server.requests[-1].messages
        assert "left out" in last[1]["content"]
        assert "TAX = 0.16" in last[1]["content"]
        sent = [message["content"] for message in last if message["role"] == "assistant"]
        assert 0 < len(sent) < 3
        assert sent[-1].startswith("2 ")
        notes = [entry.note for entry in entries(app)[::2]]
        assert notes[0] == "not sent any more"
        assert notes[-1] == ""
        assert "turns left out" in shown(app) or "1 turn left out" in shown(app)
        assert any("context window any more" in line for line in app.main.log_lines)


async def test_a_question_leaves_the_review_as_it_is(tmp_path: Path) -> None:
    project(tmp_path)
    script = [framed("shop.py", SHOP.replace("0.16", "0.19")), Reply("Because.\n")]
    async with serving(tmp_path, script, "-i", "shop.py", "-r", "Raise it") as (app, pilot, _):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.review_session is not None and not app.runner.running)
        session = reviewed(app)
        app.modes.choose("query")
        await ask(app, pilot, "Why?")
        assert app.review_session is session
        assert [entry.text for entry in entries(app)] == ["Why?", "Because.\n"]
        await pilot.press("f5")
        await until(pilot, lambda: app.main.pane == "review")
        await pilot.press("A", "enter")
        shop = tmp_path / "project" / "shop.py"
        await until(pilot, lambda: "0.19" in shop.read_text())
        app.modes.choose("generate")
        await pilot.press("f4")
        await until(pilot, lambda: "0.19" in shown(app))


async def test_going_on_in_another_mode_shows_the_conversation(tmp_path: Path) -> None:
    project(tmp_path)
    script = [Reply("One two", cut="reset", cut_after=4), Reply("two three.\n")]
    async with serving(tmp_path, script, *ASKING, "--max-attempts", "1") as (app, pilot, _):
        await ask(app, pilot, "Count")
        app.modes.choose("generate")
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.conversation.now.path[-1].status == "finished")
        assert app.modes.mode == "query"
        assert entries(app)[1].text.startswith("One ")


async def test_a_run_killed_after_its_answer_is_open_again_without_a_question(
    tmp_path: Path,
) -> None:
    project(tmp_path)
    setup = setup_for(tmp_path, "--base-url", "http://127.0.0.1:1", "-m", "test-model")
    job = Job(setup.root, ("shop.py",), None, "Is it?", mode="query", purpose="query")
    prepared = prepare(job, choose_model(setup), Limits())
    journal = begin_journal(History(tmp_path / "state"), prepared, print)
    journal.append([TextDelta("Yes.\n"), RunFinished("")])
    journal.close()
    run_id = prepared.request.run_id
    slot = claim(tmp_path / "state", setup.root)
    slot.save(Session(mode="query", conversation=run_id, asked_last=run_id))
    slot.release()
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        assert [entry.text for entry in entries(app)] == ["Is it?", "Yes.\n"]
        assert app.screen is app.main
        assert not app.runner.resumable


async def test_a_reply_pasted_while_asking_is_reviewed(tmp_path: Path) -> None:
    project(tmp_path)
    async with serving(tmp_path, [Reply("Yes.\n")], *ASKING) as (app, pilot, _):
        await ask(app, pilot, "Is it?")
        pasted = f'<file path="shop.py">\n{SHOP.replace("0.16", "0.19")}</file>\n'
        await review_reply(app, pasted)
        await until(pilot, lambda: app.review_session is not None)
        assert [file.path for file in reviewed(app).review.files] == ["shop.py"]
        assert len(app.conversation.now.asked) == 1
        assert app.modes.mode == "query"


async def test_the_demo_says_that_it_answers_no_questions(tmp_path: Path) -> None:
    setup = demo_setup(setup_for(tmp_path, "--demo", "--mode", "query", "-r", "Why?"))
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: any("which write files" in line for line in app.main.log_lines))
        assert not app.runner.begun
