"""Conversations as clients send them, whole each time, and the runs that answered them."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from autocoder_tui.engine.request import Turn
from autocoder_tui.serve.payloads import SocketMessage
from autocoder_tui.values import dataclass

_MOST: Final = 4_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question stands in the history: ids of runs, "" where a conversation begins."""

    thread: str = ""
    parent: str = ""


class Threads:
    """Which run gave the last answer of a conversation, for the newest ones that were answered
    here. What goes on from one that is not known here is kept with the run itself."""

    def __init__(self) -> None:
        self._places: OrderedDict[bytes, Place] = OrderedDict()

    def place_of(self, messages: Sequence[SocketMessage]) -> Place:
        """Where the last of these messages is asked."""
        return self._places.get(_key(messages[:-1]), Place())

    def answered(self, messages: Sequence[SocketMessage], answer: str, place: Place) -> None:
        """`messages` were answered with `answer`; what follows on that stands at `place`."""
        key = _key([*messages, SocketMessage(role="assistant", content=answer)])
        self._places[key] = place
        self._places.move_to_end(key)
        if len(self._places) > _MOST:
            self._places.popitem(last=False)


def turns_of(messages: Iterable[SocketMessage]) -> tuple[Turn, ...]:
    """Questions and answers in order. Several messages of one side in a row are one text."""
    turns: list[Turn] = []
    questions: list[str] = []
    answers: list[str] = []
    for message in messages:
        if message.role == "user":
            if answers:
                turns.append(_turn(questions, answers))
                questions, answers = [], []
            questions.append(message.content)
        elif message.role == "assistant":
            answers.append(message.content)
    return (*turns, _turn(questions, answers)) if questions or answers else tuple(turns)


def system_of(messages: Iterable[SocketMessage]) -> str:
    """What a client wants the model told beforehand."""
    return "\n\n".join(message.content for message in messages if message.role == "system")


def _turn(questions: Sequence[str], answers: Sequence[str]) -> Turn:
    return Turn("\n\n".join(questions), "\n\n".join(answers))


def _key(messages: Iterable[SocketMessage]) -> bytes:
    """The same for what reads the same: clients cut off blanks, and may repeat a system message
    or not."""
    found = hashlib.sha256()
    for message in messages:
        if message.role != "system":
            text = message.content.strip().encode("utf-8", "surrogatepass")
            found.update(f"{message.role} {len(text)}\n".encode() + text)
    return found.digest()
