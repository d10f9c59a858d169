"""The network misbehaves."""

from tests.faults.table import Case

_STATUSES = "tests/engine/test_provider_statuses.py::"

CASES = (
    Case(
        "every error status is one sentence",
        (f"{_STATUSES}test_an_error_status_in_every_shape_of_body",),
    ),
)
