"""From files on disk to a request: what every face does before a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from autocoder_tui.engine.edit_format import files_to_edit
from autocoder_tui.engine.given_reply import NOBODY, NOWHERE, as_given
from autocoder_tui.engine.provider.stored_replies import StoredAnswers
from autocoder_tui.engine.purpose import Mode, Purpose, writes_files
from autocoder_tui.engine.reasoning import is_reasoning
from autocoder_tui.engine.reply_kind import kind_of
from autocoder_tui.engine.request import InputFile, Limits, RunRequest, Turn
from autocoder_tui.review.line_ends import asks_for_ends
from autocoder_tui.runs.fitting_turns import with_fitting_turns
from autocoder_tui.runs.guidance import NO_GUIDANCE, Guidance, load_guidance
from autocoder_tui.runs.setup import ChosenModel, Setup
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.feedback import Feedback
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.errors import MissingFile
from autocoder_tui.workspace.listing import expand_inputs
from autocoder_tui.workspace.output_path import Refused
from autocoder_tui.workspace.paths import relative_name, resolve_target
from autocoder_tui.workspace.textfile import (
    MAX_EDITED_BYTES,
    MAX_REVIEWED_BYTES,
    Stamp,
    TextFile,
    read_text_file,
)


@dataclass(frozen=True, slots=True)
class Job:
    """What a person set up: paths relative to `root` with "/" between the parts."""

    root: Path
    picks: tuple[str, ...]
    target: str | None
    requirements: str
    system_prompt: str = ""
    mode: Mode = "generate"
    purpose: Purpose = "generate"
    turns: tuple[Turn, ...] = ()
    """The conversation so far, of which as much is sent as fits."""
    thread: str = ""
    parent: str = ""
    """The run that the conversation began with, and the one that this goes on from; "" for one
    that begins."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request, and the files it was made from as they were at that moment, by path.

    `demo`: recorded replies answer it, so nothing is learnt from it or booked.
    """

    root: Path
    request: RunRequest
    originals: Mapping[str, TextFile]
    goes_on: bool = False
    """Whether this run goes on with a review, in which what was decided stays decided."""
    demo: bool = False
    reply: str | None = None
    """The whole reply where it is at hand already: then nobody is asked for one."""
    answers: StoredAnswers | None = None
    """What answers its requests where they went another way than over a connection of the run."""
    batch: str = ""
    """The id of the batch whose job it does; "" for a run of its own."""
    project_run: str = ""
    """The run of a project and the step it belongs to, as "run/01-step"; "" for none."""
    thread: str = ""
    parent: str = ""
    """As in `Job`; a conversation that begins has the id of its first run."""
    feedback: Feedback | None = None
    """The rounds of feedback up to this run; None for one that is no answer to any."""

    def for_model(
        self, chosen: ChosenModel, *, partial: str | None = None, limits: Limits | None = None
    ) -> Prepared:
        """The same for another model; with `partial` it goes on from that text."""
        request = self.request.for_model(chosen.model, chosen.endpoint, chosen.calibration)
        if chosen.model.name != self.request.model.name:
            request = with_fitting_turns(request)
        return replace(
            self,
            reply=None,
            answers=None,
            request=replace(
                request,
                partial=request.partial if partial is None else partial,
                limits=request.limits if limits is None else limits,
            ),
        )

    def going_on(
        self,
        chosen: ChosenModel,
        text: str,
        *,
        ended: str | None,
        target: str | None,
        limits: Limits | None = None,
    ) -> Prepared:
        """The same going on from `text`, for the `target` named since where it had none. Where
        that is all it lacked, by `ended`, the finish reason of its last reply, nothing is sent."""
        made = self.for_model(chosen, partial=text, limits=limits)
        request = made.request
        if target is None or request.target is not None or not writes_files(request.purpose):
            return made
        request = replace(request, target=target)
        if text and ended is not None and kind_of(request).is_done(text, ended):
            return replace(made, request=replace(request, partial=""), reply=text)
        return replace(made, request=request)

    def answered_by(self, reply: str) -> Prepared:
        """The same, answered by a reply from elsewhere: nothing is sent."""
        return replace(self, request=as_given(self.request), reply=reply)

    @property
    def guesses(self) -> list[str]:
        """A sentence for each file whose encoding was guessed: the model reads what we read."""
        return [
            f"{visible(path)}: {file.guess}" for path, file in self.originals.items() if file.guess
        ]


def prepare(
    job: Job,
    chosen: ChosenModel,
    limits: Limits,
    *,
    temperature: float | None = None,
    edit_format: str | None = None,
    partial: str = "",
    demo: bool = False,
    texts: Mapping[str, str] | None = None,
    answered: bool = False,
    guidance: Guidance = NO_GUIDANCE,
    instructions: str | None = None,
) -> Prepared:
    """Read the picks and make the request. Blocking; raises WorkspaceError.

    `edit_format` is "auto", "whole" or "edits", None for what is set for the model. A target
    that could not be compared with what the model will write is refused, too; where the request
    is `answered` already, edits may be for a larger one. `texts` are files that are given to the
    model as if they held this on disk already. `instructions` stand in the place of those of the
    `guidance`.
    """
    originals = {
        path: read_text_file(job.root / path, name=path) for path in dict.fromkeys(job.picks)
    }
    for path, text in (texts or {}).items():
        originals[path] = _as_if(job.root, path, text)
    if asks_for_ends(job.requirements):
        originals = {path: file.verbatim() for path, file in originals.items()}
    target = job.target
    if target is not None:
        target = relative_name(job.root, resolve_target(job.root, target))
        most = MAX_EDITED_BYTES if answered else MAX_REVIEWED_BYTES
        read_existing(job.root, target, most=most)
    files = tuple(InputFile(path, file.text) for path, file in originals.items())
    request = RunRequest(
        requirements=job.requirements,
        model=chosen.model,
        endpoint=chosen.endpoint,
        files=files,
        target=target,
        limits=limits,
        temperature=chosen.model.temperature if temperature is None else temperature,
        system_prompt=job.system_prompt,
        mode=job.mode,
        purpose=job.purpose,
        instructions=guidance.instructions.get(job.purpose, "")
        if instructions is None
        else instructions,
        preferences=guidance.preferences,
        turns=job.turns,
        partial=partial,
        steps=asks_for_steps(job.purpose, chosen),
        calibration=chosen.calibration,
    )
    request = with_fitting_turns(request)
    if writes_files(job.purpose):
        edits = files_to_edit(files, target, edit_format, chosen.model, chosen.capabilities)
        request = replace(request, edits=edits)
    thread = job.thread or (request.run_id if job.mode == "query" else "")
    return Prepared(job.root, request, originals, demo=demo, thread=thread, parent=job.parent)


def asks_for_steps(purpose: Purpose, chosen: ChosenModel) -> bool:
    """Whether the answer is to begin with steps: a model that reasons takes them by itself."""
    return purpose == "query" and not is_reasoning(chosen.model, chosen.capabilities)


def _as_if(root: Path, path: str, text: str) -> TextFile:
    """The file at `path` as it will be with `text`. Raises WorkspaceError."""
    now = read_existing(root, path)
    if now is not None:
        return replace(now, text=text)
    return TextFile(root / path, text, "utf-8", b"", "\n", 0o644, Stamp(0, 0, 0, ""))


def task_of(setup: Setup, target: str | None, say: Callable[[str], object]) -> Job:
    """What a run that nobody watches was set up with, looked up. `say` hears what there is to
    know of its files. Blocking; raises Refused where one can't be used, and WorkspaceError."""
    task = setup.task
    expansion = expand_inputs(setup.root, task.inputs)
    for name, reason in expansion.refused:
        say(f"{name}: {reason}")
    for warning in expansion.warnings:
        say(warning)
    if expansion.failed:
        raise Refused("An input file can't be used, so nothing was sent.")
    if task.mode == "feedback":
        raise Refused(
            "Feedback goes on from a run: autocoder-tui run --mode feedback --resume RUN. Here "
            "there is none to go on from."
        )
    return Job(
        setup.root,
        expansion.files,
        target,
        task.requirements,
        task.system_prompt,
        mode=task.mode,
        purpose="query" if task.mode == "query" else "generate",
    )


