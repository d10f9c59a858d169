"""On the screen: asked one question at a time before files are written, and nothing lost of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, OptionList, TextArea

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.engine.clarification import Clarification, Round
from autocoder_tui.store.history.history import History
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.clarification import ClarificationScreen
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.widgets.meters.meters import Meters
from tests.ui.driving import NARROW, driven, framed, serving, setup_for, there, until
from tests.watched_server import WatchedServer

Q1 = "QUESTION: Which format?\n- JSON\n- CSV\nASSUME: JSON"
Q2 = "QUESTION: Which time zone?\nASSUME: UTC"
Q3 = "QUESTION: Keep old entries?\n- yes\n- no\nASSUME: yes"
FILE = framed("a.py", "x = 1\n")
WISH = "Write the log."


def screen_of(app: AutocoderApp) -> ClarificationScreen | None:
    return app.screen if isinstance(app.screen, ClarificationScreen) else None


def rounds_of(app: AutocoderApp) -> Clarification:
    return there(app.clarifying.kept)


def on_show(app: AutocoderApp) -> str:
    """The question on the screen, "" where there is none."""
    screen = screen_of(app)
    shown = None if screen is None else screen._round
    return "" if shown is None else shown.question


def says(app: AutocoderApp, words: str) -> bool:
    screen = there(screen_of(app))
    texts = [str(screen.query_one(f"#{name}").render()) for name in ("settled", "question")]
    return words in "\n".join(texts)


async def begun(app: AutocoderApp, pilot: Pilot[str]) -> None:
    """In the mode, with requirements, and sent."""
    await until(pilot, lambda: app.session.ready)
    app.modes.choose("clarify")
    app.main.query_one("#requirements", TextArea).insert(WISH)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: screen_of(app) is not None)


def sent_texts(received: Received) -> list[str]:
    return [message["content"] for message in received.messages]


async def test_answers_skips_and_edits_become_part_of_what_is_sent(tmp_path: Path) -> None:
    script = [Reply(Q1), Reply(Q2), Reply(Q3), Reply("DONE"), FILE]
    async with serving(tmp_path, script, size=NARROW) as (app, pilot, server):
        await begun(app, pilot)
        await until(pilot, lambda: on_show(app) == "Which format?")
        await pilot.press("2")
        await until(pilot, lambda: on_show(app) == "Which time zone?")
        assert says(app, "CSV")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: on_show(app) == "Keep old entries?")
        assert says(app, "assumed: UTC")
        await pilot.press(*"for a month", "enter")
        await until(pilot, lambda: bool(rounds_of(app).ended))
        await until(pilot, lambda: says(app, "nothing left to ask"))
        for _ in range(3):
            await pilot.press("ctrl+b")
        await until(pilot, lambda: on_show(app) == "Which format?")
        field = there(screen_of(app)).query_one("#answer", Input)
        assert field.value == "CSV"
        await pilot.press(*" or JSON", "enter")
        await until(pilot, lambda: says(app, "CSV or JSON"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        shown = app.screen.query_one(TextArea).text
        assert shown == (
            f"{WISH}\n\nQuestions and answers:\n\n1. Which format?\n   CSV or JSON\n\n"
            "3. Keep old entries?\n   for a month\n\n"
            "Not answered, and taken for granted:\n\n2. Which time zone?\n   UTC"
        )
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.runner.state.ended)
        assert shown in sent_texts(server.requests[-1])[1]
        assert rounds_of(app).sent
        kept = app.runner.prepared
        assert kept is not None
        assert (kept.request.mode, kept.request.purpose) == ("clarify", "generate")
        first = History(tmp_path / "state").thread(rounds_of(app).thread)
        assert [run.summary.purpose for run in first[:4]] == ["clarify"] * 4
        assert kept.thread == first[0].summary.run_id
        assert first[1].question == WISH


async def test_what_was_settled_goes_along_with_the_next_question(tmp_path: Path) -> None:
    script = [Reply(Q1), Reply(Q2), Reply("DONE")]
    async with serving(tmp_path, script) as (app, pilot, server):
        await begun(app, pilot)
        await until(pilot, lambda: on_show(app) == "Which format?")
        await pilot.press("1")
        await until(pilot, lambda: on_show(app) == "Which time zone?")
        texts = sent_texts(server.requests[1])
        assert any("Which format?" in text for text in texts)
        assert any("JSON" in text for text in texts[2:])


async def test_leaving_keeps_all_and_the_next_run_goes_on_without_asking_again(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, [Reply(Q1), Reply(Q2)]) as (app, pilot, server):
        await begun(app, pilot)
        await until(pilot, lambda: on_show(app) == "Which format?")
        await pilot.press("1")
        await until(pilot, lambda: on_show(app) == "Which time zone?")
        await pilot.press(*"Ber")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: on_show(app) == "Which time zone?")
        assert there(screen_of(app)).query_one("#answer", Input).value == "Ber"
        assert len(server.requests) == 2


async def test_the_limit_ends_it(tmp_path: Path) -> None:
    script = [Reply(Q1), Reply(Q2), Reply(Q3)]
    async with serving(tmp_path, script, "--clarify-limit", "2") as (app, pilot, server):
        await begun(app, pilot)
        await until(pilot, lambda: on_show(app) == "Which format?")
        await pilot.press("1")
        await until(pilot, lambda: on_show(app) == "Which time zone?")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: rounds_of(app).ended == "limit")
        assert len(server.requests) == 2
        assert says(app, "as many questions") or says(app, "As many questions")


async def test_the_same_question_again_and_again_ends_it(tmp_path: Path) -> None:
    async with serving(tmp_path, lambda _: Reply(Q1)) as (app, pilot, server):
        await begun(app, pilot)
        await until(pilot, lambda: on_show(app) == "Which format?")
        await pilot.press("1")
        await until(pilot, lambda: rounds_of(app).ended == "settled")
        assert len(server.requests) == 2


async def test_what_was_asked_besides_is_asked_where_nothing_new_comes(tmp_path: Path) -> None:
    async with serving(tmp_path, lambda _: Reply(f"{Q1}\n\n{Q3}")) as (app, pilot, _):
        await begun(app, pilot)
        await until(pilot, lambda: on_show(app) == "Which format?")
        await pilot.press("1")
        await until(pilot, lambda: on_show(app) == "Keep old entries?")
        await pilot.press("2")
        await until(pilot, lambda: rounds_of(app).ended == "settled")


async def test_writing_now_ends_the_asking_and_assumes_what_is_open(tmp_path: Path) -> None:
    async with serving(tmp_path, [Reply(Q2), FILE]) as (app, pilot, server):
        await begun(app, pilot)
        await until(pilot, lambda: on_show(app) == "Which time zone?")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        assert "taken for granted:\n\n1. Which time zone?\n   UTC" in (
            app.screen.query_one(TextArea).text
        )
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.runner.state.ended)
        assert len(server.requests) == 2


async def test_a_request_that_fails_is_told_and_asked_again_on_enter(tmp_path: Path) -> None:
    script = [Reply(status=400, body='{"error": {"message": "no"}}'), Reply(Q1)]
    async with serving(tmp_path, script) as (app, pilot, _):
        await begun(app, pilot)
        await until(pilot, lambda: says(app, "did not come"))
        assert not rounds_of(app).rounds
        await pilot.press("enter")
        await until(pilot, lambda: on_show(app) == "Which format?")


async def test_leaving_while_it_is_asked_stops_the_request(tmp_path: Path) -> None:
    script = [Reply(Q1, stall="middle", cut_after=8), Reply(Q1)]
    async with serving(tmp_path, script) as (app, pilot, server):
        await begun(app, pilot)
        await until(pilot, lambda: app.text_calls.running and len(server.requests) == 1)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main and not app.text_calls.running)
        await server.wait_for_drop()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: on_show(app) == "Which format?")


async def test_hostile_questions_do_nothing(tmp_path: Path) -> None:
    reply = (
        "QUESTION: [bold red]Which\x1b]52;c;eA==\x07 \u202eone?\n"
        "- [@click=app.quit]a[/]\nASSUME: [/]"
    )
    async with serving(tmp_path, [Reply(reply), Reply("DONE")]) as (app, pilot, _):
        await begun(app, pilot)
        await until(pilot, lambda: "Which" in on_show(app))
        screen = there(screen_of(app))
        shown = str(screen.query_one("#question").render())
        assert "[bold red]" in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        option = screen.query_one(OptionList).get_option_at_index(0)
        assert "[@click=app.quit]a[/]" in str(option.prompt)
        await pilot.press("1")
        await until(pilot, lambda: bool(rounds_of(app).ended))
        assert "\x1b" not in str(screen.query_one("#settled").render())


async def test_number_keys_write_in_the_field(tmp_path: Path) -> None:
    async with serving(tmp_path, [Reply(Q1), Reply("DONE")]) as (app, pilot, _):
        await begun(app, pilot)
        await until(pilot, lambda: on_show(app) == "Which format?")
        await pilot.press("tab", *"12", "enter")
        await until(pilot, lambda: bool(rounds_of(app).ended))
        assert rounds_of(app).rounds[0].answer == "12"


async def test_the_estimate_has_the_questions_that_may_still_come(tmp_path: Path) -> None:
    def most(app: AutocoderApp) -> Decimal:
        view = app.main.query_one(Meters).view
        return Decimal(0) if view is None or view.most_usd is None else view.most_usd

    async with WatchedServer([Reply(Q1)]) as server:
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "models.toml").write_text(
            f'[providers.near]\nbase_url = "{server.base_url}"\n\n'
            '[[models]]\nname = "priced"\nprovider = "near"\ncontext_length = 20000\n'
            'max_tokens = 4000\ninput_price = "1.0"\noutput_price = "2.0"\n'
        )
        environ = {"NEAR_API_KEY": "sk-test-0123456789abcdef"}
        setup = setup_for(tmp_path, "-m", "priced", "-r", WISH, environ=environ)
        async with driven(setup) as (app, pilot):
            await until(pilot, lambda: app.session.ready and most(app))
            plain = most(app)
            app.modes.choose("clarify")
            app.main.query_one("#requirements", TextArea).insert(WISH)
            await until(pilot, lambda: most(app) > plain)
            five = most(app)
            begun = Clarification(WISH)
            app.clarifying.change(replace(begun, rounds=(Round("a?"), Round("b?"))))
            app.estimator.schedule()
            await until(pilot, lambda: plain < most(app) < five)
            app.clarifying.change(replace(begun, ended="settled"))
            app.estimator.schedule()
            await until(pilot, lambda: most(app) == plain)


async def test_once_it_has_ended_it_can_be_asked_anew(tmp_path: Path) -> None:
    script = [Reply(Q2), Reply("DONE"), Reply(Q1)]
    async with serving(tmp_path, script) as (app, pilot, _):
        await begun(app, pilot)
        await until(pilot, lambda: on_show(app) == "Which time zone?")
        await pilot.press("ctrl+l")
        assert on_show(app) == "Which time zone?"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(rounds_of(app).ended))
        await pilot.press("ctrl+l")
        await until(pilot, lambda: on_show(app) == "Which format?")
        assert len(rounds_of(app).rounds) == 1


async def test_other_requirements_take_the_answers_along_if_one_wants(tmp_path: Path) -> None:
    async with serving(tmp_path, [Reply(Q1), Reply(Q2), Reply(Q3)]) as (app, pilot, server):
        await begun(app, pilot)
        await until(pilot, lambda: on_show(app) == "Which format?")
        await pilot.press("1")
        await until(pilot, lambda: on_show(app) == "Which time zone?")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        app.main.query_one("#requirements", TextArea).insert(" And rotate it.")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("g")
        await until(pilot, lambda: on_show(app) == "Which time zone?")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: on_show(app) == "Keep old entries?")
        assert "And rotate it." in sent_texts(server.requests[-1])[1]
        assert rounds_of(app).rounds[0].answer == "JSON"
