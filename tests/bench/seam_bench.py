"""What joining costs: `python -m tests.bench.seam_bench`.

Prints the cost per character of feeding replies of 50 KB and 1 MB in pieces of four
characters (their ratio should stay below 3), and of a reply that replays a 300 KB file.
"""

from __future__ import annotations

import time

from autocoder_tui.engine.reply.framing import render_file
from autocoder_tui.engine.seam import PartReader, plan_continuation


def source(size: int) -> str:
    """Python-like text of about `size` characters, of which no line is quite like another."""
    lines: list[str] = []
    length = number = 0
    while length < size:
        block = (
            f"def function_{number}(value, other={number}):\n"
            f'    """Return what {number} makes of value."""\n'
            f"    if value > {number}:\n        return other + {number * 7}\n\n"
            "    return None\n\n\n"
        )
        lines.append(block)
        length += len(block)
        number += 1
    return render_file("bench.py", "".join(lines)[:size])


def seconds_to_feed(text: str, cut: int, reply: str, piece: int = 4) -> tuple[float, float]:
    """CPU seconds to plan and index, and to feed `reply`; the join must be exact."""
    start = time.process_time()
    plan = plan_continuation(text[:cut], finish_reason="length")
    reader = PartReader(plan, text[:cut])
    ready = time.process_time()
    for at in range(0, len(reply), piece):
        reader.feed(reply[at : at + piece])
    reader.finish("stop")
    done = time.process_time()
    assert reader.text == text, "the join is not exact"
    return ready - start, done - ready


def compliant_reply(text: str, cut: int) -> str:
    plan = plan_continuation(text[:cut], finish_reason="length")
    return plan.anchor + text[len(plan.shown) :]


def main() -> None:
    per_character: list[float] = []
    for size in (50_000, 1_000_000):
        text = source(size)
        cut = 2_000
        reply = compliant_reply(text, cut)
        best = min(seconds_to_feed(text, cut, reply)[1] for _ in range(3))
        per_character.append(best / len(reply))
        each = best / len(reply) * 1e9
        print(f"feed {size:>9,} characters by 4: {best * 1e3:8.1f} ms, {each:6.0f} ns each")
    print(f"ratio of 1 MB to 50 KB per character: {per_character[1] / per_character[0]:.2f}")
    first = seconds_for_first_part(source(1_000_000))
    print(f"feed 1,000,000 characters as a first part: {first * 1e3:8.1f} ms")
    text = source(330_000)
    index, feed = seconds_to_feed(text, 300_000, text)
    print(f"index 300 KB: {index * 1e3:.1f} ms")
    print(f"replay of all of it and 30 KB more: {feed * 1e3:.1f} ms")
    equal = render_file("equal.txt", "}\n" * 150_000)
    index, feed = seconds_to_feed(equal, 250_000, compliant_reply(equal, 250_000))
    print(f"150,000 equal lines: index {index * 1e3:.1f} ms, feed 50 KB {feed * 1e3:.1f} ms")


def seconds_for_first_part(text: str) -> float:
    start = time.process_time()
    reader = PartReader(None)
    for at in range(0, len(text), 4):
        reader.feed(text[at : at + 4])
    reader.finish("stop")
    assert reader.text == text
    return time.process_time() - start


if __name__ == "__main__":
    main()
