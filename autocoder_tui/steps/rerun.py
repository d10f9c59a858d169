"""A log of a step that is to be run again, as it stands, changed or not."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from autocoder_tui.problems import Problem
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.steps.own_folder import FOLDER, read_text
from autocoder_tui.steps.record import REQUESTS, StepRecord
from autocoder_tui.steps.record_json import parse_record
from autocoder_tui.steps.run_folder import RUN_FILE, RunFolder
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class LoggedStep:
    """What a log says, and whose it is."""

    root: Path
    run: RunFolder
    record: StepRecord

    def index_in(self, records: Sequence[StepRecord]) -> int:
        """Which of these steps it is the log of. Raises ProjectUnusable."""
        index = self.record.number - 1
        if index >= len(records) or records[index].name != self.record.name:
            raise ProjectUnusable(
                f"The run {visible(self.run.name)} has no step {self.record.number}, "
                f"{visible(self.record.name)}: leave number and name in the log as they were."
            )
        return index


def project_of_log(log: Path) -> Path:
    """The folder of the project that a log belongs to. Raises ProjectUnusable."""
    place = Path(os.path.abspath(log))  # noqa: PTH100 - a link is refused where it is read
    parents = place.parents
    if len(parents) < 4 or (parents[1].name, parents[2].name) != ("logs", FOLDER):
        raise ProjectUnusable(
            f"{visible(str(log))} is no log of a project: those are in {FOLDER}/logs/RUN/ of it, "
            "called such as 01-simple.json. A copy has to lie there, too."
        )
    return parents[3]


def read_log(log: Path) -> LoggedStep:
    """The log at this path. Blocking; raises ProjectUnusable, which says where it can't be read."""
    root = project_of_log(log)
    real = Path(os.path.realpath(root))
    folder = real / FOLDER / "logs" / log.absolute().parent.name
    file = folder / log.name
    if log.name == RUN_FILE:
        raise ProjectUnusable(
            f"{visible(str(log))} says what the run was begun with. Name the log of a step, such "
            "as 01-simple.json."
        )
    text = read_text(real, file)
    if text is None:
        raise ProjectUnusable(f"There is no {visible(str(log))}. Name a log that is there.")
    found = text if isinstance(text, Problem) else parse_record(file, text)
    if isinstance(found, Problem):
        raise ProjectUnusable(f"{found.in_full} Put it right and run it again: nothing was sent.")
    if not any(effect.kind in REQUESTS and effect.messages for effect in found.effects):
        raise ProjectUnusable(
            f"{visible(str(log))} holds no request, so there is nothing to send again."
        )
    return LoggedStep(real, RunFolder(real, folder), found)
