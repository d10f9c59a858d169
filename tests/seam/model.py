"""A model that misbehaves on purpose.

It knows the whole reply it would give uninterrupted (`truth`) and is asked to continue. Each
misbehaviour is a function from what it sees to what it sends.
"""

from __future__ import annotations

import keyword
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from autocoder_tui.engine.seam import MARKER

TOKEN = re.compile(r"\s*\w+|\s*[^\w\s]+|\s+")


@dataclass(slots=True)
class View:
    """What the model sees and knows: it was shown `truth[:sent]`, and was cut at `cut`."""

    truth: str
    cut: int
    sent: int
    anchor: str
    rng: random.Random
    frame_end: int = 0
    """Where the file's content begins in `truth`."""
    instruction: str = ""

    @property
    def body(self) -> str:
        return self.truth[self.sent :]

    @property
    def asked(self) -> str:
        return self.anchor + self.body


Misbehaviour = Callable[[View], str]
TABLE: dict[str, Misbehaviour] = {}
UNAVOIDABLE: set[str] = set()
"""Misbehaviours whose reply does not hold what would be needed to join it: words are missing,
or it reads just like the exact remainder of a file that goes on differently."""


def row(name: str, *, unavoidable: bool = False) -> Callable[[Misbehaviour], Misbehaviour]:
    def register(function: Misbehaviour) -> Misbehaviour:
        TABLE[name] = function
        if unavoidable:
            UNAVOIDABLE.add(name)
        return function

    return register


def last_lines(text: str, count: int) -> str:
    lines = text.splitlines(keepends=True) if "\r" not in text else re.findall(r".*\n|.+\Z", text)
    return "".join(lines[-count:])


def language(view: View) -> str:
    suffix = view.truth[: view.frame_end].rpartition(".")[2].partition('"')[0]
    return {"py": "python", "md": "markdown"}.get(suffix, suffix)


def preamble(rng: random.Random) -> str:
    return rng.choice(
        [
            "Sure, continuing from where I left off:",
            "Here is the rest of the code:",
            "Continuing the file from the point of interruption.",
            "Certainly! Here's the continuation of the previous message:",
            "I apologize for the interruption. Let me continue:",
            "Okay, I will continue exactly where the code was cut off.",
        ]
    )


@row("exact and compliant")
def exact(view: View) -> str:
    return view.asked


@row("ignores the echo request")
def no_echo(view: View) -> str:
    return view.body


@row("repeats the last line")
def repeats_one(view: View) -> str:
    return last_lines(view.truth[: view.sent], 1) + view.body


@row("repeats the last 3 lines")
def repeats_three(view: View) -> str:
    return last_lines(view.truth[: view.sent], 3) + view.body


@row("repeats the last 10 lines")
def repeats_ten(view: View) -> str:
    return last_lines(view.truth[: view.sent], 10) + view.body


@row("echo of another length")
def other_length(view: View) -> str:
    count = max(1, view.anchor.count("\n") + view.rng.choice([-1, 1, 2, 3]))
    return last_lines(view.truth[: view.sent], count) + view.body


@row("re-emits the last token")
def last_token(view: View) -> str:
    tokens = TOKEN.findall(view.truth[max(0, view.sent - 200) : view.sent])
    return (tokens[-1] if tokens else "") + view.body


@row("restarts the block")
def restarts_block(view: View) -> str:
    shown = view.truth[view.frame_end : view.sent]
    starts = [match.start() for match in re.finditer(r"^\S.*\n", shown, re.MULTILINE)]
    start = starts[-1] if starts else 0
    return shown[start:] + view.body


@row("restarts the file")
def restarts_file(view: View) -> str:
    return view.truth[view.frame_end :]


@row("restarts the file with its frame")
def restarts_frame(view: View) -> str:
    return view.truth


@row("re-opens the fence")
def fence(view: View) -> str:
    return f"```{language(view)}\n" + view.asked


