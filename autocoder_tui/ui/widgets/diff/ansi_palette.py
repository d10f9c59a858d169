"""A diff in the terminal's own 16 colours: nobody knows what they look like, so nothing is mixed,
and no colour is the ground of another."""

from __future__ import annotations

from collections.abc import Mapping

from pygments.token import Token, _TokenType
from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.widget import Widget

from autocoder_tui.review import Verdict
from autocoder_tui.ui.widgets.diff.colours import DiffPalette, Tone
from autocoder_tui.ui.widgets.stream.colours import Palette as TokenPalette


class AnsiDiffPalette(DiffPalette):
    """Changed lines by the colour of their text, changed words reversed."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        def colour(name: str, otherwise: str) -> RichColor:
            try:
                return Color.parse(variables[name]).rich_color
            except (KeyError, ColorParseError):
                return RichColor.parse(otherwise)

        added = Style(color=colour("diff-added-fg", "green"))
        removed = Style(color=colour("diff-removed-fg", "red"))
        plain, bold, dim = Style(color="default"), Style(bold=True), Style(dim=True)
        self._lines = {Tone.ADDED: added, Tone.REMOVED: removed}
        self._tokens = TokenPalette(variables.get("pygments-style", "") or "terminal", Style())
        self._cache: dict[tuple[_TokenType, Tone, bool], Style] = {}
        self._plain = plain
        self.base = plain + Style(bgcolor="default")
        self.gutter = Style(color=colour("diff-gutter", "default"))
        self.cursor = Style(color=colour("diff-hunk-cursor", "magenta"), bold=True)
        self.divider = self.thumb = plain
        self.absent = plain + dim
        self.fold = self.fold_heading = plain + Style(italic=True)
        self.note = plain + Style(italic=True)
        self.signs = {
            Tone.SAME: self.gutter,
            Tone.ADDED: added + bold,
            Tone.REMOVED: removed + bold,
            Tone.KEPT: self.gutter,
            Tone.GONE: self.gutter,
        }
        self.verdicts = {
            Verdict.UNDECIDED: plain + bold,
            Verdict.ACCEPTED: added + bold,
            Verdict.REJECTED: removed + bold,
        }
        # A changed word is reversed and bold, so a match in one has to differ by more.
        self.hits = (
            Style(),
            Style(reverse=True, underline=True, bold=False, dim=False),
            Style(color=colour("accent", "magenta"), reverse=True, bold=True, dim=False),
        )
        self._gone = plain + dim

    def _build(self, kind: _TokenType, tone: Tone, word: bool) -> Style:
        if tone is Tone.GONE:
            return self._gone
        line = self._lines.get(tone)
        if line is None:
            return self._plain + self._tokens[kind]
        return self._plain + line + Style(bold=True, reverse=True) if word else self._plain + line

    def mark(self, tone: Tone, word: bool = False) -> Style:
        return self.text(Token, tone, word) + Style(dim=True, bold=False)


def palette_of(widget: Widget) -> DiffPalette:
    """The colours for a diff in `widget`, in the theme that is on."""
    app = widget.app
    if app.native_ansi_color:
        return AnsiDiffPalette(app.theme_variables)
    _, _, background, foreground = widget.colors
    return DiffPalette(
        app.theme_variables,
        background=background,
        foreground=background + foreground,
        dark=app.current_theme.dark,
    )
