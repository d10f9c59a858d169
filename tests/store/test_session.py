"""Slots of one project: what is left in them, who has them, what is damaged."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autocoder_tui.store.session import Session, claim, forget_abandoned_sessions

FULL = Session(
    requirements="Add a flag.\n\ud800\x1b[2J",
    picks=("src/a.py", "b ü.txt"),
    target="src/a.py",
    model="test-model",
    base_url="http://127.0.0.1:1/v1",
    review="abc",
    drafts=("an older one",),
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def test_what_is_saved_is_there_at_the_next_start_and_private(
    tmp_path: Path, project: Path
) -> None:
    state = tmp_path / "state"
    slot = claim(state, project)
    assert (slot.session, slot.others, slot.problems) == (Session(), 0, [])
    slot.save(FULL)
    slot.release()
    again = claim(state, project)
    assert again.session.same_work(FULL)
    assert again.session.saved_at > 0
    assert stat.S_IMODE(again.file.stat().st_mode) == 0o600
    for folder in (state, again.file.parent.parent, again.file.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    again.release()


def test_another_name_of_the_folder_is_the_same_project(tmp_path: Path, project: Path) -> None:
    (tmp_path / "link").symlink_to(project)
    slot = claim(tmp_path, project)
    slot.save(FULL)
    slot.release()
    slot = claim(tmp_path, tmp_path / "link")
    assert slot.session.same_work(FULL)
    slot.release()


def test_two_programs_have_a_slot_each_and_neither_loses_anything(
    tmp_path: Path, project: Path
) -> None:
    first = claim(tmp_path, project)
    second = claim(tmp_path, project)
    assert (second.number, second.others, second.session) == (2, 1, Session())
    first.save(replace(FULL, requirements="first"))
    second.save(replace(FULL, requirements="second"))
    first.release()
    second.release()
    both = [claim(tmp_path, project), claim(tmp_path, project)]
    assert [slot.session.requirements for slot in both] == ["first", "second"]
    both[0].save(Session())
    for slot in both:
        slot.release()
    # Nothing was left in the first slot: the second's is what is offered.
    alone = claim(tmp_path, project)
    assert (alone.number, alone.session.requirements) == (2, "second")
    third = claim(tmp_path, project)
    assert (third.number, third.others) == (1, 1)
    alone.release()
    third.release()


def test_one_program_finds_what_was_written_in_two(tmp_path: Path, project: Path) -> None:
    first, second = claim(tmp_path, project), claim(tmp_path, project)
    first.save(replace(FULL, requirements="first", drafts=("both",)))
    second.save(replace(FULL, requirements="second", drafts=("both", "more")))
    first.release()
    alone = claim(tmp_path, project)
    assert (alone.session.requirements, alone.elsewhere) == ("first", ())  # the other is open
    alone.release()
    second.release()
    alone = claim(tmp_path, project)
    assert (alone.session.requirements, alone.elsewhere) == ("first", ("second", "both", "more"))
    # As long as nothing was done with it, two that are opened have each their own.
    again = claim(tmp_path, project)
    assert again.session.requirements == "second"
    again.release()
    alone.forget_elsewhere("second")
    assert alone.elsewhere == ("both", "more")
    alone.release()
    alone = claim(tmp_path, project)
    assert alone.elsewhere == ("both", "more")
    again = claim(tmp_path, project)
    assert (again.session.requirements, again.session.picks) == ("", FULL.picks)
    alone.forget_elsewhere("more")  # in a place that is taken now it is left alone
    assert again.session.drafts == ("both", "more")
    alone.release()
    again.release()


def test_a_killed_program_leaves_its_slot_free(tmp_path: Path, project: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from autocoder_tui.store.session import Session, claim\n"
        "slot = claim(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "slot.save(Session(requirements='mine'))\nprint('saved', flush=True)\ntime.sleep(60)\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), str(project)], stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    assert other.stdout.readline() == b"saved\n"
    slot = claim(tmp_path, project)
    assert (slot.number, slot.others, slot.session) == (2, 1, Session())
    slot.release()
    other.send_signal(signal.SIGKILL)
    other.communicate()
    slot = claim(tmp_path, project)
    assert (slot.number, slot.others, slot.session.requirements) == (1, 0, "mine")
    slot.release()


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"requirements": 3}',
        b"\xff\xfe",
        b"[" * 100_000,
        b"0" * 9_000_000,
    ],
)
def test_a_damaged_file_is_set_aside_with_a_message(
    tmp_path: Path, project: Path, damage: bytes
) -> None:
    slot = claim(tmp_path, project)
    slot.save(FULL)
    slot.file.write_bytes(damage)
    slot.release()
    slot = claim(tmp_path, project)
    assert slot.session == Session()
    (problem,) = slot.problems
    (aside,) = slot.file.parent.glob("*damaged*")
    assert str(aside) in problem
    assert aside.read_bytes() == damage
    slot.save(FULL)
    slot.release()
    slot = claim(tmp_path, project)
    assert (slot.session.same_work(FULL), slot.problems) == (True, [])
    slot.release()


def test_a_state_folder_that_cannot_be_made_is_said_and_nothing_else(
    tmp_path: Path, project: Path
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    slot = claim(tmp_path / "state", project)
    assert len(slot.problems) == 1
    assert "AUTOCODER_TUI_STATE_DIR" in slot.problems[0]
    with pytest.raises(OSError):
        slot.save(FULL)
    slot.release()


def test_what_was_kept_for_a_project_long_gone_is_removed(tmp_path: Path, project: Path) -> None:
    slot = claim(tmp_path, project)
    slot.save(FULL)
    slot.release()
    os.utime(slot.file.parent, (1, 1))
    forget_abandoned_sessions(tmp_path)
    assert slot.file.exists()
    project.rmdir()
    forget_abandoned_sessions(tmp_path)
    assert not slot.file.parent.exists()


def test_what_an_older_program_wrote_is_read(tmp_path: Path, project: Path) -> None:
    slot = claim(tmp_path, project)
    words = {"requirements": "x", "target": "", "model": "", "base_url": "", "unknown": 1}
    slot.file.write_text(json.dumps(words))
    slot.release()
    slot = claim(tmp_path, project)
    assert slot.session == Session(requirements="x")
    slot.release()
