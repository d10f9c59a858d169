"""What was said in a step, out of the history."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.export import facts
from autocoder_tui.runs.restore import model_as_sent, prepared_of
from autocoder_tui.steps.progress import StepProgress
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.step_conversation import Said, StepConversation


async def show_conversation(app: Program, step: StepProgress) -> None:
    """Show every request of a step with its answer. Must be called from a worker."""
    said = await asyncio.to_thread(_requests, app.recovery.history, step.run_ids)
    if said:
        await app.push_screen_wait(StepConversation(step.name, said))
    elif step.run_ids:
        app.tell(f"The requests of {step.name} were deleted from the history.")
    else:
        app.tell(f"{step.name} has asked no model yet.")


def _requests(history: History, run_ids: Sequence[str]) -> list[Said]:
    found = []
    for run_id in run_ids:
        try:
            found.append(_said(history.get(run_id)))
        except AutocoderError:
            continue
    return found


def _said(run: KeptRun) -> Said:
    about = dict(facts(run))
    head = [about["started"], run.snapshot.model, about["status"], about["tokens"], about["cost"]]
    request = prepared_of(run, model_as_sent(run)).request
    messages = [(message["role"], message["content"]) for message in first_messages(request)]
    if run.reasoning.strip():
        messages.append(("reasoning", run.reasoning))
    messages.append(("assistant", run.reply.strip() or "No text came."))
    return Said(" · ".join(head), tuple(messages))
