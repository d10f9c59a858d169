"""A locale that is not UTF-8: said, and everything written as UTF-8 all the same."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.demo.server import DemoServer
from autocoder_tui.system.locale_encoding import is_utf8
from tests.ui.driving import framed

ROOT = Path(__file__).parents[2]
NEW = "print('Grüße, 日本')\n"


def latin_1(folder: Path) -> dict[str, str] | None:
    """A Latin-1 locale made in `folder`, where this machine has the means."""
    place = folder / "locales"
    place.mkdir()
    made = place / "de_DE.ISO-8859-1"
    try:
        subprocess.run(
            ["localedef", "-f", "ISO-8859-1", "-i", "de_DE", str(made)],
            capture_output=True,
            check=False,
            timeout=60,
        )
    except OSError:
        return None
    if not made.is_dir():
        return None
    return {"LOCPATH": str(place), "LC_ALL": "de_DE.ISO-8859-1"}


@pytest.mark.parametrize("locale", ["C", "Latin-1"])
async def test_names_and_texts_work_in_any_locale(tmp_path: Path, locale: str) -> None:
    wanted = {"LC_ALL": "C"} if locale == "C" else latin_1(tmp_path)
    if wanted is None:
        pytest.skip("no Latin-1 locale can be made here")
    environ = {
        **os.environ,
        **wanted,
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONPATH": str(ROOT),
        "AUTOCODER_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(tmp_path / "state"),
    }
    project = tmp_path / "project"
    project.mkdir()
    (project / "größe.py").write_text("x = 'ä'\n", encoding="utf-8")
    async with DemoServer([framed("größe.py", NEW)]) as server:
        flags = ["--base-url", server.base_url, "-m", "m", "-r", "grüße", "--json"]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "autocoder_tui", "run", *flags),
            *("-i", "größe.py", "-o", "größe.py", "-f"),
            cwd=project,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0, err.decode(errors="replace")
        sent = "".join(message["content"] for message in server.requests[0].messages)
    assert "größe.py" in sent
    assert "x = 'ä'" in sent
    assert "grüße" in sent
    assert (project / "größe.py").read_bytes() == NEW.encode()
    assert json.loads(out)["files"][0]["path"] == "größe.py"
    assert b"character set is" in err
    assert b"not UTF-8" in err


def test_names_of_character_sets() -> None:
    assert all(map(is_utf8, ("UTF-8", "utf8", "U8")))
    assert not any(map(is_utf8, ("ANSI_X3.4-1968", "ISO-8859-1", "no-such-set", "")))
