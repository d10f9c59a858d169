"""Kinds of blocks, each with the one right place, or none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autocoder_tui.edits.edit import EditBlock, EditLine, Placed
from autocoder_tui.edits.place import place

TEXT = """\
class A:
    def f(self):
        return 1

    def g(self):
        return 2


class B:
    def f(self):
        return 1
"""
of = EditBlock.of


def diff(lines: str, **more: object) -> EditBlock:
    """A block of a diff: each line with its mark."""
    steps = [EditLine(line[0], line[1:] + "\n") for line in lines.split("\n")]  # type: ignore[arg-type]
    return replace(EditBlock(tuple(steps), has_context=True), **more)  # type: ignore[arg-type]


def only(placed: Placed) -> tuple[str, str]:
    """The text, and how its one block was placed."""
    assert not placed.unplaced, placed.unplaced
    assert not placed.already
    return placed.text, placed.placements[0].manner


def reason(placed: Placed) -> str:
    assert not placed.placements
    (one,) = placed.unplaced
    assert one.said
    return one.reason


@pytest.mark.parametrize(
    ("search", "replacement", "manner", "line"),
    [
        ("        return 2\n", "        return 3\n", "exact", "        return 3\n"),
        ("        return 2 \t\n", "        return 3\n", "ends", "        return 3\n"),
        ("def g(self):\n    return 2\n", "def g(self):\n    return 3\n", "indent", "return 3"),
        ("\tdef g(self):\n\t\treturn 2\n", "\tdef g(self):\n\t\treturn 3\n", "indent", "return 3"),
        ("        return 1\n    def g(self):\n", "        return 7\n    def g(self):\n", "blank",
         "return 7\n\n    def g"),
        ("    def g(this):\n        return 2\n", "    def g(this):\n        return 3\n",
         "likeness", "g(self):\n        return 3"),
    ],
)  # fmt: skip
def test_looser_and_looser_equality(search: str, replacement: str, manner: str, line: str) -> None:
    text, how = only(place(TEXT, [of(search, replacement)]))
    assert how == manner
    assert line in text
    assert len(text.split("\n")) == len(TEXT.split("\n"))


def test_lines_that_stay_keep_the_files_own_text() -> None:
    old = "class A: \n  def f(me):\n    return 1\n\n  def g(self):\n    return 2\n"
    block = of(old, old.replace("return 2", "return 5"))
    text, _ = only(place(TEXT, [block]))
    assert text == TEXT.replace("return 2", "return 5")


def test_what_mixes_tabs_and_blanks_is_asked_about() -> None:
    text = "def f():\n    x = 1\n    y = 2\n"
    mixed = of("\tx = 1\n\ty = 2\n", "\tx = 1\n        z = 3\n\ty = 2\n")
    assert reason(place(text, [mixed])) == "nowhere"
    plain = of("\tx = 1\n\ty = 2\n", "\tx = 1\n\t\tz = 3\n\ty = 2\n")
    assert place(text, [plain]).text == text.replace("    y", "        z = 3\n    y")


def test_a_block_of_tabs_turns_blank_lines_that_come_to_blanks_too() -> None:
    text = "def f():\n    x = 1\n    y = 2\n"
    block = of("\tx = 1\n\ty = 2\n", "\tx = 1\n\t\n\ty = 2\n")
    assert place(text, [block]).text == "def f():\n    x = 1\n    \n    y = 2\n"


def test_a_tab_that_shall_come_is_not_there_already_as_blanks() -> None:
    text = "<!--\n    This is another comment.\n-->\n"
    block = diff(" <!--\n-    This is a stale comment.\n+\tThis is another comment.\n -->")
    placed = place(text, [block])
    assert not placed.already
    assert placed.text == text.replace("    This", "\tThis") or placed.unplaced


def test_depth_chooses_between_places_where_tabs_stand_for_blanks() -> None:
    text = "a {\n  color: red;\n  b {\n    color: red;\n  }\n}\n"
    block = of("\t\tcolor: red;\n", "\t\tcolor: blue;\n")
    placed = place(text, [block])
    assert only(placed) == (text.replace("    color: red", "    color: blue"), "indent")


def test_depth_chooses_nothing_where_a_tab_may_be_of_either_width() -> None:
    text = "a:\n  k: red\n  z: 1\nb:\n    k: red\n"
    block = of("\tk: red\n", "\tk: blue\n")
    assert reason(place(text, [block])) == "several"
    witness = of("\tz: 1\n", "\tz: 2\n")
    placed = place(text, [block, witness])
    assert placed.text == "a:\n  k: blue\n  z: 2\nb:\n    k: red\n"


def test_the_last_line_of_a_file_loses_its_end_whatever_ends_its_lines() -> None:
    block = of("a\n}\n", "b\n}")
    assert place("a\r\n}\r\n", [block]).text == "b\r\n}"
    assert place("a\n}\n", [block]).text == "b\n}"


def test_an_elided_middle_is_kept() -> None:
    old = "class A:\n    # ... existing code ...\n    def g(self):\n        return 2\n"
    block = of(old, old.replace("class A", "class C").replace("return 2", "return 9"))
    text, how = only(place(TEXT, [block]))
    assert how == "elided"
    assert text == TEXT.replace("class A", "class C").replace("return 2", "return 9")


def test_code_left_out_only_in_what_comes_is_refused() -> None:
    block = of("        return 2\n", "        # ... existing code ...\n        return 3\n")
    assert reason(place(TEXT, [block])) == "refused"


def test_two_places_are_asked_about_and_scopes_choose() -> None:
    block = of("        return 1\n", "        return 7\n")
    placed = place(TEXT, [block])
    assert reason(placed) == "several"
    assert [(c.start, c.end) for c in placed.unplaced[0].candidates] == [(2, 3), (10, 11)]
    text, _ = only(place(TEXT, [replace(block, scopes=("class B", "def f"))]))
    assert text == TEXT[:-9] + "return 7\n"


def test_a_number_chooses_between_equal_places_and_never_places() -> None:
    twice = "one = first(1)\nmiddle\none = first(1)\n"
    block = replace(of("one = first(1)\n", "two\n"), line=3)
    assert only(place(twice, [block])) == ("one = first(1)\nmiddle\ntwo\n", "numbers")
    assert reason(place(twice, [replace(block, line=2)])) == "several"
    nowhere = diff(" not there\n+new\n nor this", line=2, last=3)
    assert reason(place(twice, [nowhere])) == "nowhere"
    bare = EditBlock((EditLine("+", "new\n"),), line=2, last=3)
    assert reason(place(twice, [bare])) == "refused"


def test_a_number_that_the_other_blocks_belie_chooses_nothing() -> None:
    text = "a = alone(1)\n" + "same = line(1)\n" * 2 + "b = alone(2)\n"
    blocks = [
        replace(of("a = alone(1)\n", "a\n"), line=5),
        replace(of("same = line(1)\n", "x\n"), line=3),
        replace(of("b = alone(2)\n", "b\n"), line=4),
    ]
    placed = place(text, blocks)
    assert [one.reason for one in placed.unplaced] == ["several"]
    assert placed.text == "a\n" + "same = line(1)\n" * 2 + "b\n"


def test_an_addition_goes_into_its_scope_and_never_to_the_end() -> None:
    block = EditBlock((EditLine("+", "def h(self):\n"), EditLine("+", "    pass\n")))
    text, how = only(place(TEXT, [replace(block, scopes=("class A",))]))
    assert how == "scope"
    assert text == TEXT.replace("return 2\n", "return 2\n    def h(self):\n        pass\n")
    assert reason(place(TEXT, [block])) == "refused"
    assert reason(place(TEXT, [replace(block, scopes=("class Z",))])) == "nowhere"
    assert reason(place(TEXT, [replace(block, scopes=("def f",))])) == "several"
    assert place(TEXT, [replace(block, at_end=True)]).text.startswith(TEXT)
    assert place("", [block]).text == "def h(self):\n    pass\n"


def test_an_addition_goes_before_the_brace_that_closes_its_scope() -> None:
    text = "class A {\npublic:\n  int f();\n};\n\nint f() {\n  return 1;\n}\n"
    block = EditBlock((EditLine("+", "  int g();\n"),), scopes=("class A",))
    assert place(text, [block]).text == text.replace("f();\n}", "f();\n  int g();\n}")


def test_what_stands_there_already_is_no_change_and_said() -> None:
    for block in (
        of("        return 2\n", "        return 2\n"),
        of("    def g(self, old):\n        return 2\n", "    def g(self):\n        return 2\n"),
    ):
        placed = place(TEXT, [block])
        assert placed.already == (0,), block
        assert placed.text == TEXT
    imports = "import asyncio\nimport dataclasses\n"
    placed = place(imports, [of("import asyncio\n", imports)])
    assert (placed.already, placed.text) == ((0,), imports)


def test_a_block_said_twice_is_made_once() -> None:
    block = of("        return 2\n", "        return 3\n")
    placed = place(TEXT, [block, block])
    assert placed.repeated == (1,)
    assert placed.text == TEXT.replace("return 2", "return 3")


def test_blocks_that_want_the_same_lines_are_said() -> None:
    placed = place(TEXT, [of("        return 2\n", "x\n"), of("        return 2\n", "y\n")])
    assert [(one.block, one.reason) for one in placed.unplaced] == [(1, "overlap")]


def test_blocks_in_any_order_are_placed_against_the_original() -> None:
    blocks = [of("        return 2\n", "        return 1\n"), of("class A:\n", "class B:\n"),
              of("class B:\n", "class A:\n")]  # fmt: skip
    wanted = TEXT.replace("class A", "class Z").replace("class B", "class A")
    wanted = wanted.replace("class Z", "class B").replace("return 2", "return 1")
    assert place(TEXT, blocks).text == place(TEXT, blocks[::-1]).text == wanted


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_new_lines_take_the_line_ends_of_the_file(end: str) -> None:
    block = of("        return 2\n", "        x = 2\n        return x\n")
    wanted = TEXT.replace("return 2", "x = 2\n        return x")
    assert place(TEXT.replace("\n", end), [block]).text == wanted.replace("\n", end)


def test_new_lines_in_mixed_line_ends_take_their_neighbours() -> None:
    text = "a = 1\r\nb = 2\r\nc = 3\nd = 4\n"
    text, _ = only(place(text, [of("a = 1\nb = 2\n", "a = 1\nx\nb = 2\n")]))
    assert text == "a = 1\r\nx\r\nb = 2\r\nc = 3\nd = 4\n"


@pytest.mark.parametrize("odd", ["\x0c", "\x85", "\u2028", "\r", "\x1c", "\x0b"])
def test_only_a_newline_ends_a_line(odd: str) -> None:
    text = f"one{odd}two = 1\nthree = 3\n"
    placed = place(text, [of(f"one{odd}two = 1\n", f"one{odd}two = 2\n")])
    assert placed.text == text.replace("1", "2")
    assert place(text, [of("three = 3\n", "four\n")]).text == f"one{odd}two = 1\nfour\n"


def test_a_file_without_a_final_newline_keeps_its_habit() -> None:
    assert place("a = 1\nb = 2", [of("b = 2\n", "b = 3\n")]).text == "a = 1\nb = 3"
    assert place("a = 1\nb = 2\n", [of("b = 2", "b = 3")]).text == "a = 1\nb = 3\n"
    assert place("a = 1\nb = 2\n", [of("a = 1", "a = 3")]).text == "a = 3\nb = 2\n"
    added = EditBlock((EditLine("+", "c = 3\n"),), at_end=True)
    assert place("a = 1\nb = 2", [added]).text == "a = 1\nb = 2\nc = 3"


def test_html_escapes_are_understood_only_where_they_are_found_so() -> None:
    code = 'if a < b && c > "d":\n    stop()\n'
    block = of("if a &lt; b &amp;&amp; c &gt; &quot;d&quot;:\n", "if a &lt;= b:\n")
    assert place(code, [block]).text == "if a <= b:\n    stop()\n"
    page = "<p>a &lt; b</p>\n"
    assert place(page, [of("<p>a &lt; b</p>\n", "<p>a &gt; b</p>\n")]).text == "<p>a &gt; b</p>\n"


def test_an_unclosed_block_is_never_placed() -> None:
    block = replace(of("        return 2\n", "        return 3\n"), closed=False)
    assert reason(place(TEXT, [block])) == "unclosed"


def test_the_first_line_that_differs_is_named() -> None:
    block = of("class A:\n    def other_name(self, and_more):\n        return 1\n", "x\n")
    (one,) = place(TEXT, [block]).unplaced
    assert "`def other_name(self, and_more):`" in one.said
    assert "line 2 is `def f(self):`" in one.said


def test_a_long_hunk_with_one_wrong_line_in_the_middle_is_placed() -> None:
    lines = [f"value_{n} = compute({n})\n" for n in range(60)]
    old = [*lines[5:25], "something quite other\n", *lines[26:50]]
    placed = place("".join(lines), [of("".join(old), "".join([*old[:-1], "end\n"]))])
    assert only(placed) == ("".join([*lines[:49], "end\n", *lines[50:]]), "likeness")


def test_a_person_chooses_the_place_of_a_block() -> None:
    block = of("        return 1\n", "        return 7\n")
    placed = place(TEXT, [block], {0: (10, 11)})
    assert only(placed) == (TEXT[:-9] + "return 7\n", "chosen")
    added = EditBlock((EditLine("+", "# note\n"),))
    assert place(TEXT, [added], {0: (4, 4)}).text == TEXT.replace("    def g", "# note\n    def g")


def test_a_part_of_a_line_too_long_to_be_shown_is_changed_where_it_stands_once() -> None:
    items = ",".join(f'{{"id":{n},"name":"row {n}"}}' for n in range(1_000))
    block = of('"name":"row 77"', '"name":"seventy-seven"')
    wanted = items.replace('"row 77"', '"seventy-seven"')
    assert place(f"[{items}]", [block]).text == f"[{wanted}]"
    assert reason(place(f"[{items},{items}]", [block])) == "nowhere"
    assert reason(place(f"[{items}]", [of('"name":"row', "x")])) == "nowhere"


IMPORTS = "".join(f"from {name} import *  # it\n" for name in ("trees", "paths", "cliques"))


def test_a_stale_word_of_a_line_that_has_siblings_chooses_the_one_line_it_can_be() -> None:
    for stale in ("from paths_old import *  # it\n", "from  import *  # it\n"):
        block = of(f"from trees import *  # it\n{stale}", "x\n")
        assert place(IMPORTS, [block]).text == "x\n" + IMPORTS.splitlines(keepends=True)[2]
    block = of("from paths_old import *  # it\n", "x\n")
    assert place(IMPORTS, [block]).text.split("\n")[1] == "x"


def test_a_word_that_tells_siblings_apart_chooses_nothing() -> None:
    assert reason(place(IMPORTS, [of("from cycles import *  # it\n", "x\n")])) == "several"
    assert reason(place(IMPORTS, [of("from  import *  # it\n", "x\n")])) == "several"
    near = IMPORTS.replace("trees", "paths_new")
    assert reason(place(near, [of("from paths_old import *  # it\n", "x\n")])) == "several"


@pytest.mark.parametrize(
    ("search", "right"),
    [
        ("@cached\nvalue all_simple_edge_paths(G, k):\n",
         "@cached\ndef all_simple_edge_paths(G, k):\n"),
        ("def all_simple_edge_paths_old(G, k):\n", "def all_simple_edge_paths(G, k):\n"),
        ("    minimum_width: 40_old\n", "    minimum_width: 40\n"),
    ],
)  # fmt: skip
def test_a_stale_word_beside_the_one_name_leaves_no_doubt(search: str, right: str) -> None:
    text = (
        "@cached\ndef all_simple_paths(G, k):\n    minimum_width: 30\n\n\n"
        "@cached\ndef all_simple_edge_paths(G, k):\n    minimum_width: 40\n"
    )
    placed = place(text, [of(search, "# changed\n")])
    assert only(placed) == (text.replace(right, "# changed\n"), "likeness")


def test_a_name_that_no_line_defines_is_none_that_resembles_it() -> None:
    text = "def bfs_edges(G, source):\n    return 1\n\n\ndef other():\n    pass\n"
    assert reason(place(text, [of("def tree_of(G, source):\n", "# changed\n")])) == "nowhere"


def test_lines_never_come_between_two_that_only_resemble_those_shown() -> None:
    text = "def f():\n    if a:\n        b()\n    else:\n        call_it_back()\n"
    block = of(
        '    """\n    call_it_back = value(\n', '    """\n    new()\n    call_it_back = value(\n'
    )
    assert reason(place(text, [block])) == "nowhere"
    text = "{\n    minimum: def.value,\n    input: payload.value,\n}\n"
    old = "    minimum: def.value,\n    input,\n"
    block = of(old, old.replace("    input", "    inclusive: true,\n    input"))
    assert reason(place(text, [block])) == "nowhere"


def test_a_mark_alone_among_other_blank_lines_is_no_place_where_it_stands_indented_too() -> None:
    text = '"""\nAbout it.\n"""\nimport os\n\n\ndef f():\n    """\n    One.\n\n    """\n'
    text = text.replace('"""\nAbout it.\n', '"""About it.\n', 1)
    assert reason(place(text, [of('\n"""\n', '\nmore\n"""\n')])) == "several"


def test_lines_that_are_only_to_be_indented_are_not_taken_for_there_already() -> None:
    """One of the lines that go is not as in the file, so that more than white space differs."""
    text = "try:\n    a()\nexcept E:\n    log(T())\n    if x:\n        stop(1)\nelse:\n    done()\n"
    old = "    log(T())\n    if x:\n        stop_old(1)\nelse:\n    done()\n"
    new = "        log(T())\n        if x:\n            stop(1)\n    else:\n        done()\n"
    placed = place(text, [EditBlock.of(old, new)])
    assert not placed.already
    assert placed.unplaced or placed.text == text.replace(old.replace("_old", ""), new)
