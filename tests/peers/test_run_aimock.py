"""`autocoder-tui run` against aimock: whatever happens on the way, the file is the whole file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.peers.conftest import CODE

ROOT = Path(__file__).parent.parent.parent


def run(base_url: str, model: str, folder: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, JSON report and stderr of one headless run in an empty project."""
    project = folder / "project"
    (project / "src").mkdir(parents=True, exist_ok=True)
    homes = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {name: str(folder / "home") for name in homes} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "autocoder_tui", "run", "--json", "--base-url", base_url]
    command += ["-m", model, "-r", "Write the areas.", "-o", "src/areas.py", *more]
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, timeout=120
    )
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


@pytest.mark.parametrize(
    ("model", "parts", "requests"),
    [
        ("whole", ["stop"], 1),
        ("length-rest", ["length", "stop"], 2),
        ("length-echo", ["length", "length", "stop"], 3),
        ("limited", ["stop"], 2),
        ("dropped", [None, "stop"], 2),
        ("everything", [None, "length", "stop"], 4),
    ],
)
def test_the_file_equals_the_fixture(
    aimock: str, tmp_path: Path, model: str, parts: list[str | None], requests: int
) -> None:
    code, report, errors = run(aimock, model, tmp_path)
    assert (code, report.get("status"), report.get("error")) == (0, "done", None), errors
    written = tmp_path / "project" / "src" / "areas.py"
    assert written.read_text(encoding="utf-8") == CODE
    assert [part["finish_reason"] for part in report["parts"]] == parts
    assert report["requests"] == requests
    assert report["files"] == [
        {
            "path": "src/areas.py",
            "action": "create",
            "complete": True,
            "added": CODE.count("\n"),
            "removed": 0,
        }
    ]


def test_a_model_nobody_has_fails_and_writes_nothing(aimock: str, tmp_path: Path) -> None:
    code, report, errors = run(aimock, "no-such-model", tmp_path)
    assert (code, report["status"]) == (1, "failed")
    assert report["error"]["message"] in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "project" / "src" / "areas.py").exists()
