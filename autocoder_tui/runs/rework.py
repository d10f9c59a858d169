"""Sending a proposal back: what was rejected, and why, becomes a new run on the same files.

What the model is given as the text of a file is the proposal as far as it stands: the text
on disk with the accepted and the undecided hunks made, without the rejected ones. The new
proposal is compared with what is on disk again, so every hunk that stands comes back as a
hunk, and keeps its verdict. Nothing is written meanwhile, and nothing decided is lost.
"""

from __future__ import annotations

from dataclasses import replace

from autocoder_tui.engine.request import InputFile, new_run_id
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.review.review import Review
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.workspace.errors import MissingFile
from autocoder_tui.workspace.textfile import MAX_INPUT_BYTES, TextFile, read_text_file

_MOST_PATCH = 40_000
"""Characters of rejected hunks that are shown to the model."""


def rework(prepared: Prepared, review: Review, note: str, chosen: ChosenModel) -> Prepared:
    """The run that follows `prepared`: same files, requirements and target, with the rejected
    hunks of `review` and the note. A file larger than an input may be is named and not given: of
    it no more is sent than the hunks that were rejected. Blocking: reads files. Raises
    WorkspaceError.
    """
    before = prepared.request
    originals: dict[str, TextFile] = {}
    inputs: list[InputFile] = []
    too_large: list[str] = []
    # A file whose move was rejected goes on under its old name.
    files = [file if file.stays_moved else file.unmoved() for file in review.files]
    reviewed = {file.path: file for file in files}
    moved = {file.source for file in files if file.source} - reviewed.keys()
    for path in dict.fromkeys([*(file.path for file in before.files), *reviewed]):
        if path in moved:
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
    requirements = requirements_with(before.requirements, review, note)
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
        run_id=new_run_id(),
    )
    # A run of its own: a person waits for it, and no answer is at hand for it.
    own = replace(prepared, reply=None, answers=None, batch="")
    return replace(own, request=request, originals=originals, goes_on=True)


def requirements_with(requirements: str, review: Review, note: str) -> str:
    """The requirements, and a section on what was rejected and why."""
    patch = "".join(file.patch_of(Verdict.REJECTED) for file in review.files)
    if len(patch) > _MOST_PATCH:
        patch = patch[:_MOST_PATCH].rpartition("\n")[0] + "\n(and more, left out here)\n"
    sections = [requirements.strip(), "Feedback on your previous proposal:"]
    if patch:
        sections += [
            "The files above already hold those of your changes that stand; keep them. These "
            "changes of yours were rejected and are not in the files above:",
            f"~~~~~~~~ diff\n{patch}~~~~~~~~",
        ]
    lost = _unplaced_in_words(review)
    if lost:
        sections += [
            "These changes of yours could not be placed, for the lines they look for are not in "
            "the file, or in several places. Give them anew, with lines exactly as they stand:",
            f"~~~~~~~~\n{lost}~~~~~~~~",
        ]
    sections.append("What to do instead:\n\n" + note.strip())
    sections.append("Where the feedback and the requirements disagree, the feedback counts.")
    return "\n\n".join(sections)


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
    text = "\n".join(found)
    if len(text) > _MOST_PATCH:
        text = text[:_MOST_PATCH].rpartition("\n")[0] + "\n(and more, left out here)\n"
    return text
