"""The line below the files: what goes to the model with them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import Static

from autocoder_tui.config.preferences import Preferences
from autocoder_tui.engine.metering.cost import format_tokens


class PreferencesLine(Static):
    """Says how many preferences there are; not there where there are none. A click opens them."""

    DEFAULT_CSS = """
    PreferencesLine { height: 1; padding: 0 1; color: $text-muted; display: none; }
    PreferencesLine.-there { display: block; }
    """

    def say(self, words: str) -> None:
        """Show `words`; "" takes the line away."""
        self.set_class(bool(words), "-there")
        self.update(words)

    async def on_click(self) -> None:
        await self.app.run_action("preferences('list')")


def in_words(found: Sequence[Preferences], tokens: int) -> str:
    """ "+ 3 preferences (project 2, own 1)  ~45 tokens"; "" for none."""
    counts = {each.whose: len(each.lines) for each in found}
    total = sum(counts.values())
    if not total:
        return ""
    names = (("project", "project"), ("user", "own"))
    parts = ", ".join(f"{word} {counts[whose]}" for whose, word in names if whose in counts)
    what = "preference" if total == 1 else "preferences"
    return f"+ {total} {what} ({parts})  ~{format_tokens(tokens)} tokens"
