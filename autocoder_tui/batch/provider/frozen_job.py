"""A job as it was when its batch was made: all that its requests depend on, but the key.

A reply may come a day later, and from another start of the program. The run is then played
from its beginning and has to ask the very same requests, so nothing it reads may have changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.events_json import read_value, value_data
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.restore import prepared_from, snapshot_of
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.store.snapshot import Snapshot

NOBODY_ANSWERS_AGAIN: Final = 1
"""Attempts of one request within a run: which request is worth another try the batch decides."""
_NO_HURRY: Final = 10.0**9
"""Seconds: a reply that is at hand is never late."""


@dataclass(frozen=True, slots=True)
class FrozenJob:
    """`label` is how a person knows the job: its control file, with the line."""

    number: int
    label: str
    snapshot: Snapshot
    model: Model
    provider: Provider
    calibration: dict[str, Any]
    capabilities: dict[str, Any]

    @classmethod
    def of(cls, number: int, label: str, prepared: Prepared, known: Capabilities) -> FrozenJob:
        request = prepared.request
        return cls(
            number,
            label,
            snapshot_of(prepared),
            request.model,
            request.endpoint.provider,
            request.calibration.to_dict(),
            # What a server is nobody asks: a run that is played again must not learn it midway.
            {**known.to_dict(), "server": known.server or ""},
        )

    @property
    def known(self) -> Capabilities:
        """A copy of its own: each time the run is played it learns the same from the replies."""
        return Capabilities.from_dict(self.capabilities)

    def prepared(self, endpoint: Endpoint | None = None) -> Prepared:
        """The job as it was sent, with the key of `endpoint` where there is one."""
        chosen = ChosenModel(
            self.model,
            endpoint or Endpoint(self.provider),
            calibration=Calibration.from_dict(self.calibration),
        )
        limits = replace(
            self.snapshot.limits,
            max_attempts=NOBODY_ANSWERS_AGAIN,
            first_byte_timeout=_NO_HURRY,
            idle_timeout=_NO_HURRY,
            total_timeout=_NO_HURRY,
        )
        return prepared_from(self.snapshot, chosen, limits)

    def line(self) -> str:
        data = {
            "number": self.number,
            "label": self.label,
            "snapshot": self.snapshot.to_data(),
            "model": value_data(self.model),
            "provider": value_data(self.provider),
            "calibration": self.calibration,
            "capabilities": self.capabilities,
        }
        return json.dumps(data, ensure_ascii=True) + "\n"

    @classmethod
    def read(cls, line: str) -> FrozenJob:
        """What `line` gave. Raises ValueError."""
        data = json.loads(line)
        if not isinstance(data, dict):
            raise ValueError("no job")
        try:
            return cls(
                int(data["number"]),
                str(data["label"]),
                Snapshot.from_data(data["snapshot"]),
                read_value(Model, data["model"]),
                read_value(Provider, data["provider"]),
                dict(data["calibration"]),
                dict(data["capabilities"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError("no job") from error


def write_jobs(file: Path, jobs: list[FrozenJob]) -> None:
    """Raises OSError."""
    from autocoder_tui.system.atomic_write import write_atomically

    write_atomically(file, "".join(job.line() for job in jobs))
