"""One request of a step: made, sent, gone on with where it was cut, and written down."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, Literal

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.request import ChatMessage, Limits, Turn
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.fallback import UNAVAILABLE, run_with_fallback
from autocoder_tui.runs.key_scan import keys_in
from autocoder_tui.runs.preparation import Job, Prepared, prepare
from autocoder_tui.runs.setup import obstacle
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.safety.secret_files import looks_secret
from autocoder_tui.steps.errors import StepFailed
from autocoder_tui.steps.generated_files import NotPlaced, taken_files
from autocoder_tui.steps.record import Effect, GivenFile, Used
from autocoder_tui.steps.workplace import Workplace
from autocoder_tui.store.history.kept_run import KeptRun, now
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.paths import relative_name, written_file

_MOST_SAID: Final = 20
"""Of many names that are refused."""
GOES_ON: Final = UNAVAILABLE | {"run_timed_out", "spending_cap", "limit_reached", "too_many_parts"}
"""How a run ended that is gone on with from its text; after another failure that text is no
good beginning."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a step asks a model for. `messages` stand in the place of all of it, word for word,
    where a log is run again."""

    kind: Literal["ask", "generate"]
    text: str
    instructions: str
    files: tuple[str, ...]
    turns: tuple[Turn, ...] = ()
    target: str | None = None
    messages: tuple[ChatMessage, ...] = ()
    purpose: Literal["query", "clarify"] = "query"


class RequestFailed(StepFailed):
    """A request came to no good end; `effect` is what there is to be written down of it, and
    `goes_on` whether its text is a beginning."""

    def __init__(self, message: str, effect: Effect, *, goes_on: bool) -> None:
        super().__init__(message)
        self.effect = effect
        self.goes_on = goes_on


class RequestStopped(Exception):
    """A request was stopped by a cancellation, which is to be raised again."""

    def __init__(self, effect: Effect) -> None:
        self.effect = effect


def key_of(asked: Asked, texts: Mapping[str, str], place: Workplace) -> str:
    """What the answer to `asked` is known by, with the files of the draft that are shown. Files on
    disk are compared by themselves: see `Effect.given`."""
    if asked.messages:
        return digest(asked.kind, *((one.role, one.content) for one in asked.messages))
    return digest(
        asked.kind,
        asked.text,
        asked.instructions,
        asked.files,
        [(path, digest(texts[path])) for path in asked.files if path in texts],
        [(turn.question, turn.answer) for turn in asked.turns],
        asked.target,
        asked.purpose,
        place.guidance.preferences,
        place.setup.task.system_prompt,
    )


def digest(*parts: object) -> str:
    """SHA-256 of values that JSON has, in hex."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def given_files(place: Workplace, names: Sequence[str]) -> tuple[GivenFile, ...]:
    """The files of the project that are to be shown, as they are; one that is not there has no
    digest. Blocking; raises WorkspaceError, and StepFailed for one that only the person may
    show."""
    root = place.project.root
    found = []
    for name in names:
        file = written_file(root, name)
        plain = relative_name(root, file)
        if looks_secret(plain) and name not in place.head.picks:
            raise StepFailed(
                f"{visible(name)} usually holds secrets and was not picked, so no model is shown "
                "it. Pick it yourself, or leave it out."
            )
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            found.append(GivenFile(name, ""))
            continue
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise StepFailed(
                f"{visible(name)}, which the model is to be shown, can't be read: {reason}. Put it "
                "there, or leave it out of the picks."
            ) from error
        found.append(GivenFile(name, hashlib.sha256(data).hexdigest()))
    return tuple(found)


