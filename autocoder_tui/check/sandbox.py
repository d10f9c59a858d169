"""What closes the network, and writes outside the copy, where the system has something for it.

Whether it is permitted here is tried, for it may be installed and not be allowed to run, as in
most containers. Where there is nothing the commands run all the same, and that is said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from autocoder_tui.check.folder import CheckFolder
from autocoder_tui.check.layout import Layout
from autocoder_tui.values import dataclass

Kind = Literal["bwrap", "sandbox-exec", "none"]

_TRY_SECONDS = 10
_SECRET_PLACES = (
    *(".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config/gcloud", ".config/gh"),
    *(".config/hub", ".config/autocoder-tui", ".local/share/keyrings", ".password-store"),
    *(".netrc", ".npmrc", ".pypirc", ".git-credentials", ".cargo/credentials"),
    *(".cargo/credentials.toml", ".mozilla", ".config/google-chrome", ".config/chromium"),
    *(".bash_history", ".zsh_history", ".python_history"),
)
"""Below the user's home: what holds keys and passwords is not seen by the commands."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What the commands run in. `program` is where it is installed."""

    kind: Kind = "none"
    program: str = ""

    @property
    def closed(self) -> bool:
        """Whether network and writes outside the copy are closed."""
        return self.kind != "none"

    @property
    def words(self) -> str:
        """A sentence on what the commands can and can't do. Safe to show."""
        if self.closed:
            return (
                f"{self.kind} closes the network to the commands, and every folder but the "
                "copy to their writing; files elsewhere they can read, known places of keys apart."
                if self.kind == "bwrap"
                else f"{self.kind} closes the network to the commands, and every folder but the "
                "copy to their writing; files elsewhere they can read."
            )
        return (
            "Nothing here closes the network to the commands, nor reading and writing your other "
            "files: they run with your rights, as if you had typed them. bwrap (bubblewrap) would "
            "close that, where it is installed and permitted."
        )

    def seen_at(self, layout: Layout) -> Path:
        """Where the commands see the top of the copy: in bwrap where the user's own lies, so
        that every absolute path leads into the copy."""
        return layout.source.top if self.kind == "bwrap" else layout.tree

    def objects_at(self, folder: CheckFolder, objects: Path) -> Path:
        """Where the commands see the objects of the user's repository."""
        return folder.path / "objects" if self.kind == "bwrap" else objects

    def wrapped(
        self,
        command: Sequence[str],
        folder: CheckFolder,
        layout: Layout,
        *,
        lent: Sequence[str],
        objects: Path | None,
        environ: Mapping[str, str],
    ) -> list[str]:
        """`command` as it is to be started."""
        if self.kind == "bwrap":
            options = _bwrap_options(folder, layout, lent, objects, environ)
            return [self.program, *options, "--", *command]
        if self.kind == "sandbox-exec":
            return [self.program, "-p", _profile(folder), *command]
        return [*command]


@cache
def sandbox_here() -> Sandbox:
    """What there is, tried. Blocking at the first call, for at most some seconds."""
    if sys.platform.startswith("linux") and (program := shutil.which("bwrap")):
        if _starts([program, *_BASE, "--", "true"]):
            return Sandbox("bwrap", program)
    if sys.platform == "darwin" and (program := shutil.which("sandbox-exec")):
        if _starts([program, "-p", "(version 1)(allow default)(deny network*)", "true"]):
            return Sandbox("sandbox-exec", program)
    return Sandbox()


def _starts(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TRY_SECONDS,
            check=False,
            start_new_session=True,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


# Sockets of other programs, which neither a closed network nor a read-only disk keeps out, lie in
# /run and /tmp.
_BASE = (
    *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
    *("--tmpfs", "/run", "--tmpfs", "/tmp"),
    *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
)


def _bwrap_options(
    folder: CheckFolder,
    layout: Layout,
    lent: Sequence[str],
    objects: Path | None,
    environ: Mapping[str, str],
) -> list[str]:
    options = [*_BASE]
    for place in _hidden_again(environ):
        options += ["--ro-bind-try", place, place]
    for name in _SECRET_PLACES:
        place = os.path.realpath(Path(environ.get("HOME") or "/nonexistent", name))
        if Path(place).is_dir():
            options += ["--tmpfs", place]
        elif Path(place).exists():
            options += ["--ro-bind", "/dev/null", place]
    top = layout.source.top
    options += ["--bind", str(layout.tree), str(top)]
    for name in lent:
        options += ["--ro-bind", str(top / name), str(top / name)]
    for own in (folder.home, folder.temporary):
        options += ["--bind", str(own), str(own)]
    if objects is not None:
        options += ["--ro-bind", str(objects), str(folder.path / "objects")]
    return [*options, "--chdir", str(top / layout.source.below)]


def _hidden_again(environ: Mapping[str, str]) -> list[str]:
    """Programs that lie in the folders just covered."""
    covered = (Path("/run"), Path("/tmp"))
    found = ["/run/current-system", "/run/wrappers"]
    own = (environ.get("VIRTUAL_ENV", ""), sys.prefix, sys.base_prefix)
    for part in (*environ.get("PATH", "").split(os.pathsep), *own):
        if part and any(Path(part).is_relative_to(place) for place in covered):
            found.append(part)
    return found


def _profile(folder: CheckFolder) -> str:
    place = str(folder.path).replace("\\", "\\\\").replace('"', '\\"')
    return (
        "(version 1)(allow default)(deny network*)"
        '(allow network* (local ip "localhost:*"))(allow network* (remote ip "localhost:*"))'
        '(deny file-write*)(allow file-write* (subpath "' + place + '")'
        ' (literal "/dev/null") (literal "/dev/zero") (literal "/dev/dtracehelper"))'
    )
