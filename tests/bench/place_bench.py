"""Times of placing 50 blocks in a file of many lines. Run as a script:

    python tests/bench/place_bench.py [lines ...]

Printed in milliseconds of the processor: blocks that fit exactly, but for indentation, of which
one line is stale, and that are nowhere; then files and blocks made to be hard.
"""

from __future__ import annotations

import random
import sys
import time

from autocoder_tui.edits.edit import EditBlock, split_lines
from autocoder_tui.edits.place import place
from tests.bench.diff_bench import program

BLOCKS = 50


def timed(text: str, blocks: list[EditBlock]) -> str:
    start = time.process_time()
    placed = place(text, blocks)
    taken = (time.process_time() - start) * 1_000
    done = len(placed.made)
    return f"{taken:9.0f}  ({done} placed)"


def windows(lines: list[str], dice: random.Random, size: int = 8) -> list[list[str]]:
    starts = dice.sample(range(0, len(lines) - size, size), BLOCKS)
    return [lines[at : at + size] for at in starts]


def block(old: list[str]) -> EditBlock:
    new = [*old[:4], f"{old[4][:-1]} changed\n", *old[5:]]
    return EditBlock.of("".join(old), "".join(new))


def main(sizes: list[int]) -> None:
    for size in sizes:
        dice = random.Random(1)
        lines = [line + "\n" for line in program(size)]
        text = "".join(lines)
        found = windows(lines, dice)
        print(f"{size:7,} lines")
        print("  exact      ", timed(text, [block(old) for old in found]))
        print("  indented   ", timed(text, [block(["  " + x for x in old]) for old in found]))
        stale = [[*old[:5], "x" + old[5], *old[6:]] for old in found]
        print("  one stale  ", timed(text, [block(old) for old in stale]))
        mixed = [
            [" ".join(dice.sample(x.split(), len(x.split()))) + "\n" for x in old] for old in found
        ]
        print("  words mixed", timed(text, [block(old) for old in mixed]))
        other = [[f"nothing {dice.random()} like\n" for _ in range(8)] for _ in range(BLOCKS)]
        print("  nowhere    ", timed(text, [block(old) for old in other]))
        half = [x for old in found for x in (old[:4] + ["not there\n"] * 4,)]
        print("  half       ", timed(text, [block(old) for old in half]))
    print("hard")
    equal = "x = 1\n" * 50_000
    print("  all equal, 10 lines     ", timed(equal, [block(["x = 1\n"] * 10)] * BLOCKS))
    print("  all equal, 5,000 lines  ", timed(equal, [block(["x = 1\n"] * 5_000)] * BLOCKS))
    print("  all equal, one other    ", timed(equal, [block(["x = 1\n"] * 9 + ["y\n"])] * BLOCKS))
    few = "".join(
        random.Random(2).choice(["}\n", "{\n", "\n", "return x\n"]) for _ in range(50_000)
    )
    wanted = split_lines(
        "".join(random.Random(3).choice(["}\n", "{\n", "\n", "return x\n"]) for _ in range(40))
    )
    print("  few different lines     ", timed(few, [block(wanted)] * BLOCKS))
    huge = [line + "\n" for line in program(50_000)]
    print("  a block of 40,000 lines ", timed("".join(huge), [block(huge[:40_000])]))
    print("  the same, one line stale", timed("".join(huge), [block(["stale\n", *huge[1:40_000]])]))
    print(
        "  the same, shuffled      ",
        timed("".join(huge), [block(random.Random(4).sample(huge, 40_000))]),
    )
    monster = "[" + ",".join(f'{{"id":{n},"name":"row {n}"}}' for n in range(560_000)) + "]\n"
    print(
        f"  a line of {len(monster) >> 20} MB: part",
        timed(monster, [EditBlock.of('{"id":77,"name":"row 77"}', '{"id":77}')]),
    )
    print(
        "    whole, one letter off ",
        timed(monster, [EditBlock.of(monster.replace("77", "78", 1), "x\n")]),
    )
    wide = "".join(f"{n} " + "word " * 2_000 + "\n" for n in range(1_000))
    print(
        "  lines of 10,000 letters ",
        timed(wide, [block([f"{n} " + "word " * 1_999 + "\n" for n in range(8)])] * BLOCKS),
    )


if __name__ == "__main__":
    main([int(n) for n in sys.argv[1:]] or [2_000, 50_000])
