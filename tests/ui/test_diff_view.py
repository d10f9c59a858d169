from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.edits.large_text import place_in_large
from autocoder_tui.review import FileReview, Verdict
from autocoder_tui.ui.widgets.diff.view import DiffView

OLD = "".join(f"def f{n}(x):\n    return x + {n}\n\n\n" for n in range(20))
NEW = (
    OLD.replace("x + 3\n", "x - 3\n")
    .replace("x + 9\n", "x - 9\n    # done\n")
    .replace("x + 15\n", "x * 15\n")
)
REVIEW = FileReview.of("src/f.py", OLD, NEW)


class Harness(App[None]):
    CSS = "DiffView { border: solid $primary; }"

    def __init__(self, review: FileReview) -> None:
        super().__init__()
        self.shown = review

    def compose(self) -> ComposeResult:
        yield DiffView()

    def on_mount(self) -> None:
        self.diff.focus()
        self.diff.show(self.shown)

    @property
    def diff(self) -> DiffView:
        return self.query_one(DiffView)


def lines(diff: DiffView) -> list[str]:
    """What is on the screen, without the overview at the right."""
    strips: list[Strip] = [diff.render_line(y) for y in range(diff.size.height)]
    assert {strip.cell_length for strip in strips} == {diff.size.width}
    return [strip.text[:-2].rstrip() for strip in strips]


def shown(diff: DiffView) -> str:
    return "\n".join(lines(diff))


def verdicts(diff: DiffView) -> str:
    assert diff.review is not None
    return "".join(verdict.mark for verdict in diff.review.verdicts)


async def open_review(pilot: Pilot[None]) -> DiffView:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    return pilot.app.query_one(DiffView)


async def test_side_by_side_where_there_is_room() -> None:
    async with Harness(REVIEW).run_test(size=(120, 40)) as pilot:
        diff = await open_review(pilot)
        assert diff.side_by_side
        row = next(line for line in lines(diff) if "x - 3" in line)
        assert row.index("x + 3") < row.index("x - 3")
        assert row.startswith("▌·")
        assert "▌" in row[1:], "the cursor shows on the new side too"
        assert " - " in row
        assert " + " in row


async def test_unified_where_there_is_not() -> None:
    async with Harness(REVIEW).run_test(size=(80, 24)) as pilot:
        diff = await open_review(pilot)
        assert not diff.side_by_side
        rows = lines(diff)
        removed = next(at for at, line in enumerate(rows) if "x + 3" in line)
        assert " - " in rows[removed]
        assert "x - 3" in rows[removed + 1]
        await pilot.press("t")
        assert diff.side_by_side
        await pilot.press("t")
        assert lines(diff) == rows


async def test_unchanged_lines_fold_and_open() -> None:
    async with Harness(REVIEW).run_test(size=(120, 40)) as pilot:
        diff = await open_review(pilot)
        assert "⋯ 10 unchanged lines" in lines(diff)[0]
        assert "def f0" not in shown(diff)
        await pilot.press("x")
        await pilot.press("home")
        assert "def f0" in shown(diff)
        await pilot.press("z")
        await pilot.press("home")
        assert "⋯" not in shown(diff)
        await pilot.press("z")
        assert "⋯ 10 unchanged lines" in lines(diff)[0]


async def test_a_click_opens_a_fold_where_it_is() -> None:
    async with Harness(REVIEW).run_test(size=(120, 40)) as pilot:
        diff = await open_review(pilot)
        at = next(at for at, line in enumerate(lines(diff)) if at and "⋯" in line)
        before = lines(diff)[:at]
        await pilot.click(DiffView, offset=(40, at + 1))
        assert lines(diff)[:at] == before
        assert "⋯" not in lines(diff)[at]


