"""Deciding while a reply comes, in a real terminal: killed in between, and gone on with."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from tests.terminal.program import Pseudoterminal, serving, terminal

OLD = "".join(f"line {number}\n" for number in range(40))
NEW = OLD.replace("line 3\n", "line three\n").replace("line 30\n", "line thirty\n")
NAMES = ("a.txt", "b.txt", "c.txt")
WHOLE = "".join(f'<file path="{name}">\n{NEW}</file>\n' for name in NAMES)
CUT = WHOLE.index('<file path="b.txt">') + 200
AGAIN = f'<file path="a.txt">\n{NEW.replace("thirty", "30!")}</file>\n'


def project(folder: Path) -> list[str]:
    (folder / "project").mkdir()
    for name in NAMES:
        (folder / "project" / name).write_text(OLD)
    return [flag for name in NAMES for flag in ("-i", name)]


def decide_first(screen: Pseudoterminal) -> None:
    """Accept the first hunk of the first file, and reject its second, while the second comes."""
    screen.until_shows("✓ c.txt", "ready")
    screen.press("ctrl+r")
    screen.until_shows("✓ a.txt +2 −2", "… b.txt")
    screen.press("f5")
    screen.until_shows("… coming", "line three")
    screen.press("a", "r")
    screen.until_shows("1 of 2 accepted, 1 rejected")


@pytest.mark.parametrize("then", ["", AGAIN], ids=["goes on", "given twice"])
def test_verdicts_given_before_the_program_was_killed_go_on(tmp_path: Path, then: str) -> None:
    picks = project(tmp_path)
    script = [Reply(WHOLE, stall="middle", cut_after=CUT), Reply(WHOLE[CUT:] + then)]
    with serving(script) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        with terminal(tmp_path, *at, "-r", "count", *picks) as screen:
            decide_first(screen)
            screen.press("\r")
            screen.until_shows("Nothing is written while the reply comes")
            assert (tmp_path / "project" / "a.txt").read_text() == OLD
            screen.signal(signal.SIGKILL)
            screen.ended()
        with terminal(tmp_path, *at) as screen:
            screen.until_shows("Not finished last time", "Esc asks later")
            screen.press("c")
            screen.until_shows("✓ done")
            if then:
                screen.until_shows("a.txt came once more, differently: 1 verdict was dropped.")
                counts = "1 of 6 accepted, 0 rejected, 5 undecided"
            else:
                counts = "1 of 6 accepted, 1 rejected, 4 undecided"
            screen.press("f5")
            screen.until_shows(counts)
            screen.until_gone("still coming: not written yet")
            screen.press("\r")
            screen.until_shows("+1 −1  a.txt", "Write")
            screen.press("w")
            screen.until_shows("✓ written")
            screen.press("ctrl+q")
            screen.ended()
    written = (tmp_path / "project" / "a.txt").read_text()
    assert written == OLD.replace("line 3\n", "line three\n")
    assert (tmp_path / "project" / "b.txt").read_text() == OLD


def test_a_run_that_was_killed_can_be_reviewed_with_what_was_decided(tmp_path: Path) -> None:
    picks = project(tmp_path)
    with serving([Reply(WHOLE, stall="middle", cut_after=CUT)]) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        with terminal(tmp_path, *at, "-r", "count", *picks, size=(80, 24)) as screen:
            screen.until_shows("ready")
            screen.press("ctrl+r")
            screen.until_shows("✓ a.txt", "… b.txt")
            screen.press("f5")
            screen.until_shows("… coming", "line three")
            screen.press("a", "r")
            screen.until_shows("1 of 2 accepted, 1 rejected")
            # What is shown is written down a moment later; what answers a further key, after that.
            screen.press("\r")
            screen.until_shows("Nothing is written while the reply comes")
            screen.signal(signal.SIGKILL)
            screen.ended()
        with terminal(tmp_path, *at) as screen:
            screen.until_shows("Not finished last time", "Esc asks later")
            screen.press("r")
            # What is cut off is reviewed with it, and says so.
            screen.until_shows("a.txt", "b.txt", "incomplete", "accepted, 1 rejected")
            screen.press("ctrl+q")
            screen.ended()


def test_what_was_decided_is_there_after_the_program_was_left(tmp_path: Path) -> None:
    picks = project(tmp_path)
    with serving([Reply(WHOLE, stall="middle", cut_after=CUT)]) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        with terminal(tmp_path, *at, "-r", "count", *picks) as screen:
            decide_first(screen)
            screen.press("ctrl+q")
            screen.until_shows("A run is under way")
            screen.press("q")
            screen.ended()
        with terminal(tmp_path, *at) as screen:
            screen.until_shows("Not finished last time", "Esc asks later")
            screen.press("r")
            screen.until_shows("incomplete", "1 rejected", "[Review")
            screen.press("ctrl+q")
            screen.ended()


EDITOR = """\
#!/bin/sh
echo "$@" >> {log}
sed -i s/thirty/dreissig/ "$(echo "$2")"
"""


def test_a_proposal_is_edited_at_its_hunk_and_what_is_written_is_opened_on_disk(
    tmp_path: Path,
) -> None:
    picks = project(tmp_path)
    log, editor = tmp_path / "log", tmp_path / "vim"
    editor.write_text(EDITOR.format(log=log))
    editor.chmod(0o755)
    with serving([Reply(f'<file path="a.txt">\n{NEW}</file>\n')]) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        environ = {"EDITOR": str(editor)}
        with terminal(tmp_path, *at, "-r", "count", *picks, environ=environ) as screen:
            screen.until_shows("✓ c.txt", "ready")
            screen.press("ctrl+r")
            screen.until_shows("line three", "n Next")
            screen.press("n", "E")
            screen.until_shows("line dreissig")
            opened = log.read_text().split()
            assert opened[0] == "+31"
            assert not opened[1].startswith(str(tmp_path / "project"))
            screen.press("A", "\r")
            screen.until_shows("✓ written")
            screen.press("E")
            screen.until_shows("was open as it is on disk")
            assert log.read_text().split()[3] == str(tmp_path / "project" / "a.txt")
            screen.press("ctrl+q")
            screen.ended()
    assert "line dreissig\n" in (tmp_path / "project" / "a.txt").read_text()
