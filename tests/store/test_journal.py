"""The journal: what it writes, what of it can be read, and what stands in its way."""

import errno
import fcntl
import json
import os
import random
import shutil
import signal
import stat
import threading
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.events import Event, TextDelta
from autocoder_tui.runs.export import exported
from autocoder_tui.runs.restore import model_as_sent, prepared_of
from autocoder_tui.store.history import rows as history_rows
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import KeptRun, moment
from autocoder_tui.store.journal import reader as journal_reading
from autocoder_tui.store.journal import recovery
from autocoder_tui.store.journal.journal import Journal
from autocoder_tui.store.journal.reader import JournalContent, journals, read_journal, taken_over
from autocoder_tui.store.journal.recovery import RecoveryProgress, recover_runs, runs_in_journals
from autocoder_tui.text import json_pieces
from tests.store.kept_runs import events, snapshot
from tests.workspace.faults import Fault, in_a_process


def lost(message: str) -> None:
    raise AssertionError(message)


def contents(path: Path) -> tuple[JournalContent, list[Event]]:
    told: list[Event] = []
    return read_journal(path, told.append), told


def text_of(path: Path) -> str:
    return "".join(e.text for e in contents(path)[1] if isinstance(e, TextDelta))


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path, snapshot(), lost)
    happened = events("x\u2028y\ud800\0")
    journal.append(happened[:2])
    journal.append(happened[2:])
    journal.keep_review({"verdicts": [1]})
    journal.keep_review({"verdicts": [2]})
    journal.close()
    (path,) = journals(tmp_path)
    content, told = contents(path)
    assert content.snapshot == snapshot()
    assert told == happened
    assert content.review == {"verdicts": [2]}
    assert content.damaged == 0


def test_only_the_user_can_read_it(tmp_path: Path) -> None:
    state = tmp_path / "new" / "state"
    journal = Journal(state, snapshot(), lost)
    assert journal.path is not None
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700
    journal.close()


def test_every_batch_is_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    real = os.write

    def write(descriptor: int, data: bytes) -> int:
        written.append(bytes(data))
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", write)
    journal = Journal(tmp_path, snapshot(), lost)
    journal.append(events("one"))
    journal.append([TextDelta("two"), TextDelta("three")])
    journal.close()
    assert len(written) == 3
    assert all(data.endswith(b"\n") and data.count(b"\n") == 1 for data in written)


def test_it_is_synced_while_it_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = threading.Event()
    main, real = threading.current_thread(), os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        if threading.current_thread() is not main and stat.S_ISREG(os.fstat(descriptor).st_mode):
            synced.set()

    monkeypatch.setattr(os, "fsync", fsync)
    journal = Journal(tmp_path, snapshot(), lost)
    synced.clear()
    journal.append([TextDelta("x")])
    assert synced.wait(10)
    journal.close()


