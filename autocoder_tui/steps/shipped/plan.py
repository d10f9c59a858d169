"""Which files there will be, before any is written."""

from __future__ import annotations

from typing import Final

from autocoder_tui.steps.context import StepContext
from autocoder_tui.steps.errors import StepFailed
from autocoder_tui.steps.plan import Plan
from autocoder_tui.steps.plan_reply import read_plan
from autocoder_tui.steps.shipped.wanted import wanted
from autocoder_tui.steps.step import takes

_FORM: Final = """\
Write nothing but the list of the files, a line each, in this form:

path/of/file - what it is for, in one sentence (needs: path/of/other, path/of/third)

A path begins in the folder of the project. Behind "needs:" stand the files of your list that this \
one uses; where there are none, leave the brackets out."""
_PLACEHOLDERS: Final = frozenset({"path/of/file", "path/of/other", "path/of/third"})
_AGAIN: Final = """\
No path of a file could be read in your reply. Write the list again: each line begins with the \
path of one file, such as main.py."""
_MOST_LISTED: Final = 400
"""Files of the project that a model is told of by name."""


@takes(1, 2)
async def plan(context: StepContext) -> str:
    """Name the files of the program, what each is for and what it needs of the others.

    The output is a tree that you can edit before anything is written: take lines out, put some
    in, change names, purposes and needs.
    """
    question = await _question(context)
    instructions = f"{context.preprompt('plan').strip()}\n\n{_FORM}"
    made = await _checked(context, await context.ask(question, instructions=instructions))
    if not made.files:
        context.say("The first reply named no file that can be written; it is asked for again.")
        reply = await context.ask(f"{question}\n\n{_AGAIN}", instructions=instructions)
        made = await _checked(context, reply)
    if not made.files:
        named = [left.reason for left in made.left_out[:3]]
        raise StepFailed(
            "The model named no file that can be written. "
            + " ".join([*named, "Run the step again, or write the tree into its output yourself."])
        )
    for left in made.left_out[:_MOST_SAID]:
        context.say(f"Left out of the plan: {left.reason}")
    if len(made.left_out) > _MOST_SAID:
        more = len(made.left_out) - _MOST_SAID
        context.say(f"{more:,} more names are left out; the step's output has them all.")
    return made.text()


_MOST_SAID: Final = 10


async def planned(context: StepContext) -> Plan:
    """The plan as the person left it, without what may not be written; one without files where
    no plan was made."""
    text = context.outputs.get("plan", "")
    return await _checked(context, text) if text.strip() else Plan()


async def _checked(context: StepContext, text: str) -> Plan:
    made = read_plan(text)
    made = made.without(dict.fromkeys(_PLACEHOLDERS & set(made.paths), "It is of the form itself."))
    return made.without(await context.refused(made.paths)) if made.files else made


async def _question(context: StepContext) -> str:
    parts = ["Which files does this program consist of?", wanted(context)]
    there = await context.paths()
    if there:
        names = "\n".join(there[:_MOST_LISTED])
        more = len(there) - _MOST_LISTED
        after = f"\nand {more:,} more" if more > 0 else ""
        parts.append(f"These files are there already:\n\n{names}{after}")
    return "\n\n".join(parts)
