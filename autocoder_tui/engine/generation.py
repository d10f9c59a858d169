"""The state of one run, from its first request to the proposal: ask, read, join, go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing

from autocoder_tui.engine import seam
from autocoder_tui.engine.end_words import STOPPED_REPEATING
from autocoder_tui.engine.ending import cause_of, check_end, is_announced, is_confirmed
from autocoder_tui.engine.errors import (
    ProviderError,
    RepeatsItself,
)
from autocoder_tui.engine.events import (
    Cause,
    ContinuationStarted,
    Event,
    PartFinished,
    PartJoined,
    PartWithdrawn,
    PromptRead,
    ReasoningDelta,
    RequestStarted,
    RetryScheduled,
    RunFinished,
    RunStarted,
    TextDelta,
    TextRetracted,
)
from autocoder_tui.engine.held_text import edits, read
from autocoder_tui.engine.metering.budget import Allowance, RaiseCap
from autocoder_tui.engine.metering.cost import check_fits, estimate_request, file_weights
from autocoder_tui.engine.metering.tokens import load_counter
from autocoder_tui.engine.metering.usage import Accounts
from autocoder_tui.engine.next_way import Ask, NextWay
from autocoder_tui.engine.part_limits import PartLimits, confirms_end
from autocoder_tui.engine.prefill import HEAD
from autocoder_tui.engine.prompt import Message, first_messages, messages_for, temperature_of
from autocoder_tui.engine.proposed_files import checked_reply, proposed_files
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.chat import HttpSession, stream_reply
from autocoder_tui.engine.provider.chunks import (
    Finish,
    PromptProgress,
    Reasoning,
    Refusal,
    Text,
    Usage,
)
from autocoder_tui.engine.provider.deadline import RunDeadline
from autocoder_tui.engine.repetition import Found, Repetition
from autocoder_tui.engine.reply.parse import frame_state
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.retry import AskWait, Retries
from autocoder_tui.engine.trace import Trace

METER_PERIOD = 0.25
"""Seconds between two usage events while text streams in."""


class Generation:
    """The state of one run between its requests."""

    def __init__(
        self,
        request: RunRequest,
        capabilities: Capabilities,
        raise_cap: RaiseCap | None,
        ask_wait: AskWait | None,
    ) -> None:
        self._request = request
        self._limits = request.limits
        self._capabilities = capabilities
        self._raise_cap = raise_cap
        self._ways = NextWay(capabilities)
        self._first = first_messages(request)
        self._time = RunDeadline(request.limits.total_timeout)
        self._marker_is_code = seam.MARKER in self._first[1]["content"]
        self._part_limits = PartLimits(request.model.name, request.limits.max_parts)
        self._retries = Retries(request.limits.max_attempts, ask_wait)
        self._reader: seam.PartReader | None = None
        self.joins: list[seam.Join] = []
        self._part = 0
        self._finish_reason: str | None = None
        self._text_ended: str | None = None
        self._grew = True
        self._head = ""
        self._repetition = Repetition(file.text for file in request.files)
        self._repetition.append(request.partial)
        self._remarks: list[str] = []
        self._lost: ProviderError | None = None
        self._received = False
        self._refusal = ""
        self._withdrawn = False
        self._told = False
        self._ask_again = True
        self._aside: seam.SetAside | None = None
        self.text = request.partial

    async def events(self, trace: Trace | None) -> AsyncGenerator[Event]:
        model, known = self._request.model, self._request.calibration
        counter = await asyncio.to_thread(load_counter, model, known)
        self._counter = counter.fitted(self._first, self._request.counted_tokens)
        self._accounts = Accounts(model, self._counter)
        self._allowance = Allowance(model, self._limits, self._accounts, self._raise_cap)
        figure = await asyncio.to_thread(estimate_request, self._request, self._counter)
        yield RunStarted(self._request.run_id, model.name, figure)
        weights = file_weights(self._request, self._counter, figure.prompt_tokens)
        check_fits(model, weights, figure.prompt_tokens - sum(weights.values()))
        if self.text:
            yield TextDelta(self.text)
        async with HttpSession(self._request.endpoint, self._limits, trace) as session:
            async for event in self._parts(session):
                yield event
        chosen = seam.verify(self.text, self.joins, target=self._request.target).text
        if chosen != self.text:
            yield TextRetracted(len(self.text))
            yield TextDelta(chosen)
            self.text = chosen
        files = proposed_files(
            self._request, self.text, self.joins, finished=True, around=self._remarks
        )
        for event in files:
            yield event
        reply = checked_reply(self._request, self.text)
        yield RunFinished("\n\n".join(filter(None, [*self._remarks, reply.notes])))

    async def _parts(self, session: HttpSession) -> AsyncIterator[Event]:
        cause: Cause | None = "by hand" if self.text else None
        while True:
            self._part += 1
            before = self.text
            self._part_limits.check()
            async for event in self._one_part(session, cause):
                yield event
            if self._repetition.found is not None:
                for event in self._first_copy(self._repetition.found):
                    yield event
                return
            if self._lost is None:
                name = self._request.model.name
                remark = check_end(self.text, self._finish_reason, self._refusal, name)
            expected = 1 if self._request.target is not None else None
            step = seam.next_step(self.text, self._finish_reason, files_expected=expected)
            if self._lost is None:
                if step == "done":
                    self._remarks += [remark] if remark else []
                    return
                reason, told = self._finish_reason, self._told
                if is_confirmed(before, self.text, cause, reason, told=told):
                    return
            if self._grew or cause is None:
                cause = cause_of(self.text, self._finish_reason, self._lost)
            if self._lost is not None:
                async for event in self._wait_for_retry(self._lost):
                    yield event

    def _first_copy(self, found: Found) -> Iterator[Event]:
        """Keep what came before the model began to repeat itself. Raises RepeatsItself where
        a file is open there."""
        yield TextRetracted(len(self.text) - found.end)
        self.text = self.text[: found.end]
        self._remarks.append(found.said)
        if frame_state(self.text) != "closed":
            raise RepeatsItself(found.said)

    async def _one_part(self, session: HttpSession, cause: Cause | None) -> AsyncIterator[Event]:
        """Ask for one part until it comes or the attempts are used up, and join it."""
        if cause is not None:
            await self._time.within(self._ways.learn(self._request))
        while True:
            ask = self._ask(cause)
            plan = None if ask is None else ask.plan
            messages = messages_for(self._first, plan)
            weights = self._counter.weigh_messages(messages)
            max_output = await self._allowance.most_output(
                self._counter.calibrated(weights),
                stopped=self._finish_reason == seam.STOPPED_AT_CAP,
            )
            # A person who thinks about a spending cap does not make a run take long.
            self._time.pass_over()
            if plan is not None and cause is not None:
                ended, echo = self._text_ended, bool(self._capabilities.echo)
                way = ask.way.name if ask is not None else ""
                yield ContinuationStarted(self._part, plan.anchor, cause, ended, echo, way)
            yield RequestStarted(self._part, self._retries.failed + 1)
            self._accounts.open(weights)
            self._reader = seam.PartReader(
                plan,
                self.text,
                resamples=bool(self._capabilities.echo),
                marker_is_code=self._marker_is_code,
            )
            self._finish_reason, self._lost = None, None
            self._received, self._head, self._refusal = False, "", ""
            try:
                async for event in self._stream(session, messages, max_output, plan):
                    yield event
            except ProviderError as error:
                if ask is not None and not self._received and self._ways.refused(ask, error):
                    self._accounts.abandon()
                    continue
                if self._aside is not None:
                    # What was taken back is at hand: nobody needs to wait for this one.
                    self._lost = error
                elif not self._received:
                    self._accounts.abandon()
                    self._reader = None
                    async for event in self._wait_for_retry(error):
                        yield event
                    continue
                elif not error.retryable:
                    raise
                self._lost = error
                if not seam.was_cut(self._finish_reason):
                    self._finish_reason = None
            async for event in self._join(ask, cause):
                yield event
            if not self._withdrawn:
                return

    async def _stream(
        self,
        session: HttpSession,
        messages: list[Message],
        max_output: int | None,
        plan: seam.Continuation | None,
    ) -> AsyncIterator[Event]:
        reader, accounts = self._reader, self._accounts
        assert reader is not None
        pieces = stream_reply(
            self._request.endpoint,
            self._request.model,
            messages,
            limits=self._limits,
            capabilities=self._capabilities,
            temperature=temperature_of(self._request, continued=plan is not None),
            max_output_tokens=max_output,
            prefill=self._ways.prefill(plan),
            session=session,
        )
        metered = 0.0
        async with aclosing(pieces):
            while True:
                piece = await self._time.within(anext(pieces, None))
                accounts.chunks += 0 if piece is None else piece.chunks
                # A piece ago, so that a reply that came at once still has its end.
                passed = self._allowance.is_passed()
                match piece:
                    case Text(text):
                        self._received = self._received or bool(text)
                        self._head += text[: max(0, HEAD - len(self._head))]
                        accounts.received(text)
                        if self._aside is not None:
                            self._aside.hear(text)
                        came = list(read(reader, text))
                        self._repetition.hear(came, reader)
                        for event in came:
                            yield event
                    case Reasoning(text):
                        accounts.received(text)
                        yield ReasoningDelta(text)
                    case Refusal(text):
                        self._received, self._refusal = True, self._refusal + text
                        accounts.received(text)
                    case Usage():
                        accounts.reported(piece)
                    case PromptProgress(processed, total):
                        yield PromptRead(processed, total)
                    case Finish(reason):
                        self._finish_reason = reason
                    case None:
                        return
                if self._repetition.found is not None:
                    self._finish_reason = STOPPED_REPEATING
                    return
                if passed and isinstance(piece, Text | Reasoning):
                    self._finish_reason = self._finish_reason or seam.STOPPED_AT_CAP
                    return
                now = time.monotonic()
                if now - metered >= METER_PERIOD:
                    metered = now
                    yield accounts.totals()

    async def _join(self, ask: Ask | None, cause: Cause | None) -> AsyncIterator[Event]:
        """Finish the part that was just read: last edits, usage, how it was joined."""
        assert self._reader is not None
        edit, join = self._reader.finish(self._finish_reason)
        last = list(edits(edit))
        self._repetition.hear(last, self._reader)
        for event in last:
            yield event
        failed_trial = False
        if ask is not None and (join.progress or self._lost is None):
            # A lost connection says nothing of the way that was asked in.
            failed_trial = self._ways.brought(ask, join, self._head)
        self._withdrawn = failed_trial or self._worth_asking_again(join)
        joins, settled = [join], None
        if self._withdrawn:
            if not failed_trial:
                self._aside = seam.SetAside(self._reader, join, self._finish_reason)
            yield PartWithdrawn(self._part)
            for event in edits(self._reader.withdraw()):
                yield event
            self._repetition.reset(self._reader.text)
        elif self._aside is not None:
            settled = self._aside.settle(self._reader, join, self._finish_reason)
            for event in edits(settled.edit):
                yield event
            joins, join, self._aside = settled.joins, settled.joins[-1], None
            if not settled.second:
                self._finish_reason, self._lost = settled.finish_reason, None
            self._repetition.reset(settled.text)
        self.text = self._reader.text if settled is None else settled.text
        self._reader = None
        report = self._accounts.report(self._part)
        booked = self._accounts.close()
        yield self._accounts.totals()
        if report is not None:
            yield report
        if self._withdrawn:
            return
        for one in joins if ask is not None else ():
            self.joins.append(one)
            if one.progress and cause is not None:
                yield PartJoined(self._part, one.offset, one.proof, cause)
            if one.proof in ("echo", "witness"):
                self._capabilities.echo = True
        part, reason = self._part, self._finish_reason
        yield PartFinished(
            part, reason, booked.completion_tokens, booked.prompt_tokens, booked.cost_usd
        )
        if self._finish_reason is None:
            self._retries.failed += self._lost is None
        elif self._lost is None:
            self._retries.reset()
        self._grew = join.progress
        if self._grew:
            self._text_ended = self._finish_reason
        ended = self._lost is None and not seam.was_cut(self._finish_reason)
        self._told = ask is not None and confirms_end(ask.plan, self._head)
        self._part_limits.took(
            progress=join.progress,
            ended=ended,
            silent=not self._head.strip(),
            told=self._told and cause == "false stop" and not is_announced(self.text),
        )

    def _worth_asking_again(self, join: seam.Join) -> bool:
        """Whether to take a guessed part back and ask once more.

        Words may be missing at a guessed seam that no reading of the reply brings back. It is
        kept aside: a server that keeps its own place in the text goes on after it. Once, until
        a part has proved where it belongs.
        """
        if join.proof != "guess" or not join.progress or self._lost is not None:
            self._ask_again = self._ask_again or join.proof in ("echo", "witness", "prefill")
            return False
        worth, self._ask_again = self._ask_again, False
        another = self._ways.ask(self.text, self._text_ended) is not None
        return worth and another and self._aside is None

    async def _wait_for_retry(self, error: ProviderError) -> AsyncIterator[Event]:
        """Wait as the retry policy says; raises `error` when it says no more."""
        delay = await self._retries.delay_after(error)
        if delay is None:
            raise error
        self._time.pass_over()
        self._time.left += self._retries.agreed
        yield RetryScheduled(delay, error.message, self._retries.failed + 1)
        await self._time.within(asyncio.sleep(delay))

    def _ask(self, cause: Cause | None) -> Ask | None:
        """How to ask for the next part; None for the first. Raises NoProgress at the end."""
        if cause is None or not self.text:
            return None
        ask = self._ways.ask(self.text, self._text_ended)
        if ask is None:
            raise self._part_limits.no_way_left()
        return ask

    def flushed(self) -> Iterator[Event]:
        """What a reader interrupted in mid-part still holds back: nothing received is lost."""
        if self._reader is not None:
            edit, _ = self._reader.finish(None)
            self.text = self._reader.text
            self._reader = None
            yield from edits(edit)
            yield self._accounts.totals()
        if self._aside is not None:
            edit, self.text = self._aside.restored(self.text)
            self.joins.append(self._aside.join)
            self._aside = None
            yield from edits(edit)