class StepRequest:
    """One request. `run_id` is its id in the history, the same each time it is tried; `draft` are
    the files of the draft, by path; `cut` is what was written down of it when it failed."""

    def __init__(
        self,
        place: Workplace,
        asked: Asked,
        key: str,
        run_id: str,
        title: str,
        draft: Mapping[str, str | None],
        cut: Effect | None = None,
    ) -> None:
        self._place = place
        self._asked = asked
        self._key = key
        self._run_id = run_id
        self._title = title
        self._draft = draft
        self._used = Used() if cut is None else cut.used
        self._row = 0 if cut is None else cut.usage_row
        self._began = now() if cut is None else cut.began
        self._seconds = 0.0 if cut is None else cut.seconds
        self._since = time.monotonic()

    async def effect(self) -> Effect:
        """Send it, or take what came of it before the program was killed. Raises RequestFailed,
        RequestStopped, StepFailed, or what else keeps it from being made."""
        place = self._place
        kept = await asyncio.to_thread(place.kept, self._run_id)
        if kept is not None:
            self._used = _used_of(kept)
            if kept.status == "finished":
                return await self._taken_from(kept)
        partial = "" if kept is None or not _goes_on(kept) else kept.reply
        prepared = await asyncio.to_thread(self._prepared, partial)
        why_not = obstacle(place.model(), place.limits)
        if why_not is not None:
            raise StepFailed(why_not)
        for found in await asyncio.to_thread(keys_in, prepared.request):
            place.warn(f"{found}, and it is sent to the model.")
        state = RunState()

        async def once(prepared: Prepared) -> RunState:
            nonlocal state
            state = RunState()
            try:
                await place.face.run(lambda: prepared, state)
            finally:
                self._used = self._used.plus(_used_by(state))
            return state

        try:
            prepared, _ = await run_with_fallback(
                place.setup, prepared, once, self._limits, place.face.told
            )
        except asyncio.CancelledError as stopped:
            effect = replace(self._failed(prepared, state), error="stopped")
            raise RequestStopped(effect) from stopped
        if state.status != "completed":
            failed = self._failed(prepared, state)
            kind = "" if state.error is None else state.error.kind
            message = failed.error or "The request did not come to an end. Run the step again."
            raise RequestFailed(message, failed, goes_on=kind in GOES_ON)
        return await self._effect(prepared, state.text, state.notes, state.reasoning, state.files)

    async def _limits(self) -> Limits:
        return self._place.limits_now(self._used.cost_usd or Decimal(0))

    def _prepared(self, partial: str) -> Prepared:
        place, asked = self._place, self._asked
        chosen, setup = place.model(), place.setup
        texts = {path: text for path, text in self._shown().items() if text is not None}
        job = Job(
            place.project.root,
            tuple(path for path in asked.files if path not in self._draft),
            asked.target,
            asked.text,
            setup.task.system_prompt,
            mode="clarify" if asked.purpose == "clarify" else "generate",
            purpose=asked.purpose if asked.kind == "ask" else "generate",
            turns=asked.turns,
        )
        made = prepare(
            job,
            chosen,
            place.limits_now(self._used.cost_usd or Decimal(0)),
            temperature=setup.model.temperature,
            edit_format=setup.model.edit_format,
            demo=setup.demo,
            texts=texts,
            guidance=place.guidance,
            instructions=asked.instructions or None,
        )
        request = replace(
            made.request,
            run_id=self._run_id,
            partial=partial,
            messages=asked.messages,
            steps=False,
        )
        project_run = f"{place.run.name}/{self._title}"
        return replace(made, request=request, project_run=project_run)

    def _shown(self) -> dict[str, str | None]:
        return {path: self._draft[path] for path in self._asked.files if path in self._draft}

    async def _taken_from(self, kept: KeptRun) -> Effect:
        """What a run that ended well brought, which was not written down in the project yet."""
        prepared = await asyncio.to_thread(self._prepared, "")
        return await self._effect(
            prepared, kept.reply, kept.notes, kept.reasoning, kept.files, kept
        )

    async def _effect(
        self,
        prepared: Prepared,
        text: str,
        notes: str,
        reasoning: str,
        files: Sequence[FileProposed],
        kept: KeptRun | None = None,
    ) -> Effect:
        effect = replace(
            self._plain(prepared), done=True, reply=text, notes=notes, reasoning=reasoning
        )
        if kept is not None:
            snapshot = kept.snapshot
            effect = replace(effect, model=snapshot.model, provider=snapshot.provider)
        if self._asked.kind == "ask":
            return effect
        root = self._place.project.root
        try:
            taken = await asyncio.to_thread(
                taken_files,
                root,
                files,
                self._draft,
                self._asked.target,
                self._asked.files,
            )
        except NotPlaced as error:
            failed = replace(effect, done=False, error=error.message)
            raise RequestFailed(error.message, failed, goes_on=False) from error
        for sentence in taken.refused[:_MOST_SAID]:
            self._place.face.told(sentence)
        if len(taken.refused) > _MOST_SAID:
            more = len(taken.refused) - _MOST_SAID
            self._place.face.told(f"{more:,} more are not taken; the step's log names them all.")
        return replace(effect, files=taken.files, refused=taken.refused)

    def _failed(self, prepared: Prepared, state: RunState) -> Effect:
        said = "" if state.error is None else state.error.message
        return replace(self._plain(prepared), reply=state.text, notes=state.notes, error=said)

    def _plain(self, prepared: Prepared) -> Effect:
        request = prepared.request
        messages = (
            ChatMessage(one["role"], one["content"])  # type: ignore[arg-type]
            for one in first_messages(request)
        )
        return Effect(
            self._asked.kind,
            self._key,
            done=False,
            began=self._began,
            seconds=round(self._seconds + time.monotonic() - self._since, 3),
            run_id=self._run_id,
            model=request.model.name,
            provider=request.endpoint.provider.name,
            used=self._used,
            usage_row=self._row,
            messages=tuple(messages),
        )


def _goes_on(kept: KeptRun) -> bool:
    if kept.status == "failed":
        return kept.error is not None and kept.error.kind in GOES_ON
    return True


def _used_by(state: RunState) -> Used:
    usage = state.usage
    if usage is None:
        return Used(requests=state.requests)
    cost = usage.cost_usd if state.requests else Decimal(0)
    return Used(usage.prompt_tokens, state.completion_tokens, cost, state.requests)


def _used_of(kept: KeptRun) -> Used:
    cost = kept.cost_usd if kept.prompt_tokens or kept.completion_tokens else Decimal(0)
    return Used(kept.prompt_tokens, kept.completion_tokens, cost, kept.requests)
