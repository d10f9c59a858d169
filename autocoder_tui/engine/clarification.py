"""What a model asked before it writes, and what was answered or taken for granted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, TypeAlias, get_args

from autocoder_tui.engine.question_reply import ModelQuestion, fresh, questions_in
from autocoder_tui.engine.request import Turn
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.values import dataclass

RoundState: TypeAlias = Literal["open", "answered", "assumed"]
Ended: TypeAlias = Literal["", "settled", "limit", "stopped"]
"""Why no more is asked: nothing is left, there were as many as may be, or the person wants it
so; "" while it goes on."""

_SHOWN_SUGGESTIONS: Final = 3
_UNSAID: Final = "whatever is most usual"
"""Taken for granted where the model did not say what it would."""


@dataclass(frozen=True, slots=True)
class Round:
    """One question. `answer` is what the person gave, or has typed so far while it is open."""

    question: str
    suggestions: tuple[str, ...] = ()
    assumption: str = ""
    answer: str = ""
    state: RoundState = "open"

    @property
    def as_asked(self) -> str:
        """The question in the form that was asked for, which a model keeps to better where it
        seems to have kept to it before; of many suggestions some are enough for that."""
        suggested = [f"- {text}" for text in self.suggestions[:_SHOWN_SUGGESTIONS]]
        assumed = f"ASSUME: {self.taken}"
        return "\n".join([f"QUESTION: {self.question}", *suggested, assumed])

    @property
    def taken(self) -> str:
        """What is taken for granted where nobody answers: what the model said, else what it named
        first."""
        return self.assumption or next(iter(self.suggestions), _UNSAID)

    @property
    def outcome(self) -> str:
        """What the question came to, "" while it is open."""
        if self.state == "open":
            return ""
        return self.answer if self.state == "answered" else self.taken


@dataclass(frozen=True, slots=True)
class Clarification:
    """All rounds about `requirements`. `thread` and `parent` are the ids of the first and of the
    last request that asked. `sent`: files have been asked for with it. What the asking cost is
    `cost_usd`, None where a price is not known, and `tokens`, in and out."""

    requirements: str
    rounds: tuple[Round, ...] = ()
    ended: Ended = ""
    thread: str = ""
    parent: str = ""
    calls: int = 0
    tokens: tuple[int, int] = (0, 0)
    cost_usd: Decimal | None = Decimal(0)
    sent: bool = False
    spare: tuple[ModelQuestion, ...] = ()
    """What was asked besides in the last reply that held a new question: asked where a model has
    come to say the same again."""

    @property
    def open_round(self) -> int | None:
        """The first question without an answer."""
        states = [each.state for each in self.rounds]
        return states.index("open") if "open" in states else None

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What is settled, for the next request."""
        return tuple(Turn(each.as_asked, each.outcome) for each in self.rounds if each.outcome)

    @property
    def asked(self) -> tuple[str, ...]:
        return tuple(each.question for each in self.rounds)

    def answered(self, index: int, answer: str) -> Clarification:
        """With this answer; without one it is assumed."""
        if not answer.strip():
            return self.assumed(index)
        return self._with(index, answer=answer.strip(), state="answered")

    def assumed(self, index: int) -> Clarification:
        """With what the model takes for granted."""
        return self._with(index, answer="", state="assumed")

    def typed(self, index: int, text: str) -> Clarification:
        """With what stands in the field for the answer, which is none yet."""
        return self._with(index, answer=text)

    def stopped(self) -> Clarification:
        """Without another question: what is open is assumed."""
        rounds = tuple(
            replace(each, answer="", state="assumed") if each.state == "open" else each
            for each in self.rounds
        )
        return replace(self, rounds=rounds, ended=self.ended or "stopped")

    def after_call(self, state: RunState) -> Clarification:
        """With the question that a request has brought, or without one where nothing is left to
        ask. What was asked before is not asked again."""
        return self.paid(state).asked_by(state.text)

    def asked_by(self, reply: str) -> Clarification:
        """With the question that a reply holds, or without one where nothing is left to ask."""
        came = questions_in(reply)
        new = fresh(came, self.asked)
        if not new and came:
            new = fresh(self.spare, self.asked)
        if not new:
            return replace(self, ended="settled")
        question, *spare = new
        asked = Round(question.text, question.suggestions, question.assumption)
        return replace(self, rounds=(*self.rounds, asked), ended="", spare=tuple(spare))

    def ended_by(self, limit: int) -> Clarification:
        """Ended, where as many questions as may be are settled."""
        full = len(self.rounds) >= limit and self.open_round is None
        return replace(self, ended="limit") if full and not self.ended else self

    def paid(self, state: RunState) -> Clarification:
        """With what a request cost, however it ended."""
        usage = state.usage
        run_id = state.run_id or self.parent
        made = replace(self, thread=self.thread or run_id, parent=run_id, calls=self.calls + 1)
        if usage is None:
            return made
        known = self.cost_usd is not None and usage.cost_usd is not None
        cost = self.cost_usd + usage.cost_usd if known else None  # type: ignore[operator]
        prompt, reply = self.tokens
        tokens = (prompt + usage.prompt_tokens, reply + usage.completion_tokens)
        return replace(made, tokens=tokens, cost_usd=cost)

    def text(self) -> str:
        """The requirements with all that was settled, as the model that writes is told."""
        parts = [self.requirements.strip()]
        for heading, state in _HEADINGS:
            lines = [
                f"{number}. {each.question}\n{_indented(each.outcome)}"
                for number, each in enumerate(self.rounds, 1)
                if each.state == state
            ]
            if lines:
                parts += [heading, *lines]
        return "\n\n".join(parts)

    def _with(self, index: int, **changed: Any) -> Clarification:
        rounds = list(self.rounds)
        rounds[index] = replace(rounds[index], **changed)
        return replace(self, rounds=tuple(rounds))


