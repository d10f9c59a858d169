"""Answers in a real app: following, blocks, folding, resizing, long talks."""

from __future__ import annotations

import asyncio
import random
import time

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from autocoder_tui.ui.widgets.markdown.entries import CodeBlock, Entry, Part
from autocoder_tui.ui.widgets.markdown.view import MarkdownView

ANSWER = """\
# Title

Some *text* with `code` and [a link](http://a.b/c).

1. One
   ```sh
   ls
   ```
2. Two

src/a.py:

```python
import os
```

| a | b |
|---|--:|
| x | 12 |
"""


class Harness(App[None]):
    CSS = "MarkdownView { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.marked: list[CodeBlock | None] = []
        self.chosen: list[CodeBlock] = []
        self.followed: list[bool] = []

    def compose(self) -> ComposeResult:
        yield MarkdownView()

    def on_markdown_view_block_marked(self, message: MarkdownView.BlockMarked) -> None:
        self.marked.append(message.block)

    def on_markdown_view_block_chosen(self, message: MarkdownView.BlockChosen) -> None:
        self.chosen.append(message.block)

    def on_stream_view_follow_changed(self, message: MarkdownView.FollowChanged) -> None:
        self.followed.append(message.following)


def rows(view: MarkdownView) -> list[str]:
    """What the compositor is given, as text."""
    strips = view.render_lines(Region(0, 0, *view.size))
    assert all(strip.cell_length == view.size.width for strip in strips)
    return [strip.text[:-1].rstrip() for strip in strips]


async def begin(pilot: Pilot[None]) -> MarkdownView:
    view = pilot.app.query_one(MarkdownView)
    view.focus()
    await pilot.pause()
    return view


async def test_an_answer_is_laid_out() -> None:
    async with Harness().run_test(size=(50, 24)) as pilot:
        view = await begin(pilot)
        view.set_entries(
            [Entry("Why **this**?", "plain", "You"), Entry(ANSWER, head="m", note="$1")]
        )
        assert rows(view) == [
            "You " + "─" * 44,
            "Why **this**?",
            "",
            "m " + "─" * 43 + " $1",
            "Title",
            "",
            "Some text with code and a link (http://a.b/c).",
            "",
            "1. One",
            "   │ sh",
            "   │ ls",
            "2. Two",
            "",
            "src/a.py:",
            "",
            "│ python · src/a.py",
            "│ import os",
            "",
            "a │  b",
            "──┼───",
            "x │ 12",
            "",
            "",
            "",
        ]
        assert view.entries[1].text == ANSWER


async def test_code_has_the_colours_of_the_theme() -> None:
    async with Harness().run_test(size=(50, 8)) as pilot:
        view = await begin(pilot)
        view.set_text("```python\nimport os\n```\n")
        row = view.render_lines(Region(0, 1, 50, 1))[0]
        styles = {segment.text.strip(): segment.style for segment in row}
        assert styles["import"] != styles["os"]
        before = styles["import"]
        pilot.app.theme = "textual-light"
        await pilot.pause()
        row = view.render_lines(Region(0, 1, 50, 1))[0]
        assert before not in [segment.style for segment in row if segment.text.strip() == "import"]


async def test_marks_that_may_become_anything_are_withheld_until_the_end() -> None:
    async with Harness().run_test(size=(40, 6)) as pilot:
        view = await begin(pilot)
        view.append("text\n-")
        assert rows(view)[:2] == ["text", ""]
        view.append(" item")
        assert rows(view)[:3] == ["text", "• item", ""]
        view.append("\n\nmore\n--")
        assert rows(view)[3] == "more"
        view.finish()
        shown = view.render_lines(Region(0, 3, 40, 1))[0]
        assert shown.text.startswith("more")
        assert any(s.style is not None and s.style.bold for s in shown)


async def test_the_next_entry_ends_the_one_before() -> None:
    async with Harness().run_test(size=(40, 8)) as pilot:
        view = await begin(pilot)
        view.append_entry(Entry(head="m"))
        view.append("- a\n\ntwo\n--")
        view.append_entry(Entry("More?", "plain", "You"))
        assert rows(view)[1:4] == ["• a", "", "two"]
        assert rows(view)[5].startswith("You ─")
        view.append(" Why?\n-")
        assert rows(view)[6:8] == ["More? Why?", "-"]
        assert [entry.text for entry in view.entries] == ["- a\n\ntwo\n--", "More? Why?\n-"]


