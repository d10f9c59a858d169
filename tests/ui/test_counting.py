"""The meters show what a server that can count has counted, and the estimate elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import TextArea

from autocoder_tui.runs.preparation import Job
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.screens.too_large import TooLarge
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.meters.meters import Meters
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.engine.counting import CountingServer, OllamaServer
from tests.ui.driving import (
    at_both_sizes,
    chosen_of,
    driven,
    framed,
    serving,
    setup_for,
    there,
    until,
    view_of,
)


async def test_the_servers_count_takes_the_place_of_the_estimate(tmp_path: Path) -> None:
    async with CountingServer("llama.cpp", [framed("a.txt", "x\n")]) as server:
        at = ("--base-url", server.base_url, "-m", "test-model", "-r", "do it")
        async with driven(setup_for(tmp_path, *at)) as (app, pilot):
            meters = app.main.query_one(Meters)
            await until(pilot, lambda: meters.view and "server" in view_of(meters).method)
            before = there(view_of(meters).prompt_tokens)
            assert not view_of(meters).prompt_estimated
            assert "counted by the server" in meters.render().plain
            app.main.query_one("#requirements", TextArea).text = "do it and do it well"
            await until(pilot, lambda: view_of(meters).prompt_tokens == before + 4)
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
            assert there(app.runner.state.estimate).prompt_tokens == before + 4
            assert there(app.runner.prepared).request.counted_tokens == before + 4


async def test_files_in_the_tree_stay_marked_as_estimates_where_the_server_counts(
    tmp_path: Path,
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "words.txt").write_text("many words here\n" * 100)
    async with CountingServer("llama.cpp", []) as server:
        at = ("--base-url", server.base_url, "-m", "test-model", "-r", "do it", "-i", "words.txt")
        async with driven(setup_for(tmp_path, *at)) as (app, pilot):
            meters, picker = app.main.query_one(Meters), app.main.query_one(FilePicker)
            await until(pilot, lambda: meters.view and "server" in view_of(meters).method)
            assert not view_of(meters).prompt_estimated
            await until(pilot, lambda: "~0.4k" in picker.render_line(0).text)


async def test_a_slow_server_does_not_hold_up_the_estimate(tmp_path: Path) -> None:
    async with CountingServer("hangs") as server:
        at = ("--base-url", server.base_url, "-m", "test-model", "-r", "do it")
        async with driven(setup_for(tmp_path, *at)) as (app, pilot):
            meters = app.main.query_one(Meters)
            await until(
                pilot, lambda: meters.view and view_of(meters).method.startswith("estimate")
            )
            await until(pilot, lambda: len(server.asked) == 1)


@asynccontextmanager
async def a_big_file_for_ollama(
    folder: Path,
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str], OllamaServer]]:
    """More is picked than a server may take, which has not said so: its model is not loaded."""
    (folder / "project").mkdir()
    (folder / "project" / "big.txt").write_text("many words here\n" * 3_000)
    async with OllamaServer([framed("big.txt", "x\n")]) as server:
        at = ("--base-url", server.base_url, "-m", "qwen", "-r", "do it", "-i", "big.txt")
        async with driven(setup_for(folder, *at)) as (app, pilot):
            await until(pilot, lambda: len(app.main.query_one(FilePicker).picks) == 1)
            await until(pilot, lambda: any("could take 131,072" in x for x in app.main.log_lines))
            yield app, pilot, server


async def test_a_prompt_ollama_may_cut_is_asked_about_before_it_is_sent(tmp_path: Path) -> None:
    async with a_big_file_for_ollama(tmp_path) as (app, pilot, server):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await pilot.press(*"65536", "ctrl+s")
        await until(pilot, lambda: chosen_of(app).model.context_length == 65536)
        await until(pilot, lambda: app.screen is app.main)
        assert not server.requests
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
        assert len(server.requests) == 1


async def test_the_window_of_a_model_loaded_meanwhile_is_asked_for_again(tmp_path: Path) -> None:
    async with a_big_file_for_ollama(tmp_path) as (app, pilot, server):
        server.loaded = 8192
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, TooLarge))
        assert chosen_of(app).model.context_length == 8192
        assert not server.requests


@at_both_sizes
async def test_what_a_run_came_to_stays_until_another_is_described(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "a.txt").write_text("few\n")
    flags = ("-r", "do it", "-i", "a.txt")
    async with serving(tmp_path, [framed("a.txt", "x\n")], *flags, size=size) as (app, pilot, _):
        meters, picker = app.main.query_one(Meters), app.main.query_one(FilePicker)
        counted, count = asyncio.Event(), app.estimator._count

        async def and_tell(job: Job, chosen: ChosenModel) -> None:
            await count(job, chosen)
            counted.set()

        app.estimator._count = and_tell  # type: ignore[method-assign]
        await until(pilot, lambda: meters.view and view_of(meters).phase == "estimate")
        job, chosen = app.job(), chosen_of(app)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
        await until(pilot, lambda: not app.runner.running)
        assert view_of(meters).phase == "completed"
        # A count that was under way before the run, of less than was sent in the end.
        await and_tell(replace(job, requirements="do"), chosen)
        for trigger in (
            lambda: picker.post_message(FilePicker.PicksChanged(picker, picker.picks)),
            lambda: app.models.set(chosen_of(app)),
            app.estimator.schedule,
        ):
            counted.clear()
            trigger()
            await until(pilot, counted.is_set)
            assert view_of(meters).phase == "completed"
        await pilot.resize_terminal(100, 30)
        await pilot.press("f2", "f3", "f5")
        assert view_of(meters).phase == "completed"
        app.main.query_one("#requirements", TextArea).text = "do it well"
        await until(pilot, lambda: view_of(meters).phase == "estimate")
        # Back to what was sent: now it is what the next run would be.
        tokens = there(view_of(meters).prompt_tokens)
        app.main.query_one("#requirements", TextArea).text = "do it"
        await until(pilot, lambda: there(view_of(meters).prompt_tokens) < tokens)
        assert view_of(meters).phase == "estimate"


async def test_undoing_and_redoing_change_the_meters_at_once(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.txt").write_text("few\n")
    reply = framed("a.txt", "many words\n" * 400)
    async with serving(tmp_path, [reply], "-r", "x", "-i", "a.txt") as (app, pilot, _):
        meters = app.main.query_one(Meters)

        def shown(least: int, most: int) -> bool:
            view = meters.view
            if view is None or view.phase != "estimate":
                return False
            return least <= there(view.prompt_tokens) <= most

        await until(pilot, lambda: shown(1, 800))
        await pilot.press("ctrl+r")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.review is not None)
        await pilot.press("A", "enter")
        await until(pilot, lambda: (project / "a.txt").read_text().startswith("many"))
        assert view_of(meters).phase == "completed"
        await until(pilot, lambda: pane.written)
        await pilot.press("U")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("u")
        await until(pilot, lambda: shown(1, 800))
        await pilot.press("ctrl+y")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("r")
        await until(pilot, lambda: shown(801, 9999))