def prepare_task(
    setup: Setup,
    chosen: ChosenModel,
    target: str | None,
    say: Callable[[str], object],
    texts: Mapping[str, str] | None = None,
    job: Job | None = None,
) -> Prepared:
    """Look up what a run that nobody watches was set up with, unless that is the `job` already,
    and prepare it. `say` and what is raised are as for `task_of`. Blocking."""
    job = job or task_of(setup, target, say)
    guidance = load_guidance(setup)
    for problem in guidance.problems:
        say(problem)
    return prepare(
        job,
        chosen,
        setup.limits,
        temperature=setup.model.temperature,
        edit_format=setup.model.edit_format,
        texts=texts,
        guidance=guidance,
    )


def prepare_given(job: Job, reply: str, limits: Limits) -> Prepared:
    """A run that `reply`, which came from elsewhere, answers: with no model and no key. Blocking;
    raises WorkspaceError."""
    asked = prepare(job, ChosenModel(NOBODY, NOWHERE), limits, answered=True)
    return asked.answered_by(reply)


def read_existing(
    root: Path, path: str, before: str | None = None, *, most: int = MAX_EDITED_BYTES
) -> TextFile | None:
    """The file to compare with, or to place changes in; None where there is none. Raises
    WorkspaceError, TooLarge for one of more than `most` bytes.

    `before` is how the review has its text: where that shows how lines end, so does what is
    read now.
    """
    try:
        file = read_text_file(root / path, max_bytes=most, name=path)
    except MissingFile:
        return None
    return file.verbatim() if before is not None and "\r" in before else file