async def test_deciding_goes_on_to_the_next_undecided_hunk() -> None:
    received: list[Message] = []
    app = Harness(REVIEW)
    async with app.run_test(size=(100, 16), message_hook=received.append) as pilot:
        diff = await open_review(pilot)
        assert (diff.cursor, verdicts(diff)) == (0, "···")
        await pilot.press("a")
        assert (diff.cursor, verdicts(diff)) == (1, "✓··")
        assert "x - 9" in shown(diff), "the next hunk is in view"
        await pilot.press("n", "r")
        assert (diff.cursor, verdicts(diff)) == (1, "✓·✗")
        await pilot.press("p", "u")
        assert (diff.cursor, verdicts(diff)) == (0, "··✗")
        diff.decide_all(Verdict.ACCEPTED)
        assert verdicts(diff) == "✓✓✓"
        diff.decide_all(Verdict.REJECTED)
        assert verdicts(diff) == "✗✗✗"
        await pilot.press("a")
        assert diff.cursor == 0, "nothing undecided is left to go to"
    decided = [m for m in received if isinstance(m, DiffView.HunkDecided)]
    assert (decided[0].path, decided[0].hunk, decided[0].verdict) == (
        "src/f.py",
        0,
        Verdict.ACCEPTED,
    )
    changed = [m for m in received if isinstance(m, DiffView.ReviewChanged)]
    assert changed[-1].review.counts == (1, 2, 0)
    assert any(isinstance(m, DiffView.CursorMoved) and m.hunk == 1 for m in received)


async def test_a_click_selects_and_one_on_the_verdict_decides() -> None:
    async with Harness(REVIEW).run_test(size=(120, 40)) as pilot:
        diff = await open_review(pilot)
        at = next(at for at, line in enumerate(lines(diff)) if "x * 15" in line)
        await pilot.click(DiffView, offset=(40, at + 1))
        assert (diff.cursor, verdicts(diff)) == (2, "···")
        await pilot.click(DiffView, offset=(2, at + 1))
        assert verdicts(diff) == "··✓"


async def test_splitting() -> None:
    async with Harness(REVIEW).run_test(size=(120, 40)) as pilot:
        diff = await open_review(pilot)
        await pilot.press("n", "s")
        assert verdicts(diff) == "····"
        await pilot.press("a")
        assert verdicts(diff) == "·✓··"
        assert diff.review is not None
        assert diff.review.result() == OLD.replace("x + 9\n", "x - 9\n")


async def test_another_state_of_the_same_review_keeps_the_place() -> None:
    async with Harness(REVIEW).run_test(size=(80, 12)) as pilot:
        diff = await open_review(pilot)
        await pilot.press("n", "n")
        top = diff.scroll_offset.y
        assert top > 0
        diff.show(REVIEW.all_verdict(Verdict.ACCEPTED))
        assert (diff.cursor, diff.scroll_offset.y) == (2, top)
        diff.show(FileReview.of("src/g.py", "a\n", "b\n"))
        await pilot.pause()
        assert (diff.cursor, diff.scroll_offset.y) == (0, 0)


async def test_both_sides_scroll_sideways_and_the_margins_stay() -> None:
    old = "x = [" + "1, " * 60 + "]\n"
    review = FileReview.of("f.py", old, old.replace("x =", "y ="))
    async with Harness(review).run_test(size=(120, 10)) as pilot:
        diff = await open_review(pilot)
        assert lines(diff)[0].count("›") == 2
        await pilot.press("right")
        row = lines(diff)[0]
        assert "x = [" not in row
        assert "y = [" not in row
        assert row.startswith("▌·   1 - ")
        for _ in range(40):
            await pilot.press("right")
        assert "]" in lines(diff)[0]
        assert "›" not in lines(diff)[0]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a\n", "a  \n", "a··"),
        ("a\n", "a\t\n", "a→"),
        ("a\n", "a", "⊘ no newline at end"),
        ("a\n", "a\r\n", "a␍"),
        ("a\n", "a\x1b[2J\n", "a␛[2J"),
        ("a\n", "a\u202eb\n", "a�b"),
        ("a\n", "[bold]b[/]\n", "[bold]b[/]"),
    ],
)
async def test_what_cannot_be_seen_is_shown(old: str, new: str, expected: str) -> None:
    async with Harness(FileReview.of("f.txt", old, new)).run_test(size=(120, 10)) as pilot:
        diff = await open_review(pilot)
        assert expected in shown(diff)


async def test_line_endings_that_are_alike_are_not_marked() -> None:
    review = FileReview.of("f.txt", "a\r\nb\r\n", "a\r\nc\r\n")
    async with Harness(review).run_test(size=(120, 10)) as pilot:
        assert "␍" not in shown(await open_review(pilot))


async def test_wide_characters_keep_the_columns() -> None:
    old = "".join(f"{'漢字' * n}x\t表y\n" for n in range(30))
    review = FileReview.of("f.txt", old, old.replace("x", "えx"))
    async with Harness(review).run_test(size=(101, 20)) as pilot:
        diff = await open_review(pilot)
        lines(diff)  # asserts that every row is exactly as wide as the view
        for _ in range(3):
            await pilot.press("right")
            lines(diff)


