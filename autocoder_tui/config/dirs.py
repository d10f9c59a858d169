"""Where configuration and state live.

The platform's own folders, unless AUTOCODER_TUI_CONFIG_DIR or AUTOCODER_TUI_STATE_DIR name
others: for a portable installation, and so that a test never touches a person's files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_APP = "autocoder-tui"


def config_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Folder of config.toml, models.toml, themes/ and key files. It may not exist yet."""
    if (named := _folder("AUTOCODER_TUI_CONFIG_DIR", environ)) is not None:
        return named
    import platformdirs

    return Path(platformdirs.user_config_dir(_APP, appauthor=False))


def state_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Folder of what the program remembers by itself: journals, history. It may not exist yet."""
    if (named := _folder("AUTOCODER_TUI_STATE_DIR", environ)) is not None:
        return named
    import platformdirs

    return Path(platformdirs.user_state_dir(_APP, appauthor=False))


def _folder(variable: str, environ: Mapping[str, str] | None) -> Path | None:
    value = (os.environ if environ is None else environ).get(variable, "").strip()
    return Path(value).expanduser().absolute() if value else None
