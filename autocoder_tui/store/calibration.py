"""What runs taught about the token counts of each model, kept in the state folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Endpoint, Model
from autocoder_tui.engine.events import UsageReported
from autocoder_tui.store.settings_file import write_atomically
from autocoder_tui.tomlfile import read_small_text

_FILE = "calibration.json"
_MOST_PLACES = 500


def load_calibration(state: Path, endpoint: Endpoint, model: Model) -> Calibration:
    """What is known of `model` at `endpoint`; a missing or broken file knows nothing."""
    entry = _read(state).get(_place(endpoint, model))
    return Calibration.from_dict(entry) if isinstance(entry, dict) else Calibration()


def learn(state: Path, endpoint: Endpoint, model: Model, report: UsageReported) -> Calibration:
    """Remember one more run; returns what is known now. Raises OSError when it can't be kept.

    What another process learnt meanwhile is taken in: the file is read again first.
    """
    known = _read(state)
    place = _place(endpoint, model)
    entry = known.pop(place, None)
    before = Calibration.from_dict(entry) if isinstance(entry, dict) else Calibration()
    after = before.learnt(report.weights, report.prompt_tokens)
    known[place] = after.to_dict()  # last, so that the oldest are dropped first
    kept = dict(list(known.items())[-_MOST_PLACES:])
    write_atomically(state / _FILE, json.dumps(kept, indent=1))
    return after


def _place(endpoint: Endpoint, model: Model) -> str:
    """The same model may be cut by another vocabulary at another address."""
    return f"{endpoint.provider.base_url} {model.name}"


def _read(state: Path) -> dict[str, Any]:
    text = read_small_text(state / _FILE, missing_ok=True)
    try:
        data = json.loads(text) if isinstance(text, str) and text else {}
    except (ValueError, RecursionError):
        data = {}
    return data if isinstance(data, dict) else {}
