"""Reading what a model asks before it writes: one question out of whatever it replied.

The form asked for is in `system_message`. Small models keep to it half of the time: they number
questions, write JSON, ask several at once, chat around them, or begin with the program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from autocoder_tui.values import dataclass

MOST_SUGGESTIONS: Final = 9
"""One a number key."""
_LONGEST_QUESTION: Final = 2000
_LONGEST_SUGGESTION: Final = 400

_THOUGHT: Final = re.compile(r"<(think|thinking|thought)>.*?(?:</\1>|\Z)", re.DOTALL | re.I)
_FENCED: Final = re.compile(
    r"^ {0,3}(`{3,}|~{3,})[^\n]*\n(.*?)(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.M | re.S
)
_FRAME: Final = re.compile(r"^[ \t]*</?(?:file|edit|delete|rename)\b[^\n]*>", re.M)
_LABEL: Final = re.compile(
    r"(?:q|question|next question|frage|pregunta|domanda|pergunta|vraag|вопрос|问题|質問)"
    r"\s*(?:#?\d{1,2})?\s*(?:[:：]|[.)](?=\s))\s*(.*)",
    re.I | re.S,
)
_ASSUME: Final = re.compile(
    r"(?:i(?:'ll| will)? )?(?:assume|assumed|assuming|assumptions?|default|annahme|suposición|"
    r"supuesto|assunzione|aanname|предположение|假设|仮定)\s*[:：]\s*(.*)",
    re.I | re.S,
)
_HEADING: Final = re.compile(
    r"(?:(?:likely|possible|suggested|some)\s+)?(?:answers?|options?|choices|suggestions?)\s*[:：]?",
    re.I,
)
_BULLET: Final = re.compile(r"(?:[-*+•–]|\(?[a-i][.)])[ \t]+(.*)", re.S)
_NUMBER: Final = re.compile(r"\(?(\d{1,2})[.)][ \t]+(.*)", re.S)
_DONE: Final = re.compile(
    r"(?:done|none|nothing|n/a|"
    r"(?:there (?:is|are) |i have |we have )?"
    r"(?:no(?: (?:more|further|other))?|nothing (?:more|else|is)?)"
    r"\s*(?:questions?|left|to ask)(?:\s*(?:left|to ask|remain|needed|at this time))*|"
    r"(?:everything|all) is (?:clear|settled))[\s.!]*",
    re.I,
)
_OTHER: Final = re.compile(
    r"(?:others?|something else|none of (?:these|the above))\b[^\w]*"
    r"(?:please )?(?:specify|say which)?[^\w]*",
    re.I,
)
_NAMED: Final = re.compile(
    r"(?:(?:an?|another|one)\s+)?(?:likely|possible) answer\s*\d*\s*[:：]\s*", re.I
)
_PLACEHOLDERS: Final = frozenset(
    {
        "your question",
        "a likely answer",
        "another likely answer",
        "the answer you take for granted if nobody answers",
    }
)
"""The words of the form itself, which small models hand back."""
_WORD: Final = re.compile(r"\w+")
_COMMON: Final = frozenset(
    """
    a an the is are be been do does did of to in on for with or and any that this these those it
    its should would will shall can could may must i we you your there please also what which how
    want like need prefer
    """.split()  # noqa: SIM905
)
"""Words that two wordings of one question differ by."""
_SAME: Final = 0.75


@dataclass(frozen=True, slots=True)
class ModelQuestion:
    """What a model asks. `assumption` is what it takes for granted if nobody answers, "" where it
    does not say."""

    text: str
    suggestions: tuple[str, ...] = ()
    assumption: str = ""


def fresh(questions: Iterable[ModelQuestion], asked: Iterable[str]) -> list[ModelQuestion]:
    """Those that were not `asked` before, each once."""
    known, new = list(asked), []
    for question in questions:
        if not any(same_question(question.text, other) for other in known):
            known.append(question.text)
            new.append(question)
    return new


def questions_in(reply: str) -> list[ModelQuestion]:
    """All that is asked in `reply`, in order."""
    text = _THOUGHT.sub("", reply).replace("\r\n", "\n").replace("\r", "\n")
    text = _FRAME.split(text, maxsplit=1)[0]
    found = list(_from_json(text))
    return found or _from_lines(_unfenced(text))


def same_question(one: str, other: str) -> bool:
    """Whether two wordings ask the same."""
    return likeness(one, other) >= _SAME


def likeness(one: str, other: str) -> float:
    """How much two questions have in common, from 0 to 1."""
    first, second = _words(one), _words(other)
    if not first or not second:
        return float(_plain(one) == _plain(other))
    return len(first & second) / len(first | second)


def _words(text: str) -> frozenset[str]:
    plain = _plain(text)
    words = plain.split()
    if words and len(plain) > 12 * len(words):
        # A script without blanks between words.
        return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))
    return frozenset(word for word in words if word not in _COMMON) or frozenset(words)


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


# ---------------------------------------------------------------------- JSON


def _from_json(text: str) -> Iterator[ModelQuestion]:
    starts = [at for at in (text.find("{"), text.find("[")) if at >= 0]
    if not starts:
        return
    try:
        value, _ = json.JSONDecoder().raw_decode(text[min(starts) :])
    except (ValueError, RecursionError):
        return
    for each in _objects(value):
        found = {str(key).casefold(): item for key, item in each.items()}
        asked = _first_text(found, ("question", "text", "q"))
        if asked:
            listed: list[Any] = next(
                (found[key] for key in _LISTS if isinstance(found.get(key), list)), []
            )
            assumed = _first_text(found, ("assume", "assumption", "default"))
            options = [_option(item) for item in listed]
            yield from _made(asked, options, assumed)


_LISTS: Final = ("suggestions", "suggested_answers", "answers", "options", "choices")


def _objects(value: Any) -> Iterator[dict[Any, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("questions"), list):
            yield from _objects(value["questions"])
        else:
            yield value
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield item
            elif isinstance(item, str) and item.rstrip().endswith(("?", "？")):
                yield {"question": item}


def _first_text(found: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((found[name] for name in names if isinstance(found.get(name), str)), "")


def _option(item: Any) -> str:
    if isinstance(item, dict):
        return _first_text(item, ("text", "answer", "label", "value", "option"))
    return item if isinstance(item, str) else str(item) if isinstance(item, int | float) else ""


# ---------------------------------------------------------------------- lines


def _unfenced(text: str) -> str:
    """Without code blocks; one that holds the form itself is opened."""

    def opened(block: re.Match[str]) -> str:
        lines = (_bare(line) for line in block[2].split("\n"))
        return block[2] if any(_LABEL.fullmatch(line) for line in lines) else "\n"

    return _FENCED.sub(opened, text)


def _bare(line: str) -> str:
    """A line without the marks of Markdown around it."""
    line = re.sub(r"^[ \t>]*(?:#{1,6}[ \t]+)?", "", line).strip()
    line = re.sub(r"(\*\*|__)(.+?)\1", r"\2", line)
    return re.sub(r"^[*_`]+|(?<=[?:.\w])[*_`]+$", "", line) if line[:2] not in ("* ",) else line


class _Draft:
    """A question as it is read, line by line."""

    def __init__(self, text: str, *, labelled: bool) -> None:
        self.text, self.labelled = text, labelled
        self.suggestions: list[str] = []
        self.assumption: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the next plain line may belong to the question itself."""
        return not (self.suggestions or self.assumption is not None or _asks(self.text))

    def add(self, line: str) -> None:
        """A plain line below it."""
        if self.assumption == "":
            self.assumption = line
        elif self.labelled and self.is_open:
            self.text = f"{self.text} {line}".strip()


