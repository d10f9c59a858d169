"""Code in the terminal's own 16 colours, as styles of Pygments."""

from __future__ import annotations

from typing import ClassVar, Final

from pygments.style import Style as PygmentsStyle
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String


class TerminalStyle(PygmentsStyle):
    """Code in the terminal's own colours, and nothing in one that its ground may be near to: on
    black blue is hardly seen."""

    styles: ClassVar = {
        Keyword: "bold ansimagenta",
        Keyword.Type: "nobold ansicyan",
        Name.Function: "ansicyan",
        Name.Class: "bold ansicyan",
        Name.Decorator: "ansimagenta",
        Name.Builtin: "ansicyan",
        Name.Exception: "ansicyan",
        Name.Tag: "bold ansicyan",
        Name.Attribute: "ansicyan",
        String: "ansigreen",
        String.Doc: "italic",
        Number: "ansimagenta",
        Operator.Word: "bold ansimagenta",
        Comment: "italic",
        Generic.Heading: "bold",
        Generic.Deleted: "ansired",
        Generic.Inserted: "ansigreen",
    }


_ON_LIGHT: Final = {"ansicyan": "ansiblue", "ansigreen": "ansired"}


class LightTerminalStyle(PygmentsStyle):
    """The same on a light ground, on which yellow, green and cyan are hardly seen."""

    styles: ClassVar = {
        kind: " ".join(_ON_LIGHT.get(word, word) for word in rule.split())
        for kind, rule in TerminalStyle.styles.items()
    } | {Generic.Inserted: "ansiblue"}
