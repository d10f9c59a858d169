"""The line below the files: what goes to the model with them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widget import Widget

from autocoder_tui.config.preferences import Preferences
from autocoder_tui.engine.metering.money import format_tokens


class PreferencesLine(Widget):
    """Says how many preferences there are, and what they weigh; not there where there are none. A
    click opens them."""

    DEFAULT_CSS = """
    PreferencesLine { height: 1; color: $text-muted; display: none; }
    PreferencesLine.-there { display: block; }
    """

    _words: tuple[str, ...] = ()
    _weight = ""

    def say(self, found: Sequence[Preferences], tokens: int) -> None:
        """Show how many of `found` there are, which are so many tokens."""
        self._words, self._weight = in_words(found), f"~{format_tokens(tokens)}"
        self.set_class(bool(self._words), "-there")
        self.refresh()

    def render(self) -> str:
        """As much as there is room for; what they weigh stands below what the files do."""
        width, weight = self.content_size.width, self._weight
        for words in self._words:
            if len(words) + len(weight) + len("  tokens") < width:
                return f"{words} {weight} tokens"
            if len(words) + len(weight) < width:
                return f"{words}{weight.rjust(width - len(words))}"
        return f"+ {weight}" if self._words else ""

    async def on_click(self) -> None:
        await self.app.run_action("preferences('list')")


def in_words(found: Sequence[Preferences]) -> tuple[str, ...]:
    """ "+ 3 preferences (project 2, own 1)", and shorter; nothing for none."""
    counts = {each.whose: len(each.lines) for each in found}
    total = sum(counts.values())
    if not total:
        return ()
    names = (("project", "project"), ("user", "own"))
    parts = ", ".join(f"{word} {counts[whose]}" for whose, word in names if whose in counts)
    what = f"+ {total} preference{'s' * (total != 1)}"
    return (f"{what} ({parts})", what)
