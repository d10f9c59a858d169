"""`pytest -m "not slow"` leaves out what `slow.txt` names, and that is there."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import _SLOW

_ROOT = Path(__file__).parents[2]


def test_what_is_named_slow_exists() -> None:
    for name in _SLOW:
        file, _, test = name.partition("::")
        assert (_ROOT / file).exists() or list(_ROOT.glob(f"{file}*")), name
        assert not test or f"def {test}(" in (_ROOT / file).read_text(encoding="utf-8"), name
