"""A model that writes a word counter, step by step: what it answers to each thing it is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from autocoder_tui.demo.script import Received, Reply

COUNTER: Final = '''\
"""Counts words."""


def count(text: str) -> int:
    """How many words there are."""
    return len(text.split())
'''
MAIN: Final = """\
import sys

from counter import count

print(count(" ".join(sys.argv[1:]) or "three small words"))
"""
TESTS: Final = """\
import unittest

from counter import count


class CountTest(unittest.TestCase):
    def test_words(self) -> None:
        self.assertEqual(count("a b  c"), 3)
"""
RUN: Final = '#!/bin/sh\ncd "$(dirname "$0")"\nexec python3 main.py "$@"\n'
BROKEN: Final = COUNTER.replace("len(text.split())", "len(text.split()) + 1")
FILES: Final = {"counter.py": COUNTER, "main.py": MAIN, "test_counter.py": TESTS, "run.sh": RUN}

PLAN: Final = """\
counter.py - counts the words of a text
main.py - prints how many words there are (needs: counter.py)
"""
SPECIFICATION: Final = "count(text) in counter.py gives how many words a text has."
REVIEWED: Final = SPECIFICATION + " An empty text has none."
QUESTION: Final = "QUESTION: Are numbers words?\n- yes\n- no\nASSUME: yes\n"


def framed(*paths: str, files: Mapping[str, str] = FILES) -> str:
    return "".join(f'<file path="{path}">\n{files.get(path, "")}</file>\n' for path in paths)


@dataclass
class CountingModel:
    """Answers a request by what it asks for; `kinds` are those it got, in order. `answers` are
    other answers to a kind."""

    answers: dict[str, str] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    watch: Callable[[str], None] = lambda kind: None

    def __call__(self, received: Received) -> Reply:
        system = str(received.messages[0]["content"])
        text = str(received.messages[-1]["content"])
        kind, answer = self._answer(system, text)
        self.kinds.append(kind)
        self.asked.append(text)
        self.watch(kind)
        return Reply(self.answers.get(kind, answer), chunk_size=200)

    def _answer(self, system: str, text: str) -> tuple[str, str]:
        if "QUESTION: your question?" in system:
            return "question", "DONE" if "Ask your next question" in text else QUESTION
        for phrase, kind, answer in _ANSWERS:
            if phrase in text:
                return kind, answer
        one = re.search(r"Now write (\S+), complete", text)
        if one is not None:
            return f"file {one[1]}", framed(one[1])
        raise AssertionError(f"nobody knows what is asked: {text[-300:]}")


_ANSWERS: Final = (
    ("Review the specification", "respec", REVIEWED),
    ("Write the specification of this program", "spec", SPECIFICATION),
    ("Which files does this program consist of?", "plan", PLAN),
    ("Write the tests of this program", "tests", framed("test_counter.py")),
    ("Write run.sh", "run.sh", framed("run.sh")),
    ("What keeps this program from doing that?", "review", "NONE"),
    ("Repair this.", "repair", framed("counter.py")),
    ("All files of the program:", "select", "counter.py"),
    ("What is to be different:", "improve", framed("counter.py")),
    ("Write the whole program", "code", framed("counter.py", "main.py")),
    ("Count numbers as words, too", "improve", framed("counter.py")),
)
