"""What the model asks before it writes, question by question."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from autocoder_tui.diagnostics import crash_report as crash
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.clarification import Clarification
from autocoder_tui.engine.events import Event
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.headless.plain.desk import Desk
from autocoder_tui.runs.clarification import after_reply, prepare_question, writing_job
from autocoder_tui.runs.event_text import narrate
from autocoder_tui.runs.guidance import load_guidance
from autocoder_tui.runs.preparation import Job, Prepared
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.runs.supervision import RunSupervisor
from autocoder_tui.runs.text_call import call
from autocoder_tui.safety.sanitize import visible

_HOW = (
    "Answer each question in a line: a number takes a suggested answer, an empty line what is "
    "assumed. /back goes to the question before, /write ends the questions, Ctrl+C leaves them: "
    "run goes on with them."
)


def settled(desk: Desk, job: Job, chosen: ChosenModel) -> Job | None:
    """`job` with all that was asked and answered; None where a question did not come."""
    talk, limit = desk.talk, desk.setup.task.clarify_limit
    made = desk.clarification
    if made is None or made.requirements.strip() != job.requirements.strip():
        made = Clarification(job.requirements)
    made = desk.clarification = made.ended_by(limit)
    if not made.ended:
        talk.tell(_HOW)
    while not made.ended:
        if made.open_round is None:
            state = RunState()
            _ask(desk, job, made, chosen, state)
            made = desk.clarification = after_reply(made, state)
            if state.status != "completed":
                talk.tell("The question did not come: run asks again, what is answered is kept.")
                return None
        _answer(desk, limit)
        made = desk.clarification = desk.clarification.ended_by(limit)
    count = len(made.rounds)
    talk.tell(f"{count} question{'s' * (count != 1)} settled; nothing more is asked.")
    return writing_job(job, made)


def _ask(desk: Desk, job: Job, made: Clarification, chosen: ChosenModel, state: RunState) -> None:
    setup = desk.setup
    make = partial(
        prepare_question,
        job,
        made,
        chosen,
        desk.limits,
        temperature=setup.model.temperature,
        guidance=load_guidance(setup),
    )
    # Beside the run that is kept open for its review.
    keeping = RunRecorder(setup)
    report = partial(crash.report_of_run, state=setup.places.state, environ=setup.environ)
    supervisor = RunSupervisor(keeping, report, trace=desk.log.trace)
    desk.talk.tell("The model is asked for its next question. Ctrl+C stops it.")
    try:
        desk.do(call(supervisor, keeping, make, _Listener(desk), state))
    finally:
        if state.usage is not None:
            desk.spent += state.usage.cost_usd or Decimal(0)


def _answer(desk: Desk, limit: int) -> None:
    """Have what is open answered, each answer kept at once."""
    made = desk.clarification
    at = None if made is None else made.open_round
    while made is not None and at is not None and not made.ended:
        asked = made.rounds[at]
        desk.talk.tell(f"Question {at + 1} of at most {limit}: {visible(asked.question)}")
        for number, text in enumerate(asked.suggestions, 1):
            desk.talk.show(f"{number}: {text}")
        desk.talk.show(f"Empty line: {asked.outcome or asked.taken}")
        typed = desk.talk.line("Answer: ").strip()
        if typed == "/write":
            made = made.stopped()
        elif typed == "/back":
            at = max(0, at - 1)
            continue
        elif typed or asked.state != "answered":
            number = int(typed) if typed.isdecimal() and len(typed) < 3 else 0
            if 0 < number <= len(asked.suggestions):
                typed = asked.suggestions[number - 1]
            made = made.answered(at, typed) if typed else made.assumed(at)
            desk.talk.tell(f"{'Answered' if typed else 'Assumed'}: {visible(typed or asked.taken)}")
        desk.clarification = made
        at = made.open_round


class _Listener:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def run_began(self, prepared: Prepared) -> None:
        """Nothing has to make room."""

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        for event in events:
            line = narrate(event)
            if line is not None and line[0] <= self._desk.log.level:
                self._desk.log.write(*line)

    def run_told(self, message: str) -> None:
        self._desk.talk.tell(message)

    def run_remarked(self, remark: str) -> None:
        self._desk.talk.tell(remark)

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        """The next request reads it from the state folder."""
