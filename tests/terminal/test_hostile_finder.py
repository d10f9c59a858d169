"""Hostile names in the finder, in references and in git's history, on a real terminal."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.terminal.program import Pseudoterminal, terminal
from tests.terminal.test_hostile_text import NAME, is_clean, says_it

WHO = ("-c", "user.name=T", "-c", "user.email=t@example.org")


def made(folder: Path) -> Path:
    """A project with such names, all of them in git, new, changed, deep and linked in a circle."""
    project = folder / "project"
    project.mkdir()
    (project / NAME[:80]).write_text("one\n")
    (project / "a\nb.py").write_text("import c\n")
    (project / f"dir{NAME[:40]}").mkdir()
    (project / f"dir{NAME[:40]}" / "c.py").write_text("c\n")
    deep = project.joinpath(*["d" * 200] * 18)
    deep.mkdir(parents=True)
    (deep / "deep.py").write_text("x\n")
    (project / "again").symlink_to(project)
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), (*WHO, "commit", "-qm", NAME)):
        subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True)
    (project / NAME[:80]).write_text("two\n")
    (project / f"new{NAME[:60]}").write_text("new\n")
    return project


def look(screen: Pseudoterminal, *keys: str, shows: str) -> None:
    screen.press(*keys)
    screen.until_shows(shows)
    is_clean(screen.tokens)


def test_no_name_acts_on_the_terminal(tmp_path: Path) -> None:
    project = made(tmp_path)
    key = {"HYPERBOLIC_API_KEY": "none-is-sent"}
    with terminal(tmp_path, project=project, environ=key) as screen:
        screen.until_shows("ready")
        look(screen, "ctrl+f", shows="of 6 files")
        look(screen, "deep.py", shows="1 of 6 files")
        look(screen, "\t", shows="1 picked")
        look(screen, "owned", shows="3 of 6 files")
        assert says_it(screen)
        look(screen, "\t", shows="2 picked")
        look(screen, "changed", shows="changed since the last commit")
        look(screen, "\r", shows="━Requirements")
        screen.until_shows("2 files picked")
        look(screen, "@", shows="▌")
        look(screen, "own", shows="@own")
        look(screen, "\t", shows="@A␛[2J␛]0;owned")
        is_clean(screen.tokens)
        screen.press("ctrl+q")
        assert screen.ended() == 0
