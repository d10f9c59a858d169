"""The lines that open and close frames, those of whole files and those of changes alike."""

from __future__ import annotations

from autocoder_tui.engine.reply.edit_frames import ANY_ACTION, closes_any_action, read_action
from autocoder_tui.engine.reply.framing import Opening, read_closing, read_opening


def read_frame_opening(line: str) -> Opening | None:
    """The frame that this line opens, which a rename or a deletion may close at once; or None."""
    opening = read_opening(line)
    if opening is not None:
        return opening
    action = read_action(line)
    return None if action is None else Opening(action.path, "", True)


def begins_frame(line: str) -> Opening | None:
    """As `read_frame_opening`, but only of a frame that another line closes."""
    action = read_action(line)
    if action is not None and (action.alone or action.kind != "edit"):
        return None
    return read_frame_opening(line)


def read_frame_closing(line: str) -> str | None:
    """The id on a line that closes a frame, "" for a plain one; None for any other line."""
    closing = read_closing(line)
    return "" if closing is None and closes_any_action(line) else closing


def holds_frame(text: str) -> bool:
    """Whether the text may hold a frame at all."""
    return "<file" in text or ANY_ACTION.search(text) is not None


def last_is_edit(text: str) -> bool:
    """Whether the last frame that the text opens is one of changes."""
    *_, last = [None, *ANY_ACTION.finditer(text)]
    if last is None:
        return False
    end = len(text)
    while (start := text.rfind("<file", last.end(), end)) >= 0:
        line_end = text.find("\n", start)
        if text[start - 1] == "\n" and read_opening(text[start : line_end % (len(text) + 1)]):
            return False
        end = start
    line = text[last.start() :].partition("\n")[0]
    return read_action(line) is not None
