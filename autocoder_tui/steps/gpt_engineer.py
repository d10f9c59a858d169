"""Folders that GPT Engineer made, opened as they are: nothing in them is moved or rewritten.

    prompt, main_prompt        what is wanted
    workspace/                 the files of the program
    preprompts/                what models are told, a file each without an ending
    memory/, .gpteng/memory/   its logs
    archive/                   earlier states of all of that

The program's files are the project then: what is kept for it is in `workspace/.autocoder/`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from autocoder_tui.config.plain_text import read_plain_text
from autocoder_tui.config.preprompts import Preprompt, override_file
from autocoder_tui.runs.guidance import Guidance
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.errors import WorkspaceError
from autocoder_tui.workspace.textfile import read_text_file

PROMPT_FILES: Final = ("prompt", "main_prompt")
FILES: Final = "workspace"
_MEMORIES: Final = ("memory", ".gpteng/memory", "archive")
_PREPROMPTS: Final[dict[str, tuple[str, ...]]] = {
    "generate": ("roadmap", "generate", "philosophy"),
    "clarify": ("clarify",),
    "spec": ("spec",),
    "respec": ("respec",),
    "unit_tests": ("unit_tests",),
    "fix_code": ("fix_code",),
    "entrypoint": ("entrypoint",),
    "improve": ("improve", "philosophy"),
}
"""The files that one of our preprompts is made of there, where the one of the same name is one of
them."""
_OF_PURPOSES: Final = ("generate", "clarify")
_THEIR_FORM: Final = "FILE_FORMAT"
"""Stands in theirs for the form of the reply, which the program says itself."""
_MOST_LOGS: Final = 2_000
_MOST_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class OldLog:
    """`name` is the path from the folder, with "/" between the parts."""

    name: str
    file: Path
    size: int


@dataclass(frozen=True, slots=True)
class GptEngineerFolder:
    """One of them. `files` is where the program's files are. All of it blocks."""

    folder: Path

    @property
    def files(self) -> Path:
        return self.folder / FILES

    def prompt(self) -> str:
        """What is wanted, "" where that can't be read."""
        for name in PROMPT_FILES:
            text = self._text(name)
            if text.strip():
                return text
        return ""

    def preprompt(self, name: str) -> str:
        """What stands there in the place of our preprompt of this name, "" for nothing."""
        if name not in _PREPROMPTS or not self._text(f"preprompts/{name}").strip():
            return ""
        texts = (self._text(f"preprompts/{each}") for each in _PREPROMPTS[name])
        found = (text.replace(_THEIR_FORM, "").strip() for text in texts)
        return "\n\n".join(filter(None, found))

    def _text(self, name: str) -> str:
        """The text of a file; "" for one that can't be read, or that a link leads out to: it would
        be sent to a model."""
        text = read_plain_text(self.folder / name) if self._is_inside(name) else None
        return text if isinstance(text, str) else ""

    def _is_inside(self, name: str) -> bool:
        return Path(os.path.realpath(self.folder / name)).is_relative_to(self.folder)

    def logs(self) -> list[OldLog]:
        """Its logs, in the order of their names."""
        found = []
        for memory in _MEMORIES:
            if not self._is_inside(memory):
                continue
            for file in _files_below(self.folder / memory):
                name = file.relative_to(self.folder).as_posix()
                if memory == "archive" and "/memory/" not in name and "/logs/" not in name:
                    continue
                found.append(OldLog(name, file, file.stat().st_size))
                if len(found) == _MOST_LOGS:
                    return found
        return found

    def log_text(self, name: str) -> str:
        """One of them as a text: a conversation with who said what. Raises ProjectUnusable."""
        logs = self.logs()
        chosen = [log for log in logs if log.name == name] or [
            log for log in logs if log.name.endswith(f"/{name}")
        ]
        if len(chosen) != 1:
            known = ", ".join(visible(log.name) for log in logs[:5]) or "none"
            what = "several logs are" if chosen else "no log is"
            raise ProjectUnusable(
                f"{what.capitalize()} called {visible(name)} here. There are: {known}."
            )
        try:
            text = read_text_file(chosen[0].file, max_bytes=_MOST_BYTES, name=name).text
        except WorkspaceError as error:
            raise ProjectUnusable(error.message) from error
        return _conversation(text) or text


def recognised(folder: Path) -> GptEngineerFolder | None:
    """The folder, where it is one of GPT Engineer's with a program in it. Blocking."""
    folder = Path(os.path.realpath(folder))
    files = folder / FILES
    has_prompt = any((folder / name).is_file() for name in PROMPT_FILES)
    if not has_prompt or not files.is_dir() or files.is_symlink():
        return None
    return GptEngineerFolder(folder)


def around(root: Path) -> GptEngineerFolder | None:
    """The folder whose program is in `root`, None for any other project. Blocking."""
    root = Path(os.path.realpath(root))
    return recognised(root.parent) if root.name == FILES else None


def project_root(folder: Path) -> Path:
    """Where the project's files are that somebody opens by `folder`. Blocking."""
    own = (folder / ".autocoder").is_dir()
    found = None if own else recognised(folder)
    return folder if found is None else found.files


def preprompt_there(name: str, root: Path, config: Path) -> str:
    """What a GPT Engineer folder says in the place of our preprompt, "" where it says nothing or
    the project has one of its own. Blocking."""
    found = around(root)
    if found is None or override_file(name, "project", root, config).exists():
        return ""
    return found.preprompt(name)


def with_preprompts_there(guidance: Guidance, root: Path, config: Path) -> Guidance:
    """The guidance with what such a folder says for whole purposes. Blocking."""
    found: dict[str, Preprompt] = {
        purpose: Preprompt(purpose, text, "project")
        for purpose in _OF_PURPOSES
        if (text := preprompt_there(purpose, root, config))
    }
    return replace(guidance, preprompts={**guidance.preprompts, **found}) if found else guidance


def _files_below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(place) / name
            if file.is_file() and not file.is_symlink():
                yield file


def _conversation(text: str) -> str:
    """A log that is a list of messages, as a text; "" for another."""
    if not text.lstrip().startswith("["):
        return ""
    try:
        messages: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    parts = []
    for message in messages if isinstance(messages, list) else []:
        # LangChain wraps what others write plainly.
        data = message.get("data", message) if isinstance(message, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("content"), str):
            return ""
        who = message.get("role") or message.get("type") or data.get("type") or "message"
        parts.append(f"{str(who).upper()}\n\n{data['content'].rstrip()}\n")
    return "\n".join(parts)
