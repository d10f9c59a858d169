"""Joining the parts of a cut-off reply, byte for byte as one uninterrupted reply."""

from autocoder_tui.engine.seam.completion import next_step, verify
from autocoder_tui.engine.seam.plan import plan_continuation
from autocoder_tui.engine.seam.reader import PartReader
from autocoder_tui.engine.seam.values import MARKER, Alternative, Continuation, Edit, Join

__all__ = [
    "MARKER",
    "Alternative",
    "Continuation",
    "Edit",
    "Join",
    "PartReader",
    "next_step",
    "plan_continuation",
    "verify",
]
