"""What says less is drawn so in every theme, in lists too."""

from __future__ import annotations

from pathlib import Path

from rich.style import Style

from autocoder_tui.config.theme_files import load_themes
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.prompts import Prompt, PromptList
from tests.ui.driving import NARROW, driven, setup_for, until

AT = ("--base-url", "http://127.0.0.1:9/v1", "-m", "test-model")


def style_of(app: AutocoderApp, words: str) -> tuple[object, object]:
    """Colour of `words` as drawn, and whether they are dim."""
    strips = app.screen._compositor.render_strips()
    segments = [segment for strip in strips for segment in strip if words in segment.text]
    style = segments[0].style or Style()
    return style.color, style.dim


async def test_muted_text_is_muted_in_every_theme(tmp_path: Path) -> None:
    names = [theme.name for theme in load_themes().themes]
    assert "ansi" in names
    async with driven(setup_for(tmp_path, *AT), NARROW) as (app, pilot):
        await until(pilot, lambda: app.session.ready)
        prompts = [Prompt("first", "2026-03-01"), Prompt("second", "2026-03-02")]
        app.push_screen(PromptList(prompts))
        await until(pilot, lambda: isinstance(app.screen, PromptList))
        for name in [*names, "textual-dark", "dracula"]:
            app.theme = name
            await until(pilot, lambda: app.theme == name)  # noqa: B023
            await pilot.pause()
            assert style_of(app, "2026-03-02") != style_of(app, "second"), name
