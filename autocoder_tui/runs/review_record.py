"""How the review of a run stands, as it is written down, and the review made from it again.

A text the run itself is kept with (an input as it was sent, a file as it was proposed) is
left out and only named by its hash, so that a verdict costs a few bytes however large the
files are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from autocoder_tui.engine.edited_file import with_edits
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.proposed_files import proposed_files
from autocoder_tui.engine.seam import Join
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.later_reply import Dropped, decided_on, dropped_from
from autocoder_tui.review.returned import RejectedChange
from autocoder_tui.review.review import Review
from autocoder_tui.review.serialization import NoReview, review_data, review_of
from autocoder_tui.review.verdict import Verdict
from autocoder_tui.runs.file_actions import plain_name
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.reopen_review import Reopened, reopen
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.text.digest import text_digest
from autocoder_tui.text.plain_data import read_value, value_data
from autocoder_tui.workspace.errors import WorkspaceError
from autocoder_tui.workspace.paths import relative_name, resolve_target


def review_to_keep(session: ReviewSession) -> dict[str, Any]:
    """How `session` stands, as plain data."""
    reviewable = session.reviewable
    prepared = reviewable.prepared
    known = () if prepared is None else _known_texts(prepared, session.proposed)
    data = review_data(session.review)
    for file, reviewed in zip(data["files"], session.review.files, strict=True):
        if reviewed.diff.in_places:
            # Of a file that is not compared whole the text is on disk alone.
            file["before"] = {"sha256": reviewed.before_sha256}
            continue
        for side in ("before", "after"):
            if file[side] is not None and file[side] in known:
                file[side] = {"sha256": text_digest(file[side])}
    refused = [list(pair) for pair in reviewable.refused]
    notes = [{**value_data(change), "note": note} for change, note in session.notes.items()]
    said: dict[str, Any] = {"notes": notes} if notes else {}
    if session.coming is not None:
        said["so_far"] = {file.path: text_digest(file.after) for file in reviewable.review.files}
    return {**data, "refused": refused, "written": session.written, **said}


def kept_notes(run: KeptRun) -> dict[RejectedChange, str]:
    """What was said of single hunks in the review that `run` was kept with."""
    kept = None if run.review is None else run.review.get("notes")
    notes: dict[RejectedChange, str] = {}
    for data in kept if isinstance(kept, list) else ():
        try:
            change: RejectedChange = read_value(RejectedChange, data)
        except ValueError:
            continue
        notes[replace(change, note="")] = change.note
    return notes


def kept_review(
    run: KeptRun, prepared: Prepared
) -> tuple[Review, tuple[tuple[str, str], ...], str] | None:
    """The review `run` was kept with, what it refused, and what was written of it, in words.

    None where there is none, or none that can be read. A file whose text was kept on disk alone,
    and is another by now, is not in it; nor is one that was decided on while the reply still came,
    and that the reply holds differently by now. Blocking: diffs.
    """
    data = run.review
    if data is None:
        return None
    proposed = proposals_of(run, prepared)
    texts = {text_digest(text): text for text in _known_texts(prepared, proposed)}
    if (so_far := _so_far(run)) is not None:
        texts |= _texts_so_far(proposed, set(so_far.values()) - set(texts))
    try:
        found = [_whole(file, texts, prepared.root, _so_far(run)) for file in data["files"]]
        review = review_of({"files": [file for file in found if file is not None]})
        refused = tuple((str(name), str(reason)) for name, reason in data.get("refused", ()))
    except (NoReview, KeyError, TypeError, ValueError):
        return None
    return review, refused, str(data.get("written", ""))


def proposals_of(run: KeptRun, prepared: Prepared) -> tuple[FileProposed, ...]:
    """What the run proposed; of one that did not come to its end, what its text holds so far."""
    if run.files or run.status == "finished":
        return run.files
    joins = [Join(join.offset, join.proof, progress=True) for join in run.joins]
    return tuple(proposed_files(prepared.request, run.reply, joins, finished=False))


def is_unfinished(run: KeptRun, prepared: Prepared) -> bool:
    """Whether something was proposed and not written. Blocking: diffs."""
    if run.review is not None and run.review.get("written"):
        return False
    kept = kept_review(run, prepared)
    if kept is None:
        return bool(proposals_of(run, prepared))
    if _so_far(run) is not None:
        return True
    counts = kept[0].counts
    return bool(counts.accepted or counts.undecided or _gone(run, kept[0]))


def reopen_run(
    root: Path, run: KeptRun, prepared: Prepared, before: Review | None = None
) -> Reopened:
    """The review of a kept run as it was left, or its proposal with nothing decided, against
    what is on disk now. `before` is the review that the run went on with: what was decided there
    stays decided. Blocking: reads files and diffs.
    """
    kept = kept_review(run, prepared)
    if kept is None:
        reviewable = make_review(prepared, proposals_of(run, prepared), before)
        return reopen(root, reviewable.review, reviewable.refused, prepared, reviewable.fresh)
    review, refused, _ = kept
    if (so_far := _so_far(run)) is not None:
        return _gone_on(root, run, prepared, review, so_far)
    gone = _gone(run, review)
    fresh = _proposed_names(run, prepared)
    if not gone:
        return reopen(root, review, refused, prepared, fresh)
    again = make_review(prepared, proposals_of(run, prepared))
    anew = [file for file in again.review.files if file.path in gone]
    refused = (*refused, *(pair for pair in again.refused if pair[0] in gone))
    opened = reopen(root, Review((*review.files, *anew)), refused, prepared, fresh)
    return replace(opened, changed=(*opened.changed, *sorted(gone - set(opened.changed))))


def _gone_on(
    root: Path, run: KeptRun, prepared: Prepared, kept: Review, so_far: Mapping[str, Any]
) -> Reopened:
    """The proposal with what was decided on it while it still came."""
    made, review, lost = _come_by_now(run, prepared, kept, so_far)
    opened = reopen(root, review, made.refused, prepared, made.fresh)
    return replace(opened, dropped=tuple(lost))


def _come_by_now(
    run: KeptRun, prepared: Prepared, kept: Review, so_far: Mapping[str, Any]
) -> tuple[Reviewable, Review, list[Dropped]]:
    """The proposal, the same with what was decided while it still came, as `kept`, and what of
    that does not fit it."""
    made = make_review(prepared, proposals_of(run, prepared))
    known = {file.path: file for file in kept.files}
    files: list[FileReview] = []
    lost: list[Dropped | None] = []
    for file in made.review.files:
        earlier = known.pop(file.path, None)
        if earlier is None:
            files.append(file)
            continue
        # What it began as is not kept: where its text is not the one of then, the later one is.
        as_then = so_far.get(file.path) == text_digest(file.after)
        began = file if as_then else earlier
        now = decided_on(file, earlier, began)
        files.append(now)
        lost.append(dropped_from(earlier, began, now))
    lost += [dropped_from(file, file, None) for file in known.values()]
    unread = _gone(run, kept)
    for data in () if run.review is None else run.review["files"]:
        decided = sum(verdict != Verdict.UNDECIDED.value for verdict in data["verdicts"])
        if data["path"] in unread and decided:
            lost.append(Dropped(str(data["path"]), decided))
    return made, Review(tuple(files)), [each for each in lost if each is not None]


def review_as_left(
    run: KeptRun, prepared: Prepared
) -> tuple[Review, tuple[tuple[str, str], ...], str] | None:
    """As `kept_review`; of a run whose review was kept while its reply still came, all of the
    proposal, with what was decided then. Blocking: diffs, and reads files."""
    kept, so_far = kept_review(run, prepared), _so_far(run)
    if kept is None or so_far is None:
        return kept
    made, review, _ = _come_by_now(run, prepared, kept[0], so_far)
    return review, tuple(made.refused), kept[2]


def _proposed_names(run: KeptRun, prepared: Prepared) -> frozenset[str]:
    """The files that the run itself proposed, by their paths."""
    names = {plain_name(file.path) for file in proposals_of(run, prepared)}
    target = prepared.request.target
    return frozenset(names | {target} if target is not None and len(names) == 1 else names)


def _gone(run: KeptRun, kept: Review) -> set[str]:
    """The files of the review that `run` was kept with of which there is no text any more."""
    named = () if run.review is None else run.review["files"]
    return {str(file["path"]) for file in named} - {file.path for file in kept.files}


def _known_texts(prepared: Prepared, proposed: Sequence[FileProposed]) -> list[str]:
    """The texts a run is kept with."""
    sent = [file.text for file in prepared.request.files]
    return sent + [file.after for file in proposed]


def _texts_so_far(proposed: Sequence[FileProposed], wanted: Collection[str]) -> dict[str, str]:
    """What files were while only the first of their changes had come, by the digests `wanted`.

    From the last change on: of those that came there are few that nobody saw any more, and each
    text is put together anew.
    """
    found: dict[str, str] = {}
    for file in proposed if wanted else ():
        blocks = tuple(block for block in file.edits if block.closed)
        for count in range(len(blocks), 0, -1) if file.before is not None else ():
            text = with_edits(replace(file, edits=blocks[:count]), file.before or "").after
            if (digest := text_digest(text)) in wanted:
                found[digest] = text
                break
    return found


def _so_far(run: KeptRun) -> Mapping[str, Any] | None:
    """Where the review that `run` was kept with is of a reply that still came: the digests of the
    texts its files were made with, by path. Else None."""
    kept = None if run.review is None else run.review.get("so_far")
    return kept if isinstance(kept, dict) else None


def _whole(
    data: Mapping[str, Any],
    texts: Mapping[str, str],
    root: Path,
    so_far: Mapping[str, Any] | None,
) -> dict[str, Any] | None:
    """The file with its texts; None for one whose text was on disk alone and is no more, or was
    that of a reply `so_far`. Raises KeyError where a text is not to be had."""
    file = dict(data)
    for side in ("before", "after"):
        if isinstance(file[side], dict):
            sha256 = file[side]["sha256"]
            text = texts.get(sha256)
            if text is None and file["after"] is None:
                text = _on_disk(root, str(file.get("source") or file["path"]), sha256)
                if text is None:
                    return None
            if text is None and so_far is not None:
                return None
            file[side] = texts[sha256] if text is None else text
    return file


def _on_disk(root: Path, path: str, sha256: str) -> str | None:
    try:
        found = read_existing(root, relative_name(root, resolve_target(root, path)))
    except WorkspaceError:
        return None
    for file in () if found is None else (found, found.verbatim()):
        if text_digest(file.text) == sha256:
            return file.text
    return None
