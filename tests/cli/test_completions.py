"""What the shells complete, tried in the shells that are here."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from autocoder_tui.cli.completions import completion_script, names

WANTED = [
    (("autocoder-tui", "ru"), {"run"}),
    (("autocoder-tui", "run", "-m", "gpt"), {"gpt-4o-mini"}),
    (("autocoder-tui", "run", "--max-c"), {"--max-cost"}),
    (("autocoder-tui", "run", "--edit-format", ""), {"auto", "whole", "edits"}),
    (("autocoder-tui", "config", "get", "cost.max_s"), {"cost.max_session_cost"}),
    (("autocoder-tui", "history", "sh"), {"show"}),
    (("autocoder-tui", "history", "show", "abc"), {"abc123"}),
    (("autocoder-tui", "docs", "control"), {"control-files"}),
    (("autocoder-tui", "run", "-i", "in"), {"input.py"}),
]
BASH = """
script=$(cat)
eval "$script"
COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_shtab_autocoder_tui autocoder-tui "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def history_with(state: Path, *runs: str) -> None:
    state.mkdir(parents=True)
    with sqlite3.connect(state / "history.db") as kept:
        kept.execute("CREATE TABLE runs (run_id TEXT, name TEXT, named INTEGER, position TEXT)")
        kept.executemany("INSERT INTO runs VALUES (?, '', 0, ?)", [(run, run) for run in runs])


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """The environment of a shell that finds the program, in a folder with one file."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "input.py").touch()
    program = tmp_path / "bin" / "autocoder-tui"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m autocoder_tui "$@"\n')
    program.chmod(0o755)
    history_with(tmp_path / "state", "abc123", "def456")
    return {
        **os.environ,
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "AUTOCODER_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "xdg"),
        "XDG_DATA_HOME": str(tmp_path / "xdg"),
    }


def _asked(command: list[str], shell: dict[str, str], folder: Path, text: str) -> set[str]:
    done = subprocess.run(
        command, env=shell, cwd=folder, input=text, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    return {line.split("\t")[0] for line in done.stdout.split("\n") if line}


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash(tmp_path: Path, shell: dict[str, str]) -> None:
    script = completion_script("bash")
    for words, wanted in WANTED:
        command = ["bash", "--norc", "-c", BASH, "bash", *words]
        assert _asked(command, shell, tmp_path / "here", script) == wanted, words


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish here")
def test_fish(tmp_path: Path, shell: dict[str, str]) -> None:
    (tmp_path / "script.fish").write_text(completion_script("fish"))
    for words, wanted in WANTED:
        line = " ".join(words)
        asked = f"source {tmp_path}/script.fish; complete -C '{line}'"
        found = _asked(["fish", "--no-config", "-c", asked], shell, tmp_path / "here", "")
        assert found == wanted, words


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh here")
def test_zsh_reads_its_script_and_asks_only_when_it_completes(
    tmp_path: Path, shell: dict[str, str]
) -> None:
    script = completion_script("zsh")
    (tmp_path / "_autocoder-tui").write_text(script)
    subprocess.run(["zsh", "-f", "-n", tmp_path / "_autocoder-tui"], check=True, timeout=60)
    assert "($(autocoder-tui" not in script
    # The function that offers the models, with what it hands over caught.
    begin = script.index("_autocoder_tui_models()")
    function = script[begin : script.index("\n}", begin) + 2]
    caught = f'compadd() {{ print -l -- "${{(@P)2}}" }}\n{function}\n_autocoder_tui_models'
    found = _asked(["zsh", "-f", "-c", caught], shell, tmp_path / "here", "")
    assert "gpt-4o-mini" in found


def test_names_that_come_apart_in_a_shell_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text(
        "".join(f"[[models]]\nname = '{name}'\n" for name in ("mine", "a b", "$(x)", "q:7b"))
    )
    found = names("models", {"AUTOCODER_TUI_CONFIG_DIR": str(tmp_path)})
    assert found[:2] == ["mine", "q:7b"]
    assert not {"a b", "$(x)"} & set(found)


@pytest.mark.parametrize("kind", ["models", "runs", "themes", "settings", "topics", "nothing", ""])
def test_what_cannot_be_read_is_no_message(tmp_path: Path, kind: str) -> None:
    (tmp_path / "models.toml").write_text("= damaged")
    (tmp_path / "history.db").write_bytes(b"damaged" * 100)
    folders = ("AUTOCODER_TUI_CONFIG_DIR", "AUTOCODER_TUI_STATE_DIR")
    assert isinstance(names(kind, dict.fromkeys(folders, str(tmp_path))), list)


def test_asking_for_names_loads_next_to_nothing(shell: dict[str, str]) -> None:
    watch = (
        "import sys; from autocoder_tui.cli.main import main; main(['complete', sys.argv[1]]); "
        "print([m for m in sys.modules if m.split('.')[0] in ('textual', 'openai', 'shtab', "
        "'pygments', 'tiktoken', 'httpx2')], file=sys.stderr)"
    )
    for kind in ("models", "runs"):
        done = subprocess.run(
            [sys.executable, "-c", watch, kind],
            env=shell,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr.strip() == "[]"
        assert done.stdout
