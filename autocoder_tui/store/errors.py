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


class StoreError(AutocoderError):
    kind = "store"


class CannotKeep(StoreError):
    kind = "cannot_keep"


class SettingsNotSaved(StoreError):
    kind = "settings_not_saved"


class ControlFileUnusable(StoreError):
    """`problems` has everything that was found, the message the first of them."""

    kind = "control_file"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        more = len(problems) - 1
        others = f" ({more} more of the kind.)" if more else ""
        super().__init__(f"{problems[0]}{others}")
        self.problems = problems
