"""What a reply is asked for, and what a person is doing when it is."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Purpose: TypeAlias = Literal["generate", "query", "feedback", "clarify"]
"""What a reply is to be: files (`generate`), an answer (`query`), an instruction made of a
complaint (`feedback`), or a question to the person (`clarify`). Each has its own preprompt."""

Mode: TypeAlias = Literal["generate", "query", "feedback", "clarify"]
"""What the person does. A run of the modes `feedback` and `clarify` that writes files has the
purpose `generate`, as one of the mode `generate` has."""

CLARIFY_LIMIT: Final = 5
"""How many questions the model asks at most in the mode clarify, where nothing else is set."""

PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
MODES: Final[tuple[Mode, ...]] = get_args(Mode)

ASIDES: Final[tuple[Purpose, ...]] = ("feedback", "clarify")
"""Replies that the program goes on with by itself: nobody is asked about one that was cut off."""


def writes_files(purpose: Purpose) -> bool:
    """Whether the reply holds files to be proposed; the others are texts."""
    return purpose == "generate"
