"""Which file is meant by a few letters, on names people have and on any names at all."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.workspace.file_index import FileIndex, list_files, lower, word_starts
from autocoder_tui.workspace.file_search import (
    FileSearch,
    Found,
    matched_letters,
    wanted_letters,
    wanted_words,
)
from autocoder_tui.workspace.letters import align

PROJECT = (
    "README.md",
    "docs/report.md",
    "src/report.py",
    "src/report_writer.py",
    "src/cli.py",
    "src/shop/cart.py",
    "src/shop/FilePicker.tsx",
    "src/shop/file_pane.py",
    "src/shop/file.py",
    "src/client/list.py",
    "src/unreported.py",
    "tests/test_report.py",
    "tests/shop/test_cart.py",
)


def search(query: str, *names: str, first: tuple[str, ...] = ()) -> tuple[str, ...]:
    return FileSearch(FileIndex.of(names or PROJECT)).search(query, first).paths


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("report", ["src/report.py", "docs/report.md", "src/report_writer.py"]),
        ("cli", ["src/cli.py", "src/client/list.py"]),  # the name over the folder
        ("fp", ["src/shop/file_pane.py", "src/shop/FilePicker.tsx"]),  # not file.py
        ("picker", ["src/shop/FilePicker.tsx"]),  # a hump is where a word begins
        ("rwr", ["src/report_writer.py"]),
        ("tecart", ["tests/shop/test_cart.py"]),  # the folder does not take the letters
        ("shop/cart", ["src/shop/cart.py"]),
        ("t/s/c", ["tests/shop/test_cart.py"]),
        ("READ", ["README.md"]),
        ("src cart", ["src/shop/cart.py"]),
        ("cart test", ["tests/shop/test_cart.py"]),  # words in any order
        ("shop picker", ["src/shop/FilePicker.tsx"]),
        ("report ", ["src/report.py"]),
        ("shcart", ["src/shop/cart.py"]),  # the beginnings of words along the path
        ("clist", ["src/client/list.py"]),
        ("./src/cli.py", ["src/cli.py"]),  # as it is copied from elsewhere
        ("src/cli.py:12:5", ["src/cli.py"]),
        ("src\\shop\\file.py", ["src/shop/file.py"]),
    ],
)
def test_what_is_meant_comes_first(query: str, best: list[str]) -> None:
    assert list(search(query)[: len(best)]) == best


def test_words_of_a_name_come_before_the_middle_of_one() -> None:
    found = search("report")
    assert found.index("tests/test_report.py") < found.index("src/unreported.py")


def test_the_shorter_name_comes_first() -> None:
    assert search("a", "ab.py", "a.py", "abc.py") == ("a.py", "ab.py", "abc.py")


def test_what_was_picked_lately_comes_first_among_its_like() -> None:
    assert search("report", first=("src/report_writer.py",))[0] == "src/report_writer.py"
    # One tier up, and no more: what the letters are the beginning of is meant rather.
    found = search("cli", "src/cli.py", "src/c/l/i.py", first=("src/c/l/i.py",))
    assert found == ("src/cli.py", "src/c/l/i.py")


def test_nothing_typed_lists_all_with_the_picked_ones_first() -> None:
    found = FileSearch(FileIndex.of(PROJECT)).search("", ["src/cli.py", "gone.py"])
    assert found.total == len(PROJECT)
    assert found.paths[:2] == ("src/cli.py", "README.md")


@pytest.mark.parametrize(
    ("path", "query", "marked"),
    [
        ("src/helpers/shop.py", "shop", "shop"),
        ("src/shop/FilePicker.tsx", "fp", "FP"),
        ("tests/shop/test_cart.py", "tcart", "tcart"),
        ("src/shop/cart.py", "srcart", "srcart"),
        ("a/İx.py", "ix", "İx"),
        ("unittest/mock.py", "umock", "umock"),
        ("unittest/custom_mock.py", "mock unit", "unitmock"),
    ],
)
def test_the_letters_marked_are_those_a_person_sees(path: str, query: str, marked: str) -> None:
    assert "".join(path[at] for at in matched_letters(path, query)) == marked


def test_the_marks_of_a_name_stand_together_where_they_can() -> None:
    assert matched_letters("src/s_h_o_p/shop.py", "shop") == (12, 13, 14, 15)


# -------------------------------------------------------------------- any names

letters = st.sampled_from("aAbBcC/._-1éß\u202e\x1b\n[]")
WORDS = ("report", "Report", "cartRow", "file_pane", "src", "s", "FilePicker.tsx", "r_p.py", "é1")
names = st.text(letters, min_size=1, max_size=14)
projects = st.lists(names, max_size=25).map(FileIndex.of)
queries = st.text(letters, max_size=6)


def has(path: str, wanted: str) -> bool:
    rest = iter(FileIndex.of([path]).lowered[0])
    return all(letter in rest for letter in wanted)


@given(projects, queries, st.lists(names, max_size=4))
def test_found_are_those_that_have_the_letters_and_no_others(
    index: FileIndex, query: str, first: list[str]
) -> None:
    found = FileSearch(index).search(query, [*first, *index.paths[:2]])
    words = wanted_words(query)  # An end of a line parts them, too.
    having = [path for path in index.paths if all(has(path, word) for word in words)]
    assert sorted(found.paths) == having
    assert found.total == len(found.paths)
    for path in found.paths:
        places = matched_letters(path, query)
        assert list(places) == sorted(set(places))
        matched = "".join(FileIndex.of([path]).lowered[0][at] for at in places)
        assert all(has(matched, word) for word in words)
        assert len(words) != 1 or matched == words[0]


@given(projects, queries, st.lists(queries, max_size=4))
def test_letters_typed_on_find_what_they_find_at_once(
    index: FileIndex, query: str, others: list[str]
) -> None:
    searching = FileSearch(index)
    for number in range(len(query)):
        searching.search(query[:number])
    assert searching.search(query) == FileSearch(index).search(query)
    for other in others:
        assert searching.search(other) == FileSearch(index).search(other)


def capital(letter: str) -> str:
    return letter.upper() if len(letter.upper()) == 1 else letter


def tier_by_hand(path: str, wanted: str) -> int:
    """Which of the tiers a file is in, as the description of the search says it."""
    lowered = lower(path)
    starts, begin = word_starts(path, lowered), path.rfind("/") + 1
    name = lowered[begin:]
    words = [
        at
        for at in range(begin, len(path))
        if lowered.startswith(wanted, at) and starts[at] == capital(wanted[0])
    ]
    initials = iter(starts[begin:])
    rest = iter(name)
    aligned = align(wanted, lowered, starts).places
    pieces = 1 + sum(place != before + 1 for before, place in itertools.pairwise(aligned))
    tiers: list[object] = [
        lowered == wanted or lowered.endswith(f"/{wanted}") if "/" in wanted else False,
        "/" not in wanted and name.startswith(wanted),
        "/" not in wanted and words,
        "/" not in wanted and all(capital(letter) in initials for letter in wanted),
        wanted in name,
        lowered.startswith(wanted) or f"/{wanted}" in lowered,
        at_words(starts, wanted) and ("/" in wanted or 5 * pieces <= 2 * len(wanted)),
        "/" not in wanted and all(letter in rest for letter in wanted),
        wanted in lowered,
        True,
    ]
    return next(number for number, belongs in enumerate(tiers) if belongs)


def at_words(starts: str, wanted: str) -> bool:
    """Whether the letters begin words, or follow one that does, on to the name."""

    def follows(at: int, left: str) -> bool:
        if not left:
            return "/" not in starts[at:]
        if at < len(starts) and starts[at].lower() == left[0].lower():
            return follows(at + 1, left[1:])
        at = starts.find(capital(left[0]), at)
        return at >= 0 and follows(at + 1, left[1:])

    return any(
        follows(at + 1, wanted[1:]) for at in range(len(starts)) if starts[at] == capital(wanted[0])
    )


def ranked_by_hand(index: FileIndex, query: str) -> list[str]:
    wanted = wanted_letters(query)

    def rank(path: str) -> tuple[int, int, int, int, str]:
        lowered, tier = lower(path), tier_by_hand(path, wanted)
        begin = path.rfind("/") + 1 if tier == 7 else 0
        starts = word_starts(path, lowered)
        score = align(wanted, lowered, starts, begin).score if tier in (6, 7, 9) else 0
        return tier, -score, len(path) - path.rfind("/"), len(path), path

    return sorted((path for path in index.paths if has(path, wanted)), key=rank)


@given(projects, queries)
def test_the_order_is_that_of_the_tiers(index: FileIndex, query: str) -> None:
    if wanted_letters(query):
        assert list(FileSearch(index).search(query).paths) == ranked_by_hand(index, query)


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5), max_size=40), st.data())
def test_the_order_is_that_of_the_tiers_among_names_as_people_have_them(
    paths: list[list[str]], data: st.DataObject
) -> None:
    index = FileIndex.of("/".join(path) for path in paths)
    wanted = "".join(
        data.draw(st.sampled_from(WORDS))[: data.draw(st.integers(1, 4))] for _ in "ab"
    )
    searching = FileSearch(index)
    for count in range(1, len(wanted) + 1):
        found = searching.search(wanted[:count])
        assert list(found.paths) == ranked_by_hand(index, wanted[:count])
        most = data.draw(st.integers(1, 5))
        assert searching.search(wanted[:count], most=most).paths == found.paths[:most]


@given(st.text("aB_/", min_size=1, max_size=12), st.text("ab_", min_size=1, max_size=4))
def test_no_way_to_align_the_letters_is_better(path: str, wanted: str) -> None:
    lowered = lower(path)
    if not has(path, wanted):
        return
    starts = word_starts(path, lowered)

    def score(places: tuple[int, ...]) -> int:
        total = -places[0]
        for at, place in enumerate(places):
            total += 160 * starts[place].isupper()
            if at:
                gap = place - places[at - 1] - 1
                total += 120 if not gap else -40 - (gap - 1)
        return total

    ways = [
        places
        for places in itertools.combinations(range(len(path)), len(wanted))
        if all(lowered[at] == letter for at, letter in zip(places, wanted, strict=True))
    ]
    found = align(wanted, lowered, starts)
    assert found.places in ways
    assert found.score == score(found.places) == max(map(score, ways))


@given(projects, st.lists(queries.filter(bool), min_size=2, max_size=3), st.data())
def test_words_are_found_in_any_order(
    index: FileIndex, words: list[str], data: st.DataObject
) -> None:
    found = FileSearch(index).search(" ".join(words))
    wanted = wanted_words(" ".join(words))
    assert sorted(found.paths) == [
        path for path in index.paths if all(has(path, word) for word in wanted)
    ]
    assert found.total == len(found.paths)
    if len(wanted) > 1:
        other = FileSearch(index).search(" ".join(data.draw(st.permutations(words))))
        assert other == found


def test_a_word_of_its_own_comes_before_a_part_of_one() -> None:
    names = ("http/server.py", "src/httpx/observer.py", "src/server_http.py", "http/client.py")
    assert search("server http", *names) == ("src/server_http.py", *names[:2])
    assert search("server http", *names, first=names[1:2])[1] == "http/server.py"


@given(projects, queries, st.integers(0, 30))
def test_a_bound_cuts_the_end_off(index: FileIndex, query: str, most: int) -> None:
    everything = FileSearch(index).search(query)
    found = FileSearch(index).search(query, most=most)
    assert found == Found(everything.paths[:most], everything.total)


@given(projects, queries, st.data())
def test_a_pick_never_takes_a_file_further_down(
    index: FileIndex, query: str, data: st.DataObject
) -> None:
    before = FileSearch(index).search(query).paths
    if before:
        picked = data.draw(st.sampled_from(before))
        after = FileSearch(index).search(query, [picked]).paths
        assert after.index(picked) <= before.index(picked)


@pytest.mark.parametrize("hostile", ["a" * 4000, "a_" * 2000, "aA" * 2000, "[" * 4000, "\n" * 4000])
def test_no_name_makes_a_search_long(hostile: str) -> None:
    index = FileIndex.of(f"{hostile}{number}" for number in range(50))
    begun = time.process_time()
    for query in ("a" * 120 + "z", "a" * 60, hostile[:300], "a/" * 30):
        for path in FileSearch(index).search(query).paths[:5]:
            matched_letters(path, query)
    assert time.process_time() - begun < 5


# -------------------------------------------------------------------- a project on disk


def test_a_listing_leaves_out_what_is_ignored_and_goes_round_no_loop(tmp_path: Path) -> None:
    for name in ("a.py", "build/out.py", "src/b.py", "src/\x1b[31m\n.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / ".gitignore").write_text("build/\n")
    (tmp_path / "src" / "again").symlink_to(tmp_path)
    index = list_files(tmp_path)
    assert index.paths == (".gitignore", "a.py", "src/\x1b[31m\n.py", "src/again", "src/b.py")
    assert not index.cut


def test_a_listing_is_bounded_and_says_so(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.py").touch()
    index = list_files(tmp_path, most=3)
    assert (len(index.paths), index.cut) == (3, True)