_HEADINGS: Final[tuple[tuple[str, RoundState], ...]] = (
    ("Questions and answers:", "answered"),
    ("Not answered, and taken for granted:", "assumed"),
)


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.split("\n"))


# ---------------------------------------------------------------------- kept as plain data


def as_plain(clarification: Clarification) -> dict[str, Any]:
    """As plain data for JSON."""
    cost = clarification.cost_usd
    return asdict(clarification) | {"cost_usd": None if cost is None else str(cost)}


def from_plain(values: Mapping[str, Any]) -> Clarification:
    """What `as_plain` made. Raises ValueError, KeyError, TypeError or AttributeError for what it
    did not make."""
    cost = values["cost_usd"]
    try:
        cost_usd = None if cost is None else Decimal(_text(cost))
    except InvalidOperation as error:
        raise ValueError("cost") from error
    prompt, reply = values["tokens"]
    return Clarification(
        requirements=_text(values["requirements"]),
        rounds=tuple(_round(each) for each in values["rounds"]),
        ended=_one_of(values["ended"], get_args(Ended)),
        thread=_text(values["thread"]),
        parent=_text(values["parent"]),
        calls=int(values["calls"]),
        tokens=(int(prompt), int(reply)),
        cost_usd=cost_usd,
        sent=bool(values["sent"]),
        spare=tuple(
            ModelQuestion(
                _text(each["text"]),
                tuple(map(_text, each["suggestions"])),
                _text(each["assumption"]),
            )
            for each in values["spare"]
        ),
    )


def _round(values: Mapping[str, Any]) -> Round:
    return Round(
        question=_text(values["question"]),
        suggestions=tuple(map(_text, values["suggestions"])),
        assumption=_text(values["assumption"]),
        answer=_text(values["answer"]),
        state=_one_of(values["state"], get_args(RoundState)),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _one_of(value: object, known: tuple[str, ...]) -> Any:
    if value not in known:
        raise ValueError("unknown word")
    return value