async def test_follows_until_the_reader_scrolls_up() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        view = await begin(pilot)
        view.append("".join(f"line {n}\n\n" for n in range(50)))
        assert rows(view)[-1] == "line 49"
        await pilot.press("up")
        top = rows(view)[0]
        view.append("".join(f"line {n}\n\n" for n in range(50, 90)))
        shown = rows(view)
        assert shown[0] == top
        assert shown[-1].endswith("81 below · End follows")
        await pilot.press("end")
        view.append("the end")
        assert rows(view)[-1] == "the end"
        await pilot.press("home")
        assert rows(view)[0] == "line 0"
        await pilot.pause()
        assert app.followed == [False, True, False]


async def test_tokens_are_painted_with_the_next_picture() -> None:
    async with Harness().run_test(size=(40, 4)) as pilot:
        view = await begin(pilot)
        for piece in ("one ", "two ", "three"):
            view.append(piece)
        deadline = time.monotonic() + 5
        while pilot.app.screen._compositor.render_strips()[0].text.strip() != "one two three":
            assert time.monotonic() < deadline
            await pilot.pause(0.01)


async def test_the_cursor_goes_from_block_to_block() -> None:
    app = Harness()
    async with app.run_test(size=(40, 8)) as pilot:
        view = await begin(pilot)
        many = "".join(f"{ANSWER}\n" for _ in range(3))
        view.set_entries([Entry(many, head="a"), Entry("no", "plain", "You"), Entry(ANSWER)])
        blocks = view.blocks()
        assert [(b.entry, b.language, b.path) for b in blocks] == [
            *[(0, "sh", ""), (0, "python", "src/a.py")] * 3,
            (2, "sh", ""),
            (2, "python", "src/a.py"),
        ]
        await pilot.press("home", "right_square_bracket")
        assert view.selected_block == blocks[0]
        assert view.selected_entry == 0
        seen = []
        for _ in range(9):
            assert any("┃" in row for row in rows(view))
            seen.append(view.selected_block)
            await pilot.press("right_square_bracket")
        assert seen == [*view.blocks(), view.blocks()[-1]]
        await pilot.press("left_square_bracket", "enter")
        await pilot.pause()
        (chosen,) = app.chosen
        assert (chosen.entry, chosen.number, chosen.text) == (2, 0, "ls\n")
        assert chosen.is_closed
        first, end = chosen.rows
        assert end - first == 2
        assert app.marked[-1] == chosen


async def test_a_block_keeps_what_was_received() -> None:
    async with Harness().run_test(size=(40, 8)) as pilot:
        view = await begin(pilot)
        code = "a:\n\tb\x1b[2J \n\u202e\n\n"
        view.append(
            "- x\n\n  ~~~ make\n" + "".join(f"  {line}\n" for line in code.split("\n")[:-1])
        )
        (block,) = view.blocks()
        assert (block.text, block.language, block.is_closed) == (code, "make", False)
        view.append("  ~~~\n\nend")
        (block,) = view.blocks()
        assert (block.text, block.is_closed) == (code, True)


async def test_parts_are_folded_and_opened() -> None:
    async with Harness().run_test(size=(40, 8)) as pilot:
        view = await begin(pilot)
        steps = Part("Steps", "first\n**second**\n")
        view.set_entries([Entry("Done.", head="m", parts=(steps,))])
        assert rows(view)[1:4] == ["▸ Steps (2 lines)", "", "Done."]
        await pilot.press("o")
        assert rows(view)[1:6] == ["▾ Steps (2 lines)", "  first", "  **second**", "", "Done."]
        view.set_parts(0, [Part("Steps", "one")])
        assert rows(view)[1:5] == ["▾ Steps (1 line)", "  one", "", "Done."]
        view.append(" Really.")
        await pilot.press("o")
        assert rows(view)[1:4] == ["▸ Steps (1 line)", "", "Done. Really."]
        view.set_head(0, "other", "$2")
        assert rows(view)[0].startswith("other ─")


