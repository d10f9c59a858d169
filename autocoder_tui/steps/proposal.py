"""The draft proposed: what of it stands in the project already, and what is to be decided on."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from autocoder_tui.engine.request import Limits
from autocoder_tui.runs.preparation import Job, Prepared, prepare_given, read_existing
from autocoder_tui.steps.draft import render
from autocoder_tui.steps.face import Proposal
from autocoder_tui.steps.record import Effect
from autocoder_tui.steps.workplace import Workplace
from autocoder_tui.store.history.kept_run import now
from autocoder_tui.workspace.errors import WorkspaceError


async def propose_draft(
    place: Workplace,
    draft: Mapping[str, str | None],
    requirements: str,
    title: str,
    run_id: str,
) -> Effect:
    """Have the draft decided on. What stands in the project as it is in the draft is written
    already: a kill may have come between writing it and writing that down."""
    root = place.project.root
    began = now()
    standing = await asyncio.to_thread(_standing, root, draft)
    left = {path: text for path, text in draft.items() if path not in standing}
    written: list[str] = list(standing)
    is_open = False
    if left:
        project_run = f"{place.run.name}/{title}"
        # What was under review when the program was killed is gone on with as it was.
        kept = await asyncio.to_thread(place.kept, run_id)
        reply = render(left) if kept is None or not kept.reply else kept.reply
        proposal = Proposal(root, reply, requirements, run_id, project_run)
        came = await place.face.propose(proposal)
        written += [path for path in came.written if path not in written]
        is_open = came.open
    digests = await asyncio.to_thread(digests_of, root, written)
    await asyncio.to_thread(place.wrote, digests)
    return Effect(
        "propose",
        "",
        began=began,
        run_id=run_id if left else "",
        proposed=tuple(draft),
        written=tuple(written),
        open=is_open,
    )


def prepared_for(proposal: Proposal, limits: Limits) -> Prepared:
    """A proposal as a run whose reply is at hand. Blocking; raises WorkspaceError."""
    made = prepare_given(
        Job(proposal.root, (), None, proposal.requirements), proposal.reply, limits
    )
    request = replace(made.request, run_id=proposal.run_id)
    return replace(made, request=request, project_run=proposal.project_run)


def digests_of(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """SHA-256 of the bytes of files, "" for one that is not there. Blocking."""
    found = {}
    for path in paths:
        try:
            found[path] = hashlib.sha256((root / path).read_bytes()).hexdigest()
        except FileNotFoundError:
            found[path] = ""
        except OSError:
            continue
    return found


def _standing(root: Path, draft: Mapping[str, str | None]) -> list[str]:
    """The files of the draft that are on disk as they are in it."""
    found = []
    for path, text in draft.items():
        try:
            file = read_existing(root, path)
        except WorkspaceError:
            continue
        if (None if file is None else file.text) == text:
            found.append(path)
    return found