@given(cut=st.integers(0, 10_000))
def test_a_journal_cut_anywhere_gives_a_beginning_of_the_text(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    journal = Journal(folder, snapshot(), lost)
    assert journal.path is not None
    first = journal.path.stat().st_size
    pieces = [f"piece {number}\n" for number in range(40)]
    for piece in pieces:
        journal.append([TextDelta(piece)])
    journal.close()
    assert journal.path is not None
    data = journal.path.read_bytes()
    size = max(first, len(data) - cut)
    journal.path.write_bytes(data[:size])
    whole = data[:size].count(b"\n") - 1
    assert text_of(journal.path) == "".join(pieces[:whole])
    assert contents(journal.path)[0].damaged == 0


def test_damaged_lines_are_left_out_and_counted(tmp_path: Path) -> None:
    journal = Journal(tmp_path, snapshot(), lost)
    for piece in "abc":
        journal.append([TextDelta(piece)])
    journal.close()
    assert journal.path is not None
    lines = journal.path.read_bytes().split(b"\n")
    lines[2] = b"\xff\x00" * 10
    journal.path.write_bytes(b"\n".join(lines))
    assert text_of(journal.path) == "ac"
    assert contents(journal.path)[0].damaged == 1
    found = recover_runs(History(tmp_path))
    assert any("1 damaged line" in message for message in found.messages)


def test_a_living_owner_is_told_from_a_dead_one(tmp_path: Path) -> None:
    journal = Journal(tmp_path, snapshot(), lost)
    journal.append(events("so far", end="interrupted"))
    (path,) = journals(tmp_path)
    with taken_over(path) as ours:
        assert not ours
    (running,) = runs_in_journals(tmp_path)
    assert (running.status, running.reply) == ("running", "so far")
    assert recover_runs(History(tmp_path)).offered == ()
    assert path.exists()
    journal.close()
    with taken_over(path) as ours:
        assert ours
    (interrupted,) = runs_in_journals(tmp_path)
    assert interrupted.status == "interrupted"


def test_a_killed_run_is_offered_at_the_next_start(tmp_path: Path) -> None:
    def die() -> None:
        journal = Journal(tmp_path, snapshot(), lost)
        journal.append(events("so far", end="interrupted"))
        journal.keep_review({"kept": True})
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_process(die) == -signal.SIGKILL
    history = History(tmp_path)
    found = recover_runs(history)
    assert found.messages == ()
    assert [run.status for run in found.offered] == ["interrupted"]
    assert journals(tmp_path) == []
    kept = history.get("last")
    assert (kept.reply, kept.review) == ("so far", {"kept": True})
    assert kept.snapshot == snapshot()
    # Offered until somebody has seen to it.
    assert len(recover_runs(history).offered) == 1
    history.settled(kept.run_id)
    assert recover_runs(history).offered == ()


def test_long_journals_say_how_far_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_reading, "_STRETCH", 1000)
    for run_id in ("aaaaaaaaaaaa", "bbbbbbbbbbbb"):
        journal = Journal(tmp_path, snapshot(run_id), lost)
        for _ in range(100):
            journal.append([TextDelta("some words " * 10)])
        journal.close()
    written = Journal(tmp_path, snapshot("cccccccccccc"), lost)  # by somebody who lives
    size = sum(path.stat().st_size for path in journals(tmp_path) if "ccc" not in path.name)
    told: list[RecoveryProgress] = []
    monkeypatch.setattr(recovery, "WORTH_SAYING", size + 1)
    dead = shutil.ignore_patterns("cccccccccccc*")
    shutil.copytree(tmp_path, tmp_path / "short", ignore=dead)
    recover_runs(History(tmp_path / "short"), told.append)
    assert told == []
    monkeypatch.setattr(recovery, "WORTH_SAYING", size)

    class LeftError(Exception):
        pass

    def leave(folding: RecoveryProgress) -> None:
        if folding.done > size * 0.7:
            raise LeftError

    shutil.copytree(tmp_path, tmp_path / "left", ignore=dead)
    with pytest.raises(LeftError):
        recover_runs(History(tmp_path / "left"), leave)
    history = History(tmp_path / "left")
    assert len(history.list()) == 1
    recover_runs(history)
    assert [run.reply for run in history.each()] == ["some words " * 1000] * 2

    recover_runs(History(tmp_path), told.append)
    assert (told[0].done, told[-1].done) == (0, size)
    assert [folding.done for folding in told] == sorted(folding.done for folding in told)
    assert len(told) > 20
    assert {(folding.size, folding.runs) for folding in told} == {(size, 2)}
    assert str(told[0]) == "Keeping 2 interrupted runs: 0 % of 0 MB"
    written.close()


def test_a_long_text_is_kept_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_pieces, "PIECE", 16)
    monkeypatch.setattr(json_pieces, "_SMALL", 0)
    text = 'a "quoted" \\ line\n\ud83d\ude00 \U0001f600 \udcff\x00é'
    for size in range(len(text)):
        journal = Journal(tmp_path, snapshot(), lost)
        journal.append([TextDelta("x" * size + text)])
        journal.close()
        (path,) = journals(tmp_path)
        run = recovery.replay(path)
        assert history_rows.unpacked(history_rows.row_of(run)["data"]) == KeptRun.from_data(
            json.loads(json.dumps({**run.to_data(), "review": None}))
        )
        path.unlink()


