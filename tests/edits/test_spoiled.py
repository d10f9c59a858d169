"""A small table of the harness in the ordinary tests: changes made here, every shape and fault."""

from __future__ import annotations

import random

import pytest

from tests.edits.harness import judge, ours
from tests.edits.releases import Change
from tests.edits.shapes import SHAPES, Case
from tests.edits.spoiled import FAULTS, GONE, NO_FAULT_ELSEWHERE, honest_elsewhere


def program(dice: random.Random) -> str:
    """A program of classes that resemble each other."""
    out = ["import os\n", "import sys\n", "\n"]
    for name in dice.sample(["Cart", "Order", "Store", "Price", "Stock"], 4):
        out += ["\n", f"class {name}:\n", f'    """A {name.lower()} of the shop."""\n', "\n"]
        for verb in dice.sample(["add", "drop", "count", "print", "load"], 3):
            out += [f"    def {verb}(self, item):\n", "        if item is None:\n"]
            out += ["            return False\n", f"        self.{verb}_log.append(item)\n"]
            out += ["        return True\n", "\n"]
    return "".join(out)


def changed(text: str, dice: random.Random) -> str:
    lines = text.split("\n")
    for _ in range(4):
        at = dice.randrange(3, len(lines) - 1)
        kind = dice.choice(["change", "add", "drop"])
        if kind == "drop":
            del lines[at]
        elif kind == "change":
            lines[at] += f"  # {dice.randrange(900)}"
        else:
            lines.insert(at, f"        note({dice.randrange(900)})")
    return "\n".join(lines)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != GONE])
def test_nothing_is_placed_wrong(shape: str, fault: str) -> None:
    for seed in range(8):
        dice = random.Random(seed)
        text = program(dice)
        change = Change("made", f"{seed}.py", text, changed(text, dice))
        case = Case(text, tuple(SHAPES[shape](change)))
        spoiled = FAULTS[fault](case, dice)
        if spoiled is None:
            continue
        if fault not in NO_FAULT_ELSEWHERE and honest_elsewhere(case, spoiled):
            continue
        counts = judge(spoiled, fault, shape, ours)
        assert not counts["wrong"], (seed, counts)
        if fault in ("none", "white space added at line ends", "CRLF"):
            assert not counts["asked"], (seed, counts)
