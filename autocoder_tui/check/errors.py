"""What can keep a check from being made. A command that fails is no error but a result."""

from __future__ import annotations

from autocoder_tui.errors import AutocoderError


class CannotCheck(AutocoderError):
    """Nothing of the project was changed, and nothing is left of the copy."""

    kind = "cannot_check"