async def test_an_empty_new_file_can_be_decided() -> None:
    async with Harness(FileReview.of("new", None, "")).run_test(size=(120, 10)) as pilot:
        diff = await open_review(pilot)
        assert "nothing in it" in shown(diff)
        await pilot.press("a")
        assert verdicts(diff) == "✓"


async def test_no_change_at_all() -> None:
    async with Harness(FileReview.of("f", "a\n" * 9, "a\n" * 9)).run_test() as pilot:
        diff = await open_review(pilot)
        assert "9 unchanged lines" in shown(diff)
        await pilot.press("a", "n", "p", "s", "x", "less_than_sign")
        assert diff.cursor == -1


async def test_colours_follow_and_change_with_the_theme() -> None:
    async with Harness(REVIEW).run_test(size=(120, 40)) as pilot:
        diff = await open_review(pilot)
        assert diff.coloured

        def style_of(word: str) -> object:
            segments = [s for y in range(diff.size.height) for s in diff.render_line(y)]
            return next(s.style for s in segments if s.text == word)

        assert style_of("return") != style_of("x")
        dark = style_of("return")
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert style_of("return") != dark


def huge_line() -> tuple[str, str]:
    line = "const x = " + "[1,2,3]," * 130_000
    return line, line.replace("const", "let")


def huge_file() -> tuple[str, str]:
    text = "".join(f"line {n} of a very large file that goes on and on\n" for n in range(200_000))
    return text, text.replace("line 99999 of", "line 99999 OF")


@pytest.mark.parametrize("texts", [huge_line, huge_file])
async def test_large_files_open_and_say_what_is_left_out(
    texts: Callable[[], tuple[str, str]],
) -> None:
    review = FileReview.of("big.js", *texts())
    async with Harness(review).run_test(size=(120, 20)) as pilot:
        diff = await open_review(pilot)
        assert not diff.coloured
        assert "without syntax colours" in lines(diff)[-1]
        assert "▌" in shown(diff)
        await pilot.press("right", "end", "home", "a")
        assert verdicts(diff) == "✓"


async def test_a_change_inside_a_line_of_many_kilobytes_is_shown_where_it_is() -> None:
    line = "".join(f"f({n}, [1,2,3]); " for n in range(20_000))
    text = f"first\n{line}\nlast\n"
    blocks = [EditBlock.of("f(17000,\n", "g(17000,\n"), EditBlock.of("last\n", "end\n")]
    review = FileReview.of_places("big.js", text, place_in_large(text, blocks))
    async with Harness(review).run_test(size=(120, 24)) as pilot:
        diff = await open_review(pilot)
        here = shown(diff)
        assert "f(17000" in here
        assert "g(17000" in here
        assert "↪" in here
        assert "  3 - last" in here, "lines are numbered as in the file"
        assert "Not compared as a whole" in lines(diff)[-1]
        await pilot.press("a", "n", "r")
        assert verdicts(diff) == "✓✗"


async def test_show_before_the_view_is_on_screen() -> None:
    class Early(App[None]):
        def compose(self) -> ComposeResult:
            view = DiffView()
            view.show(REVIEW)
            yield view

    async with Early().run_test(size=(120, 40)) as pilot:
        diff = await open_review(pilot)
        assert "x - 3" in shown(diff)
        assert diff.coloured


async def test_the_first_and_the_last_undecided_hunk() -> None:
    async with Harness(REVIEW).run_test(size=(80, 16)) as pilot:
        diff = await open_review(pilot)
        await pilot.press("greater_than_sign")
        assert diff.cursor == 2
        await pilot.press("r", "less_than_sign")
        assert (diff.cursor, verdicts(diff)) == (0, "··✗")
        await pilot.press("greater_than_sign")
        assert diff.cursor == 1


