"""Going on with a kept run where it left off, without the screen or with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from autocoder_tui.config.dirs import state_dir
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.recovery import recover_kept
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.history import History
from autocoder_tui.workspace.output_path import is_folder


class NothingToResume(AutocoderError):
    """The run, or its project, is not there to go on with."""

    kind = "nothing_to_resume"


def kept_project(reference: str, environ: Mapping[str, str]) -> Path:
    """The folder of the project of a kept run, recovering first what a kill left.

    Raises UnknownRun, NothingToResume, HistoryUnavailable.
    """
    history = History(state_dir(environ))
    recover_kept(history)
    sent = history.get(reference).snapshot
    project = Path(sent.project)
    if not is_folder(project) and sent.demo:
        from autocoder_tui.demo.session import fresh_copy

        return fresh_copy()
    if not is_folder(project):
        raise NothingToResume(
            f"The project of this run, {visible(str(project))}, is gone. If it has moved, name "
            "its folder after the run; its text is in: autocoder-tui history show --reply"
        )
    return project
