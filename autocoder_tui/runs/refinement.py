"""A complaint made a precise instruction, by a short request before the run that follows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from autocoder_tui.engine.request import Limits, RunRequest, Turn
from autocoder_tui.errors import AutocoderError
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.review import Review
from autocoder_tui.runs.feedback_text import notes_in_words, shortened
from autocoder_tui.runs.guidance import Guidance
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.rework import Complaint
from autocoder_tui.runs.setup import ChosenModel, Setup
from autocoder_tui.store.history.history import History

_MOST_TOKENS: Final = 2_000
"""Of one reply, thinking included: the instruction itself is a few lines."""
_MOST_SHOWN: Final = 12_000
_MOST_ASKED: Final = 6_000
"""Characters of the proposal, and of the requirements."""
_HEADING: Final = re.compile(
    r"(?:#{1,6} instruction:?|\*\*instruction:?\*\*:?|instruction:)(?=\s)", re.IGNORECASE
)
_NEXT_EXAMPLE: Final = re.compile(r"\n(?=(?:complaint|instruction):)", re.IGNORECASE)


def refines(setup: Setup, prepared: Prepared) -> bool:
    """Whether an instruction is made of a complaint about `prepared` before it is sent."""
    told, wanted = setup.settings.feedback.refine, setup.task.refine
    return (told if wanted is None else wanted) and not prepared.demo


def refinement(
    prepared: Prepared,
    review: Review,
    complaint: Complaint,
    chosen: ChosenModel,
    limits: Limits,
    guidance: Guidance,
) -> Prepared:
    """The request that makes an instruction of a complaint about what `prepared` brought: with what
    was asked for and what was proposed, and no files beside."""
    before = prepared.request
    given = limits.max_output_tokens
    request = RunRequest(
        requirements=complaint.text,
        model=chosen.model,
        endpoint=chosen.endpoint,
        limits=replace(
            limits, max_output_tokens=min(given or _MOST_TOKENS, _MOST_TOKENS), max_parts=2
        ),
        temperature=before.temperature,
        mode="feedback",
        purpose="feedback",
        instructions=guidance.instructions.get("feedback", ""),
        preferences=guidance.preferences,
        turns=(Turn(_asked(prepared), _proposed(prepared, review, complaint)),),
        calibration=chosen.calibration,
    )
    return Prepared(
        prepared.root,
        request,
        {},
        demo=prepared.demo,
        thread=prepared.thread or before.run_id,
        parent=before.run_id,
    )


def _asked(prepared: Prepared) -> str:
    feedback = prepared.feedback
    if feedback is None:
        return shortened(prepared.request.requirements.strip(), _MOST_ASKED)
    told = [f"Then: {round_.instruction.strip()}" for round_ in feedback.rounds]
    return shortened("\n\n".join([feedback.requirements.strip(), *told]), _MOST_ASKED)


def _proposed(prepared: Prepared, review: Review, complaint: Complaint) -> str:
    files = [file for file in review.files if complaint.about in ("", file.path)]
    given = {file.path: file.text for file in prepared.request.files}
    stands = "".join(_standing(file, given) for file in files)
    rejected = "".join(file.patch_of(Verdict.REJECTED) for file in files)
    sections = []
    if stands:
        sections.append(f"~~~~~~~~ diff\n{shortened(stands, _MOST_SHOWN)}~~~~~~~~")
    if rejected:
        sections += [
            "These of the changes were rejected:",
            f"~~~~~~~~ diff\n{shortened(rejected, _MOST_SHOWN)}~~~~~~~~",
            *notes_in_words(complaint.notes),
        ]
    if complaint.about:
        sections.append(f"The complaint is about {complaint.about} alone.")
    return "\n\n".join(sections) or "No change was proposed."


def _standing(file: FileReview, given: Mapping[str, str]) -> str:
    """What of a file was not rejected; where all of it is on disk by now, against what the model
    was given."""
    if not file.hunks and not file.diff.in_places:
        return FileReview.of(file.path, given.get(file.path), file.after).to_patch()
    parts = (Verdict.ACCEPTED, Verdict.UNDECIDED)
    return "".join(file.patch_of(verdict) for verdict in parts)


def instruction_of(reply: str) -> str:
    """The instruction in a reply, without what small models put around it."""
    text = reply.strip()
    fence = re.fullmatch(r"(`{3,})[^\n]*\n(.*?)\n?\1", text, re.DOTALL)
    if fence is not None:
        text = fence[2].strip()
    heading = _HEADING.match(text)
    text = text if heading is None else text[heading.end() :].strip()
    # Shown examples, a small model may go on with more of them.
    text = _NEXT_EXAMPLE.split(text, maxsplit=1)[0].strip()
    quoted = len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]
    return (text[1:-1] if quoted else text).strip()


def known_instruction(history: History, request: RunRequest, thread: str, parent: str) -> str:
    """What was answered to the same complaint about the same proposal before, "" for nothing: what
    was paid for is not asked again. Blocking; raises nothing."""
    try:
        for run in reversed(history.thread(thread)):
            kept, asked = run.summary, run.question
            same = (kept.purpose, kept.parent, asked) == ("feedback", parent, request.requirements)
            if same and kept.status == "finished":
                sent = history.get(kept.run_id).snapshot
                if (sent.turns, sent.preferences) == (request.turns, request.preferences):
                    return instruction_of(run.answer)
    except AutocoderError:
        return ""
    return ""
