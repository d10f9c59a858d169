"""What is written down of a run, and how to go on from it: between a face's `Prepared` and the
journal and history of the store."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

from autocoder_tui.config.setting_sections import HistorySettings
from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.events import Event, RunFinished, TextDelta
from autocoder_tui.engine.request import InputFile, Limits, RunRequest
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.preparation import Prepared, asks_for_steps, read_existing
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.runs.setup import ChosenModel, Setup, choose_model
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import KeptRun, kept_run, now
from autocoder_tui.store.history.schema import HistoryUnavailable
from autocoder_tui.store.journal.journal import Journal
from autocoder_tui.store.snapshot import SentFile, Snapshot
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.errors import WorkspaceError
from autocoder_tui.workspace.textfile import Newline, Stamp, TextFile

KEPT: Final = "The text so far is kept: autocoder-tui history show {run} --reply"
"""What to say of a run that did not end well."""


def begin_journal(history: History, prepared: Prepared, say: Callable[[str], object]) -> Journal:
    """Begin to write a run down. Blocking; raises nothing: `say` hears when it can't be done."""
    snapshot = snapshot_of(prepared)
    try:
        position = history.next_position(snapshot.started)
    except HistoryUnavailable:
        position = snapshot.started  # said when the run is to go in
    if position != snapshot.started:
        snapshot = replace(snapshot, position=position)
    return Journal(history.state, snapshot, say)


