"""From the joined text of a run to the files it proposes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.reply import Reply, parse_reply
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.seam import Join


def read_reply(request: RunRequest, text: str) -> Reply:
    """Take the reply apart, knowing which files were asked for."""
    return parse_reply(text, target=request.target, known=[file.path for file in request.files])


def proposed_files(
    request: RunRequest, text: str, joins: Sequence[Join], *, finished: bool
) -> Iterator[FileProposed]:
    """The files in `text`. Of a run that did not finish, only framed files can be complete."""
    before = {file.path: file.text for file in request.files}
    guesses = _guesses(request, text, joins)
    for file in read_reply(request, text).files:
        remarks = [remark for remark in (file.remark, *guesses.get(file.path, ())) if remark]
        yield FileProposed(
            file.path,
            before.get(file.path),
            file.text,
            file.complete and (finished or not file.remark),
            " ".join(remarks),
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
