"""A step's record as JSON that people read and change: several lines of text stand as a list of
lines, and what says nothing is left out."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from autocoder_tui.problems import Problem
from autocoder_tui.safety.redaction import redacted
from autocoder_tui.safety.sanitize import escaped
from autocoder_tui.steps.record import Effect, StepRecord, WrittenFile
from autocoder_tui.text.plain_data import Unexpected, read_value, value_data

VERSION: Final = 1
_PIECE: Final = 4000
"""Characters."""
_TEXTS: Final = frozenset(
    (
        "content",
        "prompt",
        "reply",
        "reasoning",
        "notes",
        "text",
        "output",
        "note",
        "answer",
        "question",
    )
)
"""Fields that may have many lines."""
_KEPT: Final = frozenset(("kind", "key", "number", "name", "state", "role", "content", "path"))


def record_text(record: StepRecord, run: str, configuration: str) -> str:
    """The record as it is written down, without any key. Each effect is worked out once: a step
    of many requests is written as often."""
    clean = replace(
        record,
        detail=redacted(record.detail),
        said=tuple(map(redacted, record.said)),
        effects=(),
        edited_files=None
        if record.edited_files is None
        else tuple(map(_clean_file, record.edited_files)),
        resend=tuple(map(_without_keys, record.resend)),
    )
    used = record.used
    head = {
        "log": VERSION,
        "run": run,
        "configuration": configuration,
        "prompt_tokens": used.prompt_tokens,
        "completion_tokens": used.completion_tokens,
        "cost_usd": None if used.cost_usd is None else str(used.cost_usd),
    }
    text = json_text({**head, **_plain(clean)})
    if not record.effects:
        return text
    effects = ",\n".join(map(_effect_text, record.effects))
    head_text = text.removesuffix("}\n").rstrip()
    return f'{head_text},\n "effects": [\n{effects}\n ]\n}}\n'


@lru_cache(maxsize=256)
def _effect_text(effect: Effect) -> str:
    """An effect as it stands in the list of them."""
    return textwrap.indent(json_text(_plain(_without_keys(effect))).rstrip("\n"), "  ")


def json_text(data: Mapping[str, Any]) -> str:
    """JSON to be read: nothing in it acts on a terminal, or hides."""
    return escaped(json.dumps(_in_lines(data), indent=1, ensure_ascii=False)) + "\n"


def parse_record(file: Path, text: str) -> StepRecord | Problem:
    """The record that `text` of `file` holds, or what is wrong where."""
    data = parse_json(file, text)
    if isinstance(data, Problem):
        return data
    if data.get("log") != VERSION:
        if isinstance(data.get("log"), int) and data["log"] > VERSION:
            return Problem(file, None, "it is of a newer version of this program", damaged=False)
        return Problem(file, None, 'expected the log of a step, with "log": 1')
    plain = _in_one(data)
    for name in ("effects", "resend"):
        listed = plain.get(name, [])
        if not isinstance(listed, list):
            return Problem(file, _line(text, f'"{name}"'), f'expected a list as "{name}"')
        for number, item in enumerate(listed, 1):
            wrong = _wrong(Effect, item, {"kind": "ask", "key": ""})
            if wrong is not None:
                said = f"{wrong} in entry {number} of {name}"
                return Problem(file, _line_of_entry(text, name, number), said)
    wrong = _wrong(StepRecord, plain, {"number": 1, "name": ""})
    if wrong is not None:
        name = wrong.rpartition('"')[0].rpartition('"')[2]
        return Problem(file, _line(text, f'"{name}":'), wrong)
    record: StepRecord = read_value(StepRecord, plain)
    if record.number < 1 or not record.name.isidentifier():
        return Problem(file, None, "expected the number of a step and its name")
    return record


def parse_json(file: Path, text: str) -> dict[str, Any] | Problem:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        reason = error.msg[:1].lower() + error.msg[1:]
        message = f"expected JSON, {reason} (column {error.colno})"
        return Problem(file, error.lineno, message)
    except (ValueError, RecursionError):
        return Problem(file, None, "expected JSON, found a number too long or nesting too deep")
    return data if isinstance(data, dict) else Problem(file, 1, "expected a JSON object, { ... }")


def _without_keys(effect: Effect) -> Effect:
    """The effect as it may stand in the project. What of a reply is not whole is said."""
    reply = _clean(effect.reply)
    notes, reasoning = _clean(effect.notes), _clean(effect.reasoning)
    files = tuple(map(_clean_file, effect.files))
    answer = _clean(effect.answer)
    before = (effect.reply, effect.notes, effect.files, effect.answer)
    return replace(
        effect,
        error=_clean(effect.error),
        messages=tuple(replace(one, content=_clean(one.content)) for one in effect.messages),
        reply=reply,
        notes=notes,
        reasoning=reasoning,
        files=files,
        redacted=effect.redacted or (reply, notes, files, answer) != before,
        answer=answer,
        question=_clean(effect.question),
        output=_clean(effect.output),
        note=_clean(effect.note),
    )


def _clean_file(file: WrittenFile) -> WrittenFile:
    return file if file.text is None else replace(file, text=_clean(file.text))


def _clean(text: str) -> str:
    """`text` without keys, worked out in pieces: looking for keys is slow, much of what is sent is
    sent again, and other threads want their turn."""
    if len(text) <= _PIECE or "PRIVATE KEY" in text:
        return redacted(text)
    pieces, begin = [], 0
    while begin < len(text):
        end = text.find("\n", begin + _PIECE)
        end = len(text) if end < 0 else end + 1
        pieces.append(_clean_piece(text[begin:end]))
        begin = end
    return "".join(pieces)


@lru_cache(maxsize=1024)
def _clean_piece(text: str) -> str:
    return redacted(text)


def _plain(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that say anything, by their names."""
    found: dict[str, Any] = {}
    for item in fields(value):
        held = getattr(value, item.name)
        if item.name not in _KEPT and held == item.default:
            continue
        if isinstance(held, tuple):
            found[item.name] = [_plain(one) if is_dataclass(one) else one for one in held]
        elif is_dataclass(held):
            found[item.name] = _plain(held)
        else:
            found[item.name] = value_data(held)
    return found


