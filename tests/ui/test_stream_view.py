"""The live output in a real app: following, scrolling, drawing, selecting, huge texts."""

from __future__ import annotations

import time

from textual.app import App, ComposeResult
from textual.events import MouseScrollUp
from textual.geometry import Region
from textual.pilot import Pilot
from textual.theme import Theme

from autocoder_tui.ui.widgets.stream.view import StreamView
from tests.ui.driving import until

CODE = "<file path=\"a.py\">\nimport os\n\n\ndef f(x):\n\treturn 'é' + x  # 漢字\n</file>\n"


class Harness(App[None]):
    CSS = "StreamView { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[bool] = []
        self.copied = ""

    def compose(self) -> ComposeResult:
        yield StreamView()

    def on_stream_view_follow_changed(self, message: StreamView.FollowChanged) -> None:
        self.changes.append(message.following)

    def copy_to_clipboard(self, text: str) -> None:
        self.copied = text


def rows(view: StreamView) -> list[str]:
    """What the compositor is given, as text."""
    strips = view.render_lines(Region(0, 0, *view.size))
    assert all(strip.cell_length == view.size.width for strip in strips)
    return [strip.text.rstrip() for strip in strips]


def lines(count: int, start: int = 0) -> str:
    return "".join(f"line {number}\n" for number in range(start, start + count))


async def begin(pilot: Pilot[None]) -> StreamView:
    view = pilot.app.query_one(StreamView)
    view.focus()
    await pilot.pause()
    return view


async def test_files_get_headings_and_numbers() -> None:
    async with Harness().run_test(size=(44, 12)) as pilot:
        view = await begin(pilot)
        view.append("Notes\n" + CODE + "end [@click=app.quit]no[/x] \x1b[31m")
        assert rows(view) == [
            "      Notes",
            "── a.py ───────────────────────────────────",
            "   1  import os",
            "   2",
            "   3",
            "   4  def f(x):",
            "   5      return 'é' + x  # 漢字",
            "──────",
            "      end [@click=app.quit]no[/x] ␛[31m",
            "",
            "",
            "",
        ]
        assert view.text.startswith("Notes\n<file")


async def test_complete_lines_are_coloured_and_the_open_one_is_plain() -> None:
    async with Harness().run_test(size=(44, 6)) as pilot:
        view = await begin(pilot)
        view.append('<file path="a.py">\nimport os\nimport re')
        done, tail = view.render_lines(Region(0, 1, 44, 2))
        styles = {segment.text.strip(): segment.style for segment in done}
        assert styles["import"] != styles["os"]
        assert "import re" in [segment.text for segment in tail]


async def test_rows_are_the_same_objects_until_they_change() -> None:
    async with Harness().run_test(size=(40, 8)) as pilot:
        view = await begin(pilot)
        view.append(lines(5))
        before = view.render_lines(Region(0, 0, 40, 8))
        view.append("x")
        after = view.render_lines(Region(0, 0, 40, 8))
        assert [old is new for old, new in zip(before, after, strict=True)][:5] == [True] * 5
        assert after[5].text.strip() == "x"


async def test_follows_until_the_reader_scrolls_up_and_again_from_the_end() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        view = await begin(pilot)
        view.append(lines(100))
        assert (view.top_line, view.following) == (90, True)
        await pilot.press("up")
        view.append(lines(50, 100))
        assert (view.top_line, view.following) == (89, False)
        assert rows(view)[-1].split("⏸")[1].startswith(" 51 below · End follows")
        await pilot.press("end")
        assert (view.top_line, view.following) == (140, True)
        await pilot.press("pageup", "pagedown")
        assert view.following
        await pilot.press("home")
        assert (view.top_line, view.following) == (0, False)
        await pilot.press("f")
        view.append(lines(1, 150))
        assert view.top_line == 141
        await pilot.pause()
        assert app.changes == [False, True, False, True, False, True]


async def test_the_wheel_and_the_bar() -> None:
    async with Harness().run_test(size=(40, 10)) as pilot:
        view = await begin(pilot)
        view.append(lines(100))
        view.post_message(MouseScrollUp(view, 5, 5, 0, -1, 0, False, False, False))
        await pilot.pause()
        assert view.top_line == 87
        await pilot.mouse_down(view, offset=(39, 0))
        assert (view.top_line, view.following) == (0, False)
        await pilot.hover(view, offset=(20, 9))
        await pilot.mouse_up(view, offset=(20, 9))
        assert (view.top_line, view.following) == (90, True)
        assert pilot.app.mouse_captured is None


