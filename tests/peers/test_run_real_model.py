"""The cheapest cut runs against a real model, when a llama.cpp server with one is at hand.

    AUTOCODER_TUI_REAL_MODEL=http://127.0.0.1:8080/v1 python -m pytest tests/peers -n 0

What is asked of a small model here is little; what is asked of the join is all: with prefill
the joined text is the uninterrupted one to the byte, without it nothing received is lost.
"""

from __future__ import annotations

import json
import os
import urllib.request
from pathlib import Path

import pytest

from tests.peers.real_model.relay import Relay
from tests.peers.real_model.runs import CUTS, WHOLE_WAY, Outcome, Way, lost, play
from tests.peers.real_model.tasks import TASKS

BASE_URL = os.environ.get("AUTOCODER_TUI_REAL_MODEL", "")
FIX = next(task for task in TASKS if task.name == "fix")

pytestmark = pytest.mark.skipif(
    not BASE_URL,
    reason="no real model at hand: name a llama.cpp server in AUTOCODER_TUI_REAL_MODEL",
)


@pytest.fixture(scope="module")
def model() -> str:
    """The name of the server's model. Fails when the server that was named does not answer."""
    with urllib.request.urlopen(BASE_URL + "/models", timeout=10) as response:
        name = json.load(response)["data"][0]["id"]
    assert isinstance(name, str)
    return name


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Replies of this module's runs, so that the whole one is generated once."""
    return tmp_path_factory.mktemp("replies")


@pytest.fixture(scope="module")
def whole(model: str, store: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    relay = Relay(BASE_URL, store)
    return play(FIX, WHOLE_WAY, relay, model, tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("way", [CUTS[0], CUTS[-1]], ids=lambda way: way.name)
def test_with_prefill_the_joined_text_is_the_uninterrupted_one(
    whole: Outcome, model: str, store: Path, tmp_path: Path, way: Way
) -> None:
    cut = play(FIX, way, Relay(BASE_URL, store), model, tmp_path)
    assert cut.continued
    assert all(exchange.prefilled for exchange in cut.exchanges[1:])
    assert cut.reply == whole.reply
    assert cut.files == whole.files


def test_without_prefill_nothing_received_is_lost(model: str, store: Path, tmp_path: Path) -> None:
    cut = play(FIX, CUTS[0], Relay(BASE_URL, store, prefill=False), model, tmp_path)
    assert cut.continued
    assert lost(cut) == ""