def _in_lines(data: Any) -> Any:
    if isinstance(data, list | tuple):
        return [_in_lines(item) for item in data]
    if not isinstance(data, Mapping):
        return data
    return {
        name: held.split("\n")
        if name in _TEXTS and isinstance(held, str) and "\n" in held
        else _in_lines(held)
        for name, held in data.items()
    }


def _in_one(data: Any) -> Any:
    if isinstance(data, list):
        return [_in_one(item) for item in data]
    if not isinstance(data, dict):
        return data
    return {
        name: "\n".join(held)
        if name in _TEXTS and isinstance(held, list) and all(isinstance(one, str) for one in held)
        else _in_one(held)
        for name, held in data.items()
    }


def _wrong(kind: Any, item: Any, required: Mapping[str, Any]) -> str | None:
    """Which field of `item` is not as it should be, as words."""
    if not isinstance(item, dict):
        return "expected an object, { ... },"
    missing = [name for name in required if name not in item]
    if missing:
        return f'expected "{missing[0]}"'
    for name, held in item.items():
        try:
            read_value(kind, {**required, name: held})
        except Unexpected:
            return f'found what cannot be there as "{name}"'
    return None


def _line(text: str, words: str) -> int | None:
    at = text.find(words)
    return None if at < 0 else text.count("\n", 0, at) + 1


def _line_of_entry(text: str, name: str, number: int) -> int | None:
    """The line where an entry of a list of objects begins, as it was written here."""
    at = text.find(f'"{name}"')
    for _ in range(number):
        at = text.find("\n  {", at + 1) if at >= 0 else -1
    return None if at < 0 else text.count("\n", 0, at + 1) + 1