@row("re-opens the fence, closes it too")
def fence_closed(view: View) -> str:
    body, closing, rest = view.asked.rpartition("</file>")
    if view.rng.random() < 0.5:
        return f"```{language(view)}\n{body}```\n{closing}{rest}"
    return f"```{language(view)}\n{view.asked}```\n"


@row("re-opens the frame")
def frame(view: View) -> str:
    return view.truth[: view.frame_end] + view.asked


@row("preamble")
def with_preamble(view: View) -> str:
    return preamble(view.rng) + "\n\n" + view.asked


@row("preamble and fence")
def preamble_fence(view: View) -> str:
    return f"{preamble(view.rng)}\n\n```{language(view)}\n" + view.asked


@row("preamble, no echo")
def preamble_no_echo(view: View) -> str:
    return preamble(view.rng) + "\n\n" + view.body


@row("echoes the marker")
def marker(view: View) -> str:
    return MARKER + view.rng.choice(["\n", ""]) + view.asked


@row("echoes the marker, no echo")
def marker_no_echo(view: View) -> str:
    return MARKER + "\n" + view.body


@row("think block")
def think(view: View) -> str:
    return "<think>\nThe user wants me to go on.\ndef f():\n    pass\n</think>\n\n" + view.asked


@row("lone closing think tag")
def lone_think(view: View) -> str:
    thought = "The user wants me to continue with the file.\n" * view.rng.choice([1, 4, 40])
    return thought + "</think>\n\n" + view.asked


@row("strips leading space")
def strips_space(view: View) -> str:
    return view.asked[1:] if view.asked[:1] in (" ", "\n") else view.asked


@row("strips leading space, no echo")
def strips_space_body(view: View) -> str:
    return view.body[1:] if view.body[:1] in (" ", "\n") else view.body


@row("strips indentation of the first line")
def strips_indent(view: View) -> str:
    return view.asked.lstrip()


@row("strips indentation of the first line, no echo")
def strips_indent_body(view: View) -> str:
    return view.body.lstrip()


@row("adds a newline")
def adds_newline(view: View) -> str:
    return "\n" * view.rng.choice([1, 2]) + view.asked


@row("adds a newline, no echo")
def adds_newline_body(view: View) -> str:
    return "\n" + view.body


@row("drops blank lines of the echo")
def drops_blank(view: View) -> str:
    return re.sub(r"(\r?\n)(?:\r?\n)+", r"\1", view.anchor) + view.body


@row("echo without trailing or double blanks")
def loose_echo(view: View) -> str:
    lines = [re.sub(r"(?<=\S)[ \t]+", " ", line).rstrip(" \t") for line in view.anchor.split("\n")]
    return "\n".join(lines) + view.body


@row("other newlines than the file")
def other_newlines(view: View) -> str:
    if "\r\n" in view.truth:
        return view.asked.replace("\r\n", "\n")
    return view.asked.replace("\n", "\r\n")


@row("other newlines, no echo")
def other_newlines_body(view: View) -> str:
    if "\r\n" in view.truth:
        return view.body.replace("\r\n", "\n")
    return view.body.replace("\n", "\r\n")


@row("trailing explanation")
def explains(view: View) -> str:
    return view.asked + "\nI have completed the file. It now handles every case:\n\n- one\n- two\n"


@row("skips the partial line, with echo", unavoidable=True)
def skips_with_echo(view: View) -> str:
    newline = view.truth.find("\n", view.cut)
    return view.anchor + view.truth[newline + 1 :]


@row("skips the partial line", unavoidable=True)
def skips(view: View) -> str:
    newline = view.truth.find("\n", view.cut)
    return view.truth[newline + 1 :]


def line_in_other_words(line: str, rng: random.Random) -> str:
    """A line with a word more, a word less, or a word changed; without words as it is."""
    words = [word for word in re.findall(r"[A-Za-z_]\w{2,}", line) if not keyword.iskeyword(word)]
    if not words or line.startswith(("<file", "</file")):
        return line
    word = rng.choice(words)
    new = rng.choice([f"the_{word}", word[:-1] + "ed", f"{word}_2"])
    return re.sub(rf"\b{word}\b", new, line, count=1)


