"""A list that makes only the rows in view."""

from __future__ import annotations

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
