"""Requirements kept as templates: one text file each in `templates/`, the user's own in the folder
of the configuration and a project's in its `.autocoder` folder, `.md` or `.txt`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from autocoder_tui.config.plain_text import plain_text, read_plain_text
from autocoder_tui.config.preprompts import PROJECT_FOLDER
from autocoder_tui.problems import Problem
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.values import dataclass

TEMPLATES_FOLDER: Final = "templates"
MOST_TEMPLATES: Final = 100
"""Of a folder."""
_ENDINGS: Final = (".md", ".txt")
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Template:
    """`name` is that of the file without its ending."""

    name: str
    text: str


def load_templates(root: Path, config: Path) -> tuple[tuple[Template, ...], tuple[Problem, ...]]:
    """The templates of the user and of the project at `root`, by name, and what is wrong with
    files that are not used. Blocking."""
    found: list[Template] = []
    problems: list[Problem] = []
    for folder in (config / TEMPLATES_FOLDER, root / PROJECT_FOLDER / TEMPLATES_FOLDER):
        try:
            files = sorted(file for file in folder.iterdir() if file.suffix in _ENDINGS)
        except OSError:
            continue
        for file in files[:MOST_TEMPLATES]:
            text = read_plain_text(file)
            if isinstance(text, Problem):
                problems.append(text)
            elif text is not None and text.strip():
                found.append(Template(file.stem, text))
    return tuple(sorted(found, key=lambda one: one.name.casefold())), tuple(problems)


def save_template(config: Path, name: str, text: str) -> Path:
    """Keep `text` as a template of the user's, in the place of one of the same name; returns its
    file. Blocking; raises OSError, and ValueError where it is no text that a prompt could hold."""
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:_LONGEST_NAME]
    if not plain:
        raise ValueError("A template needs a name of letters or digits.")
    file = config / TEMPLATES_FOLDER / f"{plain}.md"
    data = (text.rstrip("\n") + "\n").encode("utf-8", "surrogatepass")
    problem = plain_text(file, data)
    if isinstance(problem, Problem):
        raise ValueError(str(problem))
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(file, data)
    return file
