"""A frame that tells something in its border."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

from autocoder_tui.ui.widgets.told_frame import ToldFrame


class _Inside(Static):
    painted = 0

    def render_lines(self, crop):  # type: ignore[no-untyped-def]  # as its base has it
        self.painted += 1
        return super().render_lines(crop)


class _Framed(App[None]):
    CSS = "ToldFrame { border: solid red; padding: 1 2; } _Inside { height: 1fr; }"

    def compose(self) -> ComposeResult:
        with ToldFrame():
            yield _Inside("inside")


async def test_what_it_tells_is_painted_and_nothing_else() -> None:
    app = _Framed()
    async with app.run_test(size=(40, 10)) as pilot:
        frame, inside = app.query_one(ToldFrame), app.query_one(_Inside)
        frame.tell("12 [b]runs")
        await pilot.pause()
        before = inside.painted
        for told in ("3 runs", "[@click=app.quit]4[/]"):
            frame.tell(told)
            await pilot.pause()
            lines = [strip.text for strip in app.screen._compositor.render_strips()]
            assert told in lines[-1]
            before += 1  # By the line above, which draws all.
            assert inside.painted == before
