"""How often a cut-off reply is joined exactly, per misbehaviour, as a table of percentages.

    python -m tests.seam.harness            the whole table, some minutes
    python -m tests.seam.harness --quick    fewer files

A case is right when the file taken from the joined reply equals the file the model would have
written uninterrupted, byte for byte. Rows marked * cannot be right in general: the reply does
not hold what is missing.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from autocoder_tui.engine.reply.framing import render_file
from autocoder_tui.engine.reply.parse import ReplyFile, parse_reply
from autocoder_tui.engine.seam import (
    Join,
    PartReader,
    SetAside,
    next_step,
    plan_continuation,
    verify,
)
from autocoder_tui.engine.seam.ways import FURTHER_UP, LINES
from autocoder_tui.text.common_prefix import common_length
from tests.seam import model, small_models
from tests.seam.corpus import Sample, load
from tests.seam.edit_replies import CUTS, edit_blocks, edit_reply
from tests.seam.model import TABLE, UNAVOIDABLE, View

PARTS = 40
USED: Counter[str] = Counter()
"""How the requests of the table asked to go on."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A reply cut off: what arrived, of which `true` characters are the reply's own."""

    text: str
    true: int
    finish_reason: str | None


def cut_kinds(truth: str, rng: random.Random) -> Iterable[int]:
    """Cuts of every kind the text has: in a token, an indentation, at line ends, ..."""
    content = truth.index("\n") + 1
    end = truth.rindex("</file")
    spots = rng.sample(range(content + 1, end), min(400, end - content - 1))
    in_token = [at for at in spots if truth[at - 1].isalnum() and truth[at].isalnum()]
    in_indent = [at for at in spots if truth[at - 1 : at + 1] == "  "]
    line_end = [at for at in spots if truth[at] == "\n" and truth[at - 1] != "\n"]
    line_start = [at for at in spots if truth[at - 1] == "\n"]
    on_blank = [at for at in spots if truth[at - 1 : at + 1] == "\n\n"]
    in_carriage = [at for at in spots if truth[at - 1 : at + 1] == "\r\n"]
    kinds = (spots, in_token, in_indent, line_end, line_start, on_blank, in_carriage)
    for places in kinds:
        if places:
            yield places[0]


