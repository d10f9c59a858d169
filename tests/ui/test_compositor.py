"""What is rendered for a part of the screen is what Textual's own compositor renders there."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region, Size
from textual.widgets import ContentSwitcher, Input, Static

from autocoder_tui.ui.screens.compositor import SparingCompositor
from autocoder_tui.ui.screens.covered_screen import CoveredScreen

WIDTH, HEIGHT = 40, 16
_IDLE_MOVE = re.compile(r"\x1b\[\d+;\d+H(?=\x1b\[\d+;\d+H|\n|\Z)")


class Panes(CoveredScreen[None]):
    CSS = """
    Panes { layers: below above; background: blue; }
    .pane { border: round red; layer: below; }
    #over { layer: above; width: 12; height: 5; offset: 9 4; background: green; }
    #late { height: 30; }
    #half { opacity: 50%; }
    """

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(classes="pane"):
                yield Static("left " * 40)
                yield Static("half seen " * 9, id="half")
            with Vertical(classes="pane"):
                yield Input("typed")
                yield Static("a text that is longer than its pane " * 30, id="late")
        yield Static("on top", id="over")


class PanesApp(App[None]):
    def get_default_screen(self) -> Panes:
        return Panes()


regions = st.lists(
    st.builds(
        lambda x, y, width, height: Region(x, y, min(width, WIDTH - x), min(height, HEIGHT - y)),
        st.integers(0, WIDTH - 1),
        st.integers(0, HEIGHT - 1),
        st.integers(1, WIDTH),
        st.integers(1, HEIGHT),
    ),
    min_size=1,
    max_size=4,
)


def rendered(compositor: Compositor, app: App[None], dirty: list[Region], *, plain: bool) -> str:
    compositor._dirty_regions.update(dirty)
    kind = Compositor if plain else SparingCompositor
    update = kind.render_partial_update(compositor)
    assert update is not None
    assert not compositor._dirty_regions
    # Textual moves to where a neighbour begins, of which it then writes nothing.
    return _IDLE_MOVE.sub("", update.render_segments(app.console))


async def test_any_part_is_rendered_as_textual_does() -> None:
    app = PanesApp()
    async with app.run_test(size=(WIDTH, HEIGHT)):
        compositor = app.screen._compositor
        assert isinstance(compositor, SparingCompositor)

        @settings(max_examples=200)
        @given(regions)
        def check(dirty: list[Region]) -> None:
            ours = rendered(compositor, app, dirty, plain=False)
            assert ours == rendered(compositor, app, dirty, plain=True)

        check()


async def test_what_lies_behind_is_not_rendered() -> None:
    app = PanesApp()
    async with app.run_test(size=(WIDTH, HEIGHT)):
        over = app.screen.query_one("#over")
        compositor = app.screen._compositor
        assert isinstance(compositor, SparingCompositor)
        compositor._wanted = (over.region,)
        renders = list(compositor._get_renders(app.screen.region))
        assert [region for region, _, _ in renders] == [over.region]


class Sized(Static):
    """Knows the sizes it was told of."""

    def __init__(self, text: str, id: str) -> None:
        super().__init__(text, id=id)
        self.told: list[object] = []

    def on_resize(self, event: events.Resize) -> None:
        self.told.append(event.size)

    def on_show(self) -> None:
        self.told.append("shown")


class Switched(App[None]):
    """Two panes, one at a time, on a screen as ours are."""

    def get_default_screen(self) -> CoveredScreen[None]:
        return CoveredScreen()

    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial="first"):
            yield Sized("first", id="first")
            yield Sized("second", id="second")


async def test_who_is_shown_is_told_of_its_size_whoever_asked_where_it_is() -> None:
    app = Switched()
    async with app.run_test(size=(30, 8)) as pilot:
        second = app.query_one("#second", Sized)
        await pilot.pause()
        assert second.told == []
        compositor = app.screen._compositor
        app.query_one(ContentSwitcher).current = "second"
        # Before a layout is made it asks to be painted, and is looked for.
        compositor.update_widgets({second})
        assert compositor.find_widget(second).region.size == (30, 1)
        await pilot.pause()
        await pilot.pause()
        assert "shown" in second.told
        assert Size(30, 1) in second.told
