"""When a server asks to be left alone for a long time: a person decides whether to wait."""

from __future__ import annotations

from autocoder_tui.engine.retry import WaitQuestion, duration
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.terminal.key_queue import TypeAheadApp

LONGEST_OFFERED = 86_400.0
"""Seconds. Nobody leaves a program open for longer: there is only trying now or stopping."""


async def ask_wait(app: TypeAheadApp, question: WaitQuestion) -> float | None:
    """Seconds to wait before the next try, or None to end the run, which waits meanwhile."""
    wait = Answer("wait", f"Wait {duration(question.seconds)}", "w")
    now, stop = Answer("now", "Try now", "t"), Answer("stop", "Stop", "s", harmless=True)
    answers = (wait, now, stop) if question.seconds <= LONGEST_OFFERED else (now, stop)
    text = (
        f"{question.reason}\n\nThat is long, so you are asked first. What has "
        "come is kept either way."
    )
    # A reflex should neither wait for hours nor ask a server that wants to be left alone.
    screen = Question("The server asks to wait", text, answers, start=len(answers) - 1)
    answer = await app.ask_unbidden(screen)
    return {"wait": question.seconds, "now": 0.0}.get(answer)
