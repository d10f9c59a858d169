"""Jobs that write the same file, found before anything is paid for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from autocoder_tui.batch.job import BatchJob
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.paths import written_file


def same_file(root: Path, jobs: Sequence[BatchJob]) -> list[list[BatchJob]]:
    """The jobs that would write the same file, as groups in their order.

    Links and hard links are followed, and names that differ in case only count as one where the
    file system has one file for them. Blocking.
    """
    groups: dict[object, list[BatchJob]] = {}
    for job in jobs:
        if job.output is not None:
            groups.setdefault(_identity(root, job.output), []).append(job)
    return [group for group in groups.values() if len(group) > 1]


def _identity(root: Path, name: str) -> object:
    path = written_file(root, name)
    try:
        found = path.stat()
    except OSError:
        return _spelled_alike(path)
    return found.st_dev, found.st_ino


def _spelled_alike(path: Path) -> str:
    """The path of a file that is not there yet, one for all spellings that would be one file."""
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    name = str(path)
    swapped = folder.with_name(folder.name.swapcase())
    if swapped != folder and swapped.exists() and swapped.samefile(folder):
        return name.casefold()
    return name


def refusal(groups: Sequence[Sequence[BatchJob]]) -> str:
    """Why a batch with such jobs is not begun, as a sentence."""
    said = [
        f"{visible(group[0].output or '')} is written by {len(group)} jobs "
        f"({', '.join(visible(job.name) for job in group[:5])}{', …' if len(group) > 5 else ''})"
        for group in groups[:10]
    ]
    more = f", and {len(groups) - 10} more files are" if len(groups) > 10 else ""
    return (
        f"{'; '.join(said)}{more}. Nothing was sent. Give each job a file of its own, or have them "
        "run one after the other on each other's result: --same-file sequential."
    )


def in_sequence(jobs: Sequence[BatchJob], groups: Sequence[Sequence[BatchJob]]) -> list[BatchJob]:
    """The same jobs, each of a group after the one before it; all but the first of a group find
    its file there."""
    after = {later.number: earlier.number for group in groups for earlier, later in pairwise(group)}
    return [
        replace(job, after=after[job.number], result=replace(job.result, force=True))
        if job.number in after
        else job
        for job in jobs
    ]
