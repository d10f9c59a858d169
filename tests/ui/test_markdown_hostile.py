"""Hostile text in every place of an answer: the corpus that is used for files."""

from __future__ import annotations

import unicodedata

import pytest
from textual.geometry import Region

from autocoder_tui.ui.widgets.markdown.entries import Entry, Part
from tests.terminal.test_hostile_text import EVIL, HIDDEN
from tests.ui.test_markdown_view import Harness, begin

PLACES = [
    "{}",
    "# {}",
    "> {}",
    "- {}\n  - {}",
    "```{}\n{}\n```",
    "```py {}\n{}\n```",
    "    {}",
    "`{}`",
    "**{}** *{}* ~~{}~~",
    "[{}](http://a.b/{} '{}')",
    "[{}](<{}>)",
    "![{}](<http://a.b/{}>)",
    "<http://a.b/{}>",
    "[x]\n\n[x]: <{}> '{}'",
    "| {} | b |\n|---|---|\n| {} | {} |",
    "{}\n===",
    "&#x1b;[2J&#x202e;&#x9b;&#8203;&#x7;&#0; e&#769;&#769;&#769;&#769;**&#769;&#769;&#769;** {}",
    "- [x] {}",
    "src/{}.py:\n\n```\n{}\n```",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("size", [(20, 40), (120, 40)])
async def test_hostile_text_does_nothing_anywhere(place: str, size: tuple[int, int]) -> None:
    async with Harness().run_test(size=size) as pilot:
        view = await begin(pilot)
        for evil in (EVIL, EVIL.replace("\r", "")):
            text = place.replace("{}", evil)
            entry = Entry(text, head=evil, note=evil, parts=(Part(evil, evil),))
            view.set_entries([entry, Entry(evil, "plain", evil)])
            view.settle()
            await pilot.press("o")
            view.follow()
            for top in range(0, view.line_count, size[1]):
                view.scroll_to_line(top)
                strips = view.render_lines(Region(0, 0, *view.size))
                for strip in strips:
                    assert strip.cell_length == size[0]
                    assert not HIDDEN.search(strip.text), repr(strip.text)
                    assert "\u0301" * 5 not in strip.text
                    for character in strip.text:
                        assert unicodedata.category(character) not in ("Cc", "Cs")
                    for segment in strip:
                        assert segment.style is None or segment.style.link is None
            [block.text for block in view.blocks()]
            assert pilot.app.is_running
