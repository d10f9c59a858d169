"""What the next start says and does about a write that a kill cut short, at some of its calls.

The sweep in test_kill_sweep.py takes every call of every kind of write.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autocoder_tui.workspace.recovery import Recovered, recover
from tests.workspace.faults import Fault, calls_of, in_a_process, tree
from tests.workspace.test_undo import Place

TEXTS = {"a": "new\n", "b": None, "sub/c": "more\n"}
_BROKEN = ("link", "rename")


def make_place(folder: Path) -> Place:
    folder.mkdir()
    place = Place(folder)
    (place.root / "a").write_text("one\n")
    (place.root / "a").chmod(0o754)
    (place.root / "b").write_text("two\n")
    return place


def killed(
    folder: Path, prepare: Callable[[Place], Callable[[], object]], calls: tuple[str, ...] = _BROKEN
) -> Iterator[Place]:
    """The project after a kill before each of the calls of that name that the write makes."""
    names = calls_of(prepare(make_place(folder / "whole")))
    for number, name in enumerate(names, 1):
        if name in calls:
            place = make_place(folder / str(number))
            act = prepare(place)
            assert in_a_process(act, Fault(number, "kill")) == -signal.SIGKILL
            yield place
            shutil.rmtree(folder / str(number))


def writing(place: Place) -> Callable[[], object]:
    return lambda: place.write(TEXTS)


def taking_back(place: Place) -> Callable[[], object]:
    place.write(TEXTS)
    return place.undo


def texts(place: Place) -> dict[str, str]:
    return {p.name: p.read_text() for p in place.root.rglob("*") if p.is_file()}


OLD, NEW = {"a": "one\n", "b": "two\n"}, {"a": "new\n", "c": "more\n"}


@pytest.mark.parametrize("prepare", [writing, taking_back])
def test_it_is_finished_or_taken_back_and_said(
    tmp_path: Path, prepare: Callable[[Place], Callable[[], object]]
) -> None:
    outcomes = set()
    what = "A write of a, b" if prepare is writing else "An undo of a, b"
    done, undone = (NEW, OLD) if prepare is writing else (OLD, NEW)
    for place in killed(tmp_path, prepare):
        for found in recover(place.log):
            outcomes.add(found.outcome)
            assert found.message.startswith(what)
            assert "left alone" not in found.message
            assert texts(place) == (done if found.outcome == "finished" else undone)
        assert texts(place) in (OLD, NEW)
        assert recover(place.log) == []
    assert outcomes == {"finished", "taken back"}


def test_a_file_that_somebody_changed_meanwhile_is_left_and_named(tmp_path: Path) -> None:
    found: list[Recovered] = []
    for place in killed(tmp_path, writing):
        (place.root / "a").write_text("mine\n")
        found += recover(place.log)
        assert (place.root / "a").read_text() == "mine\n"
        assert texts(place) in (OLD | {"a": "mine\n"}, NEW | {"a": "mine\n"})
    assert {one.left for one in found} == {("a",)}
    assert all(one.message.endswith("so left alone: a.") for one in found)


def test_a_file_with_other_names_is_put_back_in_its_place(tmp_path: Path) -> None:
    def prepare(place: Place) -> Callable[[], object]:
        os.link(place.root / "a", place.root / "same")
        place.write({"a": "longer than before\n"}, hard_links="in place")
        return place.undo

    for place in killed(tmp_path, prepare, ("ftruncate", "unlink")):
        recover(place.log)
        kept = tree(place.root)
        assert kept["a"] == kept["same"]
        assert kept["a"][0] in (b"one\n", b"longer than before\n")
        assert kept["a"][1:] == (0o754, 2)
