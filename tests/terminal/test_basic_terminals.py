"""In a real pseudo-terminal: one that knows little is asked for little, in signs that it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.program import terminal
from tests.terminal.test_signals import is_restored

AT = ("--base-url", "http://127.0.0.1:9/v1", "-m", "m")


@pytest.mark.parametrize("term", ["linux", "vt100"])
def test_a_console_is_sent_nothing_it_may_show_as_text(tmp_path: Path, term: str) -> None:
    environ = {"TERM": term, "COLORTERM": ""}
    with terminal(tmp_path, *AT, "--theme", "auto", environ=environ) as screen:
        screen.until_shows("Requirements", "m · ", "^Q Quit")
        screen.press("ctrl+o")
        screen.until_shows("(Esc)")
        screen.press("escape", "ctrl+q")
        assert screen.ended() == 0
        is_restored(screen)
        asked = [token for token in screen.tokens if token.kind == "csi" and token.body[-1] in "pu"]
        assert asked == []
        assert [token for token in screen.tokens if token.kind in ("osc", "string")] == []
        # It has one screen, and nothing of the program stays on it.
        assert screen.picture.text.strip() == ""
        if term == "linux":
            said = screen.written.decode()
            assert "━" not in said
            assert "═" in said
        # In its own colours.
        styles = {style for row in screen.picture.cells for _, style in row}
        assert not any("38;" in style or "48;" in style for style in styles)


def test_without_utf8_all_is_ascii(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "日本語.py").write_text("pass\n")
    (project / "größe.py").write_text("pass\n")
    environ = {"LC_ALL": "C", "LANG": "C"}
    with terminal(tmp_path, *AT, "-r", "Write 日本 größer.", environ=environ) as screen:
        screen.until_shows("Requirements", "??????.py", "gro?e.py", "Write ???? gro?er.")
        screen.press("ctrl+q")
        assert screen.ended() == 0
        is_restored(screen)
    assert screen.written.isascii()
