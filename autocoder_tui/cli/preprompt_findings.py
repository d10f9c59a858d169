"""What `autocoder-tui doctor` says of preprompts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from autocoder_tui.config.preprompts import load_preprompts, preprompt_problems


def preprompt_findings(root: Path, config: Path) -> Iterator[tuple[str, Literal["ok", "note"]]]:
    """Lines, and whether each is worth a look: which are in force, what is wrong with others."""
    found, _ = load_preprompts(root, config)
    own = [f"{purpose} from {one.file}" for purpose, one in found.items() if one.file is not None]
    yield ", ".join(own) or "all as shipped", "ok"
    for problem in preprompt_problems(root, config):
        yield f"not used: {problem.in_full}", "note"
