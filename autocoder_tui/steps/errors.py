"""What ends a step, or keeps a project from being opened."""

from __future__ import annotations

from autocoder_tui.errors import AutocoderError


class StepFailed(AutocoderError):
    """A step can't go on. The message says what happened, why, and what to do next."""

    kind = "step_failed"


class ProjectUnusable(AutocoderError):
    """The folder can't be worked in, or what is kept in it can't be read."""

    kind = "project_unusable"
