"""A generator of hostile streams: real ones, gone wrong in every way a server can.

Seeded: `hostile_body(seed)` is always the same bytes. Half of the mutations work on the events
before they become bytes, half on the bytes.
"""

from __future__ import annotations

import json
import random
from typing import Any

from autocoder_tui.demo.script import chunk, completion, tokens

CODE = "".join(
    f"def function_{number}():\n    return '{'é€😀'[number % 3]}' * {number}\n\n\n"
    for number in range(6)
)
FRAMED = f'<file path="src/code.py">\n{CODE}</file>\n'

_ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**70, 1.5, 1e308, "", "x", "null", "stop", "length", "\x1b]52;c;AAAA\x07",
    "\u202e", "\ud800", "</file>\n", '<file path="../../evil">\n', "<think>", "</think>", [], {},
    [[]], [{}], {"text": "t"}, [{"type": "text", "text": "part"}], {"message": 7, "code": 503},
    {"error": {"error": {}}}, "[DONE]",
)  # fmt: skip


def _frames(dice: random.Random) -> list[str]:
    """A good stream as the data of its events, of the whole text or of a part of it."""
    text = dice.choice([FRAMED, FRAMED, CODE, f"```python\n{CODE}```\n", "Sorry, I can't.", ""])
    if dice.random() < 0.4:
        text = text[: dice.randrange(len(text) + 1)]
    size = dice.choice([1, 7, 40, None])
    pieces = (
        tokens(text) if size is None else [text[at : at + size] for at in range(0, len(text), size)]
    )
    frames = [chunk({"role": "assistant", "content": ""})]
    if dice.random() < 0.2:
        frames.append(chunk({dice.choice(["reasoning", "reasoning_content"]): "hm </file>"}))
    frames += [chunk({"content": piece}) for piece in pieces]
    if dice.random() < 0.8:
        frames.append(chunk({}, dice.choice(["stop", "stop", "stop", "length", "odd", "eos"])))
    usage = {"prompt_tokens": 9, "completion_tokens": dice.choice([3, 0, -1, 10**9, "7"])}
    frames.append(json.dumps({"choices": [], "usage": usage}))
    if dice.random() < 0.8:
        frames.append("[DONE]")
    return frames


def _in_a_field(frame: str, dice: random.Random) -> str:
    """The frame with an odd value in one field at any depth, or with one field gone."""
    try:
        data = json.loads(frame)
    except ValueError:
        return frame
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in list(entries):
            places.append((value, key))
            if isinstance(inner, dict | list):
                walk(inner)

    if isinstance(data, dict):
        walk(data)
    if not places or dice.random() < 0.1:
        return json.dumps(dice.choice(_ODD))
    holder, key = dice.choice(places)
    if dice.random() < 0.3:
        del holder[key]
    else:
        holder[key] = dice.choice(_ODD)
    return json.dumps(data, ensure_ascii=dice.random() < 0.5)


def _mutated_frames(frames: list[str], dice: random.Random) -> list[str]:
    for _ in range(dice.randrange(4)):
        at = dice.randrange(len(frames)) if frames else 0
        match dice.randrange(8):
            case 0:
                del frames[at : at + dice.choice([1, 1, 5])]
            case 1:
                frames[at:at] = frames[at : at + 3]
            case 2:
                other = dice.randrange(len(frames) + 1)
                frames[at:at], frames[other:other] = frames[other : other + 1], frames[at : at + 1]
            case 3 | 4 if frames:
                frames[at] = _in_a_field(frames[at], dice)
            case 5 if frames:
                frames[at] = frames[at][: dice.randrange(len(frames[at]) + 1)]
            case 6:
                error = {"message": "went wrong\nhere", "code": dice.choice([429, 500, 400, "x"])}
                frames.insert(at, json.dumps({"error": error}))
            case _:
                frames.insert(at, json.dumps(dice.choice(_ODD)))
    return frames


def _event(frame: str, dice: random.Random, newline: str) -> str:
    if dice.random() < 0.03:
        return f": a comment{newline}event: x{newline}data: {frame}{newline}id: 7{newline}{newline}"
    if dice.random() < 0.03:
        frame = frame.replace(", ", ",\n")
    lines = "".join(f"data: {line}{newline}" for line in frame.split("\n"))
    return lines + newline


def _mutated_bytes(body: bytearray, dice: random.Random) -> bytearray:
    for _ in range(dice.choice([0, 0, 1, 1, 2, 8])):
        at = dice.randrange(len(body) + 1)
        match dice.randrange(7):
            case 0 | 1 if at < len(body):
                body[at] ^= 1 << dice.randrange(8)
            case 2:
                del body[at : at + dice.choice([1, 1, 9, 300])]
            case 3:
                body[at:at] = body[at : at + dice.choice([1, 60, 300])]
            case 4:
                body[at:at] = dice.randbytes(dice.choice([1, 3, 40]))
            case 5:
                odd = [
                    b"\0",
                    b"\n\n",
                    b"\r",
                    b"\xff\xfe",
                    b"\xef\xbb\xbf",
                    b"data:",
                    b"\xe2\x80\xa8",
                ]
                body[at:at] = dice.choice(odd)
            case _ if dice.random() < 0.5:
                del body[at:]
    return body


def hostile_body(seed: int) -> bytes:
    """The body of one reply. Nothing in it needs to be as it should."""
    dice = random.Random(seed)
    if dice.random() < 0.04:
        whole = json.dumps(completion(FRAMED, dice.choice(["stop", "length"])))
        text = dice.choice([whole, "<html><title>x</title>", "", "{", '{"error": "no"}', "[[[["])
        return bytes(_mutated_bytes(bytearray(text.encode()), dice))
    newline = dice.choice(["\n", "\n", "\n", "\r\n", "\r"])
    frames = _mutated_frames(_frames(dice), dice)
    text = "".join(_event(frame, dice, newline) for frame in frames)
    return bytes(_mutated_bytes(bytearray(text.encode("utf-8", "surrogatepass")), dice))


def chunks_of(body: bytes, seed: int) -> list[bytes]:
    """The body in pieces as a network might cut it; joined they are the body."""
    dice = random.Random(~seed)
    most = dice.choice([1, 5, 100, 5_000, 100_000])
    pieces, at = [], 0
    while at < len(body):
        size = dice.randrange(1, most + 1)
        pieces.append(body[at : at + size])
        at += size
    return pieces
