"""The environment of the commands: a short list, and what the project names. No keys."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from autocoder_tui.check.folder import CheckFolder
from autocoder_tui.check.layout import Layout

PASSED = (
    *("PATH", "LANG", "LANGUAGE", "TZ", "USER", "LOGNAME", "SHELL", "VIRTUAL_ENV", "JAVA_HOME"),
    *("GOROOT", "NIX_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"),
)
"""Names passed on of themselves, besides those that begin with LC_."""
_TOOLCHAINS = {"RUSTUP_HOME": ".rustup", "PYENV_ROOT": ".pyenv", "NVM_DIR": ".nvm"}
_CACHES = {"CARGO_HOME": ".cargo", "GOMODCACHE": "go/pkg/mod"}
"""Written to where that can't be closed, so named only where it is."""


def environment(
    environ: Mapping[str, str],
    folder: CheckFolder,
    layout: Layout,
    *,
    at: Path,
    pass_on: Sequence[str] = (),
    closed: bool = False,
) -> dict[str, str]:
    """What a command finds around it. `at` is where it sees the top of the copy; `closed`:
    nothing outside the copy can be written to."""
    kept = {
        name: value
        for name, value in environ.items()
        if name in PASSED or name.startswith("LC_") or name in pass_on
    }
    kept["PATH"] = _without_relative(kept.get("PATH") or os.defpath)
    home = Path(environ.get("HOME") or "/nonexistent")
    for name, place in {**_TOOLCHAINS, **(_CACHES if closed else {})}.items():
        if (known := environ.get(name)) or (home / place).is_dir():
            kept.setdefault(name, known or str(home / place))
    new_home, temporary = str(folder.home), str(folder.temporary)
    kept |= {
        "HOME": new_home,
        "XDG_CONFIG_HOME": f"{new_home}/.config",
        "XDG_CACHE_HOME": f"{new_home}/.cache",
        "XDG_DATA_HOME": f"{new_home}/.local/share",
        "XDG_STATE_HOME": f"{new_home}/.local/state",
        "XDG_RUNTIME_DIR": temporary,
        "TMPDIR": temporary,
        "TERM": "dumb",
        "NO_COLOR": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "true",
        # A virtual environment on PATH may be the user's own: no bytecode into that.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    search = _python_path(layout, at)
    if search:
        kept["PYTHONPATH"] = os.pathsep.join(search)
    return kept


def _without_relative(path: str) -> str:
    return os.pathsep.join(
        part
        for part in path.split(os.pathsep)
        if os.path.isabs(part)  # noqa: PTH117
    )


def _python_path(layout: Layout, at: Path) -> list[str]:
    """Where Python is to look first: an environment the project is installed in as editable
    names the user's own files, and those are not what is tried."""
    source = layout.source
    seen = at / source.below
    if at == source.top or not (layout.project / "pyproject.toml").exists():
        if at == source.top or not (layout.project / "setup.py").exists():
            return []
    places = [seen / "src"] if (layout.project / "src").is_dir() else []
    return [str(place) for place in (*places, seen)]
