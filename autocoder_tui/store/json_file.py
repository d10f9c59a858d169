"""Small JSON files of the state folder in which the program remembers what it learnt.

They can be learnt again, so a damaged one stops nothing: it is put aside under another name,
which is said, and an empty memory takes its place. Nothing in it is ever written over.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autocoder_tui.config.toml_file import read_small_text, read_toml
from autocoder_tui.problems import Problem
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.system.damaged_file import put_aside

CAPABILITIES_FILE = "capabilities.json"
CALIBRATION_FILE = "calibration.json"
LISTED_FILE = "listed-models.toml"
"""Figures of models that were refreshed. The user's models.toml wins over them."""

_CHANGES = threading.Lock()


def read_memory(file: Path) -> dict[str, Any] | Problem:
    """What the file holds, or what is wrong with it. No file, or an empty one, holds nothing."""
    text = read_small_text(file, missing_ok=True)
    if isinstance(text, Problem) or not text:
        return text if isinstance(text, Problem) else {}
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        reason = error.msg[:1].lower() + error.msg[1:]
        return Problem(file, error.lineno, f"expected JSON, {reason}")
    except (ValueError, RecursionError):
        return Problem(file, None, "expected JSON, found a number too long or nesting too deep")
    return data if isinstance(data, dict) else Problem(file, 1, "expected a JSON object, { ... }")


def change_memory(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Write the file with `change` made to what it holds now. Raises OSError.

    What another process learnt meanwhile is taken in: the file is read first. From any thread.
    """
    with _CHANGES:
        known = read_memory(file)
        if isinstance(known, Problem):
            put_aside(known)
            known = {}
        change(known)
        write_atomically(file, json.dumps(known, indent=1) + "\n")


def put_damaged_aside(state: Path) -> list[str]:
    """Look at every memory in the state folder; returns sentences about those put aside."""
    found = [read_memory(state / name) for name in (CAPABILITIES_FILE, CALIBRATION_FILE)]
    listed = read_toml(state / LISTED_FILE, missing_ok=True)
    said = []
    for problem in (*found, listed):
        if not isinstance(problem, Problem):
            continue
        try:
            aside = put_aside(problem).name
        except OSError:
            said.append(f"{problem} It is not used.")
        else:
            said.append(f"{problem} It is kept as {aside} and begun anew.")
    return said
