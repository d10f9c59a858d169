"""Sending a proposal back: what was rejected, and why, becomes a new run on the same files.

What the model is given as the text of a file is the proposal as far as it stands: the text
on disk with the accepted and the undecided hunks made, without the rejected ones. The new
proposal is compared with what is on disk again, so every hunk that stands comes back as a
hunk, and keeps its verdict. Nothing is written meanwhile, and nothing decided is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from autocoder_tui.engine.request import InputFile, new_run_id
from autocoder_tui.review.returned import RejectedChange, rejected_changes, without_accepted
from autocoder_tui.review.review import Review
from autocoder_tui.runs.feedback_text import requirements_with
from autocoder_tui.runs.guidance import Guidance
from autocoder_tui.runs.on_disk import without_done_acts
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.store.feedback import Feedback, FeedbackRound
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.errors import MissingFile
from autocoder_tui.workspace.textfile import MAX_INPUT_BYTES, TextFile, read_text_file


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a proposal, as a person said it. `about` is the one file that it is
    about, "" for all; `notes` what was said of single hunks that are rejected."""

    text: str
    about: str = ""
    notes: Mapping[RejectedChange, str] = field(default_factory=dict)


def rework(
    prepared: Prepared,
    review: Review,
    instruction: str,
    chosen: ChosenModel,
    complaint: Complaint | None = None,
    guidance: Guidance | None = None,
) -> Prepared:
    """The run that follows `prepared`: same files, requirements and target, with the rejected
    hunks of `review` and the `instruction`, which was made of the `complaint` where it is not one
    itself. A file larger than an input may be is named and not given: of it no more is sent than
    the hunks that were rejected. `guidance` is what is told in every run by now. Blocking: reads
    files. Raises WorkspaceError.
    """
    before = prepared.request
    feedback = with_round(prepared, review, instruction, complaint)
    originals: dict[str, TextFile] = {}
    inputs: list[InputFile] = []
    too_large: list[str] = []
    standing = without_done_acts(prepared.root, review)
    # A file whose move was rejected goes on under its old name.
    files = [file if file.stays_moved else file.unmoved() for file in standing.files]
    reviewed = {file.path: file for file in files}
    gone = {file.source or file.path for file in review.files if file.moves or file.removes}
    moved = {file.source for file in files if file.source} | gone
    for path in dict.fromkeys([*(file.path for file in before.files), *reviewed]):
        if path in moved and path not in reviewed:
            continue
        file = reviewed.get(path)
        place = path if file is None else file.old_path
        try:
            if file is not None and file.diff.in_places:
                large = read_existing(prepared.root, place, file.before)
                if large is not None and large.stamp.size > MAX_INPUT_BYTES:
                    originals[path] = large
                    too_large.append(path)
                    continue
            originals[path] = read_text_file(prepared.root / place, name=place)
        except MissingFile:
            if file is None or not file.is_new:
                raise
        if file is not None and path in originals and "\r" in (file.before or ""):
            originals[path] = originals[path].verbatim()
        text = originals[path].text if file is None else file.without_rejected()
        if text is not None:
            inputs.append(InputFile(path, text))
    requirements = requirements_with(feedback, review)
    if too_large:
        requirements += (
            f"\n\nToo large to be given here: {', '.join(too_large)}. Change such a file by edits "
            "alone, and give those of your changes to it that stand again."
        )
    request = replace(
        before.for_model(chosen.model, chosen.endpoint, chosen.calibration),
        requirements=requirements,
        files=tuple(inputs),
        partial="",
        counted_tokens=None,
        mode="feedback",
        run_id=new_run_id(),
    )
    if guidance is not None:
        told = guidance.instructions.get(request.purpose, "")
        request = replace(request, instructions=told, preferences=guidance.preferences)
    # A run of its own: a person waits for it, and no answer is at hand for it.
    own = replace(prepared, reply=None, answers=None, batch="")
    return replace(
        own,
        request=request,
        originals=originals,
        goes_on=True,
        thread=prepared.thread or before.run_id,
        parent=before.run_id,
        feedback=feedback,
    )


def with_round(
    prepared: Prepared, review: Review, instruction: str, complaint: Complaint | None
) -> Feedback:
    """The rounds of feedback up to one on `prepared`, with what is rejected in `review`. What was
    rejected once and is accepted by now is rejected no more."""
    before = prepared.feedback or Feedback(prepared.request.requirements)
    told = complaint or Complaint(instruction)
    earlier = (
        replace(each, rejected=without_accepted(each.rejected, review)) for each in before.rounds
    )
    last = FeedbackRound(
        told.text,
        instruction,
        told.about,
        rejected_changes(review, told.notes),
        prepared.request.run_id,
    )
    return replace(before, rounds=(*earlier, last))