async def test_a_resize_keeps_the_place() -> None:
    async with Harness().run_test(size=(80, 12)) as pilot:
        view = await begin(pilot)
        paragraphs = [f"Number {n} " + "of many words that wrap " * (n % 7) for n in range(200)]
        view.set_text("\n\n".join(paragraphs))
        view.scroll_to_line(view.line_count // 2)
        view.scroll_to_line(next(
            view.top_line + y for y, row in enumerate(rows(view)) if row.startswith("Number")
        ))  # fmt: skip
        first = rows(view)[0].split(" of")[0]
        for width in (30, 120, 21, 80):
            await pilot.resize_terminal(width, 12)
            await pilot.pause()
            assert rows(view)[0].startswith(first)
        view.follow()
        await pilot.resize_terminal(50, 9)
        assert "".join(rows(view)[-4:]).count("Number 199") == 1


async def test_a_long_conversation_is_shown_at_once_and_keeps_little() -> None:
    async with Harness().run_test(size=(80, 24)) as pilot:
        view = await begin(pilot)
        entries = [Entry(f"{ANSWER}\n{n}", head=f"m{n}") for n in range(300)]
        view.set_text(ANSWER)
        rows(view)
        started = time.process_time()
        view.set_entries(entries)
        assert rows(view)[-1] == "299"
        taken = time.process_time() - started
        # Ten times what this takes; all of them laid out take longer.
        assert taken < 0.5
        assert sum(talk.source.is_read for talk in view._talk.entries) < 5
        view.settle()
        assert sum(talk.source.is_read for talk in view._talk.entries) <= 50
        height = view.line_count
        await pilot.press("home")
        assert rows(view)[0].startswith("m0 ─")
        view.settle()
        assert view.line_count == height
        for step in range(0, height, 500):
            view.scroll_to_line(step)
            assert any(rows(view))
        assert view.line_count == height


async def test_streamed_and_resized_it_ends_as_the_whole_does() -> None:
    text = "\n".join(ANSWER.replace("One", f"One {n}") for n in range(6)) + "\n[a\n* b\n--"
    async with Harness().run_test(size=(60, 20)) as pilot:
        view = await begin(pilot)
        for seed in range(6):
            chance = random.Random(seed)
            width = chance.choice([20, 45, 60])
            view.clear()
            at = 0
            while at < len(text):
                step = chance.choice([1, 3, 9, 80])
                view.append(text[at : at + step])
                at += step
                if chance.random() < 0.3:
                    rows(view)
                if chance.random() < 0.03:
                    await pilot.resize_terminal(chance.choice([20, 33, 60]), 20)
                if chance.random() < 0.05:
                    await pilot.press(chance.choice(["up", "pageup", "home", "end"]))
            view.finish()
            await pilot.resize_terminal(width, 20)
            view.settle()
            streamed = pictures(view)
            view.set_text(text)
            view.settle()
            assert streamed == pictures(view)


def pictures(view: MarkdownView) -> list[list[Segment]]:
    """All rows with their styles, but for the scrollbar and the badge."""
    found: list[list[Segment]] = []
    for top in range(0, view.line_count, view.size.height - 1):
        view.scroll_to_line(top)
        top = view.top_line
        strips = view.render_lines(Region(0, 0, *view.size))[: view.size.height - 1]
        found += [list(strip.crop(0, view.size.width - 1)) for strip in strips][len(found) - top :]
    return found


async def test_a_long_block_is_plain_until_there_was_time_for_its_colours() -> None:
    async with Harness().run_test(size=(60, 10)) as pilot:
        view = await begin(pilot)
        code = "value = compute(1, 'two', [3, 4])  # three\n" * 3_000
        view.set_text(f"```python\n{code}```\n")
        rows(view)

        def colours() -> set[object]:
            strip = view.render_lines(Region(0, 4, 60, 1))[0]
            return {s.style.color for s in strip if s.style is not None and s.text.strip(" │█")}

        assert len(colours()) == 1
        async with asyncio.timeout(60):
            while len(colours()) < 3:
                await asyncio.sleep(0.01)
        assert not view._talk.is_behind


async def test_selecting_gives_what_is_shown() -> None:
    async with Harness().run_test(size=(40, 10)) as pilot:
        view = await begin(pilot)
        view.set_text("Some **bold** words\n\n```python\nx = 1\ny = 2\n```\n")
        await pilot.mouse_down(view, offset=(5, 0))
        await pilot.hover(view, offset=(7, 4))
        await pilot.mouse_up(view, offset=(7, 4))
        assert pilot.app.screen.get_selected_text() == "bold words\n\npython\nx = 1\ny = 2"
        picked = view.render_lines(Region(0, 0, 40, 1))[0]
        assert len({s.style.bgcolor for s in picked if s.style is not None}) > 1
