"""From the joined text of a run to the files it proposes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from autocoder_tui.engine.errors import EmptyReply
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.reply.frames import read_frames
from autocoder_tui.engine.reply.marks import mark_outside
from autocoder_tui.engine.reply.parse import Reply, parse_reply
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.seam import Join

UNCHANGED = "The reply changes nothing: each file is as it was given."
_FENCE = re.compile(r"^(```|~~~)", re.MULTILINE)


def read_reply(request: RunRequest, text: str) -> Reply:
    """Take the reply apart, knowing which files were asked for.

    Code that names no file, where no target was set either, belongs to the one file the
    model was given, if it was given just one; the review says so.
    """
    given = {file.path: file.text for file in request.files}
    known = list(given)
    reply = parse_reply(text, target=request.target, given=given)
    if reply.files or reply.refusal or request.target is not None or len(known) != 1:
        return reply
    if not holds_code(text):
        return reply
    again = parse_reply(text, target=known[0], given=given)
    remark = f"The reply named no file; it was taken as {known[0]}, the only one given."
    files = tuple(replace(file, remark=f"{remark} {file.remark}".strip()) for file in again.files)
    return replace(again, files=files)


def checked_reply(request: RunRequest, text: str) -> Reply:
    """The reply of a run that finished. Raises EmptyReply when nothing can be proposed."""
    name = request.model.name
    reply = read_reply(request, text)
    if reply.refusal or not (reply.files or reply.notes.strip()):
        raise EmptyReply(
            f"{name} refused or gave no file: nothing is proposed. "
            "Read its answer, which is kept, change the requirements and run again."
        )
    if not reply.files and holds_code(text):
        raise EmptyReply(
            f"The code {name} sent names no file: nothing is proposed. Name the one file to "
            "write, its target, and run again; the reply is kept."
        )
    mark = "" if reply.files else mark_outside(text)
    if mark:
        raise EmptyReply(
            f"{name} framed a file in a way that cannot be read ({mark}): nothing is proposed. "
            "Run again, or copy the file from the reply, which is kept."
        )
    return reply


def holds_code(text: str) -> bool:
    """Whether a reply without a named file still has a block of code in it."""
    return _FENCE.search(text) is not None


def proposed_files(
    request: RunRequest,
    text: str,
    joins: Sequence[Join],
    *,
    finished: bool,
    around: Sequence[str] = (),
) -> Iterator[FileProposed]:
    """The files in `text`. Of a run that did not finish, only framed files can be complete.

    `around` is what there is to say of the run as a whole: it is said of the last file, for what
    is said of a file is what people see before they accept.
    """
    before = {file.path: file.text for file in request.files}
    # A code fence may be one inside the file: only the end of the reply tells.
    certain = finished or bool(read_frames(text)[0])
    guesses = _guesses(request, text, joins)
    files = read_reply(request, text).files
    unchanged = finished and all(before.get(file.path) == file.text for file in files)
    for index, file in enumerate(files, 1):
        said = [file.remark, *guesses.get(file.path, ()), UNCHANGED if unchanged else ""]
        said += around if index == len(files) else ()
        remarks = [remark for remark in said if remark]
        yield FileProposed(
            file.path,
            before.get(file.path),
            file.text,
            file.complete and certain and (finished or not file.remark),
            " ".join(remarks),
            file.versions,
            len(guesses.get(file.path, ())),
        )


def _guesses(request: RunRequest, text: str, joins: Sequence[Join]) -> dict[str, list[str]]:
    """By file: the lines where parts were joined by a guess, said for the review."""
    found: dict[str, list[str]] = {}
    for join in joins:
        if join.proof != "guess" or not join.progress:
            continue
        files = read_reply(request, text[: join.offset]).files
        if files:
            line = files[-1].text.count("\n") + 1
            remark = (
                f"Two parts of the reply were joined by a guess at line {line}: look there first."
            )
            found.setdefault(files[-1].path, []).append(remark)
    return found
