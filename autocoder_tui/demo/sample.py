"""The sample project the demo works on, and the task its replies were recorded for."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

DEMO_REQUIREMENTS: Final = """\
Add a --json flag to the report command. It prints one JSON object: what the report is \
summed by, the currency, the rows, their total, and the problems found; amounts in whole cents.

The text report must not change.
"""
DEMO_PICKS: Final = ("src/report.py", "src/cli.py", "src/money.py")
DEMO_TARGET: Final = "src/report.py"
DEMO_CHECKS: Final = (f"{shlex.quote(sys.executable)} -m unittest discover -s tests",)
"""What the sample is checked with: nothing but the Python that runs this."""

_SAMPLE: Final = Path(__file__).parent / "sample"


def copy_sample(dest: Path) -> None:
    """Put the sample project into the folder `dest`, made if need be. Raises OSError."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(_SAMPLE, dest, ignore=ignored, dirs_exist_ok=True)


def is_sample(folder: Path) -> bool:
    """Whether `folder` holds the sample project and nothing else. Raises OSError."""
    return _files(folder) == _files(_SAMPLE)


def _files(folder: Path) -> dict[str, bytes | None]:
    """Contents of the regular files below, None for whatever else is no folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        if path.is_file() and not path.is_symlink()
        else None
        for path in folder.rglob("*")
        if (path.is_symlink() or not path.is_dir())
        and not (folder == _SAMPLE and path.suffix == ".pyc")
    }


def sample_text(path: str) -> str:
    """The text of a file of the sample, `path` relative to it. Raises OSError."""
    return (_SAMPLE / path).read_text(encoding="utf-8")
