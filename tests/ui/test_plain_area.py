"""Where text is entered: the cursor blinks while somebody is at work, and no timer runs later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.events import Paste
from textual.widgets import TextArea

from autocoder_tui.ui.widgets import plain_area
from autocoder_tui.ui.widgets.plain_area import PlainArea, ReadOnlyText
from tests.ui.driving import until


class OneArea(App[str]):
    def compose(self) -> ComposeResult:
        yield PlainArea()


def styles(area: PlainArea) -> list[object]:
    return [segment.style for segment in area.render_line(0)]


@pytest.mark.parametrize("deed", ["key", "paste", "click", "focus"])
async def test_the_cursor_stands_still_when_nobody_types(
    deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_area, "BLINKS", 0.05)
    app = OneArea()
    async with app.run_test() as pilot:
        area = app.query_one(PlainArea)
        await until(pilot, lambda: area.has_focus and not area.cursor_blink)
        await pilot.pause()
        # It stands where it is to be seen.
        assert area.get_component_rich_style("text-area--cursor") in styles(area)
        monkeypatch.setattr(plain_area, "BLINKS", 60.0)
        match deed:
            case "key":
                await pilot.press("left")
            case "paste":
                area.post_message(Paste("x"))
            case "click":
                await pilot.click(PlainArea)
            case "focus":
                area.blur()
                await until(pilot, lambda: not area.has_focus)
                area.focus()
        await until(pilot, lambda: area.has_focus and area.cursor_blink)


@pytest.mark.parametrize("kind", [PlainArea, lambda: ReadOnlyText("nothing")])
async def test_ctrl_home_and_ctrl_end_go_through_all_the_text(
    kind: Callable[[], TextArea],
) -> None:
    class Shown(App[str]):
        def compose(self) -> ComposeResult:
            yield kind()

    app = Shown()
    async with app.run_test() as pilot:
        area = app.query_one(TextArea)
        area.text = "first\n" * 90 + "last"
        await pilot.press("ctrl+end")
        assert area.cursor_location == (90, 4)
        await until(pilot, lambda: area.scroll_offset.y > 60)
        await pilot.press("ctrl+home")
        assert area.cursor_location == (0, 0)
        await pilot.press("ctrl+shift+end")
        assert area.selected_text == area.text


class _Areas(App[None]):
    CSS = """
    #fixed { height: 6; width: 30; border: none; padding: 0; }
    #grows { height: auto; max-height: 8; width: 30; border: none; padding: 0; }
    """

    def compose(self) -> ComposeResult:
        yield PlainArea(id="fixed", soft_wrap=True)
        yield PlainArea(id="grows", soft_wrap=True)


async def test_a_line_that_wraps_lays_the_screen_out_only_where_the_area_grows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = _Areas()
    async with app.run_test(size=(60, 24)) as pilot:
        fixed, grows = app.query_one("#fixed", PlainArea), app.query_one("#grows", PlainArea)
        fixed.focus()
        await pilot.pause()
        laid_out: list[object] = []
        lay_out = app.screen._refresh_layout

        def counted(*how: Any, **more: Any) -> None:
            laid_out.append(how)
            lay_out(*how, **more)

        monkeypatch.setattr(app.screen, "_refresh_layout", counted)
        for _ in range(5):
            await pilot.press(*"word " * 6)  # a row of thirty cells
        await pilot.pause()
        assert fixed.virtual_size.height == 6
        assert not laid_out
        # One more than there is room for: the bar comes, which takes room from the text.
        await pilot.press(*"word " * 6)
        await pilot.pause()
        assert fixed.show_vertical_scrollbar
        assert laid_out
        laid_out.clear()
        rows = fixed.virtual_size.height
        await pilot.press("enter", "enter", "enter")
        await pilot.pause()
        assert not laid_out
        assert fixed.virtual_size.height == rows + 3
        assert fixed.vertical_scrollbar.window_virtual_size == rows + 3
        # The cursor stands in the last row, and is in sight.
        assert fixed.scroll_y == fixed.max_scroll_y == rows + 3 - 6
        # What is taken away leaves no rows in sight that are no more.
        fixed.load_text("short")
        await pilot.pause()
        assert not fixed.show_vertical_scrollbar
        assert fixed.scroll_y == 0
        laid_out.clear()
        height = grows.size.height
        grows.load_text("one\ntwo\nthree\nfour")
        await pilot.pause()
        assert laid_out
        assert grows.size.height == 4 > height


async def test_text_is_wrapped_anew_on_the_screen_in_another_width() -> None:
    app = OneArea()
    async with app.run_test(size=(60, 10)) as pilot:
        area = app.query_one(PlainArea)
        area.text = "It prints one JSON object: what the report is summed by, the rest."
        for width in (59, 58, 57, 56, 55, 60):
            await pilot.resize_terminal(width, 10)
            lines = area.wrapped_document.get_sections(0)
            rows = [line.rstrip() for line in lines]

            def shown() -> str:
                return "\n".join(row.text for row in app.screen._compositor.render_strips())

            await until(pilot, lambda rows=rows: all(row in shown() for row in rows))  # type: ignore[misc]
