"""Rows of a diff that go to the terminal past Textual's own cache look as they do through it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from autocoder_tui.review import FileReview, Verdict
from autocoder_tui.ui.widgets.diff.view import DiffView
from tests.bench.diff_bench import program, scattered

OLD = [f"{line}  \t日本 {number}" for number, line in enumerate(program(120))]
NEW = scattered(OLD, random.Random(2))


class Shown(App[None]):
    def compose(self) -> ComposeResult:
        yield DiffView()


def characters(strips: list[Strip]) -> Iterator[list[tuple[str, Style]]]:
    for strip in strips:
        yield [
            (character, (style or Style()).without_color + _colours(style))
            for text, style, _ in strip
            for character in text
        ]


def _colours(style: Style | None) -> Style:
    return Style(color=style.color, bgcolor=style.bgcolor) if style else Style()


def both(view: DiffView, crop: Region) -> tuple[list[object], list[object]]:
    view._styles_cache.clear()
    return [*characters(view.render_lines(crop))], [*characters(Widget.render_lines(view, crop))]


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
@pytest.mark.parametrize("no_color", [False, True])
async def test_rows_are_those_of_textual(
    theme: str, no_color: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    else:
        monkeypatch.delenv("NO_COLOR", raising=False)
    app = Shown()
    async with app.run_test(size=(120, 30)) as pilot:
        app.theme = theme
        view = app.query_one(DiffView)
        view.show(FileReview.of("x.py", "\n".join(OLD), "\n".join(NEW)))
        await app.workers.wait_for_complete()
        await pilot.pause()
        whole = Region(0, 0, *view.size)
        for step in range(4):
            ours, theirs = both(view, whole)
            assert ours == theirs
            assert len(ours) == view.size.height
            assert {strip.cell_length for strip in view.render_lines(whole)} == {view.size.width}
            part = Region(3, 2, 40, 5)
            ours, theirs = both(view, part)
            assert ours == theirs
            (view.action_page_down, view.action_next_hunk, view.action_scroll_end, str)[step]()
            if step == 1:
                view.action_decide(Verdict.ACCEPTED.value)
            await pilot.pause()


async def test_a_view_with_a_border_is_drawn_with_it() -> None:
    app = Shown()
    async with app.run_test(size=(120, 30)) as pilot:
        view = app.query_one(DiffView)
        view.show(FileReview.of("x.py", "a\n", "b\n"))
        view.styles.border = ("solid", "red")
        await pilot.pause()
        rows = view.render_lines(Region(0, 0, *view.outer_size))
        assert rows[0].text.startswith("┌")
        assert rows[1].text.startswith("│")
