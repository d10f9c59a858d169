"""Replies from elsewhere: the prompt goes out by the clipboard, the reply comes in by pasting."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from autocoder_tui.engine.prompt import prompt_text
from autocoder_tui.engine.purpose import writes_files
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.preparation import Job, prepare_given
from autocoder_tui.ui.controllers.copy import copy_out
from autocoder_tui.ui.controllers.runner import UNDER_WAY
from autocoder_tui.ui.controllers.send import may_replace_review
from autocoder_tui.ui.program import Program

_TITLE: Final = "Paste a reply"
_HINT: Final = (
    "What a chat page or another program answered: whole files, edits or a diff, with whatever "
    "was said around them. Nothing is sent and nothing is written: it goes into the review."
)


async def paste_reply(app: Program) -> None:
    """Ask for a reply from elsewhere, and review it."""
    if app.runner.running:
        app.tell(app.with_keys(UNDER_WAY), severity="warning")
        return
    text = await app.dialog_drafts.ask(_TITLE, _HINT, tall=True)
    if text is None:
        return
    if not text.strip():
        app.tell("Nothing was pasted.")
    elif not await review_reply(app, text):
        app.dialog_drafts.keep(_TITLE, "", text)
        app.tell("What you pasted is there again when you paste a reply.")


async def review_reply(app: Program, text: str) -> bool:
    """Review a reply from elsewhere for the picks and the target on the screen; whether that was
    begun."""
    if app.runner.running:
        return False
    again = app.feedback.given() if app.modes.mode == "feedback" else None
    if again is not None:
        # It goes on with the review, as the answer of a model would.
        app.runner.start(lambda: again().answered_by(text))
        return True
    if not await may_replace_review(app) or app.runner.running:
        return False
    job, limits = _for_files(app.job()), app.setup.limits
    app.runner.start(lambda: prepare_given(job, text, limits))
    return True


def _for_files(job: Job) -> Job:
    """`job` as one that files answer, whatever the mode on the screen asks for."""
    if writes_files(job.purpose):
        return job
    return replace(job, mode="generate", purpose="generate", turns=(), thread="", parent="")


async def copy_prompt(app: Program) -> None:
    """Copy the whole prompt for the present picks and requirements, to be asked elsewhere."""
    job = app.job()
    again = app.feedback.given() if job.mode == "feedback" else None
    if not job.requirements.strip():
        app.tell("Say what you want first: the requirements are empty.", severity="warning")
        app.main.show("requirements")
        return
    limits = app.setup.limits
    try:
        prepared = await asyncio.to_thread(again or (lambda: prepare_given(job, "", limits)))
    except AutocoderError as error:
        app.tell(error.message, severity="error", timeout=12)
        return
    # A clipboard is as far from the project as a server is.
    decision, _ = await app.keys_asked_about.decide(app, prepared.request)
    if decision == "send":
        await copy_out(app, prompt_text(prepared.request), "the prompt", "copied-prompt.txt")
