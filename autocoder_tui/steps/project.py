"""A project's `.autocoder/`: the prompt, and everything that was worked out for it.

.autocoder/prompt              what the person wants
.autocoder/preprompts/         what models are told here in the place of what is shipped
.autocoder/steps/              steps of the project's own
.autocoder/logs/<run>/         one run: run.json, and a file for each step
.autocoder/token_usage.csv     what each request took
.autocoder/archive/            earlier prompts
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from autocoder_tui.problems import Problem
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.steps.gpt_engineer import PROMPT_FILES, around
from autocoder_tui.steps.own_folder import (
    FOLDER,
    check_way,
    make_folder,
    read_text,
    sweep_unfinished,
    unusable,
    write_file,
)
from autocoder_tui.steps.run_folder import RUN_FILE, RunFolder
from autocoder_tui.steps.token_usage import USAGE_FILE
from autocoder_tui.system.descriptors import open_descriptor
from autocoder_tui.system.file_lock import FileLock, lock

LAST: Final = "last"
"""Stands for the newest run."""
_TIME: Final = "%Y-%m-%d_%H-%M-%S"
_LOCK_FILE: Final = "lock"
_PROMPT_BYTES: Final = 1024 * 1024

_README: Final = """\
What autocoder-tui keeps of this project.

prompt           What is wanted, in plain words. Change it as you like. If you delete it, you are
                 asked for another.
preprompts/      What models are told here in the place of what is shipped, a text file each.
                 Deleted, the shipped ones are in force again.
preferences.md   What is heeded in every run, a line each. It may be deleted.
steps/           Steps of this project's own, a Python file each. None runs before you have seen
                 it and said yes. They may be deleted.
logs/            What was done: a folder for each run, in it run.json and a file for each step,
                 with every message, model, usage, cost and time. Lines of the messages may be
                 changed, and sent again with: autocoder-tui rerun LOG. Folders of runs that are
                 over may be deleted; the newest one is what --resume goes on from.
token_usage.csv  How many tokens each request took. It may be deleted.
archive/         Earlier prompts. It may be deleted.
lock             Shows that a program is at work here. It may be deleted when none is.

Keys and passwords are taken out of all of it before it is written. prompt, preprompts/,
preferences.md and steps/ are for everyone who works on the project, so git is not told to ignore
them; .gitignore names the rest.
"""
_IGNORED: Final = f"/logs/\n/archive/\n/{_LOCK_FILE}\n/{USAGE_FILE}*\n"


class Project:
    """The project at `root`. Everything blocks, and raises ProjectUnusable."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.realpath(root))
        self.folder = self.root / FOLDER
        self.logs = self.folder / "logs"
        self.archive = self.folder / "archive"
        self.steps = self.folder / "steps"
        self.usage_file = self.folder / USAGE_FILE

    @property
    def exists(self) -> bool:
        """Whether anything was worked out here yet, or is wanted."""
        return (self.folder / "prompt").is_file() or self.logs.is_dir()

    def create(self) -> None:
        """Make what is missing of the folder; what is there stays as it is."""
        for folder in (
            self.folder,
            self.folder / "preprompts",
            self.steps,
            self.archive,
        ):
            make_folder(self.root, folder)
        make_folder(self.root, self.logs, private=True)
        for name, text in (("README", _README), (".gitignore", _IGNORED)):
            file = self.folder / name
            check_way(self.root, file)
            if not os.path.lexists(file):
                write_file(self.root, file, text)

    # ------------------------------------------------------------------ the prompt

    def prompt(self) -> str:
        """What is wanted, "" where nobody said so yet. A prompt file at the top counts where
        there is none in `.autocoder/`, and so does that of the GPT Engineer folder around it."""
        for file in (self.folder / "prompt", *(self.root / name for name in PROMPT_FILES)):
            if file.is_dir():
                continue
            text = read_text(self.root, file, _PROMPT_BYTES)
            if isinstance(text, Problem):
                raise ProjectUnusable(f"{text.in_full} Put the prompt there as a plain text.")
            if text is not None and text.strip():
                return text
        other = around(self.root)
        return "" if other is None else other.prompt()

    def write_prompt(self, text: str) -> None:
        """Write down what is wanted; another prompt that stood there goes into the archive."""
        self.create()
        text = text if text.endswith("\n") else f"{text}\n"
        file = self.folder / "prompt"
        before = read_text(self.root, file, _PROMPT_BYTES)
        if isinstance(before, str) and before.strip() and before.strip() != text.strip():
            name = f"prompt-{datetime.now().astimezone().strftime(_TIME)}"
            write_file(self.root, self.archive / name, before)
        write_file(self.root, file, text)

    # ------------------------------------------------------------------ its runs

    def runs(self) -> tuple[RunFolder, ...]:
        """The runs so far, the oldest first. A folder without a run in it is none."""
        check_way(self.root, self.logs)
        try:
            names = sorted(entry.name for entry in os.scandir(self.logs) if entry.is_dir())
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise unusable(self.logs, error, "read") from error
        found = [RunFolder(self.root, self.logs / name) for name in names]
        return tuple(
            sorted((run for run in found if (run.folder / RUN_FILE).is_file()), key=_began)
        )

    def newest(self) -> RunFolder | None:
        runs = self.runs()
        return runs[-1] if runs else None

    def run_called(self, name: str) -> RunFolder | None:
        """The run of this name, or the newest where that is "last"; None where there is none at
        all."""
        runs = self.runs()
        if name == LAST:
            return runs[-1] if runs else None
        found = [run for run in runs if run.name == name]
        if not found:
            known = ", ".join(visible(run.name) for run in runs[-3:]) or "none"
            raise ProjectUnusable(
                f"There is no run {visible(name)} in this project; the newest are {known}. Name "
                "one of them, or none for the newest."
            )
        return found[0]

    def begin_run(self) -> RunFolder:
        """A folder for one more run, named by the time."""
        self.create()
        name = datetime.now().astimezone().strftime(_TIME)
        for number in range(1, 1000):
            folder = self.logs / (name if number == 1 else f"{name}-{number}")
            check_way(self.root, folder)
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                continue
            except OSError as error:
                raise unusable(folder, error, "made") from error
            return RunFolder(self.root, folder)
        raise ProjectUnusable(f"{visible(str(self.logs))} has too many runs of this second.")

    # ------------------------------------------------------------------ one at a time

    @contextmanager
    def locked(self) -> Iterator[None]:
        """While this is open no other program works in the project. The lock goes with the
        process, however that ends."""
        self.create()
        file = self.folder / _LOCK_FILE
        check_way(self.root, file)
        try:
            descriptor = open_descriptor(file, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise unusable(file, error, "written") from error
        try:
            if lock(descriptor) is FileLock.TAKEN:
                raise ProjectUnusable(
                    f"Another autocoder-tui is at work in {visible(str(self.root))}. Wait until it "
                    "is done, or stop it there."
                )
            sweep_unfinished(self.folder)
            yield
        finally:
            with suppress(OSError):
                os.close(descriptor)


def _began(run: RunFolder) -> tuple[str, int]:
    """Its time, and which of that second it is."""
    number = run.name[20:]
    return run.name[:19], int(number) if number.isdecimal() else 1
