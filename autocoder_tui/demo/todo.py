"""The recorded replies of the example that goes from a prompt to a program: two questions, the
program with its tests, and the script that starts it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

TODO_EXAMPLE: Final = "todo"
"""The name of the example they were recorded for."""

_RECORDED: Final = Path(__file__).parent / "recorded" / "todo"
_PROMPT: Final = "A to-do list for the command line"
"""How its prompt begins; what is changed after that gets the same replies."""
_SCRIPT: Final = "Write this one file, complete: run.sh"
_ASKS_FOR_QUESTION: Final = "QUESTION: "
_QUESTIONS: Final = 2


def is_of_todo(asked: str) -> bool:
    """Whether a request is one of the example's."""
    return _PROMPT in asked


def todo_recording(messages: Sequence[tuple[str, str]], so_far: str) -> tuple[str, str]:
    """The whole recorded reply to `messages`, and how much of it has come already. What a model
    said before a question is no beginning of the next."""
    told = "".join(text for role, text in messages if role == "system")
    if _ASKS_FOR_QUESTION in told:
        asked = sum(role == "assistant" for role, _ in messages)
        return (_read(f"question-{asked + 1}.txt") if asked < _QUESTIONS else "DONE"), ""
    if any(_SCRIPT in text for role, text in messages if role == "user"):
        return _read("script.txt"), so_far
    return _read("program.txt"), so_far


def _read(name: str) -> str:
    return (_RECORDED / name).read_text(encoding="utf-8")
