"""How a part of a run ended: why the next one is asked for, or why there is none."""

from __future__ import annotations

from autocoder_tui.engine.end_words import STOPPED_AT_CAP, read_end
from autocoder_tui.engine.errors import (
    ContentFiltered,
    EmptyReply,
    ProviderError,
    Refused,
    StatusError,
    StreamError,
    TimedOut,
    ToolsCalled,
)
from autocoder_tui.engine.events import Cause
from autocoder_tui.engine.reply.parse import parse_reply, reply_end
from autocoder_tui.engine.seam.plan import announces_at_begin, announces_at_end, announces_more
from autocoder_tui.errors import sentence
from autocoder_tui.safety.sanitize import visible

_UNNAMED = "the one without a name"
_QUOTED = 500
"""Characters of a model's or server's own words in a sentence of ours."""


def lost_cause(lost: ProviderError) -> Cause:
    """Why more is asked for after a part that `lost` broke off."""
    if isinstance(lost, TimedOut):
        return "silence"
    if isinstance(lost, (StreamError, StatusError)):
        return "error"
    return "lost connection"


def open_cause(reason: str | None, *, closed: bool) -> Cause:
    """Why more is asked for after a part that ended with this finish reason; `closed`: as far as
    the text tells it may be whole."""
    if reason == STOPPED_AT_CAP:
        return "spending cap"
    end = read_end(reason)
    if end == "unsaid":
        return "unsaid end" if closed else "lost connection"
    return "length" if end == "length" else "false stop"


def check_end(text: str, reason: str | None, refusal: str, model_name: str, *, closed: bool) -> str:
    """What is to be said of the end of a part that was not broken off, "" if nothing is.

    `refusal` is what the model said beside `text`; `closed`: nothing in the text is open. Raises
    ContentFiltered, Refused, ToolsCalled and EmptyReply where more of the reply cannot be had by
    asking for it.
    """
    end = read_end(reason)
    word = _quoted(reason or "")
    kept = "The text so far is kept. " if text else ""
    if end == "filter":
        raise ContentFiltered(
            f"The provider's content filter stopped {model_name} (finish reason {word}). "
            f"{kept}Change the requirements and run again."
        )
    if refusal:
        if not closed or end in ("length", "broken"):
            raise Refused(
                f"{sentence(f'{model_name} refused: {_quoted(refusal)}')} {kept}Change the "
                "requirements and run again, or choose another model."
            )
        return sentence(f"{model_name} refused a part of what was asked: {_quoted(refusal)}")
    if end == "tools":
        if not closed:
            raise ToolsCalled(
                f"{model_name} ended its reply to call a tool (finish reason {word}), and there "
                "are no tools here. The text so far is kept. Say in the requirements that the "
                "files are to be written out in the reply, or choose another model."
            )
        return (
            f"{model_name} ended its reply to call a tool (finish reason {word}), and there are "
            "no tools here: look whether all you asked for is there."
        )
    if not text and end not in ("unsaid", "broken"):
        raise EmptyReply(
            f"{model_name} ended its reply (finish reason {word}) without any text. Run again, "
            "or choose another model."
        )
    if end == "unknown":
        return (
            f"The server ended the reply with the word {word}, which is not known here: look "
            "whether all you asked for is there."
        )
    return ""


def is_confirmed(
    before: str, text: str, cause: Cause | None, reason: str | None, *, told: bool
) -> bool:
    """Whether a reply to `before` shows that all is there.

    That is so where it added nothing and the reply before ended without a word for it, or only
    seemed to announce more and the model, asked for it, says that there is none (`told`). And
    where the first reply announced one part more at its beginning, and this is it. `reason` is
    how this reply ended; no file may be open.
    """
    if read_end(reason) not in ("unsaid", "ordinary"):
        return False
    if cause == "false stop" and text != before and _was_last_part(text):
        return read_end(reason) == "ordinary"
    if cause == "unsaid end":
        closed = _all_closed(text)
    else:
        closed = told and cause == "false stop" and is_announced(before)
    return closed and _file_texts(text) == _file_texts(before)


def _was_last_part(text: str) -> bool:
    """Whether `text` is whole, and announces one more part nowhere but at its beginning, which
    stays what it is."""
    ended = reply_end(text)
    if ended.state != "closed" or announces_at_end(text, ended):
        return False
    return announces_at_begin(text, ended) == 1


def _file_texts(text: str) -> list[tuple[object, ...]]:
    """What its files hold, those without a name, too."""
    files = parse_reply(text, target=_UNNAMED).files
    return [(file.path, file.text, file.edits, file.renamed_from, file.deletes) for file in files]


def is_announced(text: str) -> bool:
    """Whether `text` is whole but for what it announces: no file is open in it."""
    ended = reply_end(text)
    return ended.state != "open" and announces_more(text, ended)


def _all_closed(text: str) -> bool:
    """Whether `text` ends after a framed file. A code fence may be one inside the file, and bare
    text has no end of its own: there only the server's word tells."""
    ended = reply_end(text)
    return ended.framed and ended.state == "closed"


def _quoted(words: str) -> str:
    return f"“{visible(words.strip()[:_QUOTED])}”"
