"""Runs taken up again in the plain mode: what does not fit any more is said and kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from autocoder_tui.headless.console import saying
from autocoder_tui.headless.plain.desk import Desk
from autocoder_tui.headless.plain.past import tell_dropped
from autocoder_tui.review.later_reply import Dropped
from tests.ui.driving import setup_for


def test_dropped_edits_are_said_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup = setup_for(tmp_path)
    with saying(setup) as log, asyncio.Runner() as runner:
        desk = Desk(setup, log, runner)
        for text in ("one\n", "two\n"):
            tell_dropped(desk, Dropped("a\x1b.txt", 1, text))
        tell_dropped(desk, Dropped("b.txt", 2))
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "1 verdict and your edit were dropped." in said
    assert "b.txt came once more, differently: 2 verdicts were dropped." in said
    kept = sorted(setup.places.state.glob("dropped-edit*.txt"))
    assert [file.read_text() for file in kept] == ["two\n", "one\n"]
    assert all(str(file) in said for file in kept)
