"""What small real models were seen to do when asked to go on, as rows of the mock's table.

They start again, go back, copy what they were asked to copy and close, or say what they were
not shown in other words. The file they have in mind stays the same; what was received stands.
"""

from __future__ import annotations

import re

from tests.seam.model import View, body_in_other_words, language, last_lines, row


def _wrapped(view: View, reply: str) -> str:
    """The reply as it is, or in a fence or a frame opened again."""
    opening = view.rng.choice(["", f"```{language(view)}\n", view.truth[: view.frame_end]])
    return opening + reply


def _closing(view: View) -> str:
    return view.rng.choice(["```\n", "</file>\n", "```", "</file>\n```\n"])


@row("copies the anchor and closes")
def anchor_and_close(view: View) -> str:
    return _wrapped(view, view.anchor or last_lines(view.truth[: view.sent], 3)) + _closing(view)


@row("restarts, cut at the same place")
def restart_cut(view: View) -> str:
    start = view.rng.choice([0, view.frame_end])
    reply = view.truth[start : view.cut - view.rng.choice([0, 1, 7, 60])]
    return reply or view.truth[: view.frame_end]


@row("restarts in other words")
def restart_otherwise(view: View) -> str:
    shown = view.truth[view.frame_end : view.sent]
    return view.truth[: view.frame_end] + body_in_other_words(shown, view.rng, 0.15) + view.body


@row("re-opens the frame, then the block it stood in")
def frame_and_block(view: View) -> str:
    shown = view.truth[view.frame_end : view.sent]
    starts = [match.start() for match in re.finditer(r"^\S.*\n", shown, re.MULTILINE)]
    block = shown[starts[-1] if starts else 0 :]
    return view.truth[: view.frame_end] + block + view.body


@row("replays older lines and ends")
def older_lines(view: View) -> str:
    lines = view.truth[view.frame_end : view.sent].splitlines(keepends=True)
    if len(lines) < 14:
        return ""
    start = view.rng.randrange(len(lines) - 12)
    return _wrapped(view, "".join(lines[start : start + view.rng.randint(5, 8)]))


@row("replays 25 older lines and goes on")
def older_lines_and_on(view: View) -> str:
    return last_lines(view.truth[view.frame_end : view.sent], 25) + view.body


@row("says the echo in other words")
def echo_otherwise(view: View) -> str:
    asked = view.anchor or last_lines(view.truth[: view.sent], 4)
    words = body_in_other_words(asked, view.rng, 0.3)
    return words + view.body


@row("says withheld whole lines in other words")
def witness_otherwise(view: View) -> str:
    line = view.truth.rfind("\n", 0, view.cut) + 1
    withheld = body_in_other_words(view.truth[view.sent : line], view.rng, 1.0)
    return view.anchor + withheld + view.truth[max(line, view.sent) :]


@row("copies the instruction's words")
def instruction_words(view: View) -> str:
    asked = {line.strip() for line in view.anchor.splitlines()}
    said = [line for line in view.instruction.splitlines() if len(line.split()) > 3]
    said = [line for line in said if line.strip() not in asked]
    mark = view.rng.choice(["", "# "])
    return "".join(f"{mark}{line}\n" for line in said[:2]) + view.asked


@row("opens the frame for ever")
def tag_for_ever(view: View) -> str:
    return view.truth[: view.frame_end] * view.rng.choice([2, 30])


@row("writes the same block for ever")
def block_for_ever(view: View) -> str:
    shown = view.truth[view.frame_end : view.sent]
    block = last_lines(shown, 6)
    return (view.truth[: view.frame_end] + block) * view.rng.choice([3, 8])
