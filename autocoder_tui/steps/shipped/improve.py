"""What is there is changed, as a person wants it."""

from __future__ import annotations

from typing import Final

from autocoder_tui.steps.context import StepContext
from autocoder_tui.steps.errors import StepFailed
from autocoder_tui.steps.plan_reply import read_plan
from autocoder_tui.steps.shipped.wanted import wanted
from autocoder_tui.steps.step import takes

FEEDBACK: Final = "use_feedback"
_LIST_FORM: Final = """\
Write the paths and nothing else, one on a line, as they stand in the list."""
_WITHOUT_WINDOW: Final = 60_000
_MOST_LISTED: Final = 1_000


@takes(0, 0)
async def use_feedback(context: StepContext) -> str:
    """Ask you what is to be different in the program as it is."""
    answer = await context.ask_person("What is to be different in the program as it is?")
    if not answer.strip():
        context.say("No feedback was given; the prompt alone says what is to be different.")
    return answer.strip()


@takes(1, 2)
async def improve(context: StepContext) -> str | None:
    """Change the files that are there, as the prompt or your feedback says.

    Given are the files you picked; where none is picked all of them, and where these are too
    many the model names those it has to see.
    """
    wish = _wish(context)
    files = await _given(context, wish)
    generated = await context.generate(wish, instructions=context.preprompt("improve"), files=files)
    if not generated.files:
        said = " ".join(generated.notes.split())[:300]
        raise StepFailed(
            f"The reply changes no file{f', it says: {said}' if said else '.'} Say more exactly "
            "what is to be different, or pick the files it is about."
        )
    return generated.notes.strip() or None


def _wish(context: StepContext) -> str:
    feedback = context.outputs.get(FEEDBACK, "").strip()
    if not feedback:
        return wanted(context)
    return (
        f"What the program is for:\n\n{wanted(context)}\n\nWhat is to be different:\n\n{feedback}"
    )


async def _given(context: StepContext, wish: str) -> tuple[str, ...]:
    """The files that the model is shown."""
    picked = tuple(dict.fromkeys([*context.picks, *context.draft]))
    if picked:
        return picked
    texts = {
        path: text
        for path in await context.paths()
        if (text := await context.read(path)) is not None
    }
    if not texts:
        raise StepFailed("There is no file to be changed. Have the code written first.")
    room = (_WITHOUT_WINDOW if context.room is None else context.room) - context.tokens(wish)
    if sum(map(context.tokens, texts.values())) <= room:
        return tuple(texts)
    listed = "\n".join(list(texts)[:_MOST_LISTED])
    reply = await context.ask(
        f"All files of the program:\n\n{listed}\n\nWhat is to be different:\n\n{wish}",
        instructions=f"{context.preprompt('select').strip()}\n\n{_LIST_FORM}",
        files=(),
    )
    return _fitting(
        context, [path for path in read_plan(reply).paths if path in texts], texts, room
    )


def _fitting(
    context: StepContext, chosen: list[str], texts: dict[str, str], room: int
) -> tuple[str, ...]:
    kept: list[str] = []
    gone: list[str] = []
    for path in chosen:
        weight = context.tokens(texts[path])
        (kept if weight <= room else gone).append(path)
        room -= weight if weight <= room else 0
    if gone:
        context.say(f"No room in the window for {', '.join(gone[:5])}: not given to the model.")
    if not kept:
        raise StepFailed(
            "The files of the project do not fit the window of the model all at once, and it "
            "named none of them. Pick the files that this is about."
        )
    context.say(f"Given to the model: {', '.join(kept)}.")
    return tuple(kept)