def test_killed_at_any_call_while_it_is_begun_it_is_whole_or_nothing(tmp_path: Path) -> None:
    for at in range(1, 40):
        for how in ("kill", "kill in a write"):
            state = tmp_path / f"{at}-{how}"
            code = in_a_process(partial(Journal, state, snapshot(), lost), Fault(at, how))
            for path in journals(state):
                assert contents(path)[0].snapshot == snapshot()
            recover_runs(History(state))
            assert journals(state) == []
            assert list(state.glob("journals/*")) == []
        if code == 0:
            return
    pytest.fail("beginning a journal takes too many calls")


class Disk:
    """os.write as on a disk with `room` bytes left."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.room, self._write = room, os.write
        monkeypatch.setattr(os, "write", self.write)

    def write(self, descriptor: int, data: bytes) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self._write(descriptor, data[: self.room])
        self.room -= written
        return written


@pytest.mark.parametrize("room", [0, 10, 700, 800, 900])
def test_a_full_disk_is_said_once_and_nothing_is_missing_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr("autocoder_tui.store.journal.journal._RETRY_PERIOD", 0.0)
    told: list[str] = []
    disk = Disk(monkeypatch, room)
    journal = Journal(tmp_path, snapshot(), told.append)
    pieces = [f"piece {number}\n" for number in range(30)]
    for piece in pieces[:20]:
        journal.append([TextDelta(piece)])
    assert len(told) == 1
    assert "no space left" in told[0]
    assert not journal.complete
    disk.room = 1 << 20
    for piece in pieces[20:]:
        journal.append([TextDelta(piece)])
    assert journal.complete
    assert len(told) == 2
    assert "kept again" in told[1]
    journal.close()
    assert journal.path is not None
    assert text_of(journal.path) == "".join(pieces)


def test_room_that_comes_only_at_the_end_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch, 900)
    journal = Journal(tmp_path, snapshot(), lambda _: None)
    for piece in "abcdefgh":
        journal.append([TextDelta(piece)])
    disk.room = 1 << 20
    journal.close()
    assert journal.path is not None
    assert text_of(journal.path) == "abcdefgh"


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "journals"
    folder.mkdir()
    newer = folder / "x.jsonl"
    newer.write_text(json.dumps({"journal": 99, "snapshot": {"of": "another kind"}}) + "\n")
    assert recover_runs(History(tmp_path)).messages == ()
    assert newer.exists()


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xff\n", b"[]\n", b'{"journal": 1}\n'])
def test_a_journal_without_a_beginning_is_set_aside_and_said(tmp_path: Path, data: bytes) -> None:
    folder = tmp_path / "journals"
    folder.mkdir()
    (folder / "x.jsonl").write_bytes(data)
    (message,) = recover_runs(History(tmp_path)).messages
    assert "x.damaged" in message
    assert (folder / "x.damaged").read_bytes() == data


def test_what_is_no_journal_stops_no_recovery(tmp_path: Path) -> None:
    folder = tmp_path / "journals"
    (folder / "a.jsonl").mkdir(parents=True)
    os.mkfifo(folder / "b.jsonl")
    (folder / "c.jsonl").symlink_to("/dev/zero")
    (folder / "d.jsonl").write_bytes(bytes(1 << 20))
    journal = Journal(tmp_path, snapshot("feed"), lost)
    journal.append(events("text", end="interrupted"))
    journal.close()
    assert recover_runs(History(tmp_path)).recovered == ("feed",)
    assert (folder / "d.damaged").exists()


def test_an_endless_line_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path, snapshot(), lost)
    journal.append([TextDelta("one")])
    assert journal.path is not None
    monkeypatch.setattr("autocoder_tui.store.journal.reader._LONGEST_LINE", 2000)
    with journal.path.open("ab") as opened:
        opened.write(bytes(9000) + b"\n")
    journal.append([TextDelta("two")])
    journal.close()
    assert text_of(journal.path) == "onetwo"
    assert contents(journal.path)[0].damaged == 1


def test_an_id_can_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    journal = Journal(tmp_path, snapshot("../../x\n/y"), lost)
    assert journal.path is not None
    assert journal.path.parent == tmp_path / "journals"
    journal.close()


def test_a_file_time_no_calendar_has_is_no_hindrance(tmp_path: Path) -> None:
    assert moment(1e18).startswith("20")


def test_two_programs_recover_a_run_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path, snapshot(), lost)
    journal.append(events("text", end="interrupted"))
    journal.close()
    assert journal.path is not None
    data = journal.path.read_bytes()
    recover_runs(History(tmp_path))
    journal.path.write_bytes(data)  # as if the kill had come before the journal was removed
    recover_runs(History(tmp_path))
    kept = History(tmp_path).get("last")
    assert (kept.reply, kept.prompt_tokens, kept.requests) == ("text", 100, 1)


def test_a_lock_somebody_holds_keeps_a_journal_from_being_taken(tmp_path: Path) -> None:
    journal = Journal(tmp_path, snapshot(), lost)
    journal.close()
    assert journal.path is not None
    with journal.path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        recover_runs(History(tmp_path))
        assert journal.path.exists()
    recover_runs(History(tmp_path))
    assert not journal.path.exists()


def test_an_event_of_a_newer_kind_is_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path, snapshot(), lost)
    happened: list[Event] = [TextDelta("x")]
    journal.append(happened)
    journal.close()
    assert journal.path is not None
    with journal.path.open("a") as opened:
        opened.write('{"events":[{"event":"Newer"},{"event":"TextDelta","text":"y"}],"z":1}\n')
    assert text_of(journal.path) == "xy"


ODD: tuple[object, ...] = (
    None,
    True,
    -1,
    10**30,
    -1e300,
    float("nan"),
    "",
    "\ud800",
    "\x1b[31m",
    "1E+999999999",
)
ODD += ("9" * 5000, "../../etc/passwd", [], {}, [[]], {"a": 1})


def changed(value: object, dice: random.Random, often: float) -> object:
    """`value` with other values in it, of other types, and fields left out."""
    if dice.random() < often:
        return dice.choice(ODD)
    if isinstance(value, dict):
        kept = {name: one for name, one in value.items() if dice.random() > often / 3}
        return {name: changed(one, dice, often) for name, one in kept.items()}
    if isinstance(value, list):
        return [changed(one, dice, often) for one in value]
    return value


@pytest.mark.parametrize("seed", range(25))
def test_a_journal_of_odd_values_stops_nothing(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    journal = Journal(tmp_path, snapshot(), lost)
    journal.append(events("the text"))
    journal.keep_review({"files": [{"path": "a", "before": "x", "after": "y"}], "written": ""})
    journal.close()
    (path,) = journals(tmp_path)
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    lines[0]["snapshot"] = changed(lines[0]["snapshot"], dice, 0.03)
    lines[1:] = [changed(line, dice, 0.06) for line in lines[1:]]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    history = History(tmp_path)
    runs_in_journals(tmp_path)
    recover_runs(history)
    assert journals(tmp_path) == []
    for line in history.list():
        kept = history.get(line.run_id)
        assert exported([kept], "md")
        assert exported([kept], "jsonl")
        prepared_of(kept, model_as_sent(kept))
    assert history.list() or any((tmp_path / "journals").glob("*.damaged"))


def test_a_folder_a_link_or_a_pipe_in_the_place_of_a_journal_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "journals"
    folder.mkdir()
    (folder / "a.jsonl").mkdir()
    (folder / "b.jsonl").symlink_to("/etc/hostname")
    os.mkfifo(folder / "c.jsonl")
    (folder / "d.jsonl").write_bytes(b"")
    (folder / "e.jsonl").write_bytes(b"\xff\0" * 999)
    messages = recover_runs(History(tmp_path)).messages
    assert len(messages) == 2
    assert {path.name for path in folder.iterdir()} == {
        "a.jsonl", "b.jsonl", "c.jsonl", "d.damaged", "e.damaged",
    }  # fmt: skip
