"""A list that makes only the rows in view."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Input

from autocoder_tui.ui.widgets.row_list import RowList


class _Rows(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.made: list[int] = []
        self.chosen: list[int | None] = []

    def compose(self) -> ComposeResult:
        yield RowList(self._row)

    def _row(self, at: int) -> Content:
        self.made.append(at)
        return Content(f"row {at} 受け入れる " + "long " * 40)

    def on_row_list_selected(self) -> None:
        self.chosen.append(self.query_one(RowList).highlighted)


def shown(app: _Rows) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


async def test_rows_out_of_view_are_not_made() -> None:
    app = _Rows()
    async with app.run_test(size=(40, 10)) as pilot:
        rows = app.query_one(RowList)
        for count in range(5000, 5020):
            rows.show(count, 0)
        await pilot.pause()
        assert set(app.made) <= set(range(10))
        assert len(app.made) < 100
        assert shown(app)[9].startswith("row 9 ")
        assert "…" in shown(app)[9]


async def test_keys_and_clicks_move_and_choose() -> None:
    app = _Rows()
    async with app.run_test(size=(40, 10)) as pilot:
        rows = app.query_one(RowList)
        rows.focus()
        rows.show(100, 3)
        await pilot.press("down", "enter")
        assert app.chosen == [4]
        await pilot.press("end")
        await pilot.pause()
        assert rows.highlighted == 99
        assert "row 99 " in shown(app)[9]
        await pilot.press("down")
        assert rows.highlighted == 0
        await pilot.press("up")
        assert rows.highlighted == 99
        await pilot.press("home", "pagedown")
        assert rows.highlighted == 9
        await pilot.pause()
        await pilot.click(RowList, offset=(3, 2))
        await pilot.pause()
        assert app.chosen[-1] == int(rows.scroll_offset.y) + 2 == rows.highlighted


async def test_the_cursor_stays_in_view_where_there_is_less_room() -> None:
    app = _Rows()
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(RowList).show(100, 9)
        await pilot.pause()
        assert shown(app)[9].startswith("row 9 ")
        await pilot.resize_terminal(40, 6)
        await pilot.pause()
        assert shown(app)[5].startswith("row 9 ")


async def test_an_empty_list_has_no_row_to_choose() -> None:
    app = _Rows()
    async with app.run_test(size=(40, 10)) as pilot:
        rows = app.query_one(RowList)
        rows.focus()
        rows.show(3, 2)
        await pilot.pause()
        rows.show(0, 0)
        await pilot.press("down", "up", "end", "home", "enter")
        await pilot.pause()
        assert rows.highlighted is None
        assert app.chosen == []
        assert not "".join(shown(app)).strip()
        rows.show(2, 7)
        assert rows.highlighted == 1


class _Coloured(App[None]):
    def compose(self) -> ComposeResult:
        yield RowList(lambda at: Content.assemble(("sign", "red"), f" row {at}"))


async def test_the_row_under_the_cursor_has_its_colour_behind_the_text() -> None:
    app = _Coloured()
    async with app.run_test(size=(40, 10)) as pilot:
        rows = app.query_one(RowList)
        rows.focus()
        rows.show(3, 1)
        await pilot.pause()
        wanted = rows.get_visual_style("row-list--highlighted").rich_style
        behind = [
            {segment.style.bgcolor for segment in strip if segment.style is not None}
            for strip in app.screen._compositor.render_strips()[:3]
        ]
        assert behind[1] == {wanted.bgcolor}
        assert wanted.bgcolor not in behind[0] | behind[2]


async def test_another_number_of_rows_lays_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    app = _Rows()
    async with app.run_test(size=(40, 10)) as pilot:
        rows = app.query_one(RowList)
        rows.show(5000, 0)
        await pilot.pause()
        laid_out: list[object] = []
        lay_out = app.screen._refresh_layout

        def counted(*how: Any, **more: Any) -> None:
            laid_out.append(rows.row_count)
            lay_out(*how, **more)

        monkeypatch.setattr(app.screen, "_refresh_layout", counted)
        rows.show(400, 399)
        await pilot.pause()
        assert not laid_out
        assert "row 399 " in shown(app)[9]
        assert rows.vertical_scrollbar.window_virtual_size == 400
        assert rows.max_scroll_y == 390
        rows.show(3, 0)
        await pilot.pause()
        assert not rows.show_vertical_scrollbar
        assert cell_len(shown(app)[0].rstrip()) == 40
        assert shown(app)[2].startswith("row 2 ")


async def test_a_row_of_several_lines_is_made_once_and_anew_at_each_painting() -> None:
    app = _Rows()
    async with app.run_test(size=(40, 10)) as pilot:
        rows = app.query_one(RowList)
        said = "first"
        made: list[int] = []

        def row(at: int) -> Content:
            made.append(at)
            return Content(f"{said} {at}\nbelow {at}")

        rows.row_lines, rows._row_of = 2, row
        rows.show(50, 0)
        await pilot.pause()
        made.clear()
        said = "second"
        rows.refresh()
        await pilot.pause()
        assert made == [0, 1, 2, 3, 4]
        assert [line.split()[0] for line in shown(app)[:2]] == ["second", "below"]


class _Marked(App[None]):
    def compose(self) -> ComposeResult:
        yield Input()
        yield RowList(
            lambda at: Content.from_markup("[b]name[/b] [red]value[/red] [dim]less[/dim]")
        )


async def test_the_row_under_the_cursor_is_in_its_own_colours() -> None:
    app = _Marked()
    async with app.run_test(size=(40, 10)) as pilot:
        rows = app.query_one(RowList)
        rows.show(3, 1)
        for place in (Input, RowList):
            app.query_one(place).focus()
            await pilot.pause()
            strips = [rows.render_line(at) for at in range(3)]
            styles = [{s.text: s.style or Style() for s in strip} for strip in strips]
            assert len({styles[0][word].color for word in ("name", "value")}) == 2
            assert len({styles[1][word].color for word in ("name", "value", "less")}) == 1
            assert styles[1]["name"].bold
            assert not styles[1]["less"].dim
            assert rows.render_line(1).text == rows.render_line(0).text
