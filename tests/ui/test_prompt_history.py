"""Earlier prompts, and the draft that is never lost over them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, TextArea

from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers.prompt_history import Walk
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.prompts import PromptList
from autocoder_tui.ui.terminal.key_queue import ASKS
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.ui.driving import NARROW, driven, framed, serving, setup_for, until
from tests.ui.test_session import AT, kept, opened, wanted


@given(st.lists(st.one_of(st.sampled_from([1, -1]), st.text("ab", min_size=1, max_size=3))))
def test_no_text_is_lost_on_a_walk(moves: list[int | str]) -> None:
    texts = ["sent 1", "sent 2", "sent 3"]
    walk, text = Walk("draft", texts), "draft"
    typed: set[str] = {"draft"}
    kept_aside: set[str] = set()
    for move in moves:
        if isinstance(move, str):
            if text in typed:
                typed.discard(text)  # replaced by the person, letter by letter
            text = text + move
            typed.add(text)
        else:
            text = walk.step(move, text)
            if walk.displaced:
                kept_aside.add(walk.displaced)
                walk.displaced = ""
        assert typed <= {text, walk.draft} | kept_aside
    for _ in range(5):
        text = walk.step(1, text)
    assert text == "sent 3"


def _asked(app: AutocoderApp) -> bool:
    return isinstance(app.screen, Question)


def _sent(app: AutocoderApp) -> list[str]:
    return [prompt.text for prompt in app.prompting.prompts() if prompt.when != "not sent"]


async def send(app: AutocoderApp, pilot: Pilot[str], text: str) -> None:
    area = wanted(app)
    area.replace(text, area.document.start, area.document.end)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: text in _sent(app) or _asked(app))
    if _asked(app):
        await pilot.press("r")
    review = app.main.query_one(ReviewPane)
    await until(pilot, lambda: text in _sent(app) and review.review and not app.runner.running)
    app.main.show("requirements")
    await until(pilot, lambda: app.focused is wanted(app))


async def test_earlier_prompts_come_back_by_key_and_the_draft_too(tmp_path: Path) -> None:
    script = [framed("a.txt", f"{number}\n") for number in range(2)]
    async with serving(tmp_path, script) as (app, pilot, _):
        await until(pilot, lambda: app.session.ready)
        await send(app, pilot, "first wish")
        await send(app, pilot, "second wish")
        area = wanted(app)
        area.replace("a draft", area.document.start, area.document.end)
        seen = []
        for key in ("ctrl+up", "alt+up", "ctrl+up", "ctrl+down", "alt+down", "ctrl+down"):
            await pilot.press(key)
            await pilot.pause()
            seen.append(area.text)
        assert seen == [
            "second wish",
            "first wish",
            "first wish",
            "second wish",
            "a draft",
            "a draft",
        ]
        # A kill on the way must not lose the draft either.
        await pilot.press("ctrl+up")
        await until(pilot, lambda: kept(tmp_path).requirements == "second wish")
        assert kept(tmp_path).drafts == ("a draft",)


async def test_the_list_finds_a_prompt_and_keeps_the_draft_it_replaces(tmp_path: Path) -> None:
    async with serving(tmp_path, [framed("a.txt", "x\n")]) as (app, pilot, _):
        await until(pilot, lambda: app.session.ready)
        await send(app, pilot, "make the report faster\nand smaller")
        area = wanted(app)
        area.replace("half a thought", area.document.start, area.document.end)
        await pilot.press("alt+p")
        await until(pilot, lambda: isinstance(app.screen, PromptList))
        await pilot.press(*"fast rep")
        options = app.screen.query_one(OptionList)
        await until(pilot, lambda: options.option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: area.text == "make the report faster\nand smaller")
        await until(pilot, lambda: kept(tmp_path).drafts == ("half a thought",))
        await pilot.press("ctrl+up")
        await until(pilot, lambda: area.text == "half a thought")
        await pilot.press("alt+p")
        await until(pilot, lambda: isinstance(app.screen, PromptList))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert area.text == "half a thought"


async def test_a_draft_outlives_the_program(tmp_path: Path) -> None:
    async with opened(tmp_path, *AT) as (app, pilot):
        wanted(app).insert("the first draft")
        app.prompting.replace("something else")
        await pilot.press("ctrl+q")
    async with opened(tmp_path, *AT) as (app, pilot):
        assert wanted(app).text == "something else"
        app.main.show("requirements")
        await pilot.press("ctrl+up")
        await until(pilot, lambda: wanted(app).text == "the first draft")


async def test_hostile_prompts_are_shown_as_marks(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT), NARROW) as (app, pilot):
        await until(pilot, lambda: app.session.ready)
        app.prompting.sent("\x1b]52;c;aGk=\x07[@click=app.quit]x[/] \u202e\nsecond \x9b31m")
        app.main.show("requirements")
        await pilot.press("alt+p")
        await until(pilot, lambda: isinstance(app.screen, PromptList))
        await pilot.pause()
        drawn = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "␛]52" in drawn
        assert "[@click=app.quit]" in drawn
        assert not set(drawn) & {"\x1b", "\x07", "\u202e", "\x9b"}
        assert app.screen.query_one(Input).has_focus
        assert isinstance(app.main.query_one("#requirements"), TextArea)


async def test_a_template_is_saved_and_found_by_its_name(tmp_path: Path) -> None:
    key = {"HYPERBOLIC_API_KEY": "none-is-sent"}
    async with driven(setup_for(tmp_path, "-r", "Write tests first.", environ=key)) as (app, pilot):
        await until(pilot, lambda: app.recovery.done)
        app.run_worker(app.prompting.save_template(), group=ASKS)
        await until(pilot, lambda: isinstance(app.screen, LineDialog))
        await pilot.press(*"tdd", "enter")
        file = tmp_path / "config" / "templates" / "tdd.md"
        await until(pilot, file.exists)
        area = app.main.query_one("#requirements", TextArea)
        area.text = ""
        await pilot.press("f3", "alt+p")
        await until(pilot, lambda: isinstance(app.screen, PromptList))
        await pilot.press(*"tdd", "enter")
        await until(pilot, lambda: area.text == "Write tests first.\n")
