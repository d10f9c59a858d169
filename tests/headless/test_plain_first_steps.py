"""The plain mode without a key: it says which models would do, and a server's is chosen by URL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.provider.local_servers import LocalServer, probe_local
from autocoder_tui.headless.console import saying
from autocoder_tui.headless.plain import first_steps, job
from autocoder_tui.headless.plain.desk import Desk
from tests.ui.driving import setup_for


@contextmanager
def desk_at(folder: Path, environ: dict[str, str] | None = None) -> Iterator[Desk]:
    setup = setup_for(folder, environ=environ or {})
    with saying(setup) as log, asyncio.Runner() as runner:
        desk = Desk(setup, log, runner)
        job.begin(desk)
        yield desk


def only(monkeypatch: pytest.MonkeyPatch, *servers: tuple[str, str]) -> None:
    """Nothing but `servers` may answer, whatever runs on this machine."""

    async def probe() -> list[LocalServer]:
        return await probe_local(5, servers)

    monkeypatch.setattr(first_steps, "probe_local", probe)


def test_without_anything_the_demo_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(monkeypatch)
    with desk_at(tmp_path) as desk:
        first_steps.tell_first_steps(desk)
    assert "no local server answers" in (said := capsys.readouterr().err)
    assert "--plain --demo" in said


def test_a_key_that_is_there_is_named_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = {"OPENAI_API_KEY": "sk-canary-1234567890"}
    only(monkeypatch)
    with desk_at(tmp_path, key) as desk:
        first_steps.tell_first_steps(desk)
        said = capsys.readouterr().err
        assert "A key for OpenAI is there (OPENAI_API_KEY" in said
        assert "model gpt-4o-mini uses it." in said
        assert "sk-canary" not in said
        assert "no local server" not in said
        job.choose(desk, "gpt-4o-mini")
        capsys.readouterr()
        first_steps.tell_first_steps(desk)
    assert capsys.readouterr().err == ""


def test_the_model_of_a_local_server_is_chosen_as_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with desk_at(tmp_path) as desk:
        server = DemoServer(models=("near", "other"))
        desk.do(server.__aenter__())
        only(monkeypatch, ("none", "http://127.0.0.1:1/v1"), ("Ollama", server.base_url))
        first_steps.tell_first_steps(desk)
        said = capsys.readouterr().err
        assert f"Ollama answers on this machine: model near {server.base_url} uses it." in said
        job.choose(desk, f"near {server.base_url.removeprefix('http://')}")
        assert desk.chosen is not None
        assert desk.chosen.ready
        assert desk.chosen.model.name == "near"
        assert desk.chosen.endpoint.provider.base_url == server.base_url
        desk.do(server.__aexit__(None, None, None))
