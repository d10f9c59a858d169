"""How it went, in the person's words."""

from __future__ import annotations

from autocoder_tui.steps.context import StepContext
from autocoder_tui.steps.step import takes
from autocoder_tui.store.evaluation import NOTE, QUESTIONS, Evaluation, Said, read_answer


@takes(0, 0)
async def evaluate(context: StepContext) -> str:
    """Ask you how it went: whether it ran, worked and is of use, and for a note.

    The answers are kept beside the run; `autocoder-tui history` can list by them.
    """
    said: dict[str, Said] = {}
    for name, question in QUESTIONS.items():
        answer = await context.ask_person(question, ("yes", "no"))
        said[name] = read_answer(answer)
        if name == "ran" and said[name] == "no":
            said |= {"worked": "no", "useful": "no"}
            break
    note = " ".join((await context.ask_person(NOTE)).split())
    made = Evaluation(said.get("ran", ""), said.get("worked", ""), said.get("useful", ""), note)
    if made.is_empty:
        context.say("Nothing was said of it.")
        return made.text()
    await context.keep_evaluation(made)
    return made.text()
