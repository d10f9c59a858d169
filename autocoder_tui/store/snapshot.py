"""What a run was given: everything that is needed to go on with it, but never a key."""

from __future__ import annotations

import base64
from dataclasses import field
from typing import Any

from autocoder_tui.engine.purpose import Mode, Purpose
from autocoder_tui.engine.request import Limits, Turn
from autocoder_tui.store.feedback import Feedback
from autocoder_tui.text.plain_data import read_value, value_data
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class SentFile:
    """An input file as it was sent, with what is needed to tell and to write its bytes.

    `text`, `encoding`, `newline`, `mode` and the stamp are those of workspace.textfile;
    `bom` is in base 64.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: str = ""
    newline: str = "\n"
    mode: int = 0o644
    size: int = 0
    mtime_ns: int = 0
    inode: int = 0
    sha256: str = ""

    @property
    def byte_order_mark(self) -> bytes:
        try:
            return base64.b64decode(self.bom)
        except ValueError:
            return b""  # damaged: the file's own is found when it is read again


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run as it was asked for. `started` is ISO 8601 in UTC, `partial` the text it goes on
    with, `journal_id` tells apart the journals of one run that was continued. `position` is where
    the run stands among the others, "" where `started` says it (see store.retention). `batch` is
    the id of the batch whose job it does, "" for a run of its own. `project_run` is the run of a
    project and the step it belongs to, as "run/01-step". `thread` is the id of the run
    that a conversation, or rounds of feedback, began with, `parent` that of the run this one goes
    on from; "" where there is none. What is not said here is as in `RunRequest`."""

    run_id: str
    journal_id: str
    started: str
    project: str
    requirements: str
    target: str | None
    model: str
    provider: str
    base_url: str
    files: tuple[SentFile, ...] = ()
    limits: Limits = field(default_factory=Limits)
    temperature: float | None = None
    system_prompt: str = ""
    partial: str = ""
    edits: tuple[str, ...] = ()
    demo: bool = False
    position: str = ""
    batch: str = ""
    mode: Mode = "generate"
    purpose: Purpose = "generate"
    instructions: str = ""
    preferences: str = ""
    turns: tuple[Turn, ...] = ()
    left_out: int = 0
    thread: str = ""
    parent: str = ""
    feedback: Feedback | None = None
    project_run: str = ""

    @property
    def picks(self) -> tuple[str, ...]:
        return tuple(file.path for file in self.files)

    def to_data(self) -> dict[str, Any]:
        """As values that JSON has."""
        return value_data(self)  # type: ignore[no-any-return]

    @classmethod
    def from_data(cls, data: object) -> Snapshot:
        """What `to_data` gave. Raises ValueError."""
        return read_value(cls, data)  # type: ignore[no-any-return]
