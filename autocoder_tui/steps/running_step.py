"""A step that runs: the context it is given, and the record of what it did."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from autocoder_tui.config.preprompts import preprompt_in_force
from autocoder_tui.engine.request import ChatMessage, Turn
from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.context import Checked, Generated, Proposed, ScriptEnded, Spent
from autocoder_tui.steps.draft import Files, fold
from autocoder_tui.steps.errors import StepFailed
from autocoder_tui.steps.gpt_engineer import preprompt_there
from autocoder_tui.steps.one_at_a_time import OneAtATime
from autocoder_tui.steps.project_view import ProjectView, room_for_texts, tokens_of
from autocoder_tui.steps.proposal import propose_draft
from autocoder_tui.steps.record import REQUESTS, Effect, EffectKind, GivenFile, StepRecord
from autocoder_tui.steps.request import (
    Asked,
    RequestFailed,
    RequestStopped,
    StepRequest,
    digest,
    given_files,
    key_of,
)
from autocoder_tui.steps.trial import run_commands, run_script
from autocoder_tui.steps.workplace import Workplace
from autocoder_tui.store.evaluation import Evaluation


class RunningStep:
    """The `StepContext` of one step. `record` is how it stands; `before` are the files of the
    draft when it begins, `lineage` is what the steps before it came to: what depends on how the
    project stands is done anew where that is another."""

    def __init__(
        self,
        place: Workplace,
        record: StepRecord,
        prompt: str,
        outputs: Mapping[str, str],
        before: Mapping[str, str | None],
        spent: Mapping[str, Spent],
        lineage: str,
        changed: Callable[[StepRecord], object],
    ) -> None:
        self._place = place
        self._prompt = prompt
        self._outputs = MappingProxyType(dict(outputs))
        self._draft: Files = dict(before)
        self._spent = MappingProxyType(dict(spent))
        self._lineage = lineage
        self._changed = changed
        self._known = list(record.effects)
        self._made: list[Effect] = []
        self._requests = self._answers = 0
        self._one = OneAtATime()
        self.record = replace(record, said=())

    # ------------------------------------------------------------------ what it can see

    @property
    def prompt(self) -> str:
        return self._prompt

    @property
    def picks(self) -> tuple[str, ...]:
        return self._place.head.picks

    @property
    def outputs(self) -> Mapping[str, str]:
        return self._outputs

    @property
    def draft(self) -> Mapping[str, str | None]:
        return MappingProxyType(dict(self._draft))

    @property
    def spent(self) -> Mapping[str, Spent]:
        return self._spent

    @property
    def room(self) -> int | None:
        return room_for_texts(self._place.model(), self._place.limits)

    def tokens(self, text: str) -> int:
        return tokens_of(self._place.model(), text)

    @property
    def _view(self) -> ProjectView:
        return ProjectView(self._place.project.root, self.picks, self.draft)

    async def paths(self) -> tuple[str, ...]:
        return await asyncio.to_thread(self._view.paths)

    async def read(self, path: str) -> str | None:
        return await asyncio.to_thread(self._view.read, path)

    async def refused(self, paths: Sequence[str]) -> Mapping[str, str]:
        return await asyncio.to_thread(self._view.refused, tuple(paths))

    def preprompt(self, name: str) -> str:
        root, config = self._place.project.root, self._place.setup.places.config
        try:
            return preprompt_there(name, root, config) or preprompt_in_force(name, root, config)
        except AutocoderError as error:
            raise StepFailed(error.message) from error

    def say(self, line: str) -> None:
        shown = visible(str(line), lines=True)
        self.record = replace(self.record, said=(*self.record.said, shown))
        self._place.face.told(shown)

    # ------------------------------------------------------------------ requests

    async def ask(
        self,
        text: str,
        *,
        instructions: str = "",
        files: Sequence[str] | None = None,
        turns: Sequence[Turn] = (),
        purpose: Literal["query", "clarify"] = "query",
    ) -> str:
        effect = await self._request(
            Asked("ask", text, instructions, self._names(files), (*turns,), purpose=purpose)
        )
        return effect.reply

    async def generate(
        self,
        requirements: str,
        *,
        instructions: str = "",
        files: Sequence[str] | None = None,
        target: str | None = None,
    ) -> Generated:
        asked = Asked("generate", requirements, instructions, self._names(files), target=target)
        effect = await self._request(asked)
        files_made = {file.path: file.text for file in effect.files}
        return Generated(files_made, effect.notes, effect.reply)

    def _names(self, files: Sequence[str] | None) -> tuple[str, ...]:
        """The files to be shown; one that is to be deleted is shown no more."""
        wanted = (*self.picks, *self._draft) if files is None else files
        gone = {path for path, text in self._draft.items() if text is None}
        return tuple(path for path in dict.fromkeys(wanted) if path not in gone)

    async def _request(self, asked: Asked) -> Effect:
        place = self._place
        async with self._one.turn():
            messages = self._resent(asked)
            asked = replace(asked, messages=messages)
            draft = dict(self._draft)
            texts = {path: text for path, text in draft.items() if text is not None}
            key = key_of(asked, texts, place)
            on_disk = [path for path in asked.files if path not in draft]
            given = await asyncio.to_thread(given_files, place, on_disk)
            known = self._replayed(asked.kind, key)
            if known is not None:
                if all(self._as_given(one.path, one.sha256, known) for one in given):
                    return await self._done(known)
                self.say("A file that was shown has changed since: it is asked anew.")
            run_id = digest(
                place.run.name,
                self.record.number,
                self.record.times,
                len(self._made),
                key,
                [(one.path, one.sha256) for one in given],
            )[:12]
            there = self._there(asked, given)
            cut = self._cut(run_id)
            self._drop_known()
            request = StepRequest(place, there, key, run_id, self.record.title, draft, cut)
            try:
                effect = await request.effect()
            except RequestStopped as stopped:
                self._keep_now(stopped.effect)
                raise asyncio.CancelledError from stopped
            except RequestFailed as failed:
                if not failed.goes_on:
                    self.record = replace(self.record, times=self.record.times + 1)
                # Where the step goes on all the same, what this used is not forgotten.
                self._known.append(await self._keep(replace(failed.effect, given=given)))
                raise StepFailed(failed.message) from failed
            return await self._done(replace(effect, given=given))

    def _there(self, asked: Asked, given: Sequence[GivenFile]) -> Asked:
        """The same without picks that are gone by now. Raises StepFailed for another file."""
        gone = [one.path for one in given if not one.sha256]
        for path in gone:
            if path not in self.picks:
                raise StepFailed(
                    f"There is no {visible(path)}, which the model is to be shown. Put it there, "
                    "or have the step leave it out."
                )
            self._place.warn(f"{visible(path)} was picked and is gone, so no model is shown it.")
        return replace(asked, files=tuple(path for path in asked.files if path not in gone))

    def _cut(self, run_id: str) -> Effect | None:
        """What there is of a request that came to no end and is gone on with: it takes its place
        in the record, with all that it used."""
        at = len(self._made)
        known = self._known[at] if at < len(self._known) else None
        if known is None or known.done or known.run_id != run_id:
            return None
        del self._known[at]
        self.record = replace(self.record, effects=(*self._made, *self._known[at:]))
        return known

    def _as_given(self, path: str, sha256: str, known: Effect) -> bool:
        """Whether a file is as it was shown, or as the run itself has written it since."""
        shown = next((one.sha256 for one in known.given if one.path == path), None)
        return sha256 in (shown, self._place.head.written.get(path))

    def _resent(self, asked: Asked) -> tuple[ChatMessage, ...]:
        """The messages of a log that is run again, for the next request of it."""
        number, self._requests = self._requests, self._requests + 1
        logged = [one for one in self.record.resend if one.kind in REQUESTS]
        if number < len(logged) and logged[number].kind == asked.kind:
            return logged[number].messages
        return ()

    # ------------------------------------------------------------------ the person

    async def ask_person(
        self, question: str, suggestions: Sequence[str] = (), assume: str = ""
    ) -> str:
        logged = [one for one in self.record.resend if one.kind == "answer"]

        async def do() -> Effect:
            number, self._answers = self._answers, self._answers + 1
            effect = Effect("answer", "", question=question, suggestions=tuple(suggestions))
            if number < len(logged):
                return replace(effect, answer=logged[number].answer)
            answer = await self._place.face.answer(question, suggestions, assume)
            if answer is None:
                return replace(effect, answer=assume, assumed=True)
            return replace(effect, answer=answer)

        key = digest("answer", question, list(suggestions), assume)
        return (await self._effect("answer", key, do)).answer

    async def propose(self) -> Proposed:
        if not self._draft:
            return Proposed(())

        async def do() -> Effect:
            requirements = self._prompt.strip() or "The files of this project."
            name = self.record.title
            run_id = digest(self._place.run.name, name, self.record.times, self._lineage)[:12]
            return await propose_draft(self._place, self._draft, requirements, name, run_id)

        key = digest("propose", self._lineage, sorted(self._draft.items()))
        effect = await self._effect("propose", key, do)
        return Proposed(effect.written, effect.open)

    # ------------------------------------------------------------------ what runs

    async def run_check(self, *commands: str) -> Checked:
        async def do() -> Effect:
            return await run_commands(self._place, commands, self._draft)

        key = digest("check", self._lineage, commands, sorted(self._draft.items()))
        effect = await self._effect("check", key, do)
        return Checked(effect.passed, effect.words, effect.note)

    async def keep_evaluation(self, evaluation: Evaluation) -> None:
        await asyncio.to_thread(self._place.keep_evaluation, evaluation)

    async def run_script(self, path: str) -> ScriptEnded:
        async def do() -> Effect:
            return await run_script(self._place, path, self._draft)

        key = digest("script", self._lineage, path, sorted(self._draft.items()))
        effect = await self._effect("script", key, do)
        return ScriptEnded(effect.code, effect.words, effect.output)

    # ------------------------------------------------------------------ the record

    async def _effect(
        self, kind: EffectKind, key: str, do: Callable[[], Awaitable[Effect]]
    ) -> Effect:
        """What came of it when it was done before, or now."""
        async with self._one.turn():
            known = self._replayed(kind, key)
            if known is not None:
                if kind == "answer":
                    self._answers += 1
                return await self._done(known)
            self._drop_known()
            effect = replace(await do(), kind=kind, key=key)
            return await self._done(effect)

    def _replayed(self, kind: EffectKind, key: str) -> Effect | None:
        """The next effect of the record, where it is the one that is asked for."""
        at = len(self._made)
        known = self._known[at] if at < len(self._known) else None
        if known is None or not known.done:
            return None
        if (known.kind, known.key) == (kind, key):
            return known
        if not self.record.resend:
            what = _WHAT[known.kind]
            self.say(f"{what} is done anew, for what it was asked with has changed.")
        return None

    def _drop_known(self) -> None:
        """What was done from here on is not what is asked for now."""
        at = len(self._made)
        if at < len(self._known):
            self.record = self.record.without(self._known[at:])
            del self._known[at:]

    async def close(self) -> None:
        """The step's function has come to its end. What it began and did not wait for ends, too."""
        await self._one.close()

    def finish(self) -> None:
        """The step has come to its end: what it did more than now, an earlier time, goes."""
        self._drop_known()

    async def _done(self, effect: Effect) -> Effect:
        """The effect takes its place in the record, and its files theirs in the draft."""
        at = len(self._made)
        is_new = not (at < len(self._known) and self._known[at] is effect)
        if is_new:
            effect = await self._keep(effect)
        self._made.append(effect)
        self._draft = fold(self._draft, effect)
        self._lineage = digest(self._lineage, effect.kind, effect.key, _outcome(effect))
        return effect

    async def _keep(self, effect: Effect) -> Effect:
        """Write the effect down; returns it as it is in the record."""
        effect = await asyncio.to_thread(self._with_row, effect)
        self._put(effect)
        await self._place.keep(self.record)
        return effect

    def _keep_now(self, effect: Effect) -> None:
        """The same at once, for a step that is being stopped."""
        self._put(self._with_row(effect))
        self._place.keep_now(self.record)

    def _with_row(self, effect: Effect) -> Effect:
        if effect.kind not in REQUESTS or not effect.used.requests or effect.usage_row:
            return effect
        return replace(effect, usage_row=self._place.next_row())

    def _put(self, effect: Effect) -> None:
        self.record = replace(self.record, effects=(*self._made, effect))
        self._changed(self.record)


def _outcome(effect: Effect) -> list[object]:
    """What of an effect what comes after it depends on."""
    return [
        effect.run_id,
        effect.answer,
        effect.written,
        effect.open,
        effect.passed,
        effect.code,
        effect.output,
    ]


_WHAT = {
    "ask": "A request",
    "generate": "A request",
    "answer": "A question to you",
    "propose": "A proposal",
    "check": "A check",
    "script": "A script's run",
}


def step_file(origin: str, where: str) -> Path | None:
    """The file of a step of the project, None for another."""
    return Path(where) if origin == "project" else None
