"""`autocoder-tui man`: a man page made from the parsers."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator
from typing import Final

from autocoder_tui.cli.arguments import tui_parser
from autocoder_tui.cli.every_parser import commands
from autocoder_tui.system.version import __version__

_WIDTH: Final = 60
_DATE: Final = "2026-11-29"
"""When the page was last looked over; it is not the day on which it is printed."""


def man_page() -> str:
    """The page in the man macros, for man and mandoc."""
    bare = tui_parser()
    lines = [
        f'.TH AUTOCODER\\-TUI 1 "{_DATE}" "autocoder\\-tui {__version__}" "User Commands"',
        ".SH NAME",
        "autocoder\\-tui \\- pick files, say what you want, accept the result hunk by hunk",
        ".SH SYNOPSIS",
        ".B autocoder\\-tui",
        "[\\fIDIR\\fR] [\\fIOPTION\\fR]...",
    ]
    for name in commands():
        lines += [".br", f".B autocoder\\-tui {_plain(name)}", "[\\fIARGUMENT\\fR]..."]
    lines += [".SH DESCRIPTION", *_paragraphs(bare.description or "")]
    lines += [".SH OPTIONS", *_options(bare)]
    for name, parser in commands().items():
        lines += [f".SH {_plain(name).upper()}", *_paragraphs(parser.description or "")]
        lines += _options(parser)
        if parser.epilog:
            lines += [".PP", *_paragraphs(parser.epilog)]
    return "\n".join([*lines, *_END]) + "\n"


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if action.help == argparse.SUPPRESS:
            continue
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield f".SS {_plain(name)}"
                yield from _paragraphs(below.description or "")
                yield from _options(below)
            continue
        yield ".TP"
        yield _term(parser, action)
        yield from _text((action.help or action.dest) % {"default": action.default, "prog": ""})


def _term(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    formatter = parser._get_formatter()
    if not action.option_strings:
        return f"\\fI{_plain(str(action.metavar or action.dest))}\\fR"
    flags = ", ".join(f"\\fB{_plain(flag)}\\fR" for flag in action.option_strings)
    if action.nargs == 0:
        return flags
    value = formatter._format_args(action, (action.dest or "value").upper())
    return f"{flags} \\fI{_plain(value)}\\fR"


def _paragraphs(text: str) -> Iterator[str]:
    """A description: lines that are indented stay lines, the rest is filled."""
    filled = True
    for line in text.rstrip("\n").split("\n"):
        if not line.strip():
            yield ".PP"
            continue
        if line.startswith("  ") == filled:
            filled = not filled
            yield ".fi" if filled else ".nf"
        yield from _text(line.strip() if filled else line)
    if not filled:
        yield ".fi"


def _text(text: str) -> Iterator[str]:
    """Text, each sentence on a line of its own, as the macros want it, and no line long."""
    sentences = re.split(r"(?<=[.!?]) +(?=[A-Z])", text) if not text.startswith(" ") else [text]
    for sentence in sentences:
        short = textwrap.wrap(sentence, _WIDTH, break_on_hyphens=False, break_long_words=False)
        for line in [text] if text.startswith(" ") else short:
            plain = _plain(line.rstrip())
            # A line that began with a dot or quote would be an order.
            yield f"\\&{plain}" if plain[0] in ".'" else plain


def _plain(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-")


_END: Final = (
    ".SH EXIT STATUS",
    "0 done, 1 the run failed or was refused, 2 wrong usage,",
    "130 interrupted, 128 + n ended by signal n.",
    ".SH ENVIRONMENT",
    ".TP",
    "\\fBOPENAI_API_KEY\\fR, \\fBHYPERBOLIC_API_KEY\\fR, \\fBLOCAL_API_KEY\\fR",
    "Keys of the services.",
    ".TP",
    "\\fBAUTOCODER_TUI_CONFIG_DIR\\fR, \\fBAUTOCODER_TUI_STATE_DIR\\fR",
    "Folders in the place of those of XDG_CONFIG_HOME and XDG_STATE_HOME.",
    ".TP",
    "\\fBVISUAL\\fR, \\fBEDITOR\\fR, \\fBPAGER\\fR, \\fBNO_COLOR\\fR",
    "As everywhere.",
    ".SH SEE ALSO",
    "\\fBautocoder\\-tui docs\\fR lists the pages of the manual, and prints them.",
)
