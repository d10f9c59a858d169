"""How often a change is placed right, per shape and fault, over real changes.

    python -m tests.edits.harness               the whole table, some minutes
    python -m tests.edits.harness --changes 300  fewer changes

The changes are the files that differ between adjacent releases of packages; they are fetched at
the first run and kept in the cache folder. Counted are blocks: right, asked (stands nowhere, and
that is said), wrong (the text is another than that of the blocks placed). Blocks that a fault
makes faultless ones for other lines are left out and counted as "other". In the rows of lines that
are gone each block must be asked about: they show what it costs to forgive a stale line.
"""

from __future__ import annotations

import argparse
import functools
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.edits.place import place
from tests.edits.releases import Change, changes
from tests.edits.rivals import RIVALS
from tests.edits.shapes import READ, SHAPES, Case, Told
from tests.edits.spoiled import FAULTS, GONE, NO_FAULT_ELSEWHERE, honest_elsewhere, same

Outcome = tuple[str, set[int]]


def ours(text: str, blocks: Sequence[EditBlock]) -> Outcome:
    """The text, and the blocks that are asked about."""
    placed = place(text, blocks)
    asked = {one.block for one in placed.unplaced}
    questions = {blocks[number].lines for number in asked}
    # Of a question that stands twice in the reply the second is not asked again.
    asked |= {number for number in placed.repeated if blocks[number].lines in questions}
    return placed.text, asked


@dataclass
class Row:
    """What came of one shape with one fault."""

    counts: Counter[str] = field(default_factory=Counter)

    def percent(self, name: str) -> float:
        whole = sum(self.counts[key] for key in ("right", "asked", "wrong"))
        return 100 * self.counts[name] / whole if whole else 0.0

    def __str__(self) -> str:
        whole = sum(self.counts[key] for key in ("right", "asked", "wrong"))
        if not whole:
            return f"{'-':>22}"
        right, asked = self.percent("right"), self.percent("asked")
        return f"{right:6.1f} {asked:6.1f} {self.counts['wrong']:4d}    "


@functools.lru_cache(maxsize=8)
def _told(change: Change, shape: str) -> tuple[Told, ...]:
    return tuple(SHAPES[shape](change))


def cases(change: Change, shape: str, fault: str, seed: str) -> tuple[Case | None, Case | None]:
    """A change told in a shape, faultlessly and with a fault; None where that does not apply."""
    told = _told(change, shape)
    case = Case(change.old, told)
    if not told or not all(one.block.old or not change.old for one in told):
        return None, None
    return case, FAULTS[fault](case, random.Random(seed))


def judge(
    spoiled: Case, fault: str, shape: str, method: Callable[[str, Sequence[EditBlock]], Outcome]
) -> Counter[str]:
    blocks = [one.block for one in spoiled.told]
    blocks = READ[shape](blocks) if shape in READ else blocks
    text, asked = method(spoiled.text, blocks)
    kept = [n for n in range(len(blocks)) if n not in asked]
    counted = {number for number, one in enumerate(spoiled.told) if one.counted}
    counts = Counter({"asked": len(asked & counted), "right": len(counted - asked)})
    if not same(fault, text, spoiled.wanted(kept)):
        counts.update({"wrong": 1, "right": -1 if counts["right"] else 0})
    return counts


def measure(
    found: Sequence[Change],
    shapes: Sequence[str],
    faults: Sequence[str],
    methods: dict[str, Callable[[str, Sequence[EditBlock]], Outcome]],
    shown: list[str],
    every: int = 0,
) -> dict[tuple[str, str, str], Row]:
    """What came of all changes; the table as it is then is printed after `every` of them."""
    rows: dict[tuple[str, str, str], Row] = {}
    for count, change in enumerate(found):
        if every and count and not count % every:
            print(f"\nafter {count:,} changes")
            print_table(rows, list(methods))
            print("\n".join(line for line in shown if line.startswith("WRONG")), flush=True)
        for shape in shapes:
            for fault in faults:
                seed = f"{change.name} {change.path} {shape} {fault} {len(change.old)}"
                case, spoiled = cases(change, shape, fault, seed)
                if case is None or spoiled is None:
                    continue
                elsewhere = fault not in NO_FAULT_ELSEWHERE and honest_elsewhere(case, spoiled)
                for name, method in methods.items():
                    row = rows.setdefault((shape, fault, name), Row())
                    if elsewhere:
                        row.counts["other"] += len(spoiled.told)
                        continue
                    counts = judge(spoiled, fault, shape, method)
                    row.counts.update(counts)
                    if name == "ours" and (counts["wrong"] or counts["asked"]):
                        word = "WRONG" if counts["wrong"] else "asked"
                        shown.append(f"{word} {shape} | {fault} | {change.name} {change.path}")
    return rows


def print_table(rows: dict[tuple[str, str, str], Row], methods: Sequence[str]) -> None:
    print(f"{'':49}" + "".join(f"{name:^22}" for name in methods))
    print(f"{'':49}" + f"{' right  asked wrong   ':22}" * len(methods) + "   blocks other")
    for shape in SHAPES:
        for fault in FAULTS:
            if (shape, fault, methods[0]) not in rows:
                continue
            mine = rows[shape, fault, methods[0]].counts
            whole = mine["right"] + mine["asked"] + mine["wrong"]
            cells = "".join(str(rows.get((shape, fault, name), Row())) for name in methods)
            print(f"{shape:16} {fault:32}{cells}{whole:9,} {mine['other']:5}")
    own = {key[:2]: row.counts for key, row in rows.items() if key[2] == methods[0]}
    wrong = sum(counts["wrong"] for key, counts in own.items() if key[1] != GONE)
    print(f"\nplaced wrong by {methods[0]} in the whole table but for its last rows: {wrong}")
    gone = [counts for key, counts in own.items() if key[1] == GONE]
    whole = sum(counts[name] for counts in gone for name in ("right", "asked", "wrong"))
    taken = sum(counts["wrong"] for counts in gone)
    print(f"where the lines are gone, other lines taken for them: {taken:,} of {whole:,}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--changes", type=int, default=0, help="as many, drawn by chance")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shape", default="", help="only shapes whose name holds this")
    parser.add_argument("--fault", default="", help="only faults whose name holds this")
    parser.add_argument("--rivals", type=int, default=100, help="changes shown to other methods")
    parser.add_argument("--every", type=int, default=500, help="print the table after so many")
    parser.add_argument("--cases", action="store_true", help="name what was wrong or asked")
    chosen = parser.parse_args()
    found = changes()
    random.Random(chosen.seed).shuffle(found)
    found = found[: chosen.changes or len(found)]
    shapes = [name for name in SHAPES if chosen.shape in name]
    faults = [name for name in FAULTS if chosen.fault in name]
    suffixes = Counter(change.path.rsplit(".", 1)[-1] for change in found)
    print(f"{len(found):,} changes of {len({change.name for change in found})} packages;", end=" ")
    print(", ".join(f"{suffix} {count}" for suffix, count in suffixes.most_common(12)))
    shown: list[str] = []
    start = time.perf_counter()
    rows = measure(found, shapes, faults, {"ours": ours}, shown, chosen.every)
    rows |= measure(found[: chosen.rivals], shapes, faults, RIVALS, shown, chosen.every)
    names = ["ours", *RIVALS] if chosen.rivals else ["ours"]
    print(f"{time.perf_counter() - start:.0f} s; per cent of blocks, and the number wrong\n")
    print_table(rows, names)
    if chosen.cases:
        print("\n".join(sorted(shown)))


if __name__ == "__main__":
    main()
