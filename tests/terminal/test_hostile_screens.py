"""The same hostile text in what comes after a run: history, recovery, questions, commands."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from autocoder_tui.demo.script import Received, Reply, error_reply
from tests.terminal.program import Pseudoterminal, serving, terminal
from tests.terminal.sequences import Token
from tests.terminal.test_hostile_text import (
    EVIL,
    NAME,
    configured,
    hostile_project,
    is_clean,
    says_it,
)

KEY = "sk-proj-" + "A1b2C3d4E5" * 5
ASKED = EVIL.replace("\x00", "").replace("\r", "")
PASTED = f"\x1b[200~{EVIL}\x1b[201~"


def script(received: Received) -> Reply:
    asked = str(received.messages[1]["content"])
    if "zzz" in asked:
        return error_reply(429, EVIL, code=EVIL, headers={"retry-after": "9999"})
    body = "".join(f"{ASKED} {n}\n" for n in range(20))
    files = f'<file path="a.py">\n{body}</file>\n<file path="{NAME[:30]}.py">\nx\n</file>\n'
    slow = 0.02 if "slowly" in asked else None
    return Reply(f"{EVIL}\n{files * 3 if slow else files}{EVIL}\n", reasoning=EVIL, delay=slow)


def real_project(folder: Path) -> Path:
    """In a real repository, with a file that holds a key."""
    project = hostile_project(folder)
    (project / ".git" / "HEAD").unlink()
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    (project / "a.py").write_text(f"{ASKED}\nkey = '{KEY}'\n")
    return project


def requirements(screen: Pseudoterminal, text: str) -> None:
    screen.press("f3")
    screen.until_shows("━Requirements")
    screen.press(text)


def looker(screen: Pseudoterminal) -> Callable[..., None]:
    def look(*keys: str, shows: str, then: str = "escape", evil: bool = True) -> None:
        screen.press(*keys)
        screen.until_shows(shows)
        if evil:
            screen.until(lambda: says_it(screen))
        screen.press(then)
        screen.until_gone(shows)

    return look


def asks_before_it_sends(screen: Pseudoterminal, look: Callable[..., None]) -> None:
    requirements(screen, "zzz")
    look("ctrl+r", shows="There may be keys in this", then="s")
    look(shows="No price known", then="w")
    look(shows="The server asks to wait", then="s")
    screen.until_shows("✗ failed")
    requirements(screen, "\x7f" * 3)
    screen.press("ctrl+r")
    screen.until_shows("undecided")


def writes_commits_and_undoes(screen: Pseudoterminal, look: Callable[..., None]) -> None:
    screen.press("f5")
    screen.until_shows("n Next")
    screen.press("N")
    screen.until_shows("Reject with a note")
    screen.press(PASTED)
    screen.until_shows("␛")
    look("escape", shows="Drop what you typed?", then="d", evil=False)
    screen.until_gone("Reject with a note")
    screen.press("a")
    screen.until_shows("1 of ")
    screen.press("enter")
    screen.until_shows("(w)")
    screen.press("w")
    screen.until_shows("U undoes")
    look("c", shows="─ Commit ─")
    look("U", shows="Undo this write?", then="u")
    screen.until_shows("Ctrl+Y redoes")
    look("ctrl+y", shows="Redo this write?", then="r")


def looks_through_history(screen: Pseudoterminal, look: Callable[..., None]) -> None:
    screen.press("f6")
    screen.until_shows("X delete all")
    screen.until(lambda: says_it(screen))
    screen.press("enter")
    screen.until_shows("2 Requirements")
    for tab in "2345":
        screen.press(tab)
    look("1", shows="2 Requirements")
    look("e", PASTED, shows="Export to", then="enter")
    look("x", shows="for good?")
    look("X", shows="Delete all for good?", evil=False)
    look("n", PASTED, shows="Name this run", then="enter")
    screen.press("/", PASTED)
    screen.until_shows("No run has these words")
    screen.press("escape")
    screen.until_gone("No run has these words")
    screen.press("escape")
    screen.until_gone("X delete all")
    requirements(screen, "")
    look("ctrl+f", shows="Enter takes it")
    look("ctrl+f", PASTED, shows="have these words", evil=False)
    screen.press("f9")
    screen.until_shows("[Log")
    screen.press("3", "/", PASTED)
    screen.until_shows("␛]0")
    screen.press("escape")


def test_what_is_kept_and_asked(tmp_path: Path) -> None:
    project = real_project(tmp_path)
    with serving(script, models=["m"]) as server:
        configured(tmp_path, server.base_url)
        at = ["--base-url", server.base_url, "-m", "m"]
        flags = ["-r", ASKED, "-i", "a.py", "--max-cost", "1", "-d", "3"]
        with terminal(tmp_path, *at, *flags, project=project, size=(140, 45)) as screen:
            screen.until_shows("Requirements", "m · ", "✓ a.py")
            look = looker(screen)
            asks_before_it_sends(screen, look)
            writes_commits_and_undoes(screen, look)
            looks_through_history(screen, look)
            with terminal(tmp_path, *at, project=project, size=(140, 45)) as second:
                second.until_shows("Another autocoder-tui is open")
                second.press("ctrl+q")
                assert second.ended() == 0
                is_clean(second.tokens)
            requirements(screen, "slowly")
            screen.press("ctrl+r")
            screen.until_shows("running")
            screen.until(lambda: says_it(screen))
            screen.press("f4")
            screen.until_shows("[Output")
            screen.until(lambda: "A␛" in screen.picture.text)
            screen.process.kill()
            screen.ended()
            is_clean(screen.tokens)
        commands_on_a_terminal(tmp_path, project)
        with terminal(tmp_path, *at, project=project, size=(140, 45)) as screen:
            screen.until_shows("Not finished last time")
            screen.until(lambda: says_it(screen))
            screen.press("r")
            screen.until_shows("undecided")
            screen.press("ctrl+q")
            assert screen.ended() == 0
            is_clean(screen.tokens)
        with terminal(tmp_path, *at, project=project, size=(140, 45)) as screen:
            screen.until_shows("undecided", "open again")
            screen.press("ctrl+q")
            assert screen.ended() == 0
            is_clean(screen.tokens)
            assert not screen.picture.bells


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
        ["history", "show", ASKED],
        ["history", "export"],
        ["history", "export", "--format", "jsonl"],
        ["history", "rename", "last", ASKED],
        ["history", "delete", ASKED],
        ["history", "export", "-o", f"none/{NAME[:40]}"],
        ["doctor", "--offline"],
        ["resume", ASKED],
        ["run", "--resume", ASKED],
        ["usage", "--by", "project"],
    ):
        with terminal(folder, *flags, project=project) as screen:
            assert screen.ended() in (0, 1, 2), flags
            assert b"Traceback" not in screen.written, flags
            try:
                is_clean([token for token in screen.tokens if token != Token("csi", "K")])
            except AssertionError as error:
                raise AssertionError(f"{flags}: {error}") from error
