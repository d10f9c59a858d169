"""The root of every error a user can meet.

Each carries a `kind` (a stable word for scripts, as in the headless JSON report) and a
message of one or two sentences: what happened, why, and what to do next. Packages draw
their own branches: `engine.errors`, `workspace.errors`, `store.errors`.
"""

from __future__ import annotations


class AutocoderError(Exception):
    """Something a user can meet. `str(error)` is the sentence to show, never a secret."""

    kind = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def sentence(text: str) -> str:
    """`text`, which may come from elsewhere, ended by exactly one full stop: words quoted at its
    end may have brought their own."""
    text = text.rstrip()
    if text[-2:] in (".”", "!”", "?”"):
        return text
    return f"{text.rstrip('.')}."
