"""The state of one run, from its first request to the proposal: ask, read, join, go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from functools import partial

from autocoder_tui.engine import seam
from autocoder_tui.engine.edit_format import told
from autocoder_tui.engine.edit_repair import EditRepair
from autocoder_tui.engine.edited_file import learn_edits, with_savings
from autocoder_tui.engine.end_words import STOPPED_ENOUGH, STOPPED_REPEATING
from autocoder_tui.engine.ending import check_end
from autocoder_tui.engine.errors import ProviderError, RepeatsItself
from autocoder_tui.engine.events import (
    Cause,
    Event,
    PartJoined,
    PartWithdrawn,
    RequestStarted,
    RunFinished,
    RunStarted,
    TextDelta,
    TextRetracted,
)
from autocoder_tui.engine.metering.budget import Allowance, RaiseCap
from autocoder_tui.engine.metering.cost import check_fits, counted, file_weights
from autocoder_tui.engine.metering.usage import METER_PERIOD, Accounts
from autocoder_tui.engine.next_way import Ask, NextWay
from autocoder_tui.engine.pace import AtOnce, Pace
from autocoder_tui.engine.part import Part
from autocoder_tui.engine.part_limits import PartLimits, confirms_end, ends_there
from autocoder_tui.engine.prompt import Message, first_messages, messages_for, temperature_of
from autocoder_tui.engine.proposed_files import proposed_files
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.chat import HttpSession, stream_reply
from autocoder_tui.engine.provider.chunks import Reasoning, Text
from autocoder_tui.engine.provider.deadline import RunDeadline
from autocoder_tui.engine.provider.session import ReplySession
from autocoder_tui.engine.purpose import writes_files
from autocoder_tui.engine.reader_events import edits
from autocoder_tui.engine.repetition import Repetition
from autocoder_tui.engine.reply_kind import kind_of
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.retry import AskWait, Retries
from autocoder_tui.engine.retry_wait import wait_for_retry
from autocoder_tui.engine.second_ask import SecondAsk
from autocoder_tui.engine.trace import Trace


class Generation:
    """The state of one run between its requests."""

    def __init__(
        self,
        request: RunRequest,
        capabilities: Capabilities,
        raise_cap: RaiseCap | None,
        ask_wait: AskWait | None,
        pace: Pace | None = None,
        meter_period: float = METER_PERIOD,
    ) -> None:
        self._request = request
        self._limits = request.limits
        self._capabilities = capabilities
        self._raise_cap = raise_cap
        self._pace = pace or AtOnce()
        self._meter_period = meter_period
        self._ways = NextWay(capabilities, prose=not writes_files(request.purpose))
        self.kind = kind_of(request)
        self._first = first_messages(request)
        self._time = RunDeadline(request.limits.total_timeout)
        self._marker_is_code = any(seam.MARKER_WORDS in each["content"] for each in self._first)
        self._part_limits = PartLimits(request.model.name, request.limits.max_parts)
        self._retries = Retries(request.limits.max_attempts, ask_wait, paced=pace is not None)
        self._retries.first_delay = request.limits.retry_delay
        self._second = SecondAsk()
        self.joins: list[seam.Join] = []
        self._number = 0
        self._part = Part()
        self._text_ended: str | None = None
        self._grew = True
        self._repetition = Repetition(file.text for file in request.files)
        self._repetition.append(request.partial)
        self._remarks: list[str] = []
        self._told = False
        self.text = request.partial

    async def events(
        self, trace: Trace | None, session: ReplySession | None = None
    ) -> AsyncGenerator[Event]:
        model = self._request.model
        self._counter, figure = await asyncio.to_thread(counted, self._request, self._first)
        self._accounts = Accounts(model, self._counter)
        self._allowance = Allowance(model, self._limits, self._accounts, self._raise_cap)
        asked_for = told(self._request.edits, self._capabilities)
        yield RunStarted(self._request.run_id, model.name, figure, asked_for)
        # Before anything can fail: else what was kept would not be in this run to go on with.
        if self.text:
            yield TextDelta(self.text)
        weights = file_weights(self._request, self._counter, figure.prompt_tokens)
        check_fits(model, weights, figure.prompt_tokens - sum(weights.values()))
        async with session or HttpSession(self._request.endpoint, self._limits, trace) as session:
            async for event in self._parts(session):
                yield event
            chosen = self.kind.verified(self.text, self.joins)
            if chosen != self.text:
                yield TextRetracted(len(self.text))
                yield TextDelta(chosen)
                self.text = chosen
            async for event in self._proposal(session):
                yield event
        yield RunFinished("\n\n".join(filter(None, [*self._remarks, self.kind.notes(self.text)])))

    async def _proposal(self, session: ReplySession) -> AsyncIterator[Event]:
        """The files of the reply, after what of their changes has no place was sent back."""
        if not writes_files(self._request.purpose):
            return
        repair = EditRepair(self._request, self._counter, self._accounts, self._allowance)
        send = partial(self._stream, session)
        proposed = partial(proposed_files, joins=self.joins, around=self._remarks)
        async for event in repair.events(self.text, proposed, send, self._number):
            yield event
        self.text = repair.text
        learn_edits(self._capabilities, repair.first)
        for file in repair.files:
            yield with_savings(file, self._counter)

    async def _parts(self, session: ReplySession) -> AsyncIterator[Event]:
        """Ask for part after part until the reply is whole.

        Returns when the run is done. Raises an EngineError when no further part can be had: what
        was received stands in `text`.
        """
        cause: Cause | None = "by hand" if self.text else None
        while True:
            self._number += 1
            before = self.text
            self._part_limits.check()
            async for event in self._one_part(session, cause):
                yield event
            if (found := self._repetition.found) is not None:
                yield TextRetracted(len(self.text) - found.end)
                # What came before the model began to repeat itself is kept.
                self.text = self.text[: found.end]
                self._remarks.append(found.said)
                if not self.kind.is_closed(self.text):
                    raise RepeatsItself(found.said)
                return
            part = self._part
            if part.lost is None and self._is_done(before, part, cause):
                return
            if self._grew or cause is None:
                cause = self.kind.cause_of(self.text, part.finish_reason, part.lost)
            if part.lost is not None:
                async for event in wait_for_retry(self._retries, part.lost, self._time):
                    yield event

    def _is_done(self, before: str, part: Part, cause: Cause | None) -> bool:
        """Whether `part`, which was not broken off, was the last. `before` is the text it was
        asked for with. Raises as `check_end` does."""
        reason, name = part.finish_reason, self._request.model.name
        closed = self.kind.is_closed(self.text)
        remark = check_end(self.text, reason, part.refusal, name, closed=closed)
        if self.kind.is_done(self.text, reason):
            self._remarks += [remark] if remark else []
            return True
        return self.kind.is_confirmed(before, self.text, cause, reason, told=self._told)

    async def _one_part(self, session: ReplySession, cause: Cause | None) -> AsyncIterator[Event]:
        """Ask for one part until it comes or the attempts are used up, and join it.

        Each round is one request, asked in the way that is next: a prefill that is refused, a
        connection lost before the first word and a part that is taken back lead to another.
        """
        if cause is not None:
            await self._time.within(self._ways.learn(self._request))
        while True:
            part = Part(self._ask(cause))
            messages = messages_for(self._first, part.plan)
            weights = self._counter.weigh_messages(messages)
            max_output = await self._allowance.most_output(
                self._counter.calibrated(weights),
                stopped=self._part.finish_reason == seam.STOPPED_AT_CAP,
            )
            # A person who thinks about a spending cap does not make a run take long.
            self._time.pass_over()
            if part.ask is not None and cause is not None:
                echo = bool(self._capabilities.echo)
                yield part.ask.started(self._number, cause, self._text_ended, echo=echo)
            started = RequestStarted(self._number, self._retries.failed + 1)
            self._accounts.open(weights)
            part.reader = seam.PartReader(
                part.plan,
                self.text,
                resamples=bool(self._capabilities.echo),
                marker_is_code=self._marker_is_code,
            )
            self._part = part
            try:
                async for event in self._stream(session, started, messages, max_output, part):
                    yield event
            except ProviderError as error:
                if self._is_refused_way(part, error):
                    continue
                if not part.received and not self._second.waiting:
                    part.reader = None
                    self._accounts.abandon()
                    async for event in wait_for_retry(self._retries, error, self._time):
                        yield event
                    continue
                # With what was taken back before at hand nobody needs to wait for this one.
                if not self._second.waiting and not error.retryable:
                    raise
                part.break_off(error)
            async for event in self._join(part, part.reader, cause):
                yield event
            if not part.withdrawn:
                return

    def _is_refused_way(self, part: Part, error: ProviderError) -> bool:
        """Whether `error` only says that it cannot be asked in this way: another is next."""
        if part.ask is None or part.received or not self._ways.refused(part.ask, error):
            return False
        self._accounts.abandon()
        return True

    async def _stream(
        self,
        session: ReplySession,
        started: RequestStarted,
        messages: list[Message],
        max_output: int | None,
        part: Part,
    ) -> AsyncIterator[Event]:
        """Send one request and read the reply into `part`, until it ends or is cut off here: at a
        cap on spending, or where the model repeats itself.

        Raises ProviderError where the request fails or the reply breaks off.
        """
        async with self._pace.turn() as turn:
            # To wait for one's turn does not make a run take long.
            self._time.pass_over()
            yield started
            pieces = stream_reply(
                self._request.endpoint,
                self._request.model,
                messages,
                limits=self._limits,
                capabilities=self._capabilities,
                temperature=temperature_of(self._request, continued=part.ask is not None),
                max_output_tokens=max_output,
                prefill=self._ways.prefill(part.plan),
                session=session,
                heard=turn.heard,
            )
            metered = 0.0
            async with aclosing(pieces):
                while True:
                    piece = await self._time.within(anext(pieces, None))
                    self._accounts.chunks += 0 if piece is None else piece.chunks
                    # A piece ago, so that a reply that came at once still has its end.
                    passed = self._allowance.is_passed()
                    if piece is None:
                        return
                    came = list(part.take(piece, self._accounts))
                    self._capabilities.reasons = part.thought or self._capabilities.reasons
                    if isinstance(piece, Text) and part.reader is not None:
                        self._second.hear(piece.text)
                        self._repetition.hear(came, part.reader)
                    for event in came:
                        yield event
                    if self._repetition.found is not None:
                        part.finish_reason = STOPPED_REPEATING
                        return
                    if part.reader is not None and self.kind.has_enough(part.reader):
                        part.finish_reason = STOPPED_ENOUGH
                        return
                    if passed and isinstance(piece, Text | Reasoning):
                        part.finish_reason = part.finish_reason or seam.STOPPED_AT_CAP
                        return
                    now = time.monotonic()
                    if now - metered >= self._meter_period:
                        metered = now
                        yield self._accounts.totals()

    async def _join(
        self, part: Part, reader: seam.PartReader, cause: Cause | None
    ) -> AsyncIterator[Event]:
        """Finish the part that was just read: last edits, usage, how it was joined.

        A part that is only a guess is taken back, `part.withdrawn`, where another request is
        worth it. Raises NoProgress where nothing more can be had.
        """
        edit, join = reader.finish(part.finish_reason)
        last = list(edits(edit))
        self._repetition.hear(last, reader)
        for event in last:
            yield event
        joins = [join]
        failed_trial = self._is_failed_trial(part, join)
        part.withdrawn = failed_trial or self._is_worth_asking_again(part, join)
        if part.withdrawn:
            if failed_trial:
                self._second.forget_reply()
            else:
                self._second.put_aside(reader, join, part.finish_reason)
            yield PartWithdrawn(self._number)
            for event in edits(reader.withdraw()):
                yield event
            self.text = reader.text
            self._repetition.reset(self.text)
        elif self._second.waiting:
            settled = self._second.settle(reader, join, part.finish_reason)
            for event in edits(settled.edit):
                yield event
            joins, self.text = settled.joins, settled.text
            if not settled.second:
                part.finish_reason, part.lost = settled.finish_reason, None
            self._repetition.reset(self.text)
        else:
            self.text = reader.text
        part.reader = None
        report = self._accounts.report(self._number)
        booked = self._accounts.close()
        yield self._accounts.totals()
        if report is not None:
            yield report
        if part.withdrawn:
            return
        for event in self._joined(part, joins, cause):
            yield event
        yield booked.finished(self._number, part.finish_reason)
        self._count(part, joins[-1], cause)

    def _is_failed_trial(self, part: Part, join: seam.Join) -> bool:
        """Whether the reply shows that a prefill that was only tried does not work here."""
        if part.ask is None or not (join.progress or part.lost is None):
            # A lost connection says nothing of the way that was asked in.
            return False
        return self._ways.brought(part.ask, join, part.head)

    def _is_worth_asking_again(self, part: Part, join: seam.Join) -> bool:
        other_way = self._ways.ask(self.text, self._text_ended) is not None
        return self._second.is_worth_it(join, other_way=other_way, broken_off=part.lost is not None)

    def _joined(self, part: Part, joins: list[seam.Join], cause: Cause | None) -> Iterator[Event]:
        """Remember how a part was joined, and what that tells of the endpoint."""
        for one in joins if part.ask is not None else ():
            self.joins.append(one)
            if one.progress and cause is not None:
                yield PartJoined(self._number, one.offset, one.proof, cause)
            if one.proof in ("echo", "witness"):
                self._capabilities.echo = True

    def _count(self, part: Part, join: seam.Join, cause: Cause | None) -> None:
        """Count what a part brought. Raises NoProgress where nothing more can be had."""
        if part.finish_reason is None:
            self._retries.failed += part.lost is None
        elif part.lost is None:
            self._retries.reset()
        self._grew = join.progress
        if self._grew:
            self._text_ended = part.finish_reason
        self._told = part.ask is not None and confirms_end(part.ask.plan, part.head)
        confirms = self._told or ends_there(part.plan, part.head)
        self._part_limits.took(
            progress=join.progress,
            ended=part.lost is None and not seam.was_cut(part.finish_reason),
            silent=not part.head.strip(),
            told=self._told and cause == "false stop" and not self.kind.is_announced(self.text),
            confirms=confirms,
            whole=confirms and not join.progress and bool(self.kind.missing_closing(self.text)),
        )

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
        reader = self._part.reader
        if reader is not None:
            edit, _ = reader.finish(None)
            self.text = reader.text
            self._part.reader = None
            yield from edits(edit)
            yield self._accounts.totals()
        if self._second.waiting:
            edit, self.text, join = self._second.restored(self.text)
            self.joins.append(join)
            yield from edits(edit)
