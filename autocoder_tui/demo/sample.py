"""The sample project the demo works on, and the task its replies were recorded for."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

DEMO_REQUIREMENTS: Final = """\
Add a --json flag to the report command. It prints one JSON object: what the report is \
summed by, the currency, the rows, their total, and the problems found; amounts in whole cents.

The text report must not change.
"""
DEMO_PICKS: Final = ("src/report.py", "src/cli.py", "src/money.py")
DEMO_TARGET: Final = "src/report.py"

_SAMPLE: Final = Path(__file__).parent / "sample"


def copy_sample(dest: Path) -> None:
    """Put the sample project into the folder `dest`, made if need be. Raises OSError."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(_SAMPLE, dest, ignore=ignored, dirs_exist_ok=True)


def sample_text(path: str) -> str:
    """The text of a file of the sample, `path` relative to it. Raises OSError."""
    return (_SAMPLE / path).read_text(encoding="utf-8")