def body_in_other_words(text: str, rng: random.Random, part: float) -> str:
    """Whole lines of text, `part` of them in other words."""
    lines = text.splitlines(keepends=True)
    return "".join(line_in_other_words(x, rng) if rng.random() < part else x for x in lines)


def resampled(view: View) -> str:
    """The withheld line written anew, a little or very differently; `truth` becomes that."""
    end = view.truth.find("\n", view.cut)
    end = len(view.truth) if end < 0 else end
    line_start = view.truth.rfind("\n", 0, view.cut) + 1
    start = max(view.sent, line_start)
    line = view.truth[start:end]
    if line.startswith(("<file", "</file")):
        return view.body
    words = [word for word in re.findall(r"[A-Za-z_]\w{2,}", line) if not keyword.iskeyword(word)]
    choice = view.rng.random()
    if choice < 0.35 and words:
        word = view.rng.choice(words)
        new = re.sub(rf"\b{word}\b", f"the_{word}", line, count=1)
    elif choice < 0.55 and not re.search("\"\"|''|\\\\", line) and re.search("['\"]", line):
        new = line.replace('"', "\0").replace("'", '"').replace("\0", "'")
    elif choice < 0.8 and words:
        new = line.replace(words[0], words[0][:-1] + "ed", 1)
    else:
        new = line + view.rng.choice(["  # noqa", " # checked", "  "])
    view.truth = view.truth[:start] + new + view.truth[end:]
    return view.body


@row("resamples the withheld text, with echo")
def resamples_echo(view: View) -> str:
    return view.anchor + resampled(view)


@row("resamples the withheld text", unavoidable=True)
def resamples(view: View) -> str:
    return resampled(view)


@row("scripted server")
def scripted(view: View) -> str:
    return view.truth[view.cut :]


@row("scripted server, always the same reply")
def scripted_same(view: View) -> str:
    return view.truth[view.cut :]


@row("scripted server repeats the partial line", unavoidable=True)
def scripted_partial(view: View) -> str:
    start = view.truth.rfind("\n", 0, view.cut) + 1
    return view.truth[start:]


@row("scripted server repeats 3 lines", unavoidable=True)
def scripted_three(view: View) -> str:
    return last_lines(view.truth[: view.cut], 3) + view.truth[view.cut :]


@row("scripted server re-emits a token", unavoidable=True)
def scripted_token(view: View) -> str:
    tokens = TOKEN.findall(view.truth[max(0, view.cut - 200) : view.cut])
    return (tokens[-1] if tokens else "") + view.truth[view.cut :]


@row("scripted server, marker and preamble")
def scripted_junk(view: View) -> str:
    return view.rng.choice([MARKER + "\n", preamble(view.rng) + "\n\n"]) + view.truth[view.cut :]


WRAPPERS: tuple[Misbehaviour, ...] = (
    lambda view: "<think>\nhm\n</think>\n\n",
    lambda view: MARKER + "\n",
    lambda view: preamble(view.rng) + "\n\n",
    lambda view: "\n",
    lambda view: f"```{language(view)}\n",
)
CORES: tuple[Misbehaviour, ...] = (
    exact, exact, no_echo, repeats_three, repeats_ten, restarts_block, restarts_file,
    drops_blank, loose_echo, last_token, resamples_echo,
)  # fmt: skip


@row("random combinations")
def combination(view: View) -> str:
    cores = CORES if view.anchor else CORES[:-1]
    core = view.rng.choice(cores)(view)
    for wrapper in sorted(view.rng.sample(range(len(WRAPPERS)), view.rng.choice([1, 2])))[::-1]:
        core = WRAPPERS[wrapper](view) + core
    if view.rng.random() < 0.2 and "\r" not in view.truth:
        core = core.replace("\n", "\r\n")
    if view.rng.random() < 0.2:
        core += "\nThat completes the file.\n"
    return core
