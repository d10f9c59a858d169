"""The files of a plan, one request each, in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from autocoder_tui.steps.context import StepContext
from autocoder_tui.steps.dependence import generation_order
from autocoder_tui.steps.errors import StepFailed
from autocoder_tui.steps.plan import Plan, PlannedFile
from autocoder_tui.steps.surroundings import Surroundings, fitting, plan_for

_AROUND: Final = 400
"""Tokens of what is around the texts of a request."""
_LEAST: Final = 300
WITHOUT_WINDOW: Final = 20_000
"""Tokens of texts where the model's window is not known: what one of 32k has room for."""
_SHARE_OF_PLAN: Final = 4
_SHARE_OF_PICKS: Final = 4


async def write_files(
    context: StepContext, plan: Plan, text: str, only: Collection[str] | None = None
) -> str:
    """Have the files of `plan` written that are not in the draft yet, or those of `only`. `text`
    is what is wanted of all of them. The output says what was told of the others, where that was
    not everything."""
    writer = _Writer(context, plan, text)
    await writer.look_up()
    lines: list[str] = []
    order = [
        file
        for file in generation_order(plan.files)
        if (file.path not in context.draft if only is None else file.path in only)
    ]
    for number, file in enumerate(order, 1):
        said = await writer.write(file)
        if said:
            lines.append(f"{file.path}: {said}")
            context.say(f"{file.path} ({number} of {len(order)}): {said}")
    return "".join(f"{line}\n" for line in lines)


class _Writer:
    """Writes files one by one, telling each of those that are there by then."""

    def __init__(self, context: StepContext, plan: Plan, text: str) -> None:
        self._context = context
        self._plan = plan
        self._text = text
        self._around = Surroundings(plan, context.tokens)
        self._picks: tuple[str, ...] = ()
        self._there: set[str] = set()
        self._room = WITHOUT_WINDOW if context.room is None else context.room

    async def look_up(self) -> None:
        """See what is there already: of the plan, and of what was picked."""
        context = self._context
        for path in self._plan.paths:
            text = await context.read(path)
            if text is not None:
                self._around.add(path, text)
                if path not in context.draft:
                    self._there.add(path)
        picked = {
            path: text
            for path in context.picks
            if path not in self._plan.paths and (text := await context.read(path)) is not None
        }
        self._picks, gone = fitting(picked, self._room // _SHARE_OF_PICKS, context.tokens)
        if gone:
            context.say(f"No room in the window for {', '.join(gone)}: not given to the model.")

    async def write(self, file: PlannedFile) -> str:
        """Have one file written. What comes back says what had no room."""
        context = self._context
        given = [*([file.path] if file.path in self._there else []), *self._picks]
        texts = [await context.read(path) or "" for path in given]
        used = sum(context.tokens(text) for text in [self._text, *texts]) + _AROUND
        room = self._room
        tree = plan_for(self._plan, file.path, room // _SHARE_OF_PLAN, context.tokens)
        left = room - used - context.tokens(tree)
        told = self._around.for_file(file.path, max(left, _LEAST))
        parts = [self._text, f"The program consists of these files:\n\n{tree.rstrip()}"]
        if told.text:
            parts.append(f"What other files of it declare:\n\n{told.text.rstrip()}")
        parts.append(_order(file, told.shown))
        generated = await context.generate("\n\n".join(parts), files=given, target=file.path)
        new = generated.files.get(file.path)
        if new is None:
            raise StepFailed(
                f"The reply held no text of {file.path}. Run the step again: the files before it "
                "are kept."
            )
        self._around.add(file.path, new)
        self._there.discard(file.path)
        return told.in_words()


def _order(file: PlannedFile, shown: Collection[str]) -> str:
    said = f"Now write {file.path}, complete, and no other file."
    if file.purpose:
        said = f"Now write {file.path}, complete, and no other file: {file.purpose.rstrip('.')}."
    if shown:
        said += " Use what the other files declare, by the names they have above."
    return said
