"""What changes below a dialog is shown, but not each time."""

from __future__ import annotations

import asyncio
import time

from rich.console import RenderableType
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from autocoder_tui.ui.screens import covered_screen
from autocoder_tui.ui.screens.covered_screen import CoveredScreen
from tests.ui.driving import until


class Below(CoveredScreen[None]):
    def compose(self) -> ComposeResult:
        yield Static("count 0", id="count")
        yield Static("other", id="other")


class Above(ModalScreen[None], CoveredScreen[None]):
    CSS = "Above Static { width: 9; height: 1; offset: 20 5; }"

    def compose(self) -> ComposeResult:
        yield Static("asked", id="asked")


class Covered(App[str]):
    painted = 0

    def get_default_screen(self) -> Below:
        return Below()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        self.painted += 1


def counted(app: Covered, number: int) -> None:
    app.screen_stack[0].query_one("#count", Static).update(f"count {number}", layout=False)


async def test_what_changes_below_a_dialog_is_painted_now_and_then_and_at_last() -> None:
    app = Covered()
    async with app.run_test(size=(40, 10)) as pilot:
        await app.push_screen(Above())
        await pilot.pause()
        before, begun = app.painted, time.monotonic()
        for number in range(1, 21):
            counted(app, number)
            await asyncio.sleep(0.02)
        await until(pilot, lambda: "count 20" in app.export_screenshot().replace("&#160;", " "))
        await until(pilot, lambda: app.painted > before)
        assert app.painted - before <= (time.monotonic() - begun) / covered_screen._BELOW + 2
        below = app.screen_stack[0]
        assert isinstance(below, Below)
        await until(pilot, lambda: not below._will_show_below and not below._dirty_widgets)
        before = app.painted
        await pilot.pause(0.8)
        assert app.painted == before


async def test_what_changed_below_is_there_when_the_dialog_has_gone() -> None:
    app = Covered()
    async with app.run_test(size=(40, 10)) as pilot:
        await app.push_screen(Above())
        await pilot.pause()
        counted(app, 7)
        await pilot.pause()
        app.pop_screen()
        await until(pilot, lambda: "count 7" in app.export_screenshot().replace("&#160;", " "))
        before = app.painted
        counted(app, 8)
        await until(pilot, lambda: app.painted > before)


async def test_what_is_painted_at_once_is_not_painted_again() -> None:
    app = Covered()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        screen, before = app.screen, app.painted
        assert isinstance(screen, Below)
        widget = screen.query_one("#other", Static)
        widget.update("changed", layout=False)
        screen.paint_now(widget)
        assert app.painted == before + 1
        await pilot.pause(0.1)
        assert app.painted == before + 1


class Panes(CoveredScreen[None]):
    """Two panes, of which one is on show; the text in the other is as high as it has lines."""

    layouts = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="front"):
            yield Static("in front", id="seen")
        with Vertical(id="behind"):
            yield Static("one", id="unseen")

    def on_mount(self) -> None:
        self.query_one("#behind").display = False
        self.screen_layout_refresh_signal.subscribe(self, self._count)

    def _count(self, _: object) -> None:
        self.layouts += 1


class Paned(App[str]):
    def get_default_screen(self) -> Panes:
        return Panes()


async def test_what_grows_in_a_pane_that_is_not_on_show_lays_nothing_out() -> None:
    app = Paned()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, Panes)
        before = screen.layouts
        for count in range(2, 6):
            screen.query_one("#unseen", Static).update("\n".join(["row"] * count))
            await pilot.pause()
        assert screen.layouts == before
        screen.query_one("#seen", Static).update("in\nfront")
        await until(pilot, lambda: screen.query_one("#seen").size.height == 2)
        assert screen.layouts > before


async def test_what_grew_meanwhile_has_its_place_once_its_pane_is_on_show() -> None:
    app = Paned()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        unseen = app.screen.query_one("#unseen", Static)
        for display, lines in ((True, 5), (False, 2), (True, 2), (True, 4)):
            unseen.update("\n".join(["row"] * lines))
            await pilot.pause()
            app.screen.query_one("#behind").display = display
            if display:
                await until(pilot, lambda lines=lines: unseen.size.height == lines)  # type: ignore[misc]
