"""What stands where the output will, before there is any; keys by the names of their bindings."""

from __future__ import annotations

WELCOME = """\
Pick files in the tree with {files.toggle}, say what you want, then run with {run.start}.

The code streams in here. When the reply is cut off, it is continued and joined \
by itself. When it is complete you review it hunk by hunk: nothing is written \
before you accept it.

{app.keys} lists every key, {app.palette} every command."""
WELCOME_BACK = """\
Pick files in the tree with {files.toggle}, say what you want, then run with {run.start}. \
{app.keys} lists every key, {app.palette} every command."""
"""For whoever has run something in the project before."""
WELCOME_TO_ASK = """\
Pick the files it is about with {files.toggle}, type your question, then ask with {run.start}.

The answer comes in here, and the next question follows it. Nothing is written: \
a block of code of an answer becomes a proposal when you say so: {answer.next_block} marks it, \
{answer.choose_block} proposes it, {answer.copy} copies it.

{history.show} finds conversations again, {mode.next} takes another mode."""
WELCOME_TO_STEPS = """\
{steps.run} runs the steps on, {steps.one} one of them, and {run.stop} stops. \
What a step brings streams in here.

What they write for the project is kept apart until it is proposed: then the review \
opens, and nothing is in the project before you accept it.

{pane.steps} goes to the steps, {app.keys} lists every key."""
NO_NOTES = "The model said nothing besides the code."
NOTES_TO_COME = "What the model says besides the files stands here when a run has ended."
NO_REASONING = "What a model thinks before it answers stands here, where its server sends that."


def welcome_to(*, asks: bool = False, steps: bool = False, back: bool = False) -> str:
    """What stands there where questions are asked, beside steps, or where files are written;
    `back` where something was run before."""
    if steps:
        return WELCOME_TO_STEPS
    if asks:
        return WELCOME_TO_ASK
    return WELCOME_BACK if back else WELCOME
