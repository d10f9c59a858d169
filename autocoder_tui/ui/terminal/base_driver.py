"""The framework's driver of a terminal, which ours is derived from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.drivers.linux_driver import LinuxDriver
else:
    try:
        from textual.drivers.linux_driver import LinuxDriver
    except ImportError:
        # Nothing is derived from it in earnest then: `lacking` keeps the screen from starting.
        from textual.driver import Driver as LinuxDriver

__all__ = ["LinuxDriver"]
