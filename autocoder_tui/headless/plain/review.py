"""The review in the plain mode: hunk by hunk, each said in words and asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

from autocoder_tui.headless.plain.desk import Desk
from autocoder_tui.review.counts import LineCounts
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.runs.review_session import ReviewSession

_CONTEXT: Final = 2
"""Unchanged lines said before and after a hunk."""
_MOST_LINES: Final = 120
"""Lines of a hunk that are said unasked."""

_ANSWERS: Final[Mapping[str, str]] = {
    "y": "accept this hunk",
    "n": "reject this hunk",
    "u": "leave it undecided and go on",
    "a": "accept this one and all later ones of this file",
    "d": "reject this one and all later ones of this file",
    "j": "go to the next hunk",
    "k": "go back to the hunk before",
    "f": "go to the next file",
    "s": "split this hunk into smaller ones",
    "l": "say all lines of this hunk again",
    "-": "take the last decision back",
    "q": "leave the review; what was decided stays",
}
_FILE: Final[dict[str, str]] = {
    "create": "new file",
    "change": "changed",
    "delete": "to be deleted",
    "rename": "to be renamed",
}
_WORDS: Final[dict[Verdict, str]] = {
    Verdict.ACCEPTED: "accepted",
    Verdict.REJECTED: "rejected",
    Verdict.UNDECIDED: "undecided",
}
_Place: TypeAlias = tuple[int, int]
"""A file and a hunk of it, from 0."""
_Step: TypeAlias = _Place | Literal["leave"]


def review(desk: Desk, _: str) -> None:
    """Go through the hunks and decide on each."""
    session = desk.session
    if session is None or not session.review.files:
        desk.talk.tell("There is nothing to review: run first, or resume takes up a kept run.")
        return
    place: _Step = _first_undecided(session)
    told = -1
    while place != "leave":
        if place[0] != told:
            told = place[0]
            tell_file(desk, session, told)
        if session.review.files[told].hunks:
            place = _decide(desk, session, place)
        else:
            desk.talk.tell("Nothing in it is to be decided.")
            place = _next_file(session, told)
    desk.talk.tell(standing(session))
    if session.review.counts.accepted and not session.written:
        desk.talk.tell("write writes what is accepted; check tries it first.")


def standing(session: ReviewSession) -> str:
    """What is decided, and whether it is written."""
    counts = session.review.counts
    decided = (
        f"{counts.accepted} accepted, {counts.rejected} rejected, {counts.undecided} undecided"
    )
    return f"{decided}; {'written' if session.written else 'not written'}."


def show_diff(desk: Desk, _: str) -> None:
    """Show all of the proposal, hunk by hunk, asking nothing."""
    session = desk.session
    if session is None:
        desk.talk.tell("There is nothing to show: run first, or resume takes up a kept run.")
        return
    for at, file in enumerate(session.review.files):
        tell_file(desk, session, at)
        for hunk in range(len(file.hunks)):
            desk.talk.show(hunk_in_words(file, hunk))


def tell_file(desk: Desk, session: ReviewSession, at: int) -> None:
    """Say which file it is, what becomes of it, and what to look at."""
    files = session.review.files
    file = files[at]
    count = len(file.hunks)
    what = _FILE[file.action] if file.complete else "incomplete"
    hunks = f"{count} hunk{'s' * (count != 1)}"
    place = f"File {at + 1} of {len(files)}" if len(files) > 1 else "File"
    lines = lines_in_words(file.lines)
    desk.talk.tell(f"{place}: {file.names}, {what}, {hunks}, {lines}.")
    warnings = (*session.warnings.get(file.path, ()),)
    for warning in dict.fromkeys((*warnings, *session.reviewable.cautions.get(file.path, ()))):
        desk.talk.tell(f"Warning: {warning}")


def lines_in_words(lines: LineCounts) -> str:
    """How many lines come and go."""
    ends = f", {lines.ends} with another end" if lines.ends else ""
    added = f"{lines.added} line{'s' * (lines.added != 1)} added"
    return f"{added}, {lines.removed} removed{ends}"


def hunk_in_words(file: FileReview, hunk: int, *, whole: bool = False) -> str:
    """A hunk as lines that say in words which are taken away and which put in. Not made safe."""
    lines = [f"Hunk {hunk + 1} of {len(file.hunks)}, {_WORDS[file.verdicts[hunk]]}."]
    if hunk < file.acts:
        act = "deletes the file" if file.deletes else f"renames {file.source} to {file.path}"
        lines.append(f"This {act}.")
        if not file.deletes:
            return "\n".join(lines)
    found = list(_lines(file, hunk))
    shown = found if whole else found[:_MOST_LINES]
    lines += shown
    if len(found) > len(shown):
        lines.append(f"{len(found) - len(shown)} more lines: l says all of them.")
    return "\n".join(lines)


def _lines(file: FileReview, hunk: int) -> Iterator[str]:
    diff, (old_start, old_end, new_start, new_end) = file.diff, file.hunks[hunk]
    others = [other for at, other in enumerate(file.hunks) if at != hunk and at >= file.acts]
    above = max((other.old_end for other in others if other.old_end <= old_start), default=0)
    below = min(
        (other.old_start for other in others if other.old_start >= old_end),
        default=len(diff.old_lines),
    )
    for number in range(max(above, old_start - _CONTEXT), old_start):
        yield f"same {number + 1}: {_body(diff.old_lines[number])}"
    for number in range(old_start, old_end):
        yield f"minus {number + 1}: {_body(diff.old_lines[number])}"
    for number in range(new_start, new_end):
        yield f"plus {number + 1}: {_body(diff.new_lines[number])}"
    for number in range(old_end, min(below, old_end + _CONTEXT)):
        yield f"same {number + 1}: {_body(diff.old_lines[number])}"


def _body(line: str) -> str:
    return line.removesuffix("\n").replace("\n", "␊")


def _decide(desk: Desk, session: ReviewSession, place: _Place) -> _Step:
    """Say a hunk, ask, and do what is answered; the place to go on at."""
    at, hunk = place
    file = session.review.files[at]
    desk.talk.show(hunk_in_words(file, hunk))
    question = f"Accept hunk {hunk + 1} of {len(file.hunks)} in {file.names}?"
    while True:
        letter = desk.talk.choose(question, _ANSWERS, shown="y, n, ? for more")
        match letter:
            case "y" | "n" | "u":
                verdict = _VERDICTS[letter]
                _change(desk, session, file.with_verdict(hunk, verdict))
                desk.talk.tell(f"Hunk {hunk + 1} is {_WORDS[verdict]}.")
                return _next(session, place)
            case "a" | "d":
                _decide_rest(desk, session, place, _VERDICTS["y" if letter == "a" else "n"])
                return _next_file(session, at)
            case "j":
                return _next(session, place)
            case "k":
                return _before(session, place)
            case "f":
                return _next_file(session, at)
            case "s":
                split = file.split(hunk)
                if split != file:
                    _change(desk, session, split)
                    return place
                desk.talk.tell("This hunk cannot be split any further.")
            case "l":
                desk.talk.show(hunk_in_words(file, hunk, whole=True))
            case "-":
                return _take_back(desk, session, place)
            case _:
                return "leave"


_VERDICTS: Final = {"y": Verdict.ACCEPTED, "n": Verdict.REJECTED, "u": Verdict.UNDECIDED}


def _decide_rest(desk: Desk, session: ReviewSession, place: _Place, verdict: Verdict) -> None:
    """This hunk and the later ones alike. What deletes or renames is accepted by itself alone."""
    at, first = place
    file = session.review.files[at]
    for hunk in range(first, len(file.hunks)):
        if hunk == first or hunk >= file.acts or verdict is Verdict.REJECTED:
            file = file.with_verdict(hunk, verdict)
    _change(desk, session, file)
    count = len(file.hunks) - first
    desk.talk.tell(f"{count} hunk{'s are' if count != 1 else ' is'} {_WORDS[verdict]}.")


def _change(desk: Desk, session: ReviewSession, file: FileReview) -> None:
    session.decide(session.review.with_file(file))
    desk.keep_review()


def _take_back(desk: Desk, session: ReviewSession, place: _Place) -> _Place:
    shows = session.take_back()
    if shows is None:
        desk.talk.tell(session.why_none_taken_back)
        return place
    desk.keep_review()
    desk.talk.tell(f"{session.said}.")
    return shows.file, max(0, shows.hunk)


def _first_undecided(session: ReviewSession) -> _Place:
    for at, file in enumerate(session.review.files):
        if Verdict.UNDECIDED in file.verdicts:
            return at, file.verdicts.index(Verdict.UNDECIDED)
    return 0, 0


def _next(session: ReviewSession, place: _Place) -> _Step:
    at, hunk = place
    if hunk + 1 < len(session.review.files[at].hunks):
        return at, hunk + 1
    return _next_file(session, at)


def _next_file(session: ReviewSession, at: int) -> _Step:
    return (at + 1, 0) if at + 1 < len(session.review.files) else "leave"


def _before(session: ReviewSession, place: _Place) -> _Place:
    at, hunk = place
    if hunk:
        return at, hunk - 1
    if at:
        return at - 1, max(0, len(session.review.files[at - 1].hunks) - 1)
    return place
