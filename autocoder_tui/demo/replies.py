"""The demo's model: it plays recorded replies, the way a compliant model would give them.

It stops at the request's `max_tokens` in the middle of a line, and asked to continue it finds
its place in the recording, repeats the lines it is asked to repeat and goes on.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from autocoder_tui.demo.sample import DEMO_REQUIREMENTS, DEMO_TARGET, sample_text
from autocoder_tui.demo.script import Received, Reply, error_reply, tokens
from autocoder_tui.demo.todo import is_of_todo, todo_recording
from autocoder_tui.engine.catalog import Endpoint, Model, Provider

DEMO_NAME: Final = "demo (recorded replies)"
DEMO_MODEL: Final = Model(
    name="recorded-replies",
    provider=DEMO_NAME,
    # Fictional, so that the meters have something to show; priced_on says so.
    input_price=Decimal("0.2"),
    output_price=Decimal("0.2"),
    context_length=32_768,
    max_tokens=1_000,
    priced_on="fictional",
)
NOTICE: Final = (
    "These are recorded replies, not a model: whatever you ask, the demo can only play what was "
    "recorded. Its prices are fictional and nothing is charged."
)

_RECORDED: Final = Path(__file__).parent / "recorded"
_ANCHOR_LINES: Final = 16
_FAILED_TEST: Final = "test_top_0_leaves_nothing_out"
"""The one that the first recorded reply does not pass: a check of it sends that back."""
_TARGET = re.compile(r"^Write this one file, complete: (.+)$", re.MULTILINE)
_ANOTHER_TASK = (
    "This is a recorded reply, not an answer to your requirements: the demo has no model, and "
    "this change is the only one it knows.\n\n"
)


def demo_endpoint(base_url: str) -> Endpoint:
    """Where the demo's model answers: no key is needed or sent."""
    return Endpoint(Provider(DEMO_NAME, base_url))


def recorded_answer(received: Received) -> Reply:
    """The script of the demo's server: the recorded reply, or the rest of it."""
    messages = _messages(received)
    if messages is None:
        return error_reply(400, "the request has no messages")
    asked = "\n".join(text for role, text in messages if role == "user")
    so_far = "".join(text for role, text in messages if role == "assistant")
    if is_of_todo(asked):
        full, so_far, thinking = *todo_recording(messages, so_far), ""
    else:
        full, thinking = _recording(asked)
    if not so_far:
        return _up_to_limit(full, thinking, received)
    place = _place_in(full, so_far)
    if place == len(full):
        # All of it was said before: what is asked now is another question of the conversation.
        return _up_to_limit(full, thinking, received)
    instruction = messages[-1][1] if messages[-1][0] == "user" else ""
    return _up_to_limit(full[place - len(_anchor(full[:place], instruction)) :], "", received)


def _messages(received: Received) -> list[tuple[str, str]] | None:
    body = received.body
    messages = body.get("messages") if isinstance(body, dict) else None
    if not isinstance(messages, list):
        return None
    pairs = [(message.get("role"), message.get("content")) for message in messages]
    return [(str(role), content) for role, content in pairs if isinstance(content, str)] or None


def _recording(asked: str) -> tuple[str, str]:
    """The whole recorded reply for what is asked, and the thoughts that go before it."""
    target = _TARGET.search(asked)
    path = target.group(1).strip() if target else ""
    if path == DEMO_TARGET or (not path and sample_text(DEMO_TARGET) in asked):
        if _FAILED_TEST in asked:
            return _read("mended.txt"), ""
        known = DEMO_REQUIREMENTS.strip() in asked
        report = _read("report.txt")
        return (report, _read("thinking.txt")) if known else (_ANOTHER_TASK + report, "")
    return _read("other.txt").replace("{path}", path or "about-the-demo.txt"), ""


def _read(name: str) -> str:
    return (_RECORDED / name).read_text(encoding="utf-8")


def _place_in(full: str, so_far: str) -> int:
    """Where in the recording the text so far ends."""
    if full.startswith(so_far):
        return len(so_far)
    # Something was changed on the way; the end of it is what has to be continued.
    for length in (400, 200, 100, 50, 25):
        found = full.rfind(so_far[-length:])
        if found >= 0:
            return found + len(so_far[-length:])
    return 0


def _anchor(before: str, instruction: str) -> str:
    """The last lines of `before` that the instruction quotes, for it asks to repeat them."""
    lines = before.splitlines(keepends=True)[-_ANCHOR_LINES:]
    for count in range(len(lines), 0, -1):
        anchor = "".join(lines[-count:])
        if anchor.strip() and anchor.rstrip("\n") in instruction:
            return anchor
    return ""


def _up_to_limit(text: str, thinking: str, received: Received) -> Reply:
    """The reply as far as the `max_tokens` of the request reach, thoughts included."""
    limit: Any = received.body.get("max_tokens") or received.body.get("max_completion_tokens")
    if not isinstance(limit, int) or limit < 1:
        limit = DEMO_MODEL.max_tokens
    room = max(1, limit - len(tokens(thinking)))
    pieces = tokens(text)
    if len(pieces) <= room:
        return Reply(text, reasoning=thinking)
    return Reply("".join(pieces[:room]), finish_reason="length", reasoning=thinking)