def feed(reader: PartReader, reply: str, rng: random.Random, finish_reason: str | None) -> Join:
    """Give it in pieces of one size, but for the middle: of a long reply only begin and end are
    held and looked at."""
    size, at = rng.choice([1, 4, 17, 300]), 0
    while at < len(reply):
        near = at < _HELD or at >= len(reply) - _HELD
        piece = reply[at : at + (size if near else max(size, _HELD // 4))]
        reader.feed(piece)
        at += len(piece)
    return reader.finish(finish_reason)[1]


_HELD = 300


def right(text: str, truth: str) -> bool:
    mine, wanted = parse_reply(text).files, parse_reply(truth).files
    return list(map(_content, mine)) == list(map(_content, wanted))


def _content(file: ReplyFile) -> tuple[object, ...]:
    return file.path, file.text, [block.lines for block in file.edits], file.complete


def ours(cut: Cut, view: View, misbehave: Callable[[View], str], *, prefill: bool) -> str:
    """Join one misbehaving part, then compliant ones as long as the reply is unfinished.

    As the engine does, a part that could only be joined by a guess is asked for once more.
    """
    text, finish_reason, joins, resamples = cut.text, cut.finish_reason, [], False
    aside: SetAside | None = None
    stateful = misbehave in (model.scripted, model.scripted_junk)
    for part in range(5):
        if aside is None:
            plan = plan_continuation(text, finish_reason=finish_reason, prefill=prefill)
            assert plan.prefill == (prefill and bool(plan.shown)), "prefill was not used"
            assert not (plan.prefill and plan.anchor), "prefill asks for no echo"
            USED["prefill" if plan.prefill else "echo" if plan.anchor else "first request"] += 1
        else:
            # What was asked for in one way is asked for once more in the next.
            way = LINES if prefill else FURTHER_UP
            plan = plan_continuation(text, finish_reason=finish_reason, way=way.name)
            USED["asked once more"] += 1
        reader = PartReader(plan, text, resamples=resamples)
        if part == 0:
            view.sent, view.anchor = len(plan.shown), plan.anchor
            view.instruction = plan.instruction
            reply = misbehave(view)
        elif stateful:
            if misbehave is model.scripted_same and part == 3:
                return "asked for more after all had come"
            # It has sent all it had, and keeps its own place in the text.
            reply = ""
        else:
            # A well-behaved model goes on from whatever it is shown.
            if not view.truth.startswith(plan.shown):
                break
            reply = plan.anchor + view.truth[len(plan.shown) :]
        join = feed(reader, reply, view.rng, "stop")
        if part == 0 and join.proof == "guess" and join.progress:
            aside = SetAside(reader, join, "stop")
            reader.withdraw()
            assert reader.text == cut.text, "a withdrawn part leaves a trace"
            continue
        text, finish_reason = reader.text, "stop"
        if aside is None:
            joins.append(join)
        else:
            aside.hear(reply)
            settled = aside.settle(reader, join, "stop")
            text = settled.text
            joins += settled.joins
            aside = None
        resamples = resamples or join.proof in ("echo", "witness")
        if next_step(text, finish_reason) == "done":
            break
    return verify(text, joins)[0]


def longest_overlap(text: str, reply: str) -> str:
    for length in range(min(len(text), len(reply), 4_000), 0, -1):
        if text.endswith(reply[:length]):
            return text + reply[length:]
    return text + reply


def baseline(name: str, cut: Cut, view: View, misbehave: Callable[[View], str]) -> str:
    text = cut.text
    if name == "autocoder":
        text = text[: -sum(view.rng.choice([2, 3, 4, 5]) for _ in range(5))]
    elif name == "aider":
        text = text.rstrip()
    view.sent, view.anchor = min(len(text), cut.true), ""
    reply = misbehave(view)
    return longest_overlap(text, reply) if name == "overlap" else text + reply


ANY_REPLY = [
    name
    for name in TABLE
    if name not in UNAVOIDABLE and not name.startswith(("scripted", "opens the", "writes the same"))
]
"""What a model may do wrong in a reply that changes files; each cut takes one of them."""
METHODS = ("concatenate", "autocoder", "aider", "overlap", "ours, echo", "ours, prefill")

SITUATIONS: dict[str, Callable[[str, int], Cut]] = {
    "frame closed at the cut": lambda truth, at: Cut(truth[:at] + "\n</file>", at, "length"),
    "frame closed, to be continued": lambda truth, at: Cut(
        truth[:at] + "\n</file>\n\n(To be continued in the next message.)", at, "stop"
    ),
    "stop though truncated": lambda truth, at: Cut(truth[:at], at, "stop"),
    "finish reason missing, connection died": lambda truth, at: Cut(truth[:at], at, None),
    "half a character": lambda truth, at: Cut(truth[:at] + "\ufffd", at, "length"),
    "ends in an elision": lambda truth, at: Cut(
        truth[: truth.rfind("\n", 0, at)] + "\n# ... rest of the code",
        max(truth.rfind("\n", 0, at), 1),
        "stop",
    ),
}
"""How the first part may have ended, apart from plainly; the model then complies."""


def empty_first(view: View) -> str:
    return ""


def complete_first(view: View) -> str:
    return view.rng.choice(
        ["The code is already complete.", "The file is complete; nothing more to add.\n"]
    )


def rows() -> dict[str, tuple[Callable[[str, int], Cut], Callable[[View], str]]]:
    def plain(truth: str, at: int) -> Cut:
        return Cut(truth[:at], at, "length")

    assert small_models.anchor_and_close in TABLE.values(), "their rows join the table"
    table: dict[str, tuple[Callable[[str, int], Cut], Callable[[View], str]]]
    table = {name: (plain, misbehave) for name, misbehave in TABLE.items()}
    table.update({name: (situation, model.exact) for name, situation in SITUATIONS.items()})
    table["empty continuation"] = (plain, empty_first)
    table["says the code is complete"] = (plain, complete_first)
    return table


def edit_outcome(
    method: str, sample: Sample, row: str, misbehave: Callable[[View], str], seed: str
) -> tuple[bool, str, str]:
    """As `outcome`, of a reply that changes the file: a cut as `row` says."""
    truth = edit_reply(sample)
    rng = random.Random(seed)
    at = CUTS[row](truth, rng)
    view = View(truth, at, 0, "", rng, truth.index("\n") + 1)
    cut = Cut(truth[:at], at, "length")
    if method.startswith("ours"):
        text = ours(cut, view, misbehave, prefill=method.endswith("prefill"))
    else:
        text = baseline(method, cut, view, misbehave)
    return right(text, view.truth), text, view.truth


def outcome(method: str, sample: Sample, at: int, row: str, seed: str) -> tuple[bool, str, str]:
    """Whether one case is right, with the joined text and the truth."""
    situation, misbehave = rows()[row]
    truth = render_file(sample.path, sample.text)
    cut = situation(truth, at)
    view = View(truth, cut.true, 0, "", random.Random(seed), truth.index("\n") + 1)
    if method.startswith("ours"):
        text = ours(cut, view, misbehave, prefill=method.endswith("prefill"))
    else:
        text = baseline(method, cut, view, misbehave)
    return right(text, view.truth), text, view.truth


def many_seams(sample: Sample, seed: str, *, prefill: bool) -> bool:
    """A whole generation in parts of a few hundred characters, misbehaving at every seam."""
    rng = random.Random(seed)
    truth = render_file(sample.path, sample.text)
    limit = max(300, len(truth) // 8)
    first = rng.randrange(limit // 2, limit)
    text, joins, resamples = truth[:first], [], False
    kinds = [
        name
        for name in TABLE
        if name not in UNAVOIDABLE
        and "scripted" not in name
        and not (prefill and name.startswith("resamples"))
    ]
    aside: SetAside | None = None
    for _ in range(PARTS):
        plan = plan_continuation(text, finish_reason="length", prefill=prefill)
        common = common_length(truth, text)
        view = View(truth, common, len(plan.shown), plan.anchor, rng, truth.index("\n") + 1)
        view.instruction = plan.instruction
        reply = TABLE[rng.choice(kinds)](view)
        truth = view.truth
        room = len(plan.anchor) + len(plan.witness) + limit
        # A restart has to get past what is there already, or nothing would ever be added.
        room = max(room, len(reply) - (len(truth) - len(text)) + limit)
        reason = "stop" if room >= len(reply) else "length"
        reader = PartReader(plan, text, resamples=resamples)
        join = feed(reader, reply[:room], rng, reason)
        if aside is None and join.proof == "guess" and join.progress:
            aside = SetAside(reader, join, reason)
            continue
        if aside is None:
            text = reader.text
            joins.append(join)
        else:
            aside.hear(reply[:room])
            settled = aside.settle(reader, join, reason)
            text, reason = settled.text, settled.finish_reason or reason
            joins += settled.joins
            aside = None
        resamples = resamples or join.proof in ("echo", "witness")
        if next_step(text, reason) == "done":
            break
    return right(verify(text, joins)[0], truth)


def measure(
    samples: list[Sample],
    cuts: int,
    methods: Iterable[str],
    only: str = "",
    wrong: list[str] | None = None,
    named: Iterable[str] | None = None,
) -> dict[tuple[str, str, bool], list[bool]]:
    """Outcomes by row, method and whether the file was tuned on; of all rows that there are,
    if none are named."""
    results: dict[tuple[str, str, bool], list[bool]] = defaultdict(list)
    wanted = list(rows() if named is None else named)
    for sample in samples:
        rng = random.Random(sample.path)
        truth = render_file(sample.path, sample.text)
        places = list(cut_kinds(truth, rng))
        chosen = rng.sample(places, min(cuts, len(places)))
        for at in chosen:
            for name in wanted:
                if only and only not in name:
                    continue
                for method in methods:
                    seed = f"{sample.path} {at} {name}"
                    is_right, _, _ = outcome(method, sample, at, name, seed)
                    results[name, method, sample.tuned].append(is_right)
                    if wrong is not None and not is_right:
                        wrong.append(f"{name} | {method} | {sample.path} {at}")
        for name in CUTS:
            kind = rng.choice(ANY_REPLY)
            for method in methods if only in name and len(edit_blocks(sample)) > 1 else ():
                seed = f"{sample.path} {name}"
                is_right, _, _ = edit_outcome(method, sample, name, TABLE[kind], seed)
                results[name, method, sample.tuned].append(is_right)
                if wrong is not None and not is_right:
                    wrong.append(f"{name} | {method} | {sample.path} {kind}")
    return results


def percent(values: list[bool]) -> str:
    return f"{100 * sum(values) / len(values):6.1f}" if values else "     -"


def print_table(results: dict[tuple[str, str, bool], list[bool]], methods: tuple[str, ...]) -> None:
    print(f"{'':47}" + "".join(f"{method:>15}" for method in methods))
    for name in (*rows(), *CUTS):
        if not any(key[0] == name for key in results):
            continue
        cells = []
        for method in methods:
            cells.append(
                percent(results[name, method, True]) + percent(results[name, method, False])
            )
        star = "*" if name in UNAVOIDABLE else " "
        print(f"{star}{name:46}" + "".join(f"{cell:>15}" for cell in cells))
    for label, skip in (("over all", frozenset()), ("over all but *", UNAVOIDABLE)):
        cells = []
        for method in methods:
            cell = ""
            for tuned in (True, False):
                kept = [
                    value
                    for (name, one, which), values in results.items()
                    if one == method and which == tuned and name not in skip
                    for value in values
                ]
                cell += percent(kept)
            cells.append(cell)
        print(f" {label:46}" + "".join(f"{cell:>15}" for cell in cells))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer files and cuts")
    parser.add_argument("--files", type=int, default=0)
    parser.add_argument("--cuts", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1, help="1: the files the rules were tuned on")
    parser.add_argument("--wrong", action="store_true", help="name the cases that went wrong")
    parser.add_argument("--only", default="", help="rows whose name holds this")
    parser.add_argument("--ours", action="store_true", help="leave out the other methods")
    chosen = parser.parse_args()
    samples = load(chosen.files or (20 if chosen.quick else 160), seed=chosen.seed)
    methods = METHODS[4:] if chosen.ours else METHODS
    cuts = chosen.cuts or (2 if chosen.quick else 5)
    tuned = sum(sample.tuned for sample in samples)
    print(f"{len(samples)} files ({tuned} tuned on, {len(samples) - tuned} not), {cuts} cuts each;")
    print("per cent exact, files tuned on and then the others\n")
    wrong: list[str] = []
    print_table(measure(samples, cuts, methods, chosen.only, wrong), methods)
    print("\nasked to go on by " + ", ".join(f"{way}: {n}" for way, n in USED.most_common()))
    if chosen.wrong:
        print("\n".join(wrong))
    if not chosen.only:
        for prefill in (False, True):
            seams: dict[bool, list[Any]] = {True: [], False: []}
            for sample in samples:
                for run in range(cuts):
                    seams[sample.tuned].append(
                        many_seams(sample, f"{sample.path} {run}", prefill=prefill)
                    )
            label = f"many seams, {'prefill' if prefill else 'echo'}"
            print(f" {label:46}{percent(seams[True]) + percent(seams[False]):>15}")


if __name__ == "__main__":
    main()
