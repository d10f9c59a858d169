"""What a file is besides its bytes: permission bits, owner, extended attributes."""

from __future__ import annotations

import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Any

from autocoder_tui.system.descriptors import set_mode, set_owner
from autocoder_tui.values import dataclass

# Signatures of the old content: on the new one they would only be wrong.
_BOUND_TO_CONTENT = frozenset({"security.ima", "security.evm"})


@dataclass(frozen=True, slots=True)
class Attributes:
    """`mode` holds the permission bits; `xattrs` are there where the platform has them."""

    mode: int
    uid: int
    gid: int
    xattrs: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path, status: os.stat_result) -> Attributes:
        """Those of the file at `path`, whose status is `status`."""
        return cls(stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, _xattrs_of(path))

    def give(self, descriptor: int) -> None:
        """Make an open file have them, as far as the system allows; the mode must succeed.

        Raises OSError when the mode can't be set.
        """
        mode = self.mode
        mine = os.fstat(descriptor)
        if (mine.st_uid, mine.st_gid) != (self.uid, self.gid):
            try:
                set_owner(descriptor, self.uid, self.gid)
            except OSError:
                # The file will belong to the writer: it must not run with the writer's rights.
                mode &= ~(stat.S_ISUID | stat.S_ISGID)
                with suppress(OSError):
                    set_owner(descriptor, -1, self.gid)
        if hasattr(os, "setxattr"):
            for name, value in self.xattrs.items():
                with suppress(OSError):
                    os.setxattr(descriptor, name, value)
        set_mode(descriptor, mode)

    def as_json(self) -> dict[str, Any]:
        xattrs = {name: b64encode(value).decode() for name, value in self.xattrs.items()}
        return {"mode": self.mode, "uid": self.uid, "gid": self.gid, "xattrs": xattrs}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Attributes:
        """Raises KeyError, TypeError or ValueError for what `as_json` did not make."""
        xattrs = {name: b64decode(value) for name, value in data["xattrs"].items()}
        return cls(int(data["mode"]), int(data["uid"]), int(data["gid"]), xattrs)


def _xattrs_of(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if not hasattr(os, "listxattr"):
        return found
    with suppress(OSError):
        for name in os.listxattr(path):
            if name not in _BOUND_TO_CONTENT:
                with suppress(OSError):
                    found[name] = os.getxattr(path, name)
    return found
