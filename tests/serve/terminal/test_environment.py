"""What the program in a tab is told, and what it is not."""

from __future__ import annotations

import sys
from pathlib import Path

from autocoder_tui.cli.serve import serve_settings
from autocoder_tui.cli.serve_arguments import serve_parser
from autocoder_tui.serve.settings import TOKEN_VARIABLE, TerminalSettings
from autocoder_tui.serve.terminal.environment import program_environment
from autocoder_tui.system.clipboard import clipboard_tool


def test_keys_come_along_and_the_servers_token_does_not() -> None:
    before = {"OPENAI_API_KEY": "sk-1", TOKEN_VARIABLE: "secret", "HOME": "/h", "PATH": "/bin"}
    made = program_environment(before)
    assert made["OPENAI_API_KEY"] == "sk-1"
    assert (made["HOME"], made["PATH"]) == ("/h", "/bin")
    assert "secret" not in made.values()


def test_the_terminal_is_the_browsers_and_not_the_servers() -> None:
    names = "TMUX KITTY_WINDOW_ID TERM_PROGRAM TERM_PROGRAM_VERSION COLUMNS LINES TEXTUAL_DRIVER"
    made = program_environment(
        {**dict.fromkeys(names.split(), "x"), "TERM": "dumb", "DISPLAY": ":0"}
    )
    assert not set(names.split()) & set(made)
    assert (made["TERM"], made["COLORTERM"]) == ("xterm-256color", "truecolor")
    assert clipboard_tool({**made, "PATH": "/usr/bin:/bin"}) is None


def settings(tmp_path: Path, *flags: str) -> TerminalSettings | None:
    options = serve_parser().parse_args([str(tmp_path), *flags])
    places = {"AUTOCODER_TUI_CONFIG_DIR": str(tmp_path), "AUTOCODER_TUI_STATE_DIR": str(tmp_path)}
    return serve_settings(options, places).terminal


def test_it_is_off_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert settings(tmp_path) is None
    assert settings(tmp_path, "--app-sessions", "2") is None


def test_it_begins_with_the_servers_project_model_and_limits(tmp_path: Path) -> None:
    flags = "--app -m some-model --base-url http://127.0.0.1:1/v1 --max-cost 0.5 --max-parts 3"
    found = settings(tmp_path, *flags.split(), "--app-sessions", "7", "--app-idle", "0")
    assert found is not None
    assert found.command == (
        sys.executable, "-P", "-m", "autocoder_tui", "--model=some-model",
        "--base-url=http://127.0.0.1:1/v1", "--max-cost=0.5", "--max-parts=3", "--", str(tmp_path),
    )  # fmt: skip
    assert (found.sessions, found.idle_seconds) == (7, None)
    default = settings(tmp_path, "--app")
    assert default is not None
    assert (default.sessions, default.idle_seconds) == (4, 7200)
