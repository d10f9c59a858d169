"""What stands in the review where there is nothing to decide on: why, and the way to something.
Keys stand in it by the names of their bindings."""

from __future__ import annotations

from typing import Final

from autocoder_tui.engine.run_state import RunState
from autocoder_tui.safety.sanitize import visible

NOTHING: Final = """\
Nothing to review yet.

  {pane.requirements}  says what you want; {run.start} runs it
  {history.show}  opens the proposal of an earlier run
  {reply.paste}  reviews a reply from a chat page or another program

A proposal stands here file by file: {review.accept} accepts a hunk, \
{review.reject} rejects it, {review.edit} edits it, and {review.apply} writes \
what you accepted. Nothing is written before."""
COMING: Final = """\
The reply is coming: no file of it has begun yet.

As soon as one has, it stands here beside the text it is for. What is whole, a file or a single \
change, can be decided on while the rest comes. Nothing is written before the run has ended.

  {pane.output}  shows the reply as it comes
  {run.stop}  stops it; what has come is kept"""
_STOPPED: Final = """\
Stopped before any file was whole. The text is kept.

  {run.continue}  goes on with it
  {pane.output}  shows it"""
_NO_FILE: Final = """\
The model proposed no file.

  {pane.next}  goes to the notes: what it said
  {pane.requirements}  says what you want; {run.start} runs it again"""
_COMPARING: Final = "The reply is whole: its files are compared with yours."


def after_failure(state: RunState) -> str:
    """What can be done after a run that failed, a line each."""
    ways = [
        "  {run.start}  runs it again, as it stands in the requirements ({pane.requirements})",
        "  {model.choose}  takes another model",
        "  {pane.log}  shows the log",
    ]
    if state.text:
        ways.insert(0, "  {run.continue}  goes on with the text that came")
    return "\n".join(ways)


def why_empty(state: RunState) -> str:
    """What to say after a run, where it brought nothing to decide on. Safe to show."""
    if state.status == "error":
        said = visible(state.error.message, lines=True) if state.error is not None else ""
        return f"The run failed: {said}\n\n{after_failure(state)}"
    if state.status == "cancelled":
        return _STOPPED if state.text else NOTHING
    return _COMPARING if state.files else _NO_FILE
