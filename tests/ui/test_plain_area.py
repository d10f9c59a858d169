"""Where text is entered: the cursor blinks while somebody is at work, and no timer runs later."""

from __future__ import annotations

from collections.abc import Callable

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
