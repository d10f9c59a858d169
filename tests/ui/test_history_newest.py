"""The run that has only just ended, in the list of all."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.runs import recorder, restore
from autocoder_tui.ui.screens.history import HistoryScreen
from autocoder_tui.ui.widgets.row_list import RowList
from tests.ui.driving import framed, serving, until


async def test_a_run_that_has_only_just_ended_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, end = threading.Event(), restore.end_journal

    def late(*args: Any, **options: Any) -> None:
        may_end.wait(20)
        end(*args, **options)

    monkeypatch.setattr(recorder, "end_journal", late)
    async with serving(tmp_path, [framed("a.txt", "one\n")], "-r", "just now") as (app, pilot, _):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(app.screen, HistoryScreen))
        app.set_timer(0.3, may_end.set)
        await until(pilot, lambda: app.screen.query_one(RowList).row_count == 1)
