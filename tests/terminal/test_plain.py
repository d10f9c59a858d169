"""The plain mode in a real terminal: the whole job by lines, and nothing but lines."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.store.history.history import History
from tests.terminal.program import Pseudoterminal, serving, terminal
from tests.terminal.test_hostile_text import EVIL, HIDDEN, NAME

BEFORE = "".join(f"line {number}\n" for number in range(1, 41))
AFTER = BEFORE.replace("line 3\n", "three\n").replace("line 30\n", "thirty\n")
REPLY = f'I change two lines.\n<file path="a.txt">\n{AFTER}</file>\n'
DUMB = {"TERM": "dumb"}
"""Of which GNU readline knows that it can do nothing: what is written then is all ours."""


class Person:
    """Who types at the plain mode and listens to what it says."""

    def __init__(self, screen: Pseudoterminal) -> None:
        self.screen = screen
        self._heard = 0

    @property
    def said(self) -> str:
        """All that was said so far."""
        return self.screen.written.decode("utf-8", "replace").replace("\r\n", "\n")

    def hears(self, *texts: str) -> str:
        """Wait until all of it was said, in this order, since the last time; returns that."""
        pattern = re.compile(".*?".join(map(re.escape, texts)), re.DOTALL)
        self.screen.until(lambda: pattern.search(self.said, self._heard))
        found = pattern.search(self.said, self._heard)
        assert found is not None
        since, self._heard = self._heard, found.end()
        return self.said[since : found.end()]

    def says(self, *lines: str) -> None:
        for line in lines:
            self.screen.press(f"{line}\n")

    def does(self, line: str, *texts: str) -> str:
        """Type a line at a prompt, and wait for what is said to it."""
        self.says(line)
        return self.hears(*texts)

    def leaves(self) -> None:
        self.says("quit")
        assert self.screen.ended() == 0


def project(folder: Path) -> Path:
    place = folder / "project"
    place.mkdir(exist_ok=True)
    (place / "a.txt").write_text(BEFORE)
    return place


def plain(
    folder: Path, base_url: str, *flags: str, environ: Mapping[str, str] = DUMB
) -> Pseudoterminal:
    at = ("--base-url", base_url, "-m", "test-model", "--plain")
    return terminal(folder, *at, *flags, environ=environ)


def test_the_whole_job_is_done_by_lines(tmp_path: Path) -> None:
    place = project(tmp_path)
    with serving([Reply(REPLY)]) as server, plain(tmp_path, server.base_url) as screen:
        person = Person(screen)
        person.hears("plain mode", "Model: test-model", "Picked files: none", "> ")
        person.does("find at", "1: a.txt", "Numbers to pick")
        person.does("1", "1 file added, 1 file picked.", "> ")
        person.does("ask", "What do you want?", "only a full stop")
        person.says("Change two lines.", "Please.")
        person.does(".", "Noted.", "> ")
        person.does("estimate", "test-model", "Nothing was sent.", "> ")
        assert server.requests == []
        person.does("run", "cost", "Send it?", "] ")
        person.does("y", "Run begins.", "The reply:", "I change two lines.", "thirty")
        person.hears("run completed", "Review: 1 file, 2 hunks.", "> ")
        assert "Change two lines.\nPlease." in server.requests[0].messages[-1]["content"]
        heard = person.does("review", "File: a.txt, changed, 2 hunks", "Hunk 1 of 2", "] ")
        assert "same 2: line 2\nminus 3: line 3\nplus 3: three\nsame 4: line 4\n" in heard
        person.does("?", "y: accept this hunk", "] ")
        person.does("y", "Hunk 1 is accepted.", "Hunk 2 of 2, undecided.", "] ")
        person.does("n", "Hunk 2 is rejected.", "1 accepted, 1 rejected, 0 undecided", "> ")
        person.does("write", "To be written: a.txt, 1 line added", "Write this?", "] ")
        assert (place / "a.txt").read_text() == BEFORE
        person.does("", "Written: a.txt", "> ")
        assert (place / "a.txt").read_text() == BEFORE.replace("line 3\n", "three\n")
        person.does("undo", "a.txt", "Take it back?", "] ")
        person.does("y", "As before: a.txt", "> ")
        assert (place / "a.txt").read_text() == BEFORE
        person.does("redo", "Write it again?", "] ")
        person.does("y", "Written again: a.txt", "> ")
        assert (place / "a.txt").read_text() == BEFORE.replace("line 3\n", "three\n")
        person.leaves()
        # No sequence at all, nothing drawn over, no glyph that stands for a word.
        assert "\x1b" not in person.said
        assert "\r" not in person.said
        assert not set("✓✗·▰▱│─╭") & set(person.said)


def test_ctrl_c_stops_a_run_and_more_goes_on_with_it(tmp_path: Path) -> None:
    project(tmp_path)
    cut = REPLY.index("line 20\n")
    script = [Reply(REPLY, stall="middle", cut_after=cut), Reply(REPLY[cut:])]
    with serving(script) as server:
        flags = ("-i", "a.txt", "-r", "Change two lines.")
        with plain(tmp_path, server.base_url, *flags) as screen:
            person = Person(screen)
            person.hears("> ")
            person.does("run", "Send it?", "] ")
            person.does("y", "line 18")
            screen.signal(signal.SIGINT)
            person.hears("Stopped.", "more goes on with it", "> ")
            person.does("more", "Run begins.", "run completed", "Review: 1 file, 2 hunks", "> ")
            person.does("review", "] ")
            person.does("a", "2 hunks are accepted.", "> ")
            person.does("write", "Write this?", "] ")
            person.does("y", "Written: a.txt", "> ")
            person.leaves()
    assert (tmp_path / "project" / "a.txt").read_text() == AFTER


def test_text_is_gone_on_with_after_a_try_that_was_stopped_at_once(tmp_path: Path) -> None:
    project(tmp_path)
    cut = REPLY.index("line 20\n")
    goes_on = False

    def script(asked: Received) -> Reply:
        if len(asked.messages) < 3:
            return Reply(REPLY, stall="middle", cut_after=cut)
        return Reply(REPLY[cut:]) if goes_on else Reply("", stall="headers")

    flags = ("-i", "a.txt", "-r", "Change two lines.")
    with (
        serving(script) as server,
        plain(tmp_path, server.base_url, *flags) as screen,
    ):
        person = Person(screen)
        person.hears("> ")
        person.does("run", "Send it?", "] ")
        person.does("y", "line 18")
        screen.signal(signal.SIGINT)
        person.hears("Stopped.", "more goes on with it", "> ")
        person.does("more", "Run begins.")
        screen.signal(signal.SIGINT)
        person.hears("more goes on with it", "> ")
        goes_on = True
        person.does("more", "run completed", "Review: 1 file, 2 hunks", "> ")
        person.leaves()


def test_what_was_decided_when_the_program_was_killed_is_taken_up(tmp_path: Path) -> None:
    project(tmp_path)
    flags = ("-i", "a.txt", "-r", "Change two lines.")
    with serving([Reply(REPLY)]) as server:
        with plain(tmp_path, server.base_url, *flags) as screen:
            person = Person(screen)
            person.hears("> ")
            person.does("run", "] ")
            person.does("y", "Review: 1 file", "> ")
            person.does("review", "] ")
            person.does("y", "Hunk 1 is accepted.", "] ")
            screen.signal(signal.SIGKILL)
            screen.ended()
        with plain(tmp_path, server.base_url) as screen:
            person = Person(screen)
            person.hears("Not finished last time: Change two lines.", "> ")
            (line,) = History(tmp_path / "state").list()
            person.does(f"resume {line.run_id}", "Review: 1 file, 2 hunks", "> ")
            person.does("status", "Review: 1 accepted, 0 rejected, 1 undecided", "> ")
            person.does("write", "1 hunk is undecided: not written.", "Write this?", "] ")
            person.does("y", "Written: a.txt", "> ")
            person.leaves()
        with plain(tmp_path, server.base_url) as screen:
            person = Person(screen)
            person.hears("> ")
            assert "Not finished" not in person.said
            person.leaves()
    assert (tmp_path / "project" / "a.txt").read_text() == BEFORE.replace("line 3\n", "three\n")


def test_a_file_that_changed_meanwhile_is_asked_about(tmp_path: Path) -> None:
    place = project(tmp_path)
    flags = ("-i", "a.txt", "-r", "Change two lines.")
    with (
        serving([Reply(REPLY)]) as server,
        plain(tmp_path, server.base_url, *flags) as screen,
    ):
        person = Person(screen)
        person.hears("> ")
        person.does("run", "] ")
        person.does("y", "Review: 1 file", "> ")
        person.does("review", "] ")
        person.does("a", "> ")
        (place / "a.txt").write_text("first\n" + BEFORE)
        person.does("write", "Write this?", "] ")
        person.does("y", "What now?", "] ")
        person.does("r", "against what is on disk now", "Nothing was written.", "> ")
        assert (place / "a.txt").read_text() == "first\n" + BEFORE
        person.does("write", "Write this?", "] ")
        person.does("y", "Written", "> ")
        assert (place / "a.txt").read_text() == "first\n" + AFTER
        person.leaves()


def test_a_check_is_said_yes_to_and_tells_what_failed(tmp_path: Path) -> None:
    project(tmp_path)
    flags = ("-i", "a.txt", "-r", "Change two lines.")
    with (
        serving([Reply(REPLY)]) as server,
        plain(tmp_path, server.base_url, *flags) as screen,
    ):
        person = Person(screen)
        person.hears("> ")
        person.does("run", "] ")
        person.does("y", "Review: 1 file", "> ")
        person.does("check", "What is this project checked with?")
        person.says("grep three a.txt", "grep nothing a.txt || { echo is not there; false; }")
        person.does(".", "will run:", "grep three a.txt", "Run them?", "] ")
        person.does("n", "Nothing was run.", "> ")
        person.does("check", "What is this project checked with?")
        person.says("grep three a.txt", "grep nothing a.txt || { echo is not there; false; }")
        person.does(".", "Run them?", "] ")
        person.does("y", "The check of the whole proposal begins.", "Runs: grep three a.txt")
        person.hears(
            "It passed.", "It failed. It printed:", "is not there", "failed, 1 of 2 commands", "> "
        )
        person.leaves()


def test_a_key_in_the_requirements_is_asked_about(tmp_path: Path) -> None:
    project(tmp_path)
    key = "sk-" + "proj-" + "A1b2C3d4E5" * 5
    with serving([Reply(REPLY)]) as server, plain(tmp_path, server.base_url) as screen:
        person = Person(screen)
        person.hears("> ")
        person.does(f"ask Use {key} here.", "> ")
        person.does("run", "warning: ", "Send it?", "] ")
        person.does("", "Nothing was sent.", "> ")
        assert server.requests == []
        person.leaves()


def test_hostile_texts_do_nothing_to_the_terminal(tmp_path: Path) -> None:
    place = project(tmp_path)
    (place / NAME[:60]).write_text(EVIL, newline="")

    def script(_: Received) -> Reply:
        body = f"{EVIL.replace(chr(13), '')}\n"
        return Reply(
            f'{EVIL}\n<file path="a.txt">\n{body}</file>\n<file path="{NAME}">\nx\n</file>\n',
            reasoning=EVIL,
        )

    with serving(script) as server, plain(tmp_path, server.base_url, "-i", "a.txt") as screen:
        person = Person(screen)
        person.hears("> ")
        person.does("find A", "found", "Numbers to pick")
        person.does("", "> ")
        person.does("ask Do it.", "> ")
        person.does("run", "] ")
        person.does("y", "The reply:", "is not offered", "Review: 1 file", "> ")
        person.does("review", "Warning: ", "plus 1: ", "] ")
        person.does("y", "> ")
        person.does("diff", "Hunk 1", "> ")
        person.does("write", "Warning: ", "Write this?", "[y/N", "] ")
        person.does("", "Nothing was written.", "> ")
        person.does("history", "generate", "> ")
        person.leaves()
        assert not set("\x1b\x9b\x9d\x90\x07\x08\r\0") & set(person.said)
        assert not HIDDEN.search(person.said)


@pytest.mark.parametrize("environ", [DUMB, {"TERM": "xterm-256color"}])
def test_the_setting_starts_it_and_a_flag_does_not(tmp_path: Path, environ: dict[str, str]) -> None:
    project(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("[ui]\nplain = true\n")
    at = ("--base-url", "http://127.0.0.1:1/v1", "-m", "test-model")
    with terminal(tmp_path, *at, environ=environ) as screen:
        person = Person(screen)
        person.hears("plain mode", "> ")
        person.does("nonsense", "There is no command nonsense", "> ")
        person.does("re", "re may be review, redo, resume.", "> ")
        person.does("help", "quit: leave", "> ")
        screen.press("\x04")  # the end of the input
        assert screen.ended() == 0
        assert "\x1b[?1049h" not in person.said
    with terminal(tmp_path, *at, "--no-plain") as screen:
        screen.until_shows("Requirements")
        screen.press("ctrl+q")
        screen.ended()


@pytest.mark.parametrize("environ", [DUMB, {"TERM": "xterm-256color"}])
def test_what_was_pasted_before_a_question_is_no_answer_to_it(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    project(tmp_path)
    flags = ("-i", "a.txt", "-r", "Change two lines.")
    with (
        serving([Reply(REPLY)]) as server,
        plain(tmp_path, server.base_url, *flags, environ=environ) as screen,
    ):
        person = Person(screen)
        person.hears("> ")
        screen.press("run\ny\ny\n")
        person.hears("Send it?", "] ")
        person.does("", "> ")
        assert server.requests == []
        person.leaves()


def test_requirements_are_written_in_the_editor(tmp_path: Path) -> None:
    project(tmp_path)
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "First line\\nsecond\\n" > "$1"\n')
    editor.chmod(0o755)
    environ = {**DUMB, "EDITOR": str(editor)}
    with plain(tmp_path, "http://127.0.0.1:1/v1", environ=environ) as screen:
        person = Person(screen)
        person.hears("> ")
        person.does("edit", "The requirements have 2 lines now.", "> ")
        person.does("status", "Requirements: First line and 1 more lines", "> ")
        person.leaves()


def test_ctrl_c_in_the_editor_is_the_editors(tmp_path: Path) -> None:
    project(tmp_path)
    editor = tmp_path / "editor"
    # The first knows what Ctrl+C means, as vi does; the second is ended by it.
    editor.write_text(
        """#!/bin/sh
        if [ -e "$0.once" ]; then trap - INT; else trap 'printf "\\nmore" >> "$1"; exit 0' INT; fi
        : > "$0.once"
        printf "Saved before." > "$1"
        sh -c "echo opened; exec sleep 60"
        """
    )
    editor.chmod(0o755)
    environ = {**DUMB, "EDITOR": str(editor)}
    with plain(tmp_path, "http://127.0.0.1:1/v1", environ=environ) as screen:
        person = Person(screen)
        person.hears("> ")
        person.does("edit", "opened")
        screen.press("\x03")
        person.hears("The requirements have 2 lines now.", "> ")
        person.does("edit", "opened")
        screen.press("\x03")
        heard = person.hears("so its changes were not taken.", "What it saved is in ", "> ")
        (kept,) = (tmp_path / "state").glob("edited-*")
        assert kept.name in "".join(heard.split("\n"))
        assert kept.read_text() == "Saved before."
        person.does("status", "Requirements: Saved before. and 1 more lines", "> ")
        person.leaves()


def test_a_reply_from_elsewhere_and_a_kept_run_are_opened(tmp_path: Path) -> None:
    project(tmp_path)
    reply = tmp_path / "reply.txt"
    reply.write_text(REPLY)
    with terminal(tmp_path, "review", str(reply), "--plain", environ=DUMB) as screen:
        person = Person(screen)
        person.hears("Review: 1 file, 2 hunks", "> ")
        person.does("review", "] ")
        person.does("y", "] ")
        person.does("q", "> ")
        person.does("quit", "not written")
        assert screen.ended() == 0
    with terminal(tmp_path, "resume", "--plain", environ=DUMB) as screen:
        person = Person(screen)
        person.hears("Review: 1 file, 2 hunks", "> ")
        person.does("status", "Review: 1 accepted, 0 rejected, 1 undecided", "> ")
        person.leaves()


def test_a_question_is_answered_in_lines(tmp_path: Path) -> None:
    project(tmp_path)
    with (
        serving([Reply("It is **so**.\n")]) as server,
        plain(tmp_path, server.base_url, "--mode", "query", "-i", "a.txt") as screen,
    ):
        person = Person(screen)
        person.hears("Mode: query", "> ")
        person.does("ask Is it so?", "> ")
        person.does("lines off", "not shown", "> ")
        person.does("lines on", "> ")
        person.does("run", "] ")
        person.does("y", "The reply:", "It is **so**.", "> ")
        person.does("review", "There is nothing to review", "> ")
        person.leaves()


def test_a_proposal_is_sent_back_with_what_is_wrong(tmp_path: Path) -> None:
    project(tmp_path)
    better = REPLY.replace("thirty\n", "line thirty\n")
    flags = ("-i", "a.txt", "-r", "Change two lines.")
    with (
        serving([Reply(REPLY), Reply(better)]) as server,
        plain(tmp_path, server.base_url, *flags) as screen,
    ):
        person = Person(screen)
        person.hears("> ")
        person.does("back no", "There is nothing to send back", "> ")
        person.does("run", "] ")
        person.does("y", "Review: 1 file, 2 hunks", "> ")
        person.does("review", "] ")
        person.does("y", "Hunk 2 of 2", "] ")
        person.does("n", "> ")
        person.does("back Say line thirty.", "Send it back?", "] ")
        person.does("y", "Review: 1 file, 2 hunks", "> ")
        assert "Say line thirty." in str(server.requests[1].messages)
        person.does("status", "Review: 1 accepted, 0 rejected, 1 undecided", "> ")
        person.does("review", "plus 30: line thirty", "] ")
        person.does("y", "2 accepted", "> ")
        person.does("write", "Write this?", "] ")
        person.does("y", "Written: a.txt", "> ")
        person.leaves()
    text = AFTER.replace("thirty\n", "line thirty\n")
    assert (tmp_path / "project" / "a.txt").read_text() == text
