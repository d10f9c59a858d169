"""The instructions that are shipped: how a model is to go about each purpose."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from autocoder_tui.engine.purpose import Purpose

SUFFIX: Final = ".txt"


@cache
def shipped_instructions(purpose: Purpose) -> str:
    """The text of the package for `purpose`, its paragraphs as single lines."""
    return shipped_file(purpose).read_text("utf-8")


def shipped_file(purpose: Purpose) -> Path:
    """Where that text stands."""
    return Path(str(files("autocoder_tui"))) / "data" / "preprompts" / f"{purpose}{SUFFIX}"


EXPLAINED_CODE: Final = """\
You are an expert programmer. You write the code that is asked for, complete and working, in \
fenced blocks with their language, and explain it in a few sentences before or after it."""
"""What other programs are answered by, which ask for code and have no project."""
