"""Conversations and commits in the plain mode, in a real terminal."""

from __future__ import annotations

import subprocess
from pathlib import Path

from autocoder_tui.demo.script import Reply, error_reply
from tests.terminal.program import serving
from tests.terminal.test_plain import REPLY, Person, plain, project


def git(place: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    command = ["git", *identity, *arguments]
    return subprocess.run(
        command, cwd=place, check=True, capture_output=True, text=True, timeout=60
    ).stdout


def test_questions_go_on_from_those_before_and_from_an_earlier_one(tmp_path: Path) -> None:
    project(tmp_path)
    replies = [Reply(f"The {word} answer.\n") for word in ("first", "second", "other")]
    with serving(replies) as server, plain(tmp_path, server.base_url) as screen:
        person = Person(screen)
        person.hears("> ")
        person.does("thread", "Nothing was asked yet", "> ")
        person.does("mode query", "Mode: query", "> ")
        for question, answer in (("What is it?", "first"), ("And why?", "second")):
            person.does(f"ask {question}", "Noted.", "> ")
            person.does("run", "Send it?", "] ")
            person.does("y", f"The {answer} answer.", "of this conversation is answered", "> ")
        sent = [message["content"] for message in server.requests[1].messages]
        assert any("What is it?" in text for text in sent)
        assert any("The first answer." in text for text in sent)
        heard = person.does("thread", "Question 1: What is it?", "Answer 2: The second answer.")
        assert "Answer 1: The first answer." in heard
        person.does("from 9", "Say a number from 0 to 2", "> ")
        person.does("from 1", "goes on from question 1.", "> ")
        person.does("ask What else?", "Noted.", "> ")
        person.does("run", "Send it?", "] ")
        person.does("y", "The other answer.", "Question 2 of this conversation", "> ")
        sent = [message["content"] for message in server.requests[2].messages]
        assert not any("And why?" in text for text in sent)
        heard = person.does("thread", "Answer 2: The other answer.", "One of 2 branches", "> ")
        assert "The second answer." not in heard
        person.does("branch", "Answer 2: The second answer.", "> ")
        person.does("new", "begins a new conversation", "> ")
        person.does("thread", "Nothing was asked yet", "> ")
        person.leaves()


def test_a_conversation_is_taken_up_where_it_was(tmp_path: Path) -> None:
    project(tmp_path)
    with serving([Reply("The first answer.\n"), Reply("The second answer.\n")]) as server:
        with plain(tmp_path, server.base_url) as screen:
            person = Person(screen)
            person.hears("> ")
            person.does("mode query", "> ")
            person.does("ask What is it?", "Noted.", "> ")
            person.does("run", "Send it?", "] ")
            person.does("y", "is answered", "> ")
            person.leaves()
        with plain(tmp_path, server.base_url) as screen:
            person = Person(screen)
            person.hears("> ")
            person.does("resume", "The first answer.", "Mode: query", "> ")
            person.does("ask And why?", "Noted.", "> ")
            person.does("run", "Send it?", "] ")
            person.does("y", "The second answer.", "Question 2 of this conversation", "> ")
            person.leaves()
        sent = [message["content"] for message in server.requests[1].messages]
    assert any("The first answer." in text for text in sent)


def test_what_was_written_is_committed_and_nothing_else(tmp_path: Path) -> None:
    place = project(tmp_path)
    (place / "other.txt").write_text("other\n")
    with serving([Reply(REPLY)]) as server:
        flags = ("-i", "a.txt", "-r", "Change two lines.")
        with plain(tmp_path, server.base_url, *flags) as screen:
            person = Person(screen)
            person.hears("> ")
            person.does("commit", "not in a git repository", "> ")
            git(place, "init", "-q")
            git(place, "config", "user.name", "a")
            git(place, "config", "user.email", "a@b")
            git(place, "add", "a.txt", "other.txt")
            git(place, "commit", "-qm", "Begin")
            (place / "other.txt").write_text("changed\n")
            person.does("commit", "Nothing that was written", "> ")
            person.does("run", "Send it?", "] ")
            person.does("y", "Review: 1 file, 2 hunks.", "> ")
            person.does("review", "] ")
            person.does("a", "2 hunks are accepted.", "> ")
            person.does("write", "Write this?", "] ")
            person.does("y", "Written: a.txt", "> ")
            person.does("commit", "To be committed: a.txt.", "Proposed message: Change two", ": ")
            person.does("", "Commit as Change two lines?", "] ")
            person.does("n", "Nothing was committed.", "> ")
            person.does("commit Change lines 3 and 30", "Commit as Change lines 3 and 30?", "] ")
            person.does("y", "Committed:", "> ")
            person.does("commit again", "Commit as again?", "] ")
            person.does("y", "nothing to commit", "> ")
            person.leaves()
    assert git(place, "log", "-1", "--format=%s").strip() == "Change lines 3 and 30"
    assert git(place, "show", "--name-only", "--format=", "HEAD").split() == ["a.txt"]
    assert git(place, "status", "--porcelain").split() == ["M", "other.txt"]


Q1 = "QUESTION: Which format?\n- JSON\n- CSV\nASSUME: JSON"
Q2 = "QUESTION: Which time zone?\nASSUME: UTC"


def test_the_model_asks_before_it_writes(tmp_path: Path) -> None:
    project(tmp_path)
    replies = [Reply(Q1), error_reply(400, "no"), Reply(Q2), Reply("DONE"), Reply(REPLY)]
    with serving(replies) as server:
        flags = ("-i", "a.txt", "-r", "Change two lines.")
        with plain(tmp_path, server.base_url, *flags) as screen:
            person = Person(screen)
            person.hears("> ")
            person.does("mode clarify", "Mode: clarify", "> ")
            person.does("run", "cost", "Send it?", "] ")
            person.does("y", "Question 1 of at most", "Which format?", "2: CSV", "Answer: ")
            # What is answered outlives a question that does not come.
            person.does("2", "Answered: CSV", "did not come", "> ")
            person.does("run", "Send it?", "] ")
            person.does("y", "Question 2 of at most", "Which time zone?", "Answer: ")
            person.does("/back", "Question 1 of", "Empty line: CSV", "Answer: ")
            person.does("", "Question 2 of", "Answer: ")
            person.does("", "Assumed: UTC", "2 questions settled", "Run begins.")
            person.hears("Review: 1 file, 2 hunks.", "> ")
            person.leaves()
        asked = server.requests[-1].messages[-1]["content"]
    assert "Change two lines." in asked
    assert "1. Which format?\n   CSV" in asked
    assert "2. Which time zone?\n   UTC" in asked
