"""What an earlier version left opens as it is: `tests/data/earlier_version` says what that is."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import zlib
from pathlib import Path

import pytest
from textual.widgets import TextArea

from autocoder_tui.config.theme_files import load_themes
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.runs.restore import model_of, prepared_of
from autocoder_tui.runs.review_record import reopen_run
from autocoder_tui.runs.setup import ChosenModel, Setup, choose_model
from autocoder_tui.store.calibration import load_calibration
from autocoder_tui.store.capabilities import CapabilityStore
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.recovery import recover_runs
from autocoder_tui.store.session import claim
from autocoder_tui.store.usage import read_usage
from autocoder_tui.ui.screens.recovered import RecoveredRuns
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.workspace.apply_log import ApplyLog
from autocoder_tui.workspace.undo import redo, undo
from tests.ui.driving import driven, setup_for, until

LEFT = Path(__file__).parents[1] / "data" / "earlier_version"
PROJECT = Path("/home/ann/project")
OLD = "".join(f"line {number}\n" for number in range(1, 31))
NEW = OLD.replace("line 3\n", "line three\n").replace("line 20\n", "line twenty\n")
WISHES = ["Say it otherwise", "Count in words", "Write c.txt"]


@pytest.fixture
def left(tmp_path: Path) -> Setup:
    """All of it, with the project at `tmp_path`/project and the user who runs this."""
    for folder in ("config", "state", "project"):
        shutil.copytree(LEFT / folder, tmp_path / folder)
    root, state = tmp_path / "project", tmp_path / "state"
    for file in (file for file in state.rglob("*") if file.is_file() and file.suffix != ".gz"):
        kept = file.read_bytes().replace(bytes(PROJECT), bytes(root))
        owner = b'"uid": %d, "gid": %d' % (os.getuid(), os.getgid())
        file.write_bytes(kept.replace(b'"uid": 0, "gid": 0', owner))
    for folder in ("applies", "sessions"):
        (named,) = (state / folder).iterdir()
        named.rename(state / folder / ApplyLog.of_project(state, root).folder.name)
    _unpack_history(state, root)
    return setup_for(tmp_path)


def _unpack_history(state: Path, root: Path) -> None:
    (state / "history.db").write_bytes(gzip.decompress((state / "history.db.gz").read_bytes()))
    (state / "history.db.gz").unlink()

    def moved(data: bytes) -> bytes:
        return zlib.compress(zlib.decompress(data).replace(bytes(PROJECT), bytes(root)))

    with sqlite3.connect(state / "history.db") as database:
        database.create_function("moved", 1, moved)
        database.execute("UPDATE runs SET project = ?, data = moved(data)", (str(root),))
    database.close()


def _house(setup: Setup) -> ChosenModel:
    return choose_model(setup)


def test_its_folders_are_looked_for_under_the_names_it_gave_them(tmp_path: Path) -> None:
    (named,) = (LEFT / "state" / "applies").iterdir()
    assert ApplyLog.of_project(tmp_path, PROJECT).folder.name == named.name
    slot = claim(tmp_path, PROJECT)
    slot.release()
    (session,) = (LEFT / "state" / "sessions").iterdir()
    assert slot.file.parent.name == session.name


def test_its_settings_models_and_themes_count(left: Setup) -> None:
    assert left.problems == ()
    settings = left.settings
    assert settings.model.default == "house-model"
    assert left.model.fallback == ("other-model",)
    assert (left.limits.idle_timeout, left.limits.max_attempts) == (45, 4)
    assert str(left.limits.max_cost_usd) == "0.50"
    assert settings.cost.context_warning == 0.3
    assert (settings.ui.theme, settings.ui.diff_layout) == ("night", "unified")
    assert settings.git.commit_after_accept
    assert left.debug_level == 0
    assert dict(settings.keys) == {"run.start": "f7"}
    model = choose_model(left).model
    assert (model.context_length, str(model.input_price)) == (32768, "0.5")
    loaded = load_themes(left.places.config / "themes")
    assert "night" in [theme.name for theme in loaded.themes]
    assert not loaded.problems


def test_its_history_is_listed_found_and_read(left: Setup) -> None:
    history = History(left.places.state)
    assert [run.name for run in history.list(str(left.root))] == WISHES
    assert [run.name for run in history.list(search="twenty")] == WISHES[:2]
    run = history.get(history.list(search="Count")[0].run_id)
    assert run.status == "finished"
    assert [(file.path, file.after) for file in run.files] == [
        ("a.txt", NEW),
        ("b.txt", "café\r\ntea\r\n"),
    ]
    assert run.snapshot.limits.idle_timeout == 45
    assert not history.messages()


def test_a_run_it_was_killed_in_is_recovered_and_can_go_on(left: Setup) -> None:
    history = History(left.places.state)
    found = recover_runs(history)
    assert found.messages == ()
    (run_id,) = found.recovered
    run = history.get(run_id)
    assert run.status == "interrupted"
    assert run.reply.startswith('<file path="d.txt">\ndee')
    prepared = prepared_of(run, model_of(left, run))
    assert prepared.request.partial == run.reply
    assert prepared.request.target == "d.txt"
    assert not list((left.places.state / "journals").iterdir())


def test_the_review_it_left_has_its_verdicts(left: Setup) -> None:
    run = History(left.places.state).get(claimed_review(left))
    opened = reopen_run(left.root, run, prepared_of(run, _house(left)))
    assert opened.changed == ()
    (file,) = opened.reviewable.review.files
    assert file.path == "a.txt"
    assert list(file.verdicts) == [Verdict.ACCEPTED, Verdict.UNDECIDED]


def claimed_review(setup: Setup) -> str:
    slot = claim(setup.places.state, setup.root)
    try:
        assert slot.problems == []
        assert slot.session.requirements == "A draft not sent"
        assert slot.session.picks == ("a.txt", "b.txt")
        assert slot.session.model == "house-model"
        return slot.session.review
    finally:
        slot.release()


def test_its_writes_are_undone_and_made_again(left: Setup) -> None:
    log = ApplyLog.of_project(left.places.state, left.root)
    written = {name: (left.root / name).read_bytes() for name in ("a.txt", "b.txt", "c.txt")}

    def last() -> None:
        entry = log.last_applied()
        assert entry is not None
        undo(log, entry.record)

    last()
    assert (left.root / "a.txt").read_text() == OLD
    assert (left.root / "b.txt").read_bytes() == b"caf\xe9\r\nthe\r\n"
    last()
    assert not (left.root / "c.txt").exists()
    assert log.last_applied() is None
    while (entry := log.next_undone()) is not None:
        redo(log, entry.record)
    assert {name: (left.root / name).read_bytes() for name in written} == written


def test_what_it_learnt_and_booked_counts(left: Setup) -> None:
    chosen = _house(left)
    assert load_calibration(left.places.state, chosen.endpoint, chosen.model).runs == 3
    place = (chosen.endpoint.provider.base_url, chosen.model.name)
    assert CapabilityStore(left.places.state).of(*place).prefill == "none"
    records, damaged = read_usage(left.places.state)
    assert damaged == 0
    assert [record.prompt_tokens for record in records][:1] == [321]
    assert sum(record.cost_usd or 0 for record in records) > 0


async def test_the_program_opens_on_what_stood_on_its_screen(left: Setup) -> None:
    async with driven(left) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, RecoveredRuns))
        await until(pilot, lambda: app.focused is not None and app.screen is app.focused.screen)
        await pilot.press("escape")
        await until(pilot, lambda: app.recovery.done)
        assert app.main.query_one("#requirements", TextArea).text == "A draft not sent"
        assert app.job().picks == ("a.txt", "b.txt")
        review = app.main.query_one(ReviewPane).review
        assert review is not None
        assert (review.counts.accepted, review.counts.undecided) == (1, 1)
        assert app.theme == "night"
        assert app.chosen is not None
        assert app.chosen.model.name == "house-model"
        assert app.chosen.calibration.runs == 3
