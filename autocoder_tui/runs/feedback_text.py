"""What a model is told of the rounds of feedback on its proposals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from autocoder_tui.review.file_review import Verdict
from autocoder_tui.review.returned import RejectedChange
from autocoder_tui.review.review import Review
from autocoder_tui.store.feedback import Feedback, FeedbackRound

_MOST_PATCH: Final = 40_000
"""Characters of rejected hunks that are shown to the model."""
_MOST_EARLIER: Final = 8_000
"""Characters of those of each earlier round."""
_CUT: Final = "\n(and more, left out here)\n"


def requirements_with(feedback: Feedback, review: Review) -> str:
    """The requirements, and a section for each round: what was rejected and why, what to do
    instead. `review` is that of the proposal which the last round is about."""
    *earlier, last = feedback.rounds
    sections = [feedback.requirements.strip()]
    for number, round_ in enumerate(earlier, 1):
        sections += _earlier(number, round_)
    sections.append("Feedback on your previous proposal:")
    patch = shortened("".join(file.patch_of(Verdict.REJECTED) for file in review.files))
    if patch:
        sections += [
            "The files above already hold those of your changes that stand; keep them. These "
            "changes of yours were rejected and are not in the files above:",
            f"~~~~~~~~ diff\n{patch}~~~~~~~~",
            *notes_in_words({change: change.note for change in last.rejected}),
        ]
    lost = _unplaced_in_words(review)
    if lost:
        sections += [
            "These changes of yours could not be placed, for the lines they look for are not in "
            "the file, or in several places. Give them anew, with lines exactly as they stand:",
            f"~~~~~~~~\n{lost}~~~~~~~~",
        ]
    only = f" This is about {last.about}; the other files stand as they are." if last.about else ""
    sections.append(f"What to do instead:{only}\n\n{last.instruction.strip()}")
    sections.append("Where the feedback and the requirements disagree, the feedback counts.")
    return "\n\n".join(filter(None, sections))


def _earlier(number: int, round_: FeedbackRound) -> list[str]:
    about = f" (about {round_.about})" if round_.about else ""
    sections = [f"Earlier feedback, round {number}{about}:\n\n{round_.instruction.strip()}"]
    if round_.rejected:
        shown = shortened("\n".join(map(_in_words, round_.rejected)), _MOST_EARLIER)
        sections += [
            "Rejected then, and not to come back:",
            f"~~~~~~~~ diff\n{shown}~~~~~~~~",
        ]
    return sections


def _in_words(change: RejectedChange) -> str:
    if change.act == "delete":
        return f"deleting {change.path}\n"
    if change.act == "rename":
        return f"renaming {change.old} to {change.path}\n"
    lines = [
        f"{sign}{line}"
        for sign, text in (("-", change.old), ("+", change.new))
        for line in text.splitlines()
    ]
    said = f" ({change.note.strip()})" if change.note.strip() else ""
    return "\n".join([f"in {change.path}{said}:", *lines]) + "\n"


def notes_in_words(notes: Mapping[RejectedChange, str]) -> list[str]:
    """What was said of single hunks, as a section; none where nothing was."""
    lines = [
        f"- {_named(change)}: {' '.join(note.split())}"
        for change, note in notes.items()
        if note.strip()
    ]
    if not lines:
        return []
    return ["Why they were rejected:\n\n" + "\n".join(lines)]


def _named(change: RejectedChange) -> str:
    """The file, and the first line that says something."""
    shown = [line.strip() for line in (change.new or change.old).splitlines() if line.strip()]
    return f"{change.path}, `{shown[0][:80]}`" if shown and not change.act else change.path


def shortened(text: str, most: int = _MOST_PATCH) -> str:
    """`text` cut at the end of a line, where it is longer, which is said in it."""
    return text if len(text) <= most else text[:most].rpartition("\n")[0] + _CUT


def _unplaced_in_words(review: Review) -> str:
    """The changes that stand nowhere, with the reason of each."""
    found = []
    for file in review.files:
        if file.edits is None:
            continue
        for left in file.edits.unplaced:
            lines = "".join(line.mark + line.text for line in file.edits.blocks[left.block].lines)
            end = "" if lines.endswith("\n") else "\n"
            found.append(f"{file.path}: {left.said}\n{lines}{end}")
    return shortened("\n".join(found))
