"""History: keeping, finding and removing runs, and databases in every bad state."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from autocoder_tui.store.history import search as history_search
from autocoder_tui.store.history.history import History, UnknownRun
from autocoder_tui.store.history.kept_run import KeptRun, default_name
from autocoder_tui.store.history.schema import SCHEMA, HistoryUnavailable
from autocoder_tui.store.journal.journal import Journal
from autocoder_tui.store.journal.reader import journals
from autocoder_tui.store.journal.recovery import recover_runs
from tests.engine.test_events_json import TEXTS
from tests.store.kept_runs import events, run, snapshot


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def ids(history: History, **asked: object) -> list[str]:
    return [found.run_id for found in history.list(**asked)]  # type: ignore[arg-type]


def test_a_run_comes_back_as_it_was(history: History) -> None:
    kept = run("text\u2028 \ud800 \0 end", requirements="\ud800 \0", project="/x/\udcff")
    history.add(kept)
    history.keep_review(kept.run_id, {"verdicts": ["\ud800"]})
    found = history.get("last")
    assert found.review == {"verdicts": ["\ud800"]}
    assert found.to_data() | {"review": None} == kept.to_data()
    (listed,) = history.list(project="/x/\udcff")
    assert (listed.status, listed.files, listed.cost_usd) == ("finished", 1, Decimal("0.25"))


@settings(max_examples=30, deadline=None)
@given(text=TEXTS, requirements=TEXTS, name=TEXTS)
def test_any_text_can_be_kept_and_searched(
    text: str, requirements: str, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    history = History(tmp_path_factory.mktemp("any"))
    kept = run(text, requirements=requirements)
    history.add(kept)
    history.rename(kept.run_id, name)
    assert history.get(kept.run_id).reply == text
    assert history.get(kept.run_id).name == (name or default_name(requirements))
    if text.strip() and "\0" not in text and not any(map(str.isspace, text)):
        assert ids(history, search=text) == [kept.run_id]


def test_the_database_is_the_users_alone(history: History, tmp_path: Path) -> None:
    history.add(run())
    assert stat.S_IMODE((tmp_path / "history.db").stat().st_mode) == 0o600


def test_runs_are_listed_newest_first_by_project(history: History) -> None:
    for number in range(3):
        project = "/a" if number != 1 else "/b"
        history.add(
            run(run_id=f"{number}{number}", started=f"2026-03-0{number + 1}", project=project)
        )
    assert ids(history) == ["22", "11", "00"]
    assert ids(history, project="/a") == ["22", "00"]
    assert ids(history, limit=1) == ["22"]
    assert history.get("last").run_id == "22"


@pytest.mark.parametrize("indexed", [True, False])
def test_search_finds_parts_of_words_in_every_field(
    history: History, monkeypatch: pytest.MonkeyPatch, indexed: bool
) -> None:
    if not indexed:
        monkeypatch.setattr(history_search, "has_index", lambda: False)
    history.add(run("def parse_reply(): pass", "aa", requirements="Take the reply apart"))
    history.add(run("100% \\ _x 漢字仮名", "bb", model="some-Model", target="x/y.py"))
    assert ids(history, search="rse_rep") == ["aa"]
    assert ids(history, search="PARSE apart") == ["aa"]
    assert ids(history, search="parse missing") == []
    assert ids(history, search="some-model y.py") == ["bb"]
    assert ids(history, search="字仮名") == ["bb"]
    assert ids(history, search="字") == ["bb"]
    assert ids(history, search="100%") == ["bb"]
    assert ids(history, search="1_0%") == []
    assert ids(history, search='" OR "') == []
    assert ids(history, search="shop") == ["bb", "aa"]
    history.rename("aa", "the parser")
    assert ids(history, search="parser") == ["aa"]
    history.delete(["aa"])
    assert ids(history, search="parse") == []


def test_an_sqlite_without_the_index_leaves_one_that_is_made_whole_again(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.add(run("first words", "aa"))
    with monkeypatch.context() as patched:
        patched.setattr(history_search, "has_index", lambda: False)
        history.add(run("second words", "bb"))
        assert ids(history, search="words") == ["bb", "aa"]
    assert ids(history, search="second words") == ["bb"]
    history.add(run("third words", "cc"))
    assert set(ids(history, search="words")) == {"aa", "bb", "cc"}


def test_a_run_is_referred_to_by_last_id_beginning_or_name(history: History) -> None:
    history.add(run("one", "abc111", started="2026-01-01"))
    history.add(run("two", "abc222", started="2026-01-02"))
    history.rename("abc111", "my parser")
    assert history.get("last").run_id == "abc222"
    assert history.get("abc1").run_id == "abc111"
    assert history.get("my parser").run_id == "abc111"
    with pytest.raises(UnknownRun, match="2 runs"):
        history.get("abc")
    for nothing in ("zzz", "", "%", "my"):
        with pytest.raises(UnknownRun, match="No run"):
            history.get(nothing)


def test_without_runs_the_last_is_none(history: History) -> None:
    with pytest.raises(UnknownRun, match="no run in history yet"):
        history.get("last")


def test_a_continued_run_is_one_run(history: History) -> None:
    history.add(run("half", end="failed", started="2026-01-01"))
    history.rename("0123456789ab", "mine")
    later = run("half and half", journal_id="another", started="2026-01-02", partial="half")
    history.add(later)
    history.add(later)
    (listed,) = history.list()
    assert (listed.started, listed.prompt_tokens, listed.cost_usd) == (
        "2026-01-01",
        200,
        Decimal("0.50"),
    )
    kept = history.get("mine")
    assert (kept.reply, kept.status, kept.requests) == ("half and half", "finished", 2)


def test_an_unknown_cost_makes_the_sum_unknown(history: History) -> None:
    history.add(run("a", end="failed"))
    history.add(run("ab", journal_id="another", cost=None))
    assert history.get("last").cost_usd is None


def test_runs_are_deleted_one_by_one_by_project_and_all(history: History) -> None:
    for name in ("aa", "bb", "cc", "dd"):
        history.add(run(name * 3, name, project=f"/{name}"))
    assert history.delete(["aa", "zz"]) == 1
    assert history.delete_all("/bb") == 1
    assert history.delete_all() == 2
    assert history.list() == []


def test_of_many_that_are_deleted_at_once_no_word_is_left(history: History, tmp_path: Path) -> None:
    for number in range(130):
        history.add(run(f"xylophonist {number}", f"{number:03}", project="/a"))
    history.add(run("a pianist", "other", project="/b"))
    assert history.delete_all("/a") == 130
    assert ids(history, search="pianist") == ["other"]
    history.add(run("a drummer", "another"))
    assert ids(history, search="drummer") == ["another"]
    assert ids(history, search="pianist") == ["other"]
    assert ids(history, search="phonist") == []
    for file in tmp_path.rglob("*"):
        assert b"xylophonist" not in file.read_bytes()


def test_retention_spares_named_and_offered_runs(history: History) -> None:
    for number in range(6):
        day = datetime.now(UTC) - timedelta(days=10 - number)
        kept = run(run_id=f"{number}x", started=day.isoformat(), ended=day.isoformat())
        history.add(kept, offered=number == 0)
    history.rename("1x", "mine")
    assert history.prune(3, 0) == 1
    assert ids(history) == ["5x", "4x", "3x", "1x", "0x"]
    assert history.prune(0, 0) == 0
    assert history.prune(0, 8, spare="3x") == 0
    assert history.prune(0, 1, spare="3x") == 1
    assert ids(history) == ["5x", "3x", "1x", "0x"]
    assert history.prune(1, 1) == 1
    assert ids(history) == ["5x", "1x", "0x"]


# ---------------------------------------------------------------------- bad states


@pytest.mark.parametrize("content", [b"garbage " * 4000, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_damaged_database_is_set_aside_and_said(
    history: History, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "history.db").write_bytes(content)
    history.add(run())
    (message,) = history.messages()
    (aside,) = tmp_path.glob("history-damaged-*.db")
    assert str(aside) in message
    assert aside.read_bytes() == content
    assert ids(history) == ["0123456789ab"]


def test_damage_in_the_middle_is_set_aside_when_it_is_met(history: History, tmp_path: Path) -> None:
    for number in range(40):
        history.add(run("words " * 2000, f"{number:03}"))
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    file = tmp_path / "history.db"
    data = bytearray(file.read_bytes())
    data[8192:] = os.urandom(len(data) - 8192)
    file.write_bytes(data)
    other = History(tmp_path)
    other.add(run())
    assert "set aside" in other.messages()[0]
    assert ids(other) == ["0123456789ab"]
    assert list(tmp_path.glob("history-damaged-*.db"))


def test_a_database_without_its_tables_is_set_aside(history: History, tmp_path: Path) -> None:
    history.add(run())
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("DROP TABLE run_text")
        connection.commit()
    other = History(tmp_path)
    assert ids(other, search="--json reply") == ["0123456789ab"]
    (message,) = other.messages()
    assert "set aside" in message
    assert "1 of its 1 runs could be read" in message


def test_a_newer_database_is_left_alone(history: History, tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE runs (everything_is_new)")
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
        connection.commit()
    before = file.read_bytes()
    history.add(run())
    (message,) = history.messages()
    assert "newer version" in message
    assert f"history-v{SCHEMA}.db" in message
    assert file.read_bytes() == before
    assert ids(history) == ["0123456789ab"]
    assert history.messages() == []


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """The database locked by another process."""
    code = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA locking_mode = EXCLUSIVE'); c.execute('BEGIN EXCLUSIVE')\n"
        "print('locked', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        try:
            yield
        finally:
            process.communicate()


def test_a_locked_database_is_said_and_the_journal_goes_in_later(
    history: History, tmp_path: Path
) -> None:
    history.list()
    journal = Journal(tmp_path, snapshot(), print)
    journal.append(events("text"))
    journal.close()
    with locked(tmp_path / "history.db"):
        (message,) = recover_runs(history).messages
        assert "locked by another program" in message
        assert len(journals(tmp_path)) == 1
    assert recover_runs(history).messages == ()
    assert ids(history) == ["0123456789ab"]
    assert journals(tmp_path) == []


def test_without_a_folder_for_it_history_is_unavailable_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    history = History(tmp_path / "file" / "state")
    with pytest.raises(HistoryUnavailable, match="not a directory"):
        history.add(run())
    assert len(recover_runs(history).messages) == 1


def test_a_full_disk_is_said_and_nothing_is_half_kept(tmp_path: Path) -> None:
    code = (
        "import resource, sys\n"
        "sys.dont_write_bytecode = True\n"
        "from pathlib import Path\n"
        "from autocoder_tui.store.history.history import History\n"
        "from autocoder_tui.store.history.schema import HistoryUnavailable\n"
        "from tests.store.kept_runs import run\n"
        "import os, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "history = History(Path(sys.argv[1]))\n"
        "history.add(run('small', 'aa'))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000))\n"
        "try:\n"
        "    history.add(run(os.urandom(300_000).hex(), 'bb'))\n"
        "except HistoryUnavailable as error:\n"
        "    print(error.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert "can't be used" in done.stdout, done.stderr
    history = History(tmp_path)
    assert ids(history) == ["aa"]
    assert history.get("aa").reply == "small"
    assert history.messages() == []


def test_two_processes_write_at_once_and_none_loses_a_run(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from autocoder_tui.store.history.history import History\n"
        "from tests.store.kept_runs import run\n"
        "history = History(Path(sys.argv[1]))\n"
        "for number in range(25):\n"
        "    history.add(run('reply', f'{sys.argv[2]}{number:03}'))\n"
        "    history.prune(1000, 0)\n"
        "assert not history.messages()\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in "abc"
    ]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    history = History(tmp_path)
    assert len(history.list()) == 75
    assert len(history.list(search="reply")) == 75


def test_a_damaged_row_harms_no_other(history: History, tmp_path: Path) -> None:
    history.add(run("one", "aa"))
    history.add(run("two", "bb"))
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("UPDATE runs SET data = x'00' WHERE run_id = 'aa'")
        connection.commit()
    damaged = history.get("aa")
    assert (damaged.reply, damaged.snapshot.target) == ("one", "src/report.py")
    assert "is damaged: its requirements, reply" in history.messages()[0]
    assert history.get("bb").reply == "two"
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("UPDATE runs SET review = '{', cost_usd = 'x' WHERE run_id = 'bb'")
        connection.execute("UPDATE runs SET status = 7, name = x'ff', prompt_tokens = 'many'")
        connection.commit()
    assert [one.status for one in history.list()] == ["interrupted", "interrupted"]
    assert (history.get("bb").reply, history.get("bb").review) == ("two", None)
    history.add(run("anew", "aa"))
    assert history.get("aa").reply == "anew"


def test_kept_data_of_another_form_is_an_error_not_a_crash() -> None:
    with pytest.raises(ValueError):
        KeptRun.from_data({"snapshot": 7})