def _from_lines(text: str) -> list[ModelQuestion]:
    drafts: list[_Draft] = []
    for raw in text.split("\n"):
        line = _bare(raw)
        if not line:
            continue
        if _DONE.fullmatch(line):
            break
        _read_line(line, drafts)
    if any(draft.labelled for draft in drafts):
        drafts = [draft for draft in drafts if draft.labelled]
    made = (_made(one.text, one.suggestions, one.assumption or "") for one in drafts)
    return [question for each in made for question in each]


def _read_line(line: str, drafts: list[_Draft]) -> None:
    now = drafts[-1] if drafts else None
    numbered, bulleted = _NUMBER.fullmatch(line), _BULLET.fullmatch(line)
    item = numbered[2] if numbered else bulleted[1] if bulleted else ""
    content = _bare(item) or line
    if label := _LABEL.fullmatch(content):
        drafts.append(_Draft(label[1], labelled=True))
    elif assume := _ASSUME.fullmatch(content):
        if now is not None and not now.assumption:
            now.assumption = assume[1]
    elif now is not None and _HEADING.fullmatch(content) and not (item and content[-1] != ":"):
        return
    elif item:
        if now is not None and (now.labelled or not _asks(item)):
            now.suggestions.append(_bare(item))
        elif _asks(item):
            drafts.append(_Draft(_bare(item), labelled=False))
    elif _asks(line) and (now is None or not now.is_open) and not (now and now.labelled):
        drafts.append(_Draft(line, labelled=False))
    elif now is not None:
        now.add(line)


def _asks(text: str) -> bool:
    return text.rstrip(" )\"'*_`”»").endswith(("?", "？", "؟"))


def _made(text: str, suggestions: Iterable[str], assumption: str) -> Iterator[ModelQuestion]:
    """The question, if it is one."""
    text = " ".join(text.split()).strip("\"'“”")
    if not re.search(r"[^\W\d_]", text) or _DONE.fullmatch(text) or _is_placeholder(text):
        return
    said = " ".join(assumption.split())
    said = "" if _is_placeholder(said) else said
    yield ModelQuestion(
        _cut(text, _LONGEST_QUESTION),
        tuple(_distinct(suggestions)),
        "" if _DONE.fullmatch(said) else _cut(said, _LONGEST_SUGGESTION),
    )


def _distinct(suggestions: Iterable[str]) -> Iterator[str]:
    """Those that are answers, each once."""
    seen: set[str] = set()
    for each in suggestions:
        text = _NAMED.sub("", " ".join(each.split()).strip('"“”'), count=1)
        text = _cut(text, _LONGEST_SUGGESTION)
        plain = "" if text.endswith(":") else _plain(text)
        if plain and plain not in seen | _PLACEHOLDERS | {"done"} and not _OTHER.fullmatch(text):
            seen.add(plain)
            yield text
            if len(seen) == MOST_SUGGESTIONS:
                return


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _is_placeholder(text: str) -> bool:
    return _plain(text) in _PLACEHOLDERS
