"""What the command line asked the steps of a project for."""

from __future__ import annotations

from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """`steps` is the name of a configuration, "" for none; `resume`: a run that was cut short
    goes on without being asked about, the one called `run` or, where that is "", the newest."""

    steps: str = ""
    resume: bool = False
    run: str = ""
