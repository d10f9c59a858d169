"""What stands where the output will, before there is any."""

from __future__ import annotations

WELCOME = """\
Pick files in the tree with Space, say what you want, then run with Ctrl+R.

The code streams in here. When the reply is cut off, it is continued and joined \
by itself. When it is complete you review it hunk by hunk: nothing is written \
before you accept it.

F1 lists every key, Ctrl+P every command."""
WELCOME_BACK = """\
Pick files in the tree with Space, say what you want, then run with Ctrl+R. \
F1 lists every key, Ctrl+P every command."""
"""For whoever has run something in the project before."""
WELCOME_TO_ASK = """\
Pick the files it is about with Space, type your question, then ask with Ctrl+R.

The answer comes in here, and the next question follows it. Nothing is written: \
a block of code of an answer becomes a proposal when you say so: ] marks it, \
Enter proposes it, y copies it.

F6 finds conversations again, Ctrl+N takes another mode."""
WELCOME_TO_STEPS = """\
r runs the steps on, o one of them, and Esc stops. What a step brings streams in here.

What they write for the project is kept apart until it is proposed: then the review \
opens, and nothing is in the project before you accept it.

F12 goes to the steps, F1 lists every key."""
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
