"""Recent picks and sets of picks: kept by project, read whatever the file holds."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.store.project_picks import MOST_RECENT, ProjectPicks

names = st.sampled_from(["recent", "sets", "a"])
json_values = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(names, inner),
)


def test_what_is_kept_is_read_again_by_project(tmp_path: Path) -> None:
    kept = ProjectPicks(tmp_path, tmp_path / "a")
    kept.keep_recent(["x.py", "y.py"])
    kept.keep_recent(["y.py", "caf\udce9.py"])
    kept.save_set("the shop", ["x.py"])
    kept.save_set("[b]", ["a\nb", "y.py"])
    again = ProjectPicks(tmp_path, tmp_path / "a").read()
    assert again.recent == ("y.py", "caf\udce9.py", "x.py")
    assert again.sets == {"the shop": ("x.py",), "[b]": ("a\nb", "y.py")}
    assert ProjectPicks(tmp_path, tmp_path / "b").read().sets == {}
    kept.save_set("the shop", ["z.py"])
    kept.delete_set("[b]")
    kept.delete_set("never was")
    assert kept.read().sets == {"the shop": ("z.py",)}


def test_recent_picks_are_bounded_and_the_oldest_go(tmp_path: Path) -> None:
    kept = ProjectPicks(tmp_path, tmp_path)
    for number in range(MOST_RECENT + 10):
        kept.keep_recent([f"{number}.py"])
    assert len(kept.read().recent) == MOST_RECENT
    assert kept.read().recent[0] == f"{MOST_RECENT + 9}.py"


def test_sets_that_take_too_much_room_are_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    kept = ProjectPicks(tmp_path, tmp_path)
    kept.save_set("small", ["a.py"])
    with pytest.raises(OSError, match="too many saved picks"):
        kept.save_set("huge", [f"{number:0200}.py" for number in range(9_000)])
    assert kept.read().sets == {"small": ("a.py",)}


@given(json_values)
def test_any_file_is_read(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    kept = ProjectPicks(tmp_path_factory.mktemp("state"), Path("/project"))
    kept.file.parent.mkdir(parents=True)
    kept.file.write_text(json.dumps(value))
    kept.read()
    kept.keep_recent(["a.py"])
    assert kept.read().recent[0] == "a.py"


def test_a_path_that_leads_out_of_the_project_is_none(tmp_path: Path) -> None:
    kept = ProjectPicks(tmp_path, tmp_path)
    kept.keep_recent(["/etc/passwd", "../x", "a/../../x", "ok.py", ""])
    assert kept.read().recent == ("ok.py",)


def test_two_threads_lose_nothing(tmp_path: Path) -> None:
    kept = ProjectPicks(tmp_path, tmp_path)
    threads = [Thread(target=kept.save_set, args=(str(n), ["a.py"])) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept.read().sets) == 12