def end_journal(
    history: History,
    journal: Journal,
    state: RunState,
    settings: HistorySettings,
    *,
    delivered: bool = True,
    keep_open: bool = False,
) -> KeptRun:
    """Put an ended run into history; its journal goes, unless `keep_open` for the decisions of
    a review (then `settle_journal` ends it). Blocking.

    A run that ended well, and was `delivered`, is not kept where the user wants no history.
    Raises HistoryUnavailable: the journal then stays, and goes into history at another time.
    """
    ended = Ended(journal, state, delivered=delivered)
    return end_journals(history, [ended], settings, keep_open=keep_open)[0]


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that is over; `delivered` says whether somebody has what it brought."""

    journal: Journal
    state: RunState
    delivered: bool = True


def end_journals(
    history: History,
    ended: Sequence[Ended],
    settings: HistorySettings,
    *,
    keep_open: bool = False,
) -> list[KeptRun]:
    """Do for several runs what `end_journal` does for one, in one write. Blocking."""
    runs = [_kept(each) for each in ended]
    wanted = [
        at
        for at, run in enumerate(runs)
        if settings.enabled or run.status != "finished" or not ended[at].delivered
    ]
    try:
        if wanted:
            added = history.add_all([runs[at] for at in wanted])
            for at, run in zip(wanted, added, strict=True):
                runs[at] = run
            spare = added[-1].run_id
            history.prune(settings.keep_runs, settings.keep_days, spare=spare)
    except BaseException:
        for each in ended:
            each.journal.close()
        raise
    if not keep_open:
        for each in ended:
            each.journal.close(remove=True)
    return runs


def _kept(ended: Ended) -> KeptRun:
    run = kept_run(ended.journal.snapshot, ended.state, review=ended.journal.review)
    sent = run.snapshot
    if run.status == "finished" and sent.turns and sent.parent and sent.purpose == "query":
        # Nobody goes on with it, and what came before is kept with its own runs.
        return replace(run, snapshot=replace(sent, turns=()))
    return run


def settle_journal(history: History, journal: Journal, *, offered: bool = False) -> None:
    """The review of a run is over: keep how it stands, and remove the journal. With `offered`
    the next start asks about it. Blocking.

    Raises HistoryUnavailable: the journal then stays.
    """
    run_id = journal.snapshot.run_id
    try:
        if journal.review is not None:
            history.keep_review(run_id, journal.review)
        history.settled(run_id, offered=offered)
    except BaseException:
        journal.close()
        raise
    journal.close(remove=True)


def snapshot_of(prepared: Prepared) -> Snapshot:
    """Everything of `prepared` that is needed to go on with it, but the key."""
    request = prepared.request
    provider = request.endpoint.provider
    return Snapshot(
        run_id=request.run_id,
        journal_id=uuid.uuid4().hex[:8],
        started=now(),
        project=str(prepared.root),
        requirements=request.requirements,
        target=request.target,
        model=request.model.name,
        provider=provider.name,
        base_url=provider.base_url,
        files=tuple(_sent(file, prepared.originals.get(file.path)) for file in request.files),
        limits=request.limits,
        temperature=request.temperature,
        system_prompt=request.system_prompt,
        partial=request.partial,
        edits=request.edits,
        demo=prepared.demo,
        batch=prepared.batch,
        project_run=prepared.project_run,
        mode=request.mode,
        purpose=request.purpose,
        instructions=request.instructions,
        preferences=request.preferences,
        turns=request.turns,
        left_out=request.left_out,
        thread=prepared.thread,
        parent=prepared.parent,
        feedback=prepared.feedback,
    )


def model_of(setup: Setup, run: KeptRun) -> ChosenModel:
    """The model a kept run used, at the address where it answered, with today's key for it.

    With -m in `setup` it is that one instead. Raises UnknownModel, or AutocoderError.
    """
    if setup.model.name is not None:
        return choose_model(setup)
    return choose_model(setup, run.snapshot.model, run.snapshot.base_url)


def prepared_of(
    run: KeptRun, chosen: ChosenModel, limits: Limits | None = None, root: Path | None = None
) -> Prepared:
    """A kept run made ready to go on from its text: the same inputs as they were sent, the
    same requirements and target. Its limits are those it had unless `limits` are given, and
    its project is where it was unless `root` says where it is now. Blocking for a round of
    feedback, whose files are read anew."""
    return prepared_from(run.snapshot, chosen, limits, root, partial=run.reply)


def prepared_from(
    snapshot: Snapshot,
    chosen: ChosenModel,
    limits: Limits | None = None,
    root: Path | None = None,
    *,
    partial: str | None = None,
) -> Prepared:
    """What was asked for, as it was; `partial` is the text to go on with, None for the one the
    run had at its beginning. The rest is as for `prepared_of`."""
    root = root or Path(snapshot.project)
    request = RunRequest(
        requirements=snapshot.requirements,
        model=chosen.model,
        endpoint=chosen.endpoint,
        files=tuple(InputFile(file.path, file.text) for file in snapshot.files),
        target=snapshot.target,
        limits=limits or snapshot.limits,
        temperature=snapshot.temperature,
        system_prompt=snapshot.system_prompt,
        partial=snapshot.partial if partial is None else partial,
        edits=snapshot.edits,
        mode=snapshot.mode,
        purpose=snapshot.purpose,
        instructions=snapshot.instructions,
        preferences=snapshot.preferences,
        turns=snapshot.turns,
        left_out=snapshot.left_out,
        steps=asks_for_steps(snapshot.purpose, chosen),
        calibration=chosen.calibration,
        run_id=snapshot.run_id,
    )
    originals = {file.path: _original(root, file) for file in snapshot.files}
    if snapshot.feedback is not None:
        # What was sent is the proposal as it stood; it is compared with what is on disk.
        originals = _on_disk(root, originals)
    return Prepared(
        root,
        request,
        originals,
        demo=snapshot.demo,
        batch=snapshot.batch,
        project_run=snapshot.project_run,
        thread=snapshot.thread,
        parent=snapshot.parent,
        feedback=snapshot.feedback,
        goes_on=snapshot.feedback is not None,
    )


def reviewable_of(run: KeptRun, chosen: ChosenModel) -> Reviewable:
    """The review of a kept run's proposal, nothing decided: compared with its inputs as they
    were sent, and with what is on disk now for other files. Blocking: reads files and diffs."""
    return make_review(prepared_of(run, chosen), run.files)


def events_of(run: KeptRun) -> list[Event]:
    """A run that ended well told once more: its text, its files, its end."""
    return [TextDelta(run.reply), *run.files, RunFinished(run.notes)]


def model_as_sent(run: KeptRun) -> ChosenModel:
    """The name and address a kept run was answered by, without a key: for looking at it."""
    snapshot = run.snapshot
    provider = Provider(snapshot.provider, snapshot.base_url)
    return ChosenModel(Model(snapshot.model, snapshot.provider), Endpoint(provider))


def _sent(file: InputFile, original: TextFile | None) -> SentFile:
    if original is None:
        return SentFile(file.path, file.text)
    stamp = original.stamp
    return SentFile(
        path=file.path,
        text=file.text,
        encoding=original.encoding,
        bom=base64.b64encode(original.bom).decode(),
        newline=original.newline,
        mode=original.mode,
        size=stamp.size,
        mtime_ns=stamp.mtime_ns,
        inode=stamp.inode,
        sha256=stamp.sha256,
    )


def _on_disk(root: Path, originals: Mapping[str, TextFile]) -> dict[str, TextFile]:
    """The files of these paths as they are now, as far as there are any and they can be read."""
    found: dict[str, TextFile] = {}
    for path, sent in originals.items():
        try:
            now = read_existing(root, path, sent.text)
        except WorkspaceError:
            now = sent
        if now is not None:
            found[path] = now
    return found


def _original(root: Path, file: SentFile) -> TextFile:
    return TextFile(
        path=root / file.path,
        text=file.text,
        encoding=file.encoding,
        bom=file.byte_order_mark,
        newline=cast(Newline, file.newline),
        mode=file.mode,
        stamp=Stamp(file.size, file.mtime_ns, file.inode, file.sha256),
    )
