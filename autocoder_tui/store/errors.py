"""What can go wrong with the program's own files.

AutocoderError
└── StoreError
    ├── CannotKeep           a file of the state folder cannot be written
    ├── HistoryUnavailable   the database of runs cannot be used now (store.history_schema)
    ├── UnknownRun           no run is called so, or several are (store.history)
    ├── SettingsNotSaved     config.toml cannot be changed without harm
    └── ControlFileUnusable  a control file is not as expected
"""

from __future__ import annotations

from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import Problem

_MOST_SAID = 20


class StoreError(AutocoderError):
    kind = "store"


class CannotKeep(StoreError):
    kind = "cannot_keep"


class SettingsNotSaved(StoreError):
    kind = "settings_not_saved"


class ControlFileUnusable(StoreError):
    """`problems` has everything that was found; the message names it, one sentence each."""

    kind = "control_file"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        said = [str(problem) for problem in problems[:_MOST_SAID]]
        if len(problems) > _MOST_SAID:
            said.append(f"And {len(problems) - _MOST_SAID} more.")
        super().__init__(" ".join(said))
        self.problems = problems