async def test_search_marks_counts_and_goes_through_what_it_finds() -> None:
    received: list[Message] = []
    app = Harness(REVIEW)
    async with app.run_test(size=(120, 20), message_hook=received.append) as pilot:
        diff = await open_review(pilot)
        diff.search("def f1(")
        await open_review(pilot)
        found = [m for m in received if isinstance(m, DiffView.FoundChanged)]
        assert (found[-1].text, found[-1].at, found[-1].total) == ("def f1(", 0, 1)
        assert "def f1(x)" in shown(diff), "its fold is open"
        diff.search("X * ")
        await open_review(pilot)
        assert not diff.matches
        diff.search("x - ")
        await open_review(pilot)
        assert [(match.side, match.line) for match in diff.matches] == [(1, 13), (1, 37)]
        assert diff.cursor == 0
        await pilot.press("f")
        assert "x - 9" in shown(diff)
        assert diff.cursor == 1, "the cursor goes along into a hunk"
        await pilot.press("f")
        assert diff.cursor == 0, "around the end"
        await pilot.press("F", "escape")
        assert diff.matches == ()


async def test_what_is_found_is_marked_and_the_match_one_is_at_otherwise() -> None:
    review = FileReview.of("f.txt", "a b\n", "a b a\n")
    async with Harness(review).run_test(size=(120, 10)) as pilot:
        diff = await open_review(pilot)
        diff.search("a")
        await open_review(pilot)
        letters = [s.style for s in diff.render_line(0) if s.text == "a" and s.style is not None]
        assert [bool(style.underline) for style in letters] == [False, True, True]
        assert len({style.bgcolor for style in letters}) == 2


async def test_a_search_is_plain_text_and_found_again_in_a_later_state() -> None:
    review = FileReview.of("f.txt", "a\n", "[b]*\n[b]*\n")
    async with Harness(review).run_test(size=(120, 10)) as pilot:
        diff = await open_review(pilot)
        diff.search("[b]*")
        await open_review(pilot)
        assert len(diff.matches) == 2
        diff.show(review.edited("[b]*\n"))
        await open_review(pilot)
        assert len(diff.matches) == 1


LONG = "x = [" + ", ".join(str(n) for n in range(90)) + "]\n"


@pytest.mark.parametrize("size", [(120, 30), (80, 40)])
async def test_long_lines_wrap(size: tuple[int, int]) -> None:
    review = FileReview.of("f.py", "a = 1\n" + LONG + "b\n", "a = 1\n" + LONG + "c\n")
    async with Harness(review).run_test(size=size) as pilot:
        diff = await open_review(pilot)
        before = shown(diff)
        assert "›" in before
        assert "89]" not in before
        await pilot.press("w")
        assert "›" not in shown(diff)
        assert "89]" in shown(diff)
        assert "↪" in shown(diff)
        assert diff.virtual_size.width == diff.size.width
        await pilot.press("w")
        assert shown(diff) == before


async def test_wrapping_shows_every_character_once() -> None:
    line = "".join(f"漢字{n}\t" for n in range(60)) + "the end"
    review = FileReview.of("f.txt", None, line)
    async with Harness(review).run_test(size=(80, 40)) as pilot:
        diff = await open_review(pilot)
        await pilot.press("w")
        text = shown(diff)
        assert text.count("漢") == text.count("字") == 60
        assert text.count("→") == 60
        assert "the end" in text.replace("\n", "")
        assert "⊘ no" in text


async def test_a_megabyte_in_one_line_wraps_at_a_cost_that_depends_on_the_screen() -> None:
    review = FileReview.of("big.js", *huge_line())
    async with Harness(review).run_test(size=(120, 20)) as pilot:
        diff = await open_review(pilot)
        await pilot.press("w", "end", "home", "pagedown")
        assert diff.virtual_size.height > 10_000
        lines(diff)


async def test_token_types_of_a_lexer_s_own_have_a_colour() -> None:
    review = FileReview.of(".github/workflows/ci.yml", None, "on: push\njobs:\n  - a: |\n      b\n")
    async with Harness(review).run_test(size=(120, 10)) as pilot:
        diff = await open_review(pilot)
        assert diff.coloured
        assert "on: push" in shown(diff)


@pytest.mark.parametrize(("before", "after", "sign"), [(None, OLD, "+"), (OLD, "", "-")])
async def test_a_file_with_one_side_takes_the_whole_width(
    before: str | None, after: str, sign: str
) -> None:
    review = FileReview.of("a.py", before, after)
    async with Harness(review).run_test(size=(140, 20)) as pilot:
        diff = await open_review(pilot)
        assert not diff.side_by_side
        heads = [line[2:].split()[:2] for line in lines(diff) if line.endswith("):")]
        assert heads[:4] == [[number, sign] for number in ("1", "5", "9", "13")]
        arrangement = diff.arrangement
        await pilot.press("t")
        assert diff.arrangement == arrangement
        assert not diff.side_by_side
