"""What can be said against a batch before anything of it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from autocoder_tui.batch.conflicts import in_sequence, refusal, same_file
from autocoder_tui.batch.job import BatchJob
from autocoder_tui.batch.journal import BatchHead
from autocoder_tui.batch.local_runner import LocalRunner, setup_of
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.setup import Setup
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.git import find_git
from autocoder_tui.workspace.in_git import changed_in_git, why_not_in_git
from autocoder_tui.workspace.output_path import Refused, check_output

SameFile: TypeAlias = Literal["refuse", "sequential"]
_MOST_SAID = 20
_REPLACED_BY = (
    '"force": true in the job lets it be replaced (-f of `autocoder-tui batch` does so for all), '
    "or name another output_file"
)


def in_order(root: Path, jobs: Sequence[BatchJob], policy: SameFile) -> list[BatchJob]:
    """The jobs, those that write the same file one after the other. Blocking.

    Raises Refused where there are such and `policy` is to refuse them.
    """
    groups = same_file(root, jobs)
    if groups and policy == "refuse":
        raise Refused(refusal(groups))
    return in_sequence(jobs, groups)


async def check_jobs(runner: LocalRunner, head: BatchHead, jobs: Sequence[BatchJob]) -> None:
    """Raises Refused, naming everything for which jobs would fail: their output file, their
    model, its key, its price where there is a cap."""
    said: list[str] = []
    models: dict[str, list[BatchJob]] = {}
    for job in jobs:
        setup = setup_of(runner.setup, job)
        if head.max_cost is not None and setup.limits.max_cost_usd is None:
            setup = replace(setup, limits=replace(setup.limits, max_cost_usd=head.max_cost))
        try:
            problem = runner.obstacle(await runner.chosen(setup), setup.limits)
        except AutocoderError as error:
            problem = error.message
        if problem is not None:
            models.setdefault(problem, []).append(job)
        if setup.task.mode == "query":
            said.append(
                f"{visible(job.name)}: a batch proposes files, and mode query asks a question. Ask "
                "it with: autocoder-tui run --mode query."
            )
        if job.output is not None and not job.after:
            try:
                output = setup.root / job.output
                check_output(output, force=job.result.force, advice=_REPLACED_BY)
            except AutocoderError as error:
                said.append(f"{visible(job.name)}: {error.message}")
    for problem, wanting in models.items():
        names = ", ".join(visible(job.name) for job in wanting[:3])
        more = f" and {len(wanting) - 3} more" if len(wanting) > 3 else ""
        said.append(f"{names}{more}: {problem}")
    if said:
        rest = f" And {len(said) - _MOST_SAID} more." if len(said) > _MOST_SAID else ""
        raise Refused(f"Nothing was sent. {' '.join(said[:_MOST_SAID])}{rest}")


def why_not_applied(setup: Setup, jobs: Sequence[BatchJob]) -> str | None:
    """Why results may not be written without a look at them, None where they may: every job has
    to name its own file, and git has to be able to give back what is there. Blocking."""
    unnamed = [job.name for job in jobs if job.output is None]
    if unnamed:
        names = ", ".join(visible(name) for name in unnamed[:5])
        more = f" and {len(unnamed) - 5} more" if len(unnamed) > 5 else ""
        return (
            f"--apply writes only what every job names as its own file, and {names}{more} "
            f"name{'s' if len(unnamed) == 1 else ''} none. Give output_file, or leave out --apply "
            "and review the results."
        )
    if find_git(setup.root) is None:
        return (
            "--apply needs a git repository, from which what is there can be had back. `git init` "
            "makes one, or leave out --apply and review the results."
        )
    changed = changed_in_git(setup.root)
    if changed is None:
        return "--apply needs git to say what has changed, and it can't; leave out --apply."
    there = [job.output for job in jobs if job.output and (setup.root / job.output).exists()]
    lost = list(dict.fromkeys([*changed, *why_not_in_git(setup.root, there)]))
    if lost:
        names = ", ".join(visible(name) for name in lost[:5])
        more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
        return (
            f"--apply needs a clean git work tree, and {names}{more} "
            f"{'is' if len(lost) == 1 else 'are'} not committed. Commit or stash that, or leave "
            "out --apply and review the results."
        )
    return None
