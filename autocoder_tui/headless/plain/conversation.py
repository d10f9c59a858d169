"""A conversation in the plain mode: what was asked in it, and from where the next question goes
on."""

from __future__ import annotations

from dataclasses import replace

from autocoder_tui.engine.run_state import RunState
from autocoder_tui.engine.steps import answer_of
from autocoder_tui.headless.plain.desk import Desk
from autocoder_tui.runs.conversation import Asked, Conversation
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.store.history.kept_run import Status

_ENDED: dict[str, Status] = {
    "completed": "finished",
    "error": "failed",
    "cancelled": "cancelled",
}


def question_began(desk: Desk, prepared: Prepared) -> None:
    """A question is under way: what is asked next goes on from it."""
    request = prepared.request
    one = Asked(
        run_id=request.run_id,
        parent=prepared.parent,
        question=request.requirements,
        model=request.model.name,
    )
    desk.conversation = desk.conversation.begun(one, prepared.thread)


def question_ended(desk: Desk, prepared: Prepared, state: RunState) -> None:
    """What has come of it. A question without an answer is no part of the conversation."""
    known = {one.run_id: one for one in desk.conversation.asked}
    one = known.get(prepared.request.run_id)
    if one is None:
        return
    status = _ENDED.get(state.status, "interrupted")
    answer = state.text or prepared.request.partial
    desk.conversation = desk.conversation.came(replace(one, answer=answer, status=status))
    if status == "finished" and desk.requirements == one.question:
        desk.requirements = ""
    if one.run_id != desk.conversation.parent:
        desk.talk.tell("It was not answered, so the next question does not go on from it.")
        return
    count = len(desk.conversation.turns)
    desk.talk.tell(f"Question {count} of this conversation is answered; ask goes on from it.")


def show_conversation(desk: Desk, _: str) -> None:
    """Show the questions and answers of the conversation."""
    turns = desk.conversation.turns
    if not turns:
        desk.talk.tell("Nothing was asked yet: mode query, then ask and run.")
        return
    for number, turn in enumerate(turns, 1):
        desk.talk.show(f"Question {number}: {turn.question}")
        desk.talk.show(f"Answer {number}: {answer_of(turn.answer)}")
    branches = len(desk.conversation.ends)
    if branches > 1:
        desk.talk.tell(f"One of {branches} branches: branch shows the next.")


def go_back(desk: Desk, number: str) -> None:
    """Ask on from an earlier question: those after it stay in a branch of their own."""
    answered = [one for one in desk.conversation.path if one.answer.strip()]
    if number == "0":
        desk.conversation = replace(desk.conversation, end="")
        desk.talk.tell("The next question begins anew, beside the first.")
        return
    if not number.isdecimal() or not 1 <= int(number) <= len(answered):
        desk.talk.tell(
            f"Say a number from 0 to {len(answered)}: thread lists the questions, 0 is before all."
        )
        return
    one = answered[int(number) - 1]
    desk.conversation = replace(desk.conversation, end=one.run_id)
    desk.talk.tell(f"The next question goes on from question {int(number)}.")


def next_branch(desk: Desk, _: str) -> None:
    """Go to the next branch of the conversation."""
    if len(desk.conversation.ends) < 2:
        desk.talk.tell("There is one branch only. from NUMBER, then a question, makes another.")
        return
    desk.conversation = desk.conversation.next_branch()
    show_conversation(desk, "")


def begin_anew(desk: Desk, _: str) -> None:
    """Leave the conversation: the next question begins another. It stays in the history."""
    desk.conversation = Conversation()
    desk.talk.tell("The next question begins a new conversation.")
