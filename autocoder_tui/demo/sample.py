"""The sample project the demo works on, and the task its replies were recorded for."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
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


def make_repository(folder: Path, message: str = "Begin the shop") -> None:
    """Make the sample in `folder` a git repository with one commit, where git is installed."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for arguments in (
        ("-c", "init.defaultBranch=main", "init", "--quiet", "--template="),
        # So that a commit can be made in the demo by whoever has told git nothing of themselves.
        ("config", "user.name", "demo"),
        ("config", "user.email", "demo@localhost"),
        ("config", "commit.gpgsign", "false"),
        ("config", "core.logAllRefUpdates", "false"),
        ("add", "--all"),
        ("commit", "--quiet", "--message", message),
        # In one file: the program has little time to remove them all when it is ended.
        ("repack", "-a", "-d", "-q"),
    ):
        try:
            subprocess.run(
                ["git", *arguments],
                cwd=folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
                timeout=20,
            )
        except (OSError, subprocess.SubprocessError):
            return


def is_sample(folder: Path) -> bool:
    """Whether `folder` holds the sample project and nothing else, git's own files apart.

    Raises OSError.
    """
    return _files(folder) == _files(_SAMPLE)


def _files(folder: Path) -> dict[str, bytes | None]:
    """Contents of the regular files below, None for whatever else is no folder."""
    found: dict[str, bytes | None] = {}
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        if place == str(folder) and ".git" in folders:
            folders.remove(".git")
        for name in (*names, *links):
            path = Path(place, name)
            if folder == _SAMPLE and path.suffix == ".pyc":
                continue
            regular = path.is_file() and not path.is_symlink()
            found[str(path.relative_to(folder))] = path.read_bytes() if regular else None
    return found


def sample_text(path: str) -> str:
    """The text of a file of the sample, `path` relative to it. Raises OSError."""
    return (_SAMPLE / path).read_text(encoding="utf-8")
