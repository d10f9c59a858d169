"""Signs for a terminal that lacks those of the program: others of the same width in their place.

The console of Linux has the lines and arrows of a PC of 1981 and no marks; where the locale's
character set is not UTF-8, anything but ASCII would be taken for several signs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

_CONSOLE: Final = (
    "✓√ ✗x ✕x ━═ ┃║ ╭┌ ╮┐ ╰└ ╯┘ ┣├ ┗└ ╠├ ╚└ ▸► ▶► ›> ▾▼ ●• ◦· ○o ◌. ▪■ ▰■ ▱· …. —- –- −- ‖║ "
    "↪→ ↩← ↺~ ↻~ ⏸= ☑■ ☐· ▏│ ▎│ ▍│ ▕│ ╱/ ╲\\ ⋯. ⊘x ✎* ⟂+ ▁_ ▂▄ ▃▄ ▅▄ ▆█ ▇█ ▔▀ ”\" “\" ’' ‘' ␣_ "
    "⚠! ⚑! ◆■ ≠!"
)
_ASCII: Final = (
    "─- ━= ═= │| ┃# ║# ┌+ ┐+ └+ ┘+ ╭+ ╮+ ╰+ ╯+ ├+ ┤+ ┬+ ┴+ ┼+ ┣+ ┗+ ╠+ ╚+ ╱/ ╲\\ ▏| ▎| ▍| ▌| ▐| ▕| "
    "▁_ ▂_ ▃. ▄= ▅= ▆= ▇# █# ▔- ▀- ░. ▒: ▓# ✓v ✗x ✕x √v ×x ▸> ▶> ›> ▾v ●* ◦o ○o ◌. ▪# ■# ▰# ▱. "
    '…~ —- –- −- ‖| →> ←< ↑^ ↓v ↪> ↩< ↺@ ↻@ ⏸= ☑# ☐. ⋯~ ⊘x ✎* ⟂+ •* ·. ≠! ≤< ≥> ≈~ ±~ ”" “" '
    "’' ‘' ␣_ «< »> ⚠! ⚑! ◆#"
)
"""A sign, and what stands in its place."""


def _pairs(text: str) -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in text.split()}


class _InAscii(dict[int, str]):
    """A table for `str.translate` that finds out what it has not met."""

    def __missing__(self, code: int) -> str:
        self[code] = made = chr(code) if code < 128 else _ascii(chr(code))
        return made


def _ascii(sign: str) -> str:
    from rich.cells import cell_len  # late: the frame is drawn before anything is loaded

    # A letter without its accent is read better than a question mark.
    plain = unicodedata.normalize("NFKD", sign)[:1]
    wide = cell_len(sign)
    return plain if plain.isascii() and plain.isprintable() and wide == 1 else "?" * wide


IN_ASCII: Final = _InAscii(_pairs(_ASCII))
ON_CONSOLE: Final = _pairs(_CONSOLE)


def table_for(environ: Mapping[str, str], *, utf8: bool) -> Mapping[int, str] | None:
    """What `str.translate` takes for this terminal; None where every sign is shown."""
    if not utf8:
        return IN_ASCII
    return ON_CONSOLE if environ.get("TERM") == "linux" else None