async def test_long_and_wide_lines_are_cut_to_the_window() -> None:
    async with Harness().run_test(size=(30, 4)) as pilot:
        view = await begin(pilot)
        view.append("漢" * 40 + "\n" + "abcdefgh" * 20 + "\nend\n")
        assert rows(view)[:3] == [
            "      " + "漢" * 11 + "›",
            "      " + ("abcdefgh" * 3)[:22] + "›",
            "      end",
        ]
        await pilot.press("right")
        assert rows(view)[1] == "      " + ("abcdefgh" * 3)[:22] + "›"
        assert rows(view)[2] == ""
        await pilot.press("left")
        assert rows(view)[2] == "      end"


async def test_retracting_takes_rows_and_marks_away() -> None:
    async with Harness().run_test(size=(60, 8)) as pilot:
        view = await begin(pilot)
        view.append(CODE)
        view.mark_join(CODE.index("return"), "part 2: length, echo")
        marked = rows(view)[5]
        assert marked.startswith("   5⟂     return")
        assert marked.endswith("⟂ part 2: length, echo")
        view.retract(len(CODE) - CODE.index("def"))
        assert rows(view)[:5] == [
            "── a.py ───────────────────────────────────────────────────",
            "   1  import os",
            "   2",
            "   3",
            "",
        ]
        view.append("def g(x):\n    pass\n")
        assert rows(view)[4:6] == ["   4  def g(x):", "   5      pass"]
        assert "⟂" not in "".join(rows(view))


async def test_a_join_at_the_very_end_marks_the_line_that_comes() -> None:
    async with Harness().run_test(size=(60, 8)) as pilot:
        view = await begin(pilot)
        view.append("one\n")
        view.mark_join(4, "part 2")
        view.append("two\nthree\n")
        assert rows(view)[0] == "      one"
        assert rows(view)[1].startswith("    ⟂ two")
        view.clear()
        assert (view.text, view.line_count, "".join(rows(view))) == ("", 0, "")


async def test_a_new_text_is_followed_from_its_start() -> None:
    async with Harness().run_test(size=(40, 10)) as pilot:
        view = await begin(pilot)
        view.append(lines(100))
        await pilot.press("end", "up")
        assert not view.following
        view.clear()
        assert rows(view)[0].strip() == ""
        view.append(lines(30))
        assert (view.top_line, view.following) == (20, True)


async def test_copying_and_selecting_give_the_exact_text() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        view = await begin(pilot)
        view.append(CODE)
        await pilot.press("y")
        assert app.copied == CODE
        await pilot.mouse_down(view, offset=(6, 4))
        await pilot.hover(view, offset=(15, 5))
        await pilot.mouse_up(view, offset=(15, 5))
        assert app.screen.get_selected_text() == "def f(x):\n\treturn"
        picked = view.render_lines(Region(0, 4, 40, 1))[0]
        plain = view.render_lines(Region(0, 1, 40, 1))[0]
        backgrounds = {s.style.bgcolor for s in picked if s.style is not None}
        assert len(backgrounds) > len({s.style.bgcolor for s in plain if s.style is not None})


async def test_a_theme_recolours_what_is_there() -> None:
    app = Harness()
    async with app.run_test(size=(40, 6)) as pilot:
        view = await begin(pilot)
        view.append('<file path="a.py">\nimport os\n')

        def colour() -> object:
            row = view.render_lines(Region(0, 1, 40, 1))[0]
            return next(s.style.color for s in row if s.style and s.text.strip() == "import")

        before = colour()
        app.register_theme(
            Theme("other", primary="#445566", variables={"pygments-style": "solarized-light"})
        )
        app.theme = "other"
        await pilot.pause()
        assert colour() != before


async def test_huge_texts_do_not_stall() -> None:
    async with Harness().run_test(size=(80, 20)) as pilot:
        view = await begin(pilot)
        started = time.process_time()
        for _ in range(1_000):
            view.append("x" * 1_000)
            rows(view)
        assert time.process_time() - started < 5
        view.append("\n<file path='a.py'>\n")
        view.append("value = compute(1, 'two')  # three\n" * 300_000)
        rows(view)
        await pilot.press("pageup", "home", "end")
        assert view.following
        assert rows(view)[-1].startswith("300000  value = compute")
        # Ten times what this takes on a slow machine; what it guards against takes minutes.
        assert time.process_time() - started < 30


async def test_a_resize_keeps_the_end_in_view() -> None:
    async with Harness().run_test(size=(40, 10)) as pilot:
        view = await begin(pilot)
        view.append(lines(50))
        await pilot.resize_terminal(30, 5)
        await until(pilot, lambda: view.size.height == 5)
        assert (view.top_line, view.following) == (45, True)
        assert len(rows(view)) == 5
