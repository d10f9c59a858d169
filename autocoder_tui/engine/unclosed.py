"""A file that lacks nothing but its closing line, when the model has nothing more to say."""

from __future__ import annotations

from typing import Final

from autocoder_tui.engine.reply.blocks import normal_path
from autocoder_tui.engine.reply.fences import HOLDS_FENCES
from autocoder_tui.engine.reply.frames import read_frames
from autocoder_tui.engine.reply.framing import Fence, closing_line, read_fence
from autocoder_tui.engine.reply.parse import parse_reply
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.text.syntax import parses

NOT_CLOSED: Final = (
    "The reply never closed this file: asked for more, the model had nothing to add. Look at "
    "its end."
)


def missing_closing(request: RunRequest, text: str) -> str:
    """The line that is all that `text` lacks, a reply whose model confirms that it is all there;
    "" where more may be missing.

    Nobody can tell from a text alone that it is whole. So it has to end with a line, to parse
    where a parser is at hand, and to have what the file that was given ends with; where nothing
    can be parsed, to end with it. Of a new file nobody knows its end.
    """
    blocks, _ = read_frames(text)
    if not blocks:
        return _closing_fence(request, text)
    if blocks[-1].closed or blocks[-1].verbatim or not text.endswith("\n"):
        return ""
    if blocks[-1].edits:
        # Each change is closed by itself: of a last one that is nothing can be missing.
        whole = all(edit.closed for edit in blocks[-1].edits)
        return "</edit>\n" if whole else ""
    path, body = blocks[-1].path, blocks[-1].text
    given = {normal_path(file.path): file.text for file in request.files}
    ending = _last_lines(given.get(normal_path(path), ""))
    parsed = parses(path, body)
    if not ending or parsed is False:
        return ""
    lines = [line.rstrip() for line in body.split("\n") if line.strip()]
    places = range(len(lines) - len(ending) + 1)
    held = any(lines[at : at + len(ending)] == ending for at in places)
    ends = lines[-len(ending) :] == ending
    return f"{closing_line()}\n" if (held if parsed else ends) else ""


def _closing_fence(request: RunRequest, text: str) -> str:
    """The line that ends a Markdown file in a code fence, behind a code block of its own.

    Small models write one closing fence there for both. CommonMark ends the file with it, and
    then the block in it has no end.
    """
    lines = text.strip().split("\n")
    opening, last = read_fence(lines[0]), read_fence(lines[-1])
    if opening is None or last is None or not last.closes(opening):
        return ""
    if _open_block(lines[1:]) is not None:
        return ""
    closing = f"{'' if text.endswith(chr(10)) else chr(10)}{opening.mark}\n"
    files = parse_reply(text, target=request.target).files
    closed = parse_reply(text + closing, target=request.target).files
    if len(files) != 1 or len(closed) != 1 or not files[0].path.endswith(HOLDS_FENCES):
        return ""
    whole = closed[0].complete and closed[0].text.strip() == "\n".join(lines[1:]).strip()
    return closing if whole and not files[0].complete else ""


def _open_block(lines: list[str]) -> Fence | None:
    """The fence of the code block that is open at the end of `lines`."""
    opened: Fence | None = None
    for line in lines:
        fence = read_fence(line)
        if fence is None:
            continue
        if opened is None:
            opened = fence
        elif fence.closes(opened):
            opened = None
    return opened


def _last_lines(text: str) -> list[str]:
    """The last filled lines, as many as hold a word or two: "}" alone ends nothing."""
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    for count in range(1, len(lines) + 1):
        if sum(map(str.isalnum, "".join(lines[-count:]))) >= 6:
            return lines[-count:]
    return []
