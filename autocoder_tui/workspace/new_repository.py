"""A git repository for a folder that was just made."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.git import find_git

_SECONDS: Final = 20


def begin_repository(root: Path) -> str:
    """Make `root` a git repository without a commit, where it is in none; a sentence on what came
    of it. Blocking."""
    above = find_git(root.absolute())
    if above is not None:
        return f"It is in the git repository {visible(str(above.parent))}."
    # What is set for another repository would have git work in that one.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "init", "--quiet"],
            cwd=root,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        return "git is not installed, so there is no repository to commit to."
    except (OSError, subprocess.SubprocessError) as error:
        return f"git made no repository of it ({visible(str(error))})."
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        return f"git made no repository of it: {visible(told)}"
    return "It is a git repository, without a commit yet."
