"""A database of history that is damaged in every way: what can still be read is kept."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.schema import HistoryUnavailable
from tests.store.kept_runs import run

PAGE = 4096
RUNS = 40


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A history of runs small and large, all of it in one file; and their texts."""
    state, dice = tmp_path_factory.mktemp("sound"), random.Random(3)
    history, texts = History(state), {}
    for number in range(RUNS):
        text = f"word{number} " * dice.choice([3, 50, 500]) + dice.randbytes(3000).hex()
        texts[f"{number:012x}"] = text
        history.add(run(text, f"{number:012x}", started=f"2026-01-{number % 28 + 1:02}"))
    history.keep_review(f"{5:012x}", {"kept": True})
    history.rename(f"{6:012x}", "mine")
    with closing(sqlite3.connect(state / "history.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return state, texts


def copied(sound: Path, place: Path) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(sound, place)
    return place / "history.db"


def damaged(file: Path, at: int, with_bytes: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(with_bytes)


def kept(history: History, texts: dict[str, str]) -> int:
    """How many runs are there to the character; those that are not must not be others."""
    count = 0
    for line in history.list():
        found = history.get(line.run_id)
        if line.run_id in texts:
            assert found.reply == texts[line.run_id]
            count += 1
    return count


def everything_works(history: History) -> None:
    history.add(run("something new", "fff", started="2027-01-01"))
    assert history.get("last").reply == "something new"
    assert "fff" in [line.run_id for line in history.list(search="something new")]
    history.list(search="wo")
    history.prompts(10)
    assert history.rename("fff", "other")
    assert history.delete(["fff"]) == 1
    history.prune(1000, 365)


@pytest.mark.parametrize("seed", range(int(os.environ.get("AUTOCODER_TUI_DAMAGED_PAGES", "8"))))
def test_a_damaged_page_costs_the_runs_on_it_at_most(
    sound: tuple[Path, dict[str, str]], tmp_path: Path, seed: int
) -> None:
    dice, (state, texts) = random.Random(seed), sound
    file = copied(state, tmp_path / "state")
    pages = file.stat().st_size // PAGE
    # The first pages hold what all others hang from.
    page = dice.choice([0, dice.randrange(1, 20), dice.randrange(pages)])
    with_bytes = dice.choice([dice.randbytes(PAGE), bytes(PAGE)])
    damaged(file, page * PAGE, with_bytes)
    before = file.read_bytes()
    history = History(tmp_path / "state")
    everything_works(history)
    assert kept(history, texts) >= RUNS - 4
    said = history.messages()
    for aside in (tmp_path / "state").glob("history-damaged-*.db"):
        assert aside.read_bytes() == before
        assert str(aside) in said[0]
        assert "runs could be read and are in the new one" in said[0]
    assert not list((tmp_path / "state").glob("*mend*"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_cut_short_gives_what_is_before_the_cut(
    sound: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    state, texts = sound
    file = copied(state, tmp_path / "state")
    os.truncate(file, file.stat().st_size // 2 + 7)
    history = History(tmp_path / "state")
    everything_works(history)
    assert kept(history, texts) >= RUNS // 4
    assert "could be read" in history.messages()[0]


def test_verdicts_names_and_places_are_saved_too(
    sound: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    state, texts = sound
    before = History(state)
    file = copied(state, tmp_path / "state")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE facts")
    history = History(tmp_path / "state")
    everything_works(history)
    assert kept(history, texts) == RUNS
    assert history.get(f"{5:012x}").review == {"kept": True}
    assert history.get("mine").run_id == f"{6:012x}"
    assert [one.run_id for one in history.list()] == [one.run_id for one in before.list()]
    history.prune(1, 0)
    assert "mine" in [one.name for one in history.list()]


def test_a_damaged_index_is_made_anew_and_nothing_set_aside(
    sound: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    state, texts = sound
    file = copied(state, tmp_path / "state")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE run_index_data SET block = x'00ff' WHERE id > 10")
        connection.commit()
    history = History(tmp_path / "state")
    assert len(history.list(search="word")) == RUNS
    everything_works(history)
    assert history.list(search="word7 ")[0].run_id == f"{7:012x}"
    assert kept(history, texts) == RUNS
    assert not list((tmp_path / "state").glob("history-damaged*"))
    assert all("index" in message for message in history.messages())


def test_damage_done_while_it_is_in_use_is_met_at_the_next_call(
    sound: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    state, texts = sound
    file = copied(state, tmp_path / "state")
    history = History(tmp_path / "state")
    with closing(sqlite3.connect(file)) as reader:  # so that the log of writes stays there
        reader.execute("SELECT * FROM runs").fetchone()
        # So many that the page all of them hang from is in the log, too.
        for number in range(8):
            history.add(run("more " * 300, f"e{number:02}", started="2026-12-01"))
        history.add(run("only in the log of writes", "eee", started="2027-01-01"))
        assert Path(f"{file}-wal").stat().st_size > 0
        damaged(file, PAGE, b"\xff" * 8 * PAGE)
        everything_works(history)
        assert history.get("eee").reply == "only in the log of writes"
    assert kept(history, texts) >= RUNS - 8
    (message,) = history.messages()
    assert "was damaged" in message


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
@pytest.mark.parametrize("left", [b"", b"\xff" * 70_000, b"\x37\x7f\x06\x82" + bytes(40_000)])
def test_files_left_beside_it_harm_nothing(
    sound: tuple[Path, dict[str, str]], tmp_path: Path, suffix: str, left: bytes
) -> None:
    state, texts = sound
    file = copied(state, tmp_path / "state")
    Path(f"{file}{suffix}").write_bytes(left)
    history = History(tmp_path / "state")
    everything_works(history)
    assert kept(history, texts) == RUNS
    assert history.messages() == []


def test_the_log_of_writes_of_another_database_stops_nothing(
    sound: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    """SQLite takes it for this one's, and what it says for the truth: see its "How To Corrupt"."""
    file = copied(sound[0], tmp_path / "state")
    other = History(tmp_path / "other")
    other.add(run("another", "ddd"))
    with closing(sqlite3.connect(tmp_path / "other" / "history.db")) as reader:
        reader.execute("SELECT * FROM runs").fetchone()
        other.add(run("yet another", "ccc"))
        shutil.copy(tmp_path / "other" / "history.db-wal", f"{file}-wal")
    history = History(tmp_path / "state")
    everything_works(history)
    assert history.get("ccc").reply == "yet another"


THINGS: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "nothing at all": Path.touch,
    "a version of nobody's": lambda path: _with_version(path, -5),
    "a version of no time": lambda path: _with_version(path, 2_000_000_000),
}


def _with_version(path: Path, version: int) -> None:
    History(path.parent).add(run("of an odd version", "abc"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


@pytest.mark.parametrize("thing", THINGS)
def test_whatever_stands_in_its_place_stops_nothing(tmp_path: Path, thing: str) -> None:
    THINGS[thing](tmp_path / "history.db")
    history = History(tmp_path)
    everything_works(history)
    asides = list(tmp_path.glob("history-damaged-*.db"))
    assert len(asides) == len(history.messages()) == (thing != "nothing at all")
    if "version" in thing:
        assert history.get("abc").reply == "of an odd version"


def test_a_link_that_leads_nowhere_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "history.db").symlink_to(tmp_path / "away" / "history.db")
    with pytest.raises(HistoryUnavailable, match=r"history\.db can't be used"):
        History(tmp_path).list()
    assert (tmp_path / "history.db").is_symlink()


def test_the_first_databases_without_positions_are_read(
    sound: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    state, texts = sound
    file = copied(state, tmp_path / "state")
    with closing(sqlite3.connect(file)) as connection:
        for index in ("runs_position", "runs_of_project", "runs_offered", "runs_of_thread"):
            connection.execute(f"DROP INDEX {index}")
        connection.execute("ALTER TABLE runs DROP COLUMN position")
    history = History(tmp_path / "state")
    order = [one.run_id for one in history.list()]
    assert order == [one.run_id for one in History(state).list()]
    everything_works(history)
    assert kept(history, texts) == RUNS
    assert history.messages() == []


def test_a_newer_version_that_comes_while_it_is_in_use_is_left_alone(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(run("before", "abc"))
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("ALTER TABLE runs RENAME TO everything")
        connection.execute("PRAGMA user_version = 2")
    everything_works(history)
    (message,) = history.messages()
    assert "newer version" in message
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        assert connection.execute("SELECT count(*) FROM everything").fetchone() == (1,)


def test_no_room_to_mend_leaves_the_damaged_one_in_its_place(
    sound: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, texts = sound
    file = copied(state, tmp_path / "state")
    damaged(file, 0, bytes(PAGE))
    before = file.read_bytes()
    history = History(tmp_path / "state")
    with monkeypatch.context() as patch:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(shutil, "copyfile", full)
        with pytest.raises(HistoryUnavailable, match="no space left"):
            history.list()
    assert file.read_bytes() == before
    assert [path.name for path in (tmp_path / "state").glob("*.db")] == ["history.db"]
    assert kept(history, texts) == RUNS
