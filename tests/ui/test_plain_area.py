"""Where text is entered: the cursor blinks while somebody is at work, and no timer runs later."""

from __future__ import annotations

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


@pytest.mark.parametrize("kind", [PlainArea, ReadOnlyText])
async def test_both_ends_of_a_text_have_a_key(kind: type[TextArea]) -> None:
    class Long(App[None]):
        def compose(self) -> ComposeResult:
            yield kind("")

    app = Long()
    async with app.run_test(size=(40, 10)) as pilot:
        area = app.query_one(TextArea)
        area.load_text("".join(f"line {number}\n" for number in range(80)) + "end")
        area.focus()
        await pilot.press("ctrl+end")
        assert (area.cursor_location, area.selected_text) == ((80, 3), "")
        await until(pilot, lambda: area.scroll_y > 60)
        await pilot.press("ctrl+home")
        assert area.cursor_location == (0, 0)
        await pilot.press("ctrl+shift+end")
        assert area.selected_text == area.text
        await pilot.press("ctrl+end", "ctrl+shift+home")
        assert area.selected_text == area.text
