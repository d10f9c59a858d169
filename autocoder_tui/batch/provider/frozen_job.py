"""A job as it was when its batch was made: all that its requests depend on, but the key.

A reply may come a day later, and from another start of the program. The run is then played
from its beginning and has to ask the very same requests, so nothing it reads may have changed.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from autocoder_tui.engine.base_url import is_openai
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.provider.stored_replies import FindReply, StoredAnswers
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.restore import prepared_from, snapshot_of
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.store.snapshot import Snapshot
from autocoder_tui.text.plain_data import read_value, value_data
from autocoder_tui.values import dataclass

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
    def of(cls, number: int, label: str, prepared: Prepared, known: dict[str, Any]) -> FrozenJob:
        """`prepared` as it stands; `known` is what is known of its endpoint, as plain data."""
        request = prepared.request
        return cls(
            number,
            label,
            snapshot_of(prepared),
            request.model,
            request.endpoint.provider,
            request.calibration.to_dict(),
            known,
        )

    def prepared(self, find: FindReply | None = None) -> Prepared:
        """The job as it was sent, without a key; answered by `find`."""
        chosen = ChosenModel(
            self.model,
            Endpoint(self.provider),
            calibration=Calibration.from_dict(self.calibration),
        )
        if find is None:
            return prepared_from(self.snapshot, chosen)
        limits = replace(
            self.snapshot.limits,
            max_attempts=NOBODY_ANSWERS_AGAIN,
            first_byte_timeout=_NO_HURRY,
            idle_timeout=_NO_HURRY,
            total_timeout=_NO_HURRY,
        )
        prepared = prepared_from(self.snapshot, chosen, limits)
        return replace(prepared, answers=StoredAnswers(find, self.capabilities))

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

    @staticmethod
    def number_in(line: str) -> int:
        """The number of the job on `line`, without reading all of it; 0 where there is none."""
        found = re.match(r'{"number": (\d+),', line)
        return int(found[1]) if found else 0

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


def batch_priced(model: Model, provider: Provider) -> Model:
    """`model` at the price of a batch: half of the usual at OpenAI; of others it is not known,
    and the usual one stands, which is at least not too little."""
    if not is_openai(provider.base_url):
        return model

    def half(price: Decimal | None) -> Decimal | None:
        return None if price is None else price / 2

    return replace(
        model,
        input_price=half(model.input_price),
        output_price=half(model.output_price),
        cached_price=half(model.cached_price),
    )
