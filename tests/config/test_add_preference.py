"""A line of feedback that becomes one to be heeded always."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.config.plain_text import read_plain_text
from autocoder_tui.config.preferences import add_preference, load_preferences, write_preferences
from autocoder_tui.problems import Problem

_LINE = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
_TEXT = st.lists(
    st.one_of(st.sampled_from(["# Style", "- Short names.", "* b", "", "plain"]), _LINE), max_size=5
)
_END = st.sampled_from(["\n", "\r\n", "\r"])


@given(_TEXT, _END, st.booleans(), st.booleans(), _LINE)
def test_it_is_there_afterwards_and_all_else_as_it_was(
    texts: list[str], end: str, ended: bool, mark: bool, line: str
) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "preferences.md"
        kept = (end.join(texts) + end * ended).encode()
        file.write_bytes(b"\xef\xbb\xbf" * mark + kept)
        before = file.read_bytes()
        lines = [
            line
            for each in load_preferences(file.parent / "no", file.parent)[0]
            for line in each.lines
        ]
        usable = not isinstance(read_plain_text(file), Problem)
        try:
            add_preference(file, line)
        except ValueError:
            assert file.read_bytes() == before
            return
        assert usable
        assert file.read_bytes().startswith(before)
        (now,), problems = load_preferences(file.parent / "no", file.parent)
        assert not problems
        assert list(now.lines) == [*lines, " ".join(line.split())]


def test_a_new_file_of_a_project_has_the_mode_of_any_other(tmp_path: Path) -> None:
    shared, own = tmp_path / ".autocoder" / "preferences.md", tmp_path / "own" / "preferences.md"
    umask = os.umask(0o022)
    try:
        add_preference(shared, "Short names.", shared=True)
        add_preference(own, "British English.")
    finally:
        os.umask(umask)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o644
    assert stat.S_IMODE(shared.parent.stat().st_mode) == 0o755
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    shared.chmod(0o640)
    add_preference(shared, "More.", shared=True)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    "line", ["", " \t ", "hid\u202eden", "\x1b[31mred", "\ud800", "x" * 70_000]
)
def test_what_no_prompt_could_hold_is_refused_and_leaves_nothing(tmp_path: Path, line: str) -> None:
    file = tmp_path / "preferences.md"
    with pytest.raises(ValueError, match=r"."):
        add_preference(file, line, shared=True)
    assert not file.exists()
    with pytest.raises(ValueError, match=r"."):
        write_preferences(file, f"{line}\x00")
    assert not file.exists()
