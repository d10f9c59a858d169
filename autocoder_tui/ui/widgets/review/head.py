"""The lines above a diff: the file, what to look at in it, and what is not offered."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from autocoder_tui.review.beginning import Beginning
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.review.file_list import status_of

_MOST_LINES, _MOST_LINES_WHERE_LOW = 4, 2
_MOST_NOTES = 2


def head_of(
    shown: FileReview | Beginning | None,
    session: ReviewSession | None,
    *,
    place: str,
    low: bool,
) -> Content:
    """The head for what is `shown` of a file; `place` says which of several it is.

    In a `low` terminal fewer warnings are spelt out.
    """
    if isinstance(shown, Beginning):
        return _file_line(shown.file, place, comes=True)
    if session is None:
        return Content("")
    warnings = () if shown is None else session.warnings.get(shown.path, ())
    notes = () if shown is None else session.notes_on(shown)
    return _head(shown, session, warnings, notes, place, low)


def _head(
    file: FileReview | None,
    session: ReviewSession,
    warnings: Sequence[str],
    notes: Sequence[str],
    place: str,
    low: bool,
) -> Content:
    refused = session.reviewable.refused
    concerns = [Content.styled(f"! {visible(warning)}", "bold $warning") for warning in warnings]
    if file is not None and (low or len(refused) > 1) and refused:
        count = "1 file is" if len(refused) == 1 else f"{len(refused)} files are"
        concerns.append(Content.styled(f"✗ {count} not offered: press ! for why", "$error"))
    else:
        concerns += [
            Content.styled(f"✗ {visible(path)} is not offered: {visible(reason)}", "$error")
            for path, reason in refused
        ]
    most = _MOST_LINES_WHERE_LOW if low else _MOST_LINES
    if len(concerns) > most:
        more = len(concerns) - most + 1
        concerns[most - 1 :] = [Content.styled(f"! and {more} more: press !", "bold $warning")]
    if file is not None and file.edits is not None and file.edits.unplaced:
        concerns.append(Content.styled("i says where the changes without a place go", "$accent"))
    concerns += [Content.styled(f"✎ {visible(note)}", "$accent") for note in notes[:_MOST_NOTES]]
    lines = (
        concerns
        if file is None
        else [
            _file_line(file, place, comes=session.comes(file.path)),
            *concerns,
        ]
    )
    return Content("\n").join(lines)


def _file_line(file: FileReview, place: str, *, comes: bool) -> Content:
    count = len(file.hunks) - file.acts
    whole = file.deletes or (file.is_new and count == 1)
    hunks = "" if whole else f"{count} hunk{'s' * (count != 1)}  "
    if file.source and not count:
        hunks = "text unchanged  "
    lines = "" if file.source and not count else f"{file.lines}  "
    if comes and not file.hunks:
        hunks, lines = "as it was, so far  ", ""
    status = status_of(file)
    return Content.assemble(
        Content.styled(file.names, "bold"),
        f"  {'still coming' if comes else _STATUS.get(status, status)}  {hunks}{lines}",
        Content.styled(place, "$muted"),
    )


_STATUS = {"new": "new file"}
