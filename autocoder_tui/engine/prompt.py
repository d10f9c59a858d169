"""A request as chat messages.

The system message and the first user message are the same, byte for byte, in the first
request and in every continuation: providers cache the common prefix and charge less for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from autocoder_tui.edits.shapes.search import needs_more_signs
from autocoder_tui.engine.purpose import Purpose, writes_files
from autocoder_tui.engine.reply.parse import ReplyFile, render_files, special_rules
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.seam import Continuation
from autocoder_tui.engine.system_message import system_message

Message = dict[str, str]

CONTINUATION_TEMPERATURE = 0.2
"""The highest for a continuation: it has to copy before it goes on."""

_ASKED: Final[Mapping[Purpose, str]] = {
    "query": "Question",
    "clarify": "Requirements",
}
_LEFT_OUT: Final = "The earliest questions and answers of this conversation are left out."
_NEXT_QUESTION: Final = (
    "Ask your next question in the same form. It is about something that is not settled yet."
)
_MARKS_RULE = """\
Some of the files hold lines such as ======= themselves. In an edit of such lines take twelve \
signs in each of its three marks: <<<<<<<<<<<< SEARCH, ============ and >>>>>>>>>>>> REPLACE."""


def first_messages(request: RunRequest) -> list[Message]:
    """System and user message of a run: the files, what to write, the requirements last.

    They depend on the request alone, so that each continuation begins with the same ones.
    """
    if request.messages:
        return [{"role": each.role, "content": each.content} for each in request.messages]
    if request.purpose == "clarify":
        return [_system(request), *_clarification(request)]
    if request.purpose == "feedback":
        return [_system(request), _user(_complaint(request))]
    if not writes_files(request.purpose):
        return [_system(request), *_conversation(request)]
    sections: list[str] = []
    if request.files:
        sections.append(_given(request))
    if request.edits:
        sections.append(_edits_wanted(request))
    elif request.target is not None:
        sections.append(f"Write this one file, complete: {request.target}")
    else:
        sections.append("Write every file that must be new or changed, each complete.")
    # Requirements that speak of frames ask for a file that holds some.
    texts = [*(file.text for file in request.files), request.requirements + "\n"]
    sections.extend(filter(None, [special_rules(texts)]))
    if request.edits and any(map(needs_more_signs, texts)):
        sections.append(_MARKS_RULE)
    sections.append("Requirements:\n\n" + request.requirements.strip())
    return [_system(request), _user("\n\n".join(sections) + "\n")]


def _conversation(request: RunRequest) -> list[Message]:
    """What was asked and answered so far, and what is asked now. The files come first, with the
    oldest question that is sent: what comes after them grows, and they stay in a cache."""
    asked = _ASKED[request.purpose]
    questions = [*(turn.question for turn in request.turns), request.requirements]
    texts = [f"{asked}:\n\n{question.strip()}\n" for question in questions]
    before = [_given(request)] if request.files else []
    if request.left_out:
        before.append(_LEFT_OUT)
    texts[0] = "\n\n".join([*before, texts[0]])
    messages = []
    for text, turn in zip(texts, request.turns, strict=False):
        messages += [_user(text), {"role": "assistant", "content": turn.answer}]
    return [*messages, _user(texts[-1])]


def _clarification(request: RunRequest) -> list[Message]:
    """The files and the requirements, then each question as the model asked it, with its answer:
    what a small model has asked itself it asks again less often than what it is told of."""
    parts = [_given(request)] if request.files else []
    parts.append(f"Requirements:\n\n{request.requirements.strip()}\n")
    messages = [_user("\n\n".join(parts))]
    for turn in request.turns:
        asked = {"role": "assistant", "content": turn.question}
        messages += [asked, _user(f"{turn.answer.strip()}\n\n{_NEXT_QUESTION}\n")]
    return messages


def _complaint(request: RunRequest) -> str:
    """What was asked for and what came of it, in one message: a model that is shown a proposal as
    its own goes on with it."""
    sections = [
        f"The requirements were:\n\n{turn.question}\n\nThe programmer proposed:\n\n{turn.answer}"
        for turn in request.turns
    ]
    sections.append(f"Complaint: {request.requirements.strip()}")
    return "\n\n".join([*sections, "Instruction:"]) + "\n"


def _given(request: RunRequest) -> str:
    given = [ReplyFile(file.path, file.text, True, "") for file in request.files]
    return "The project's files:\n\n" + render_files(given).rstrip("\n")


def _system(request: RunRequest) -> Message:
    return {"role": "system", "content": system_message(request)}


def _user(text: str) -> Message:
    return {"role": "user", "content": text}


def prompt_text(request: RunRequest) -> str:
    """The first messages as one text, for a chat page that has room for just one."""
    return "\n".join(message["content"] for message in first_messages(request))


def _edits_wanted(request: RunRequest) -> str:
    """Which files are to be changed by edits, and what of the others."""
    if request.target is not None:
        return f"Change this one file, by edits, and no other: {request.target}"
    names = ", ".join(request.edits)
    if len(request.edits) == len(request.files):
        return f"Change what must be changed by edits: {names}. Write new files whole."
    return (
        f"Change these files by edits where they must be changed: {names}. Write every other "
        "file that must be new or changed whole."
    )


def messages_for(first: list[Message], continuation: Continuation | None) -> list[Message]:
    """The first messages, all text so far as one assistant message, and the instruction.

    With prefill there is no instruction: the assistant message is left open for the
    provider to continue. Without a continuation, or where it shows nothing of the text, the
    first messages are sent as they were; one that asks apart adds its instruction to them.
    """
    if continuation is None or not continuation.shown:
        return first
    if continuation.apart:
        *before, request = first
        content = f"{request['content']}\n{continuation.instruction}"
        return [*before, {**request, "content": content}]
    messages = [*first, {"role": "assistant", "content": continuation.shown}]
    if not continuation.prefill:
        messages.append({"role": "user", "content": continuation.instruction})
    return messages


def temperature_of(request: RunRequest, *, continued: bool) -> float | None:
    """The sampling temperature to ask for: low where a reply is continued."""
    wanted = request.temperature
    if not continued:
        return wanted
    return min(CONTINUATION_TEMPERATURE if wanted is None else wanted, CONTINUATION_TEMPERATURE)
