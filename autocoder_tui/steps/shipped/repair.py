"""What went wrong goes back to the model, with the files that it may be about."""

from __future__ import annotations

from typing import Final

from autocoder_tui.steps.context import Generated, StepContext
from autocoder_tui.steps.shipped.wanted import wanted

_LONGEST_NOTE: Final = 12_000
"""Characters of what went wrong; of more the end counts."""
_MOST_FILES: Final = 60
_WITHOUT_WINDOW: Final = 60_000
"""Tokens of files where the model's window is not known."""
_ORDER: Final = """\
Repair this. Change what has to be changed, and leave every file as it is that has nothing to do \
with it."""


async def repair(context: StepContext, went_wrong: str, note: str) -> Generated:
    """Ask for what repairs it. `went_wrong` is a sentence, `note` what a program said."""
    if len(note) > _LONGEST_NOTE:
        note = "…\n" + note[-_LONGEST_NOTE:]
    text = f"{wanted(context)}\n\n{went_wrong}\n\n{note.strip()}\n\n{_ORDER}"
    files, gone = await concerned(context, note, context.tokens(text))
    if gone:
        context.say(f"No room in the window for {', '.join(gone[:5])}: not given to the model.")
    return await context.generate(text, instructions=context.preprompt("fix_code"), files=files)


async def concerned(
    context: StepContext, note: str, used: int = 0
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The files that something may be about, as far as they fit beside `used` tokens: those that
    it names, then what was generated and picked, then the rest of the project. Second are those
    of the first two kinds that do not fit."""
    paths = await context.paths()
    named = [path for path in paths if path in note or _last(path) in note]
    own = [path for path in (*context.draft, *context.picks) if path in paths]
    order = list(dict.fromkeys([*named, *own, *paths]))[:_MOST_FILES]
    room = _WITHOUT_WINDOW if context.room is None else context.room
    left = room - used
    kept: list[str] = []
    gone: list[str] = []
    for path in order:
        text = await context.read(path)
        if text is None:
            continue
        weight = context.tokens(text)
        if weight <= left:
            left -= weight
            kept.append(path)
        elif path in named or path in own:
            gone.append(path)
    return tuple(kept), tuple(gone)


def _last(path: str) -> str:
    return path.rpartition("/")[2]
