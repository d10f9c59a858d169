"""The instructions that are shipped: how a model is to go about each purpose."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from autocoder_tui.engine.purpose import Purpose

SUFFIX: Final = ".txt"


@cache
def shipped_instructions(purpose: Purpose) -> str:
    """The text of the package for `purpose`, its paragraphs as single lines."""
    place = files("autocoder_tui") / "data" / "preprompts" / f"{purpose}{SUFFIX}"
    return place.read_text("utf-8")
