"""What the order of the blocks and a word tell of a place that is not equal to its block."""

from __future__ import annotations

from autocoder_tui.edits.edit import EditBlock, Placed
from autocoder_tui.edits.place import place

TEXT = """\
import os


class Cart:
    def add(self, item):
        self.items.append(item)
        self.total += item.price

    def log(self):
        if self.debug:
            print("cart", self.total)


class Order:
    def add(self, item):
        self.lines.append(item)
            self.total += item.price

    def show(self):
        return render(self.lines)


def close(order):
    order.closed = True
    return order.number
"""


def of(search: str, replacement: str) -> EditBlock:
    return EditBlock.of(search, replacement)


def renamed(line: str, old: str, new: str) -> EditBlock:
    return of(line, line.replace(old, new))


FIRST = renamed("import os\n", "os", "sys")
LOG = renamed('            print("cart", self.total)\n', "cart", "basket")
SHOW = renamed("        return render(self.lines)\n", "render", "shown")
LAST = renamed("    order.closed = True\n", "True", "False")
TOTAL = of("self.total += item.price\n", "self.total += item.price * item.count\n")


def numbers(placed: Placed) -> dict[int, int]:
    return {one.block: one.start + 1 for one in placed.placements}


def reasons(placed: Placed) -> dict[int, str]:
    return {one.block: one.reason for one in placed.unplaced}


def test_order_chooses_between_places_that_differ_from_the_block_in_indentation() -> None:
    placed = place(TEXT, [FIRST, LOG, TOTAL, SHOW])
    assert numbers(placed) == {0: 1, 1: 11, 2: 17, 3: 20}
    assert "            self.total += item.price * item.count\n" in placed.text
    assert place(TEXT, [FIRST, TOTAL, LOG, SHOW]).text.count("* item.count") == 1


def test_order_says_nothing_where_few_blocks_or_a_wrong_one_bear_it_out() -> None:
    assert reasons(place(TEXT, [LOG, TOTAL, SHOW])) == {1: "several"}
    assert reasons(place(TEXT, [FIRST, SHOW, TOTAL, LOG])) == {2: "several"}
    assert reasons(place(TEXT, [FIRST, LOG, SHOW, TOTAL])) == {3: "several"}


def test_equal_places_are_asked_about_whatever_the_order() -> None:
    block = renamed("    def add(self, item):\n", "item", "what")
    assert reasons(place(TEXT, [FIRST, block, LOG, SHOW])) == {1: "several"}


def test_a_likeness_outside_the_order_is_asked_about() -> None:
    block = of(
        "    def log(self):\n        if self.verbose:\n",
        "    def log(self):\n        if self.quiet:\n",
    )
    assert numbers(place(TEXT, [FIRST, block, LOG, SHOW, LAST]))[1] == 10
    placed = place(TEXT, [FIRST, LOG, SHOW, block, LAST])
    assert reasons(placed) == {3: "nowhere"}
    (asked,) = placed.unplaced
    assert "between lines 20 and 24" in asked.said
    assert asked.candidates


def test_a_short_line_is_found_by_a_word_between_the_places_beside_it() -> None:
    block = of("    order.open = True\n", "")
    placed = place(TEXT, [FIRST, LOG, SHOW, block])
    assert numbers(placed)[3] == 24
    assert "closed" not in placed.text


def test_the_new_lines_bear_out_which_line_is_meant() -> None:
    text = "a = 1\nself.active_effect = 0.3\nb = 2\n"
    placed = place(text, [of("self.value = 0.3\n", "self.active_effect = 0.2\n")])
    assert placed.text == "a = 1\nself.active_effect = 0.2\nb = 2\n"
    assert [one.manner for one in placed.placements] == ["likeness"]
    # The block's own word comes again: it may be for a line that is not there.
    assert reasons(place(text, [of("self.value = 0.3\n", "self.value = 0.2\n")])) == {0: "nowhere"}


def test_a_word_left_out_at_the_start_of_a_line_leaves_no_blank_in_the_new_lines() -> None:
    text = "def f(size):\n    if size:\n        width = 2\n    return 1\n"
    placed = place(text, [of("         = 2\n", "        width = 0\n")])
    assert placed.text == text.replace("width = 2", "width = 0")


def test_two_places_a_word_apart_are_asked_about() -> None:
    text = "x = alpha(1)\nx = gamma(1)\n"
    assert reasons(place(text, [of("x = value(1)\n", "x = alpha(2)\n")])) != {}


def test_another_definition_is_none_whose_name_is_stale() -> None:
    text = "import os\n\n\ndef first(source):\n    pass\n\n\nx = 1\n\n\ny = 2\n"
    block = of("def third(source):\n", "def third(source, more):\n")
    blocks = [of("import os\n", "import sys\n"), block, of("x = 1\n", "x = 3\n"),
              of("y = 2\n", "y = 3\n")]  # fmt: skip
    assert reasons(place(text, blocks)) == {1: "nowhere"}
