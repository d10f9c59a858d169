"""The conversation on the screen: what was asked and answered, and where the next question goes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from textual.widgets import TextArea

from autocoder_tui.engine.events import Event, TextDelta, TextRetracted
from autocoder_tui.engine.metering.money import format_usd
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.conversation import Asked, Conversation, conversation_of
from autocoder_tui.runs.fitting_turns import left_out_in_words
from autocoder_tui.runs.preparation import Job, Prepared
from autocoder_tui.store.history.kept_run import Status
from autocoder_tui.ui.controllers.answer_stream import AnswerStream, answer_entry
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.answers import AnswerView
from autocoder_tui.ui.widgets.markdown.entries import Entry

_STATUS: Final[dict[str, Status]] = {
    "completed": "finished",
    "error": "failed",
    "cancelled": "cancelled",
}
_ENDED: Final[dict[Status, str]] = {
    "failed": "✗ failed",
    "cancelled": "■ stopped",
    "interrupted": "‖ interrupted",
    "running": "▶ coming",
    "finished": "",
}


class OpenConversation:
    """Owns the conversation, and the entries of the view: two for each question of the branch."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self.now = Conversation()
        self._stream: AnswerStream | None = None
        self._comes_again = False
        """Whether the answer that is shown comes once more with the next text."""
        self._left_out = 0

    @property
    def _view(self) -> AnswerView:
        return self._app.main.query_one(AnswerView)

    def job(self, job: Job) -> Job:
        """`job` asked here, if it is a question."""
        return self.now.job(job) if job.purpose == "query" else job

    # ------------------------------------------------------------------ which one is open

    async def open(self, thread: str, end: str = "") -> bool:
        """Show a conversation of the history; whether there is anything of it."""
        history, before = self._app.recovery.history, self.now
        runs = await asyncio.to_thread(history.thread, thread)
        found = conversation_of(thread, runs, end)
        if not found.asked or self.is_under_way or self.now is not before:
            return False  # asked something meanwhile, one stays with that
        self._change(found)
        return True

    def begin_new(self) -> None:
        """What is asked next begins a conversation."""
        if self._is_busy():
            return
        if self.now.thread:
            history = self._app.key("history.show")
            self._app.tell(
                f"The next question begins a new conversation; {history} has the one before."
            )
        self._change(Conversation())
        self._app.main.show("requirements")

    def ask_again(self, run_id: str) -> None:
        """Put a question into the editor; what is asked then is a branch beside it."""
        asked = next((one for one in self.now.asked if one.run_id == run_id), None)
        if asked is None or self._is_busy():
            return
        self._change(self.now.before(run_id))
        self._app.prompting.replace(asked.question)
        self._app.main.show("requirements")
        run, each = self._app.key("run.start"), self._app.key("answer.branch")
        self._app.tell(
            f"Change it if you like: {run} asks it as another branch ({each} shows each)."
        )

    def next_branch(self) -> None:
        """Show another branch of the conversation."""
        if self._is_busy():
            return
        other = self.now.next_branch()
        if other.end == self.now.end:
            self._app.tell(
                "There is only one branch. e asks an earlier question in other words, "
                "as another branch."
            )
            return
        self._change(other)
        ends = other.ends
        at = f"{ends.index(other.end) + 1} of {len(ends)}"
        self._app.tell(f"Branch {at}.", timeout=2)

    @property
    def is_under_way(self) -> bool:
        """Whether an answer comes."""
        return self._app.runner.running and self._stream is not None

    def _is_busy(self) -> bool:
        if self.is_under_way:
            self._app.tell(
                f"An answer is coming: wait for it, or stop it ({self._app.key('run.stop')}) first."
            )
        return self.is_under_way

    def _change(self, now: Conversation) -> None:
        self.now = now
        self._show()
        self._app.session.changed()
        self._app.estimator.schedule()

    # ------------------------------------------------------------------ an answer comes

    def began(self, prepared: Prepared) -> None:
        """A question is sent, or an answer gone on with."""
        request = prepared.request
        self._app.modes.choose("query")
        one = Asked(
            run_id=request.run_id,
            parent=prepared.parent,
            question=request.requirements,
            answer=request.partial,
            model=request.model.name,
        )
        before = self.now.path
        self.now = self.now.begun(one, prepared.thread)
        self._comes_again = bool(request.partial)
        view = self._view
        at_end = self.now.path[:-1] == before
        if at_end and view.has_entries == bool(before):
            for entry in self._entries_of(one):
                view.append_entry(entry)
        else:
            self._show()
        last = 2 * len(self.now.path) - 1
        self._stream = AnswerStream(view)
        self._stream.begin(last)
        if request.partial:
            # What is shown already is fed as if it came, so that steps are told from the answer.
            view.retract(len(view.text))
            self._stream.append(request.partial)
        self._mark_left_out(request.left_out)
        self._empty_editor(request.requirements)
        view.action_follow()
        self._app.session.changed()

    def heard(self, event: Event) -> None:
        """Something of the answer."""
        stream = self._stream
        if stream is None:
            return
        match event:
            case TextDelta(text):
                if self._comes_again:
                    stream.take_back()
                    self._comes_again = False
                stream.append(text)
            case TextRetracted(count):
                stream.retract(count)

    def ended(self, prepared: Prepared, state: RunState) -> None:
        """The answer is there, or as much as came of it."""
        request, usage = prepared.request, state.usage
        one = next((one for one in self.now.asked if one.run_id == request.run_id), None)
        if self._stream is not None:
            self._stream.finish()
        self._stream = None
        self._comes_again = False
        if one is None:
            return
        one = replace(
            one,
            answer=state.text or request.partial,
            status=_STATUS.get(state.status, "interrupted"),
            tokens=None if usage is None else usage.prompt_tokens + state.completion_tokens,
            cost_usd=None if usage is None else usage.cost_usd,
        )
        self.now = self.now.came(one)
        if self.now.end == one.run_id:
            self._view.set_head(2 * len(self.now.path) - 1, *_answer_head(one))
        if not one.answer.strip():
            self._give_back(one.question)
        self._app.session.changed()

    def _empty_editor(self, question: str) -> None:
        """What was asked stands above now: the next question is typed in its place."""
        area = self._app.main.query_one("#requirements", TextArea)
        if self._app.modes.mode == "query" and area.text == question:
            area.text = ""

    def _give_back(self, question: str) -> None:
        """Nothing was answered: the question can be sent again."""
        area = self._app.main.query_one("#requirements", TextArea)
        if self._app.modes.mode == "query" and not area.text.strip():
            area.text = question
            area.move_cursor(area.document.end)

    # ------------------------------------------------------------------ what is shown

    def _show(self) -> None:
        self._left_out = 0
        entries: list[Entry] = []
        for one in self.now.path:
            entries += self._entries_of(one)
        self._view.set_entries(entries)
        self._app.main.refresh_output()

    def _entries_of(self, one: Asked) -> Sequence[Entry]:
        head, note = _answer_head(one)
        return (
            Entry(one.question, "plain", *self._question_head(one)),
            answer_entry(one.answer, head, note),
        )

    def _question_head(self, one: Asked, *, is_sent: bool = True) -> tuple[str, str]:
        beside = self.now.siblings(one.run_id)
        branch = f"branch {beside.index(one.run_id) + 1} of {len(beside)}"
        notes = [branch] if len(beside) > 1 else []
        return "You", " · ".join(notes if is_sent else [*notes, "not sent any more"])

    def _mark_left_out(self, count: int) -> None:
        """Say of the oldest turns that they are not sent."""
        if count > self._left_out:
            said = left_out_in_words(count)
            self._app.tell(said, severity="warning")
        answered = [at for at, one in enumerate(self.now.path) if one.answer.strip()]
        for at in answered[min(count, self._left_out) : max(count, self._left_out)]:
            one = self.now.path[at]
            head = self._question_head(one, is_sent=at not in answered[:count])
            self._view.set_head(2 * at, *head)
        self._left_out = count

    # ------------------------------------------------------------------ going on

    async def take_up(self, thread: str, end: str) -> str:
        """Open the conversation of the last start. The run whose answer was cut off, "" if none
        was."""
        try:
            if not await self.open(thread, end):
                return ""
        except AutocoderError as error:
            self._app.main.log_line(error.message)
            return ""
        last = self.now.path[-1] if self.now.path else None
        return "" if last is None or last.status == "finished" else last.run_id


def _answer_head(one: Asked) -> tuple[str, str]:
    notes = [_ENDED[one.status]]
    if one.status != "running":
        notes += [
            "" if one.tokens is None else f"{one.tokens:,} tokens",
            "" if one.cost_usd is None else format_usd(one.cost_usd),
        ]
    return one.model or "Answer", " · ".join(filter(None, notes))
