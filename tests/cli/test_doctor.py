"""`autocoder-tui doctor` as a program of its own: what it says, and of what it is silent."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.server import DemoServer
from tests.watched_server import WatchedServer

ROOT = Path(__file__).parents[2]
CANARY = "sk-canary-8f3Kq9Zt7Wv1xYp4Lm6Nb2Rd9"
PROVIDER = """
[providers.{name}]
base_url = "{url}"
key_variable = "CANARY_API_KEY"
"""


async def doctor(home: Path, *flags: str, **environ: str) -> tuple[int, str]:
    kept = {name: text for name, text in os.environ.items() if not name.endswith("_API_KEY")}
    places = {
        "HOME": str(home),
        "AUTOCODER_TUI_CONFIG_DIR": str(home / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(home / "state"),
        "PYTHONPATH": str(ROOT),
        "CANARY_API_KEY": CANARY,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "autocoder_tui", "doctor", *flags),
        cwd=home,
        env={**kept, **places, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert err == b""
    assert CANARY not in out.decode()
    assert str(home) not in out.decode()
    assert process.returncode is not None
    return process.returncode, out.decode()


def found(report: str, section: str) -> dict[str, dict[str, Any]]:
    return {
        finding["name"]: finding
        for finding in json.loads(report)["findings"]
        if finding["section"] == section
    }


async def test_it_says_what_a_bug_report_needs_without_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    async with DemoServer(models=("a", "b")) as server:
        (tmp_path / "config" / "models.toml").write_text(
            PROVIDER.format(name="Here", url=server.base_url)
        )
        code, report = await doctor(tmp_path, "--json")
    assert json.loads(report)["usable"] is (code == 0)
    versions = found(report, "versions")
    assert versions["Python"]["value"] == sys.version.split()[0]
    assert "FTS5" in versions["sqlite"]["value"]
    assert {"textual", "openai", "tiktoken", "git", "sandbox of checks"} <= versions.keys()
    assert "network" in versions["sandbox of checks"]["value"]
    assert found(report, "paths")["state"]["value"].startswith("~/state")
    assert found(report, "keys")["Here"]["value"] == "from CANARY_API_KEY in the environment"
    assert "OPENAI_API_KEY is not set" in found(report, "keys")["OpenAI"]["value"]
    assert found(report, "endpoints")["Here"]["value"] == "answers, 2 models"
    assert "no terminal" in found(report, "terminal")["size"]["value"]
    assert not (tmp_path / "state").exists()  # it changes nothing


async def test_offline_it_asks_nobody_and_is_readable(tmp_path: Path) -> None:
    async with WatchedServer() as server:
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "models.toml").write_text(
            PROVIDER.format(name="Here", url=server.base_url)
        )
        code, report = await doctor(tmp_path, "--offline")
        assert server.connections == 0
    assert code == 0
    assert report.endswith("Usable.\n")
    for section in ("versions", "paths", "settings", "terminal", "keys", "endpoints", "history"):
        assert f"\n{section}\n" in f"\n{report}"


async def test_a_dead_server_with_a_key_is_broken_and_one_without_is_not(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    dead = PROVIDER.format(name="Dead", url="http://127.0.0.1:9/v1")
    (tmp_path / "config" / "models.toml").write_text(dead)
    code, report = await doctor(tmp_path, "--json")
    assert code == 1
    assert found(report, "endpoints")["Dead"]["state"] == "broken"
    assert "refused" in found(report, "endpoints")["Dead"]["value"]
    _, report = await doctor(tmp_path, "--json", CANARY_API_KEY="")
    assert found(report, "endpoints")["Dead"]["state"] == "note"


async def test_a_server_and_a_model_that_are_named_must_be_there(tmp_path: Path) -> None:
    async with DemoServer(models=("a", "b")) as server:
        flags = ("--json", "--base-url", server.base_url, "-m")
        code, report = await doctor(tmp_path, *flags, "a", LOCAL_API_KEY=CANARY)
        assert found(report, "endpoints")["127.0.0.1"]["value"] == "answers, 2 models, a among them"
        assert found(report, "keys")["127.0.0.1"]["value"].startswith("from LOCAL_API_KEY")
        _, report = await doctor(tmp_path, *flags, "c")
        assert found(report, "endpoints")["127.0.0.1"]["state"] == "note"
        assert "c is not listed" in found(report, "endpoints")["127.0.0.1"]["value"]
    code, report = await doctor(tmp_path, "--json", "--base-url", "http://127.0.0.1:9/v1")
    assert code == 1
    assert found(report, "endpoints")["127.0.0.1"]["state"] == "broken"


async def test_a_named_server_or_model_that_cannot_be_is_a_finding(tmp_path: Path) -> None:
    code, report = await doctor(tmp_path, "--offline", "--json", "--base-url", "ftp://\x1b[31m/")
    assert code == 1
    assert found(report, "endpoints")["--base-url"]["state"] == "broken"
    code, report = await doctor(tmp_path, "--offline", "--json", "-m", "gpt-4o-mink")
    assert code == 1
    assert "gpt-4o-mini" in found(report, "settings")["model"]["value"]
    code, report = await doctor(tmp_path, "--offline", "--json", "-m", "gpt-4o-mini")
    assert code == 0
    assert found(report, "settings")["model"]["value"] == "gpt-4o-mini, at OpenAI"


async def test_the_key_for_other_servers_is_listed(tmp_path: Path) -> None:
    _, report = await doctor(tmp_path, "--offline", "--json")
    assert "none (LOCAL_API_KEY is not set)" in found(report, "keys")["other servers"]["value"]
    (tmp_path / ".env").write_text(f"LOCAL_API_KEY={CANARY}\n")
    _, report = await doctor(tmp_path, "--offline", "--json")
    assert found(report, "keys")["other servers"]["value"].startswith("from LOCAL_API_KEY in .env")


async def test_broken_files_are_named_and_looked_past(tmp_path: Path) -> None:
    config, state = tmp_path / "config", tmp_path / "state"
    (config / "themes").mkdir(parents=True)
    state.mkdir()
    (config / "config.toml").write_text("[ui]\ntheme = \n")
    (config / "models.toml").write_text("\x1b]0;evil\x07 = [")
    (config / "themes" / "mine.toml").write_text("nonsense = 1\n")
    (state / "history.db").write_bytes(b"not a database" * 100)
    code, report = await doctor(tmp_path, "--offline")
    assert code == 1
    assert "config.toml, line 2" in report
    assert "models.toml, line 1" in report
    assert "mine.toml" in report
    assert re.search(r"! database +~/state/history.db", report)
    assert "broken, marked with !" in report
    assert "\x1b" not in report
    assert (state / "history.db").read_bytes() == b"not a database" * 100


async def test_the_history_is_counted(tmp_path: Path) -> None:
    from autocoder_tui.store.history.history import History

    (tmp_path / "state").mkdir()
    History(tmp_path / "state").list()
    code, report = await doctor(tmp_path, "--offline", "--json")
    assert code == 0
    assert "0 runs" in found(report, "history")["database"]["value"]
    with sqlite3.connect(tmp_path / "state" / "history.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    code, report = await doctor(tmp_path, "--offline", "--json")
    assert code == 0
    assert "newer" in found(report, "history")["version"]["value"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_read_only_state_folder_is_broken(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o500)
    code, report = await doctor(tmp_path, "--offline", "--json")
    assert code == 1
    assert found(report, "paths")["state"]["state"] == "broken"


async def test_a_state_folder_that_cannot_be_made_is_broken(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    code, report = await doctor(tmp_path, "--offline", "--json")
    assert code == 1
    assert found(report, "paths")["state"]["state"] == "broken"
