"""The instructions that are shipped: how a model is to go about each purpose, and each step."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from autocoder_tui.engine.purpose import PURPOSES

SUFFIX: Final = ".txt"
_FOLDER: Final = Path(str(files("autocoder_tui"))) / "data" / "preprompts"


@cache
def shipped_instructions(name: str) -> str:
    """The text of the package for a purpose, or for another of `shipped_names`, its paragraphs as
    single lines."""
    return shipped_file(name).read_text("utf-8")


def shipped_file(name: str) -> Path:
    """Where that text stands."""
    return _FOLDER / f"{name}{SUFFIX}"


@cache
def shipped_names() -> tuple[str, ...]:
    """The purposes, then what steps of a project tell a model."""
    found = sorted(file.stem for file in _FOLDER.glob(f"*{SUFFIX}"))
    return (*PURPOSES, *(name for name in found if name not in PURPOSES))


EXPLAINED_CODE: Final = """\
You are an expert programmer. You write the code that is asked for, complete and working, in \
fenced blocks with their language, and explain it in a few sentences before or after it."""
"""What other programs are answered by, which ask for code and have no project."""
