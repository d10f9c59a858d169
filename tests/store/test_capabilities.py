"""What endpoints turned out to take survives a restart, and can be forgotten."""

from pathlib import Path

from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.store.capabilities import CapabilityStore

PLACE = ("https://example.org/v1", "some-model")


def test_what_was_learnt_survives_a_restart(tmp_path: Path) -> None:
    store = CapabilityStore(tmp_path / "state")
    learnt = store.of(*PLACE)
    learnt.echo, learnt.prefill, learnt.temperature = True, "none", False
    store.keep(*PLACE)
    again = CapabilityStore(tmp_path / "state")
    assert again.of(*PLACE) == Capabilities(echo=True, prefill="none", temperature=False)
    assert again.of("https://example.org/v1", "another") == Capabilities()


def test_forgetting_lets_everything_be_tried_again(tmp_path: Path) -> None:
    store = CapabilityStore(tmp_path)
    store.of(*PLACE).stream_options = False
    store.keep(*PLACE)
    store.forget(*PLACE)
    assert store.of(*PLACE) == Capabilities()
    assert CapabilityStore(tmp_path).of(*PLACE) == Capabilities()


def test_a_damaged_memory_is_an_empty_one(tmp_path: Path) -> None:
    for data in (b"{", b"[]", b'{"https://example.org/v1 some-model": 3}', b"\xed\xa0\x80", b""):
        (tmp_path / "capabilities.json").write_bytes(data)
        assert CapabilityStore(tmp_path).of(*PLACE) == Capabilities()


def test_a_state_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, not a folder")
    store = CapabilityStore(tmp_path / "state")
    store.of(*PLACE).echo = True
    store.keep(*PLACE)
    assert store.of(*PLACE).echo is True
