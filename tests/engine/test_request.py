"""The same request, asked of another model."""

from dataclasses import replace

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Endpoint, Provider, Secret
from autocoder_tui.engine.request import InputFile, Limits, RunRequest
from tests.engine.conversation import MODEL, endpoint_at

HERE, THERE = "http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1"
REQUEST = RunRequest(
    "Count",
    MODEL,
    endpoint_at(HERE),
    (InputFile("a.py", "a = 1\n"),),
    "a.py",
    Limits(max_parts=3),
    0.5,
    "text so far",
    calibration=Calibration(runs=2),
    counted_tokens=4321,
)


def test_only_who_is_asked_becomes_another() -> None:
    other = replace(MODEL, name="other-model")
    asked = REQUEST.for_model(other, endpoint_at(THERE), Calibration(runs=7))
    assert (asked.model, asked.endpoint.provider.base_url) == (other, THERE)
    assert asked.calibration.runs == 7
    back = asked.for_model(REQUEST.model, REQUEST.endpoint, REQUEST.calibration)
    assert replace(back, counted_tokens=4321) == REQUEST


def test_what_one_server_counted_says_nothing_about_another() -> None:
    other = replace(MODEL, name="other-model")
    assert REQUEST.for_model(other, endpoint_at(HERE), Calibration()).counted_tokens is None
    assert REQUEST.for_model(MODEL, endpoint_at(THERE), Calibration()).counted_tokens is None
    wider = replace(MODEL, context_length=99_999)
    with_key = Endpoint(Provider("test", HERE), Secret("sk-another-one"), "OTHER_API_KEY")
    assert REQUEST.for_model(wider, with_key, Calibration()).counted_tokens == 4321
