"""Where the small files lie that are kept of one project's screen."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def project_folder(state: Path, root: Path) -> Path:
    """What is kept of the project at `root`, a real path, lies in here."""
    return state / "sessions" / hashlib.sha256(os.fsencode(root)).hexdigest()[:24]
