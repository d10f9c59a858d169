"""What is done with the blocks of code in an answer: copied, or proposed as a file."""

from __future__ import annotations

import asyncio
from typing import Final

from autocoder_tui.engine.steps import answer_of
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.block_proposal import (
    FileForBlock,
    Manner,
    file_for_block,
    proposed_path,
)
from autocoder_tui.runs.preparation import Job, prepare_given
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.controllers.copy import copy_out
from autocoder_tui.ui.controllers.runner import UNDER_WAY
from autocoder_tui.ui.controllers.send import may_replace_review
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.widgets.answers import AnswerView, Deed
from autocoder_tui.ui.widgets.markdown.entries import CodeBlock

_HINT: Final = (
    "The file this block is for. It becomes a proposal under review: nothing is written yet."
)


async def do(app: Program, deed: Deed) -> None:
    """What a key in the conversation asks for."""
    view = app.main.query_one(AnswerView)
    entry = view.selected_entry
    path = app.conversation.now.path
    one = path[entry // 2] if entry is not None and entry // 2 < len(path) else None
    if deed == "new":
        app.conversation.begin_new()
    elif deed == "branch":
        app.conversation.next_branch()
    elif one is None or entry is None:
        app.tell("Nothing was asked yet.")
    elif deed == "edit":
        app.conversation.ask_again(one.run_id)
    elif (block := view.selected_block) is not None:
        await copy_out(app, block.text, "the block", "copied-block.txt")
    elif entry % 2 == 0:
        await copy_out(app, one.question, "the question", "copied.txt")
    else:
        await copy_out(app, answer_of(one.answer), "the answer", "copied.txt")


async def propose(app: Program, block: CodeBlock) -> None:
    """Make a block the proposal of a file that is named."""
    if app.runner.running:
        app.tell(app.with_keys(UNDER_WAY), severity="warning")
        return
    if not block.is_closed:
        app.tell(
            f"This block is incomplete. {app.key('run.continue')} goes on with the answer; "
            f"{app.key('answer.copy')} copies what is there."
        )
        return
    picks = app.job().picks
    path = await asyncio.to_thread(
        proposed_path, app.root, picks, block.text, named=block.path, language=block.language
    )
    name = await app.push_screen_wait(LineDialog("Propose this block as", _HINT, path))
    if name is None:
        return
    try:
        file = await asyncio.to_thread(file_for_block, app.root, name, block.text)
    except AutocoderError as error:
        app.tell(error.message, severity="error", timeout=12)
        return
    manner = await _manner(app, file)
    if manner is None or app.runner.running or not await may_replace_review(app):
        return
    job = Job(app.root, (), file.path, f"A block of an answer, for {visible(file.path)}")
    reply, limits = file.reply(manner), app.setup.limits
    app.runner.start(lambda: prepare_given(job, reply, limits))


async def _manner(app: Program, file: FileForBlock) -> Manner | None:
    """What the block is to a file that exists; None to leave it. A part is never taken for all."""
    if file.text is None or file.is_change:
        return "whole"
    whole = Answer("whole", "The whole file", "a")
    part = Answer("place", "A part: put it in its place", "p")
    if file.placed is None:
        part = Answer("end", "A part: add it at the end", "e")
    answers = (whole, part) if file.looks_whole else (part, whole)
    kept = visible(file.path)
    lines, mine = file.text.count("\n"), file.block.count("\n")
    text = f"{kept} has {lines:,} lines, the block {mine:,}. Is it the whole file, or a part of it?"
    if file.placed is None and not file.looks_whole:
        text += " It can't be told for sure where in the file it belongs."
    chosen = await app.push_screen_wait(
        Question("The file exists", text, (*answers, Answer("back", "Back", "b", harmless=True)))
    )
    found: dict[str, Manner] = {"whole": "whole", "place": "place", "end": "end"}
    return found.get(chosen)
