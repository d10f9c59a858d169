"""The keys of the review, and what they have done that needs more than its pane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from textual.binding import Binding, BindingType

if TYPE_CHECKING:
    from autocoder_tui.review.file_review import FileReview
    from autocoder_tui.runs.review_session import ReviewSession

Deed: TypeAlias = Literal[
    "write",
    "accept file",
    "accept everything",
    "edit hunk",
    "edit file",
    "edit outside",
    "copy",
    "reject with note",
    "list warnings",
    "place changes",
    "check",
    "send failures back",
    "list rounds",
]

DECIDES = frozenset(
    {
        "write",
        "accept file",
        "accept everything",
        "edit hunk",
        "edit file",
        "edit outside",
        "reject with note",
        "reject_file",
        "reject_all_files",
        "take_back",
        "do_again",
        "toggle_result",
    }
)
"""What acts on hunks: not while the proposal is compared with the one before."""

OF_A_REVIEW = frozenset({"write", "list warnings"})
"""Deeds that mean something where every file of a review was refused."""

OF_HUNKS: Final[frozenset[Deed]] = frozenset(
    {"write", "accept file", "accept everything", "edit hunk", "check"}
)
"""Deeds that need something to decide on: a reply may have changed nothing."""

OF_A_BEGINNING = frozenset({"step_file", "step_undecided", "search", "take_back", "do_again"})
"""What means something where a file is on show that still comes."""

OF_A_WHOLE_REPLY: Final[dict[Deed, str]] = {
    "check": "The check is of the whole proposal, which still comes. Decide meanwhile.",
    "place changes": "The model may still be asked for these changes again: wait for the end.",
}
"""What waits for the end of the reply, and what is said to who asks for it before."""

OF_A_WHOLE_FILE: Final[frozenset[Deed]] = frozenset({"edit hunk", "edit file", "edit outside"})
"""What waits for the end of the file: a text that was edited would not grow any more."""


def _quiet(key: str, action: str, description: str, id: str) -> Binding:
    """A binding that is in the help and the palette, not in the footer."""
    return Binding(key, action, description, id=f"review.{id}", show=False)


REVIEW_KEYS: Final[list[BindingType]] = [
    Binding(
        "enter",
        "want('write')",
        "Write",
        id="review.apply",
        tooltip="what was accepted; what was rejected since is taken back out",
    ),
    Binding("A", "want('accept file')", "Accept file", id="review.accept_file"),
    _quiet("R", "reject_file", "Reject file", "reject_file"),
    _quiet("ctrl+a", "want('accept everything')", "Accept everything", "accept_everything"),
    _quiet("ctrl+x", "reject_all_files", "Reject everything", "reject_everything"),
    _quiet("minus", "take_back", "Take back the last verdict", "take_back"),
    _quiet("plus", "do_again", "Do again what was taken back", "do_again"),
    _quiet("right_square_bracket", "step_file(1)", "Next file", "next_file"),
    _quiet("left_square_bracket", "step_file(-1)", "Previous file", "previous_file"),
    _quiet("right_curly_bracket", "step_undecided(1)", "Next undecided file", "next_undecided"),
    _quiet(
        "left_curly_bracket", "step_undecided(-1)", "Previous undecided file", "previous_undecided"
    ),
    Binding("e", "want('edit hunk')", "Edit", id="review.edit", tooltip="the hunk here"),
    _quiet("ctrl+e", "want('edit file')", "Edit the whole file here", "edit_file"),
    _quiet("E", "want('edit outside')", "Edit in $EDITOR", "edit_outside"),
    _quiet("N", "want('reject with note')", "Reject with a note to the model", "note"),
    Binding(
        "v",
        "toggle_result",
        "Result",
        id="review.result",
        tooltip="the exact result instead of the diff, and back",
    ),
    _quiet("d", "toggle_before", "Compare with the proposal before", "before"),
    _quiet("o", "want('list rounds')", "Rounds of feedback", "rounds"),
    _quiet("slash", "search", "Search", "search"),
    _quiet("y", "want('copy')", "Copy", "copy"),
    _quiet("i", "want('place changes')", "Place the changes that have no place", "place"),
    Binding(
        "C",
        "want('check')",
        "Check",
        id="review.check",
        tooltip="tests and linters on a copy with the changes made",
    ),
    _quiet("B", "want('send failures back')", "Send failures of the check back", "send_back"),
    _quiet("exclamation_mark", "want('list warnings')", "List the warnings", "warnings"),
]


def refused_now(session: ReviewSession | None, file: FileReview | None) -> frozenset[Deed]:
    """Deeds that would only be answered with why they are not done, for `file` or at all."""
    if session is None:
        return frozenset()
    refused = set() if session.coming is None else set(OF_A_WHOLE_REPLY)
    if file is not None and session.comes(file.path):
        refused |= OF_A_WHOLE_FILE
    if session.written or session.why_not_written:
        refused.add("write")
    if session.review.files and not session.review.counts.total:
        refused |= OF_HUNKS
    return frozenset(refused)
