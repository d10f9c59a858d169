"""The same hostile text in the commands that show what was kept of a run, on a terminal."""

from pathlib import Path

from autocoder_tui.demo.script import Reply
from tests.terminal.program import serving, terminal
from tests.terminal.sequences import Token
from tests.terminal.test_hostile_text import EVIL, NAME, hostile_project, is_clean

ASKED = EVIL.replace("\x00", "").replace("\r", "")


def test_commands_that_show_a_kept_run(tmp_path: Path) -> None:
    project = hostile_project(tmp_path)
    reply = Reply(f'{EVIL}\n<file path="a.py">\n{ASKED}\n</file>\n{EVIL}\n', reasoning=EVIL)
    with serving([reply]) as server:
        flags = ["--base-url", server.base_url, "-m", "m", "-r", ASKED, "-i", "a.py"]
        with terminal(tmp_path, "run", *flags, project=project) as screen:
            assert screen.ended() == 0
    commands_on_a_terminal(tmp_path, project)


def commands_on_a_terminal(folder: Path, project: Path) -> None:
    for flags in (
        ["history", "list"],
        ["history", "list", "--json", "--search", "A"],
        ["history", "list", "--search", ASKED],
        ["history", "show"],
        ["history", "show", "--reply"],
        ["history", "show", "--patch"],
        ["history", "show", "--requirements"],
        ["history", "show", "--reasoning"],
        ["history", "show", "--json"],
        ["history", "show", f"no{ASKED}"],
        ["history", "export"],
        ["history", "export", "--format", "jsonl"],
        ["history", "delete", f"no{ASKED}"],
        ["history", "export", "-o", f"none/{NAME[:40]}"],
        ["doctor", "--offline"],
        ["run", "--resume", f"no{ASKED}", "--json"],
        ["run", "--resume", f"no{ASKED}"],
        ["usage", "--by", "project"],
    ):
        with terminal(folder, *flags, project=project) as screen:
            assert screen.ended() in (0, 1, 2), flags
            assert b"Traceback" not in screen.written, flags
            try:
                is_clean([token for token in screen.tokens if token != Token("csi", "K")])
            except AssertionError as error:
                raise AssertionError(f"{flags}: {error}") from error
