"""What a start of either face does about writes that a kill or a power cut left half done."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.workspace.apply_log import ApplyLog, forget_abandoned
from autocoder_tui.workspace.recovery import recover


def recover_writes(state: Path, root: Path) -> list[str]:
    """Finish or take back every write to the project at `root` that was cut short; returns what
    there is to say. Logs of projects that are long gone are removed. Blocking; raises nothing."""
    said = [recovered.message for recovered in recover(ApplyLog.of_project(state, root))]
    forget_abandoned(state)
    return said
