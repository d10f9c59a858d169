"""The question how to begin: when it comes by itself, and what it says of the key that lacks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from autocoder_tui.runs import keyed_models
from autocoder_tui.runs.setup import ChosenModel, Setup
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.finder import Finder
from autocoder_tui.ui.screens.first_steps import MODEL, FirstSteps
from autocoder_tui.ui.screens.model_picker import ModelPicker
from tests.ui.driving import NARROW, chosen_of, driven, setup_for, there, until


async def test_it_does_not_cover_what_was_opened_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the start and the question the keys are looked for: the finder was opened by then,
    and what was typed into it went to the question."""
    looking, opened = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly(setup: Setup) -> tuple[ChosenModel, ...]:
        loop.call_soon_threadsafe(looking.set)
        asyncio.run_coroutine_threadsafe(opened.wait(), loop).result(60)
        return ()

    monkeypatch.setattr(keyed_models, "models_with_keys", slowly)
    async with driven(setup_for(tmp_path)) as (app, pilot):
        await asyncio.wait_for(looking.wait(), 60)
        await pilot.press("ctrl+f")
        await until(pilot, lambda: isinstance(app.screen, Finder))
        opened.set()
        await until(pilot, lambda: all(worker.group != "first-steps" for worker in app.workers))
        assert isinstance(app.screen, Finder)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("f3", *"Add it", "ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, FirstSteps))


async def test_it_waits_for_who_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Enter at the end of a line chose the demo, and left the project."""
    monkeypatch.setattr(AutocoderApp, "last_typed_at", float("inf"))  # somebody types on and on
    async with driven(setup_for(tmp_path)) as (app, pilot):
        await until(pilot, lambda: any(worker.group == "first-steps" for worker in app.workers))
        await pilot.pause(0.3)
        assert app.screen is app.main
        app.last_typed_at = float("-inf")
        await until(pilot, lambda: isinstance(app.screen, FirstSteps))


async def test_a_model_without_a_key_says_where_the_key_is_looked_for(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path), size=NARROW) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, FirstSteps))
        choices = app.screen.query_one(OptionList)
        await until(pilot, lambda: choices.highlighted is not None)
        choices.highlighted = choices.get_option_index(MODEL)
        says = app.screen.query_one("#first-detail", Static)
        await until(pilot, lambda: "HYPERBOLIC_API_KEY" in str(says.render()))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker))
        await pilot.press(*"gpt-4o-mini")
        detail = app.screen.query_one("#model-detail", Static)
        await until(pilot, lambda: "export OPENAI_API_KEY=" in str(detail.render()))
        hint = app.screen.query_one("#model-hint")
        await until(pilot, lambda: hint.region.bottom < app.size.height)
        await pilot.press("enter")
        # The key is still to be had: how is said at once, and Enter does not lead to the demo.
        await until(pilot, lambda: isinstance(app.screen, FirstSteps))
        assert chosen_of(app).model.provider == "OpenAI"
        again = app.screen.query_one(OptionList)
        await until(pilot, lambda: again.highlighted is not None)
        assert again.get_option_at_index(there(again.highlighted)).id == MODEL
        says = app.screen.query_one("#first-detail", Static)
        await until(pilot, lambda: "OPENAI_API_KEY" in str(says.render()))
