"""Joining the parts of a cut-off reply, byte for byte as one uninterrupted reply.

When a model stops at its output limit, or the stream dies, it is asked to go on. Simply
concatenating is not enough: white space at the seam cannot be recovered, models repeat lines,
greet, re-open fences or start again, and code does repeat lines by itself (about one line in
a hundred equals the one before it), so trimming overlaps deletes code. Hence:

- `plan_continuation` withholds the end of the text (the *witness*) from what the model is
  shown and asks it to begin by repeating the last lines it does see (the *anchor*). There is
  then one alignment, and that the witness is regenerated proves it. Where the provider can
  continue an assistant message itself (prefill) the witness alone does.
- `PartReader` reads a reply in four states. THINK: think blocks are reasoning, never text.
  HOLD: the beginning is held, a few hundred characters, until a line end at which it is clear
  where it joins; every replay of the text so far is followed line by line. BODY: the rest
  passes through, with the text's own kind of newline, without echoed markers and without the
  end of a fence the reply opened for itself. TAIL: what follows a closed frame passes, too;
  `engine.reply` makes notes of it.
- A whole line that was received is never taken back. A reply that says received lines in other
  words, starts again or goes back is followed past them to the end of what is held
  (`alignment`); one that only repeats and closes brings nothing.
- A reply that shows neither anchor nor witness is joined by a guess; the joins not chosen are
  kept, and `verify` tries them if the finished files do not parse. It is asked for once more,
  and kept until then (`SetAside`): a server that is silent then, or says the same though it was
  shown more or less, keeps its own place in the text, and the first was the exact remainder.
- How likely each kind of join is stands in one table, `ranks`.
- `next_step` says when a reply is finished: only if it stopped by itself outside any frame.

How often this is exact is measured by tests/seam/harness.py on real files.
"""

from autocoder_tui.engine.end_words import STOPPED_AT_CAP, was_cut
from autocoder_tui.engine.seam.completion import Verified, next_step, verify
from autocoder_tui.engine.seam.reader import PartReader
from autocoder_tui.engine.seam.set_aside import SetAside
from autocoder_tui.engine.seam.values import (
    MARKER,
    MARKER_WORDS,
    Alternative,
    Continuation,
    Edit,
    Join,
)
from autocoder_tui.engine.seam.ways import Way, plan_continuation, ways_for

__all__ = [
    "MARKER",
    "MARKER_WORDS",
    "STOPPED_AT_CAP",
    "Alternative",
    "Continuation",
    "Edit",
    "Join",
    "PartReader",
    "SetAside",
    "Verified",
    "Way",
    "next_step",
    "plan_continuation",
    "verify",
    "was_cut",
    "ways_for",
]
