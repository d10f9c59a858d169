"""What can go wrong with the files the user writes.

AutocoderError
└── ConfigError
    ├── SettingsNotSaved     config.toml or models.toml cannot be changed without harm
    ├── ControlFileUnusable  a control file is not as expected
    └── ControlFileNotWritten one could not be written, or would have held a key
"""

from __future__ import annotations

from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import Problem

_MOST_SAID = 40


class ConfigError(AutocoderError):
    kind = "config"


class SettingsNotSaved(ConfigError):
    kind = "settings_not_saved"


class ControlFileUnusable(ConfigError):
    """`problems` has everything that was found; the message names it, one sentence each."""

    kind = "control_file"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        said = [str(problem) for problem in problems[:_MOST_SAID]]
        if len(problems) > _MOST_SAID:
            said.append(f"And {len(problems) - _MOST_SAID} more.")
        super().__init__(" ".join(said))
        self.problems = problems


class ControlFileNotWritten(ConfigError):
    kind = "control_file_not_written"
