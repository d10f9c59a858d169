"""What a person says of a code base that was made: whether it ran, worked, and is of use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final, Literal, TypeAlias, get_args

from autocoder_tui.values import dataclass

Said: TypeAlias = Literal["yes", "no", ""]
"""An answer; "" where none was given."""

QUESTIONS: Final[Mapping[str, str]] = {
    "ran": "Did the program run at all?",
    "worked": "Did it do what you asked for?",
    "useful": "Is it of use to you as it is?",
}
"""What is asked, by the name it is kept under. A note is asked for at the end."""
NOTE: Final = "What is worth a note? (empty for nothing)"

_YES: Final = frozenset({"y", "yes", "ja", "j", "oui", "si", "sí", "true", "1"})
_NO: Final = frozenset({"n", "no", "nein", "non", "false", "0"})


@dataclass(frozen=True, slots=True)
class Evaluation:
    ran: Said = ""
    worked: Said = ""
    useful: Said = ""
    note: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.ran or self.worked or self.useful or self.note)

    def text(self) -> str:
        """A line each, as a step's output."""
        lines = [f"{name}: {getattr(self, name) or 'not said'}" for name in QUESTIONS]
        if self.note:
            lines.append(f"note: {self.note}")
        return "\n".join(lines) + "\n"


def read_answer(answer: str) -> Said:
    """What an answer to one of the questions says; "" for one that says neither."""
    first = answer.strip().casefold().rstrip(".!").split(" ")[0].rstrip(",")
    if first in _YES:
        return "yes"
    return "no" if first in _NO else ""


def as_plain(evaluation: Evaluation) -> dict[str, str]:
    """As plain data for JSON."""
    return asdict(evaluation)


def from_plain(values: Mapping[str, Any]) -> Evaluation:
    """What `as_plain` made; what it did not make is left out."""

    def said(name: str) -> Any:
        return values[name] if values.get(name) in get_args(Said) else ""

    note = values.get("note")
    kept = {name: said(name) for name in QUESTIONS}
    return Evaluation(**kept, note=note if isinstance(note, str) else "")
