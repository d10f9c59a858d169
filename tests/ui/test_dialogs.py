"""What holds for every dialog: one answer, and no key that was meant for something else."""

from pathlib import Path

import pytest

from autocoder_tui.engine.events import TextDelta
from autocoder_tui.ui.screens import recovered
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.screens.recovered import RecoveredRuns
from tests.ui.driving import NARROW, at_both_sizes, driven, setup_for, until
from tests.ui.test_recovery import WHOLE, left_behind
from tests.ui.test_session import AT


@pytest.mark.parametrize("keys", [("b", "b"), ("r", "b"), ("enter", "enter"), ("escape", "escape")])
async def test_a_second_answer_comes_too_late(tmp_path: Path, keys: tuple[str, ...]) -> None:
    answers = (Answer("run", "Run", "r"), Answer("back", "Back", "b", harmless=True))
    given: list[str | None] = []
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        app.push_screen(Question("Which?", "One of two.", answers), given.append)
        await until(pilot, lambda: isinstance(app.screen, Question) and app.focused is not None)
        await pilot.press(*keys)
        await until(pilot, lambda: not isinstance(app.screen, Question))
        assert len(given) == 1
        assert app.ending.crash is None


async def test_a_notification_stands_once_where_a_dialog_covers_the_screen(tmp_path: Path) -> None:
    answers = (Answer("run", "Run", "r"), Answer("back", "Back", "b", harmless=True))

    def rows() -> list[int]:
        strips = app.screen._compositor.render_strips()
        return [row for row, strip in enumerate(strips) if "Something to know" in strip.text]

    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        app.tell("Something to know")
        last = app.size.height - 1
        await until(pilot, lambda: rows() == [last - 1])  # the keys stay in sight
        app.push_screen(Question("Which?", "One of two.", answers))
        await until(pilot, lambda: isinstance(app.screen, Question) and rows() == [last])
        await pilot.press("b")
        await until(pilot, lambda: app.screen is app.main and rows() == [last - 1])


@at_both_sizes
async def test_a_message_covers_nothing_and_comes_alone(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    def lines() -> list[str]:
        return [strip.text for strip in app.screen._compositor.render_strips()]

    async with driven(setup_for(tmp_path, *AT), size) as (app, pilot):
        await until(pilot, lambda: app.recovery.done and "Keys" in lines()[-1])
        app.clear_notifications()
        await until(pilot, lambda: "in ~" in lines()[-2])
        before = lines()
        app.tell("First", timeout=60)
        app.tell("Second [bold]one[/bold]", timeout=60)
        await until(pilot, lambda: "Second [bold]one[/bold]  (+1, F9" in lines()[-2])
        assert lines()[-1] == before[-1]  # the keys
        assert lines()[-3] == before[-2]  # the meters
        app.tell("It went wrong", severity="error", timeout=60)
        app.tell("Third", timeout=60)
        await until(pilot, lambda: "✗ It went wrong" in lines()[-2])
        app.tell("Far too long for one row. " * 20, severity="error", timeout=60)
        await until(pilot, lambda: "too long" in lines()[-3])
        meters = next(line for line in lines() if "ready" in line)
        assert lines().index(meters) == len(before) - 7  # it has moved up, and is not covered
        assert lines()[-1] == before[-1]
        await pilot.click("MessageLine")
        await until(pilot, lambda: "✗ It went wrong" in lines()[-2])
        app.clear_notifications()
        await until(pilot, lambda: lines() == before)


async def test_the_first_message_has_all_the_rows_it_needs(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path, *AT), NARROW) as (app, pilot):
        await until(pilot, lambda: app.session.ready)
        app.clear_notifications()
        for line in app.main.query("MessageLine"):
            await line.remove()
        app.tell("words " * 20 + "the end", timeout=60)
        await until(pilot, lambda: app.main.query("MessageLine"))
        line = app.main.query_one("MessageLine")
        await until(pilot, lambda: line.size.height == 2)


async def test_what_is_typed_while_the_offer_opens_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovered, "_DEAF_SECONDS", 3600)
    left_behind(tmp_path, TextDelta(WHOLE[:-40]))
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, RecoveredRuns))
        await pilot.press("d", "c", "r", "enter")
        assert isinstance(app.screen, RecoveredRuns)
        assert not app.runner.running
