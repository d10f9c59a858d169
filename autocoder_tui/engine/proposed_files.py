"""From the joined text of a run to the files it proposes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from autocoder_tui.engine.edited_file import with_edits
from autocoder_tui.engine.errors import EmptyReply
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.reply.blocks import normal_path
from autocoder_tui.engine.reply.fences import HOLDS_FENCES
from autocoder_tui.engine.reply.foreign_edits import may_hold_changes
from autocoder_tui.engine.reply.frames import read_frames
from autocoder_tui.engine.reply.framing import read_fence
from autocoder_tui.engine.reply.marks import mark_outside
from autocoder_tui.engine.reply.parse import Reply, ReplyFile, parse_reply
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.seam import Join
from autocoder_tui.text.syntax import parses
from autocoder_tui.values import dataclass

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
            "write, its target, and go on: the reply is kept, and taken for it."
        )
    mark = "" if reply.files else mark_outside(text)
    if mark:
        raise EmptyReply(
            f"{name} framed a file in a way that cannot be read ({mark}): nothing is proposed. "
            "Run again, or copy the file from the reply, which is kept."
        )
    return reply


def holds_code(text: str) -> bool:
    """Whether a reply without a named file still has code in it, or changes."""
    return _FENCE.search(text) is not None or may_hold_changes(text)


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
    given = {normal_path(file.path): file.text for file in request.files}
    # A code fence may be one inside the file: only the end of the reply tells.
    certain = finished or bool(read_frames(text)[0])
    guesses = _guesses(request, text, joins)
    found = [
        _proposed(file, given.get(normal_path(file.renamed_from or file.path)), certain, finished)
        for file in read_reply(request, text).files
    ]
    unchanged = finished and all(map(_changes_nothing, found))
    for index, file in enumerate(found, 1):
        guessed = guesses.get(file.path, ())
        said = [file.remark, *guessed, UNCHANGED if unchanged else ""]
        said += around if index == len(found) else ()
        yield replace(file, remark=" ".join(filter(None, said)), guesses=len(guessed))


@dataclass(frozen=True, slots=True)
class FileComing:
    """A file of a reply that still comes. `is_whole`: nothing that is known by now says that more
    of it is to come. Else `proposed` is the beginning of its text; or, of changes, those that came
    whole."""

    proposed: FileProposed
    is_whole: bool

    @property
    def is_decidable(self) -> bool:
        """Whether what is there of it can be decided on: a change stands by itself."""
        return self.is_whole or bool(self.proposed.edits)


def files_coming(request: RunRequest, text: str, joins: Sequence[Join]) -> Iterator[FileComing]:
    """The files in a text that still comes, each as far as it has come. Blocking: places edits."""
    given = {normal_path(file.path): file.text for file in request.files}
    guesses = _guesses(request, text, joins)
    framed = bool(read_frames(text)[0])
    files = read_reply(request, text).files
    for file in files:
        before = given.get(normal_path(file.renamed_from or file.path))
        is_whole = file.complete
        if file.edits:
            blocks = tuple(block for block in file.edits if block.closed)
            is_whole = is_whole and len(blocks) == len(file.edits)
            if not is_whole:
                # That the reply ended inside it goes without saying: it still comes.
                remark = " ".join(filter(None, (block.remark for block in blocks)))
                file = replace(file, edits=blocks, complete=bool(blocks), remark=remark)
        else:
            is_whole = is_whole and not file.remark
            is_whole = is_whole and (framed or _is_behind(file, text, is_last=file is files[-1]))
        proposed = _proposed(file, before, certain=True, finished=True)
        guessed = guesses.get(file.path, ())
        remark = " ".join(filter(None, [proposed.remark, *guessed]))
        yield FileComing(replace(proposed, remark=remark, guesses=len(guessed)), is_whole)


def _is_behind(file: ReplyFile, text: str, *, is_last: bool) -> bool:
    """Whether the reply has gone on to something else after a file in a code fence. A fence that
    closes it may be one inside it: of Markdown only the end of the reply tells, of code that
    another file follows, or other text and it reads as code."""
    if file.path.lower().endswith(HOLDS_FENCES):
        return False
    last = text.rstrip().rpartition("\n")[2]
    return not is_last or (read_fence(last) is None and parses(file.path, file.text) is not False)


def _proposed(file: ReplyFile, before: str | None, certain: bool, finished: bool) -> FileProposed:
    """The file with its changes made, where the text they are for was sent."""
    complete = file.complete and certain and (finished or not file.remark)
    proposal = FileProposed(
        file.path, before, file.text, complete, file.remark, file.versions,
        edits=file.edits, renamed_from=file.renamed_from, deletes=file.deletes,
    )  # fmt: skip
    if file.edits and before is not None:
        return with_edits(proposal, before)
    moved = file.renamed_from and not file.text and before is not None
    return replace(proposal, after=before or "") if moved else proposal


def _changes_nothing(file: FileProposed) -> bool:
    if file.deletes or file.renamed_from or (file.edits and file.placed is None):
        return False
    return file.before == file.after and not (file.placed and file.placed.unplaced)


def _guesses(request: RunRequest, text: str, joins: Sequence[Join]) -> dict[str, list[str]]:
    """By file: the lines where parts were joined by a guess, said for the review."""
    found: dict[str, list[str]] = {}
    for join in joins:
        if join.proof != "guess" or not join.progress:
            continue
        files = read_reply(request, text[: join.offset]).files
        if files:
            line = files[-1].text.count("\n") + 1
            place = f"in change {len(edits)}" if (edits := files[-1].edits) else f"at line {line}"
            remark = f"Two parts of the reply were joined by a guess {place}: look there first."
            found.setdefault(files[-1].path, []).append(remark)
    return found
