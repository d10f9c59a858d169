"""What runs taught about the token counts of each model, kept in the state folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Endpoint, Model
from autocoder_tui.engine.events import UsageReported
from autocoder_tui.problems import Problem
from autocoder_tui.store.json_file import CALIBRATION_FILE, change_memory, read_memory

_MOST_PLACES = 500


def load_calibration(state: Path, endpoint: Endpoint, model: Model) -> Calibration:
    """What is known of `model` at `endpoint`; a missing or broken file knows nothing."""
    known = read_memory(state / CALIBRATION_FILE)
    return Calibration() if isinstance(known, Problem) else _of(known.get(_place(endpoint, model)))


def learn(state: Path, endpoint: Endpoint, model: Model, report: UsageReported) -> Calibration:
    """Remember one more run; returns what is known now. Raises OSError when it can't be kept."""
    place = _place(endpoint, model)
    after = Calibration()

    def change(known: dict[str, Any]) -> None:
        nonlocal after
        after = _of(known.pop(place, None)).learnt(report.weights, report.prompt_tokens)
        known[place] = after.to_dict()  # last, so that the oldest are dropped first
        for oldest in list(known)[:-_MOST_PLACES]:
            del known[oldest]

    change_memory(state / CALIBRATION_FILE, change)
    return after


def _of(entry: object) -> Calibration:
    return Calibration.from_dict(entry) if isinstance(entry, dict) else Calibration()


def _place(endpoint: Endpoint, model: Model) -> str:
    """The same model may be cut by another vocabulary at another address."""
    return f"{endpoint.provider.base_url} {model.name}"
