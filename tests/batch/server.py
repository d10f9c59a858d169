"""A loopback server that writes one small file for each job, and counts what it was paid for."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable

from autocoder_tui.demo.script import Received, Reply, Stall, error_reply
from tests.watched_server import WatchedServer

_JOB = re.compile(r"JOB-(\d+)-")


def text_of(number: int, lines: int) -> str:
    return "".join(f"value_{number}_{line} = {line}\n" for line in range(lines))


class JobServer(WatchedServer):
    """Answers requests whose requirements hold "JOB-<number>-" with a file `out/<number>.py` of
    `lines` lines; one that goes on gets the rest. `finished` counts, by job, the replies that were
    sent to their end, `asked` the requests, refused ones too. `refuse` may
    answer first."""

    def __init__(
        self,
        *,
        lines: int = 6,
        tokens_per_second: float = 0.0,
        refuse: Callable[[JobServer, int], Reply | None] | None = None,
        stall: Stall | None = None,
    ) -> None:
        super().__init__(self._reply, tokens_per_second=tokens_per_second, models=("small",))
        self._lines = lines
        self._refuse = refuse
        self._stall: Stall | None = stall
        self.finished: Counter[int] = Counter()
        self.asked: Counter[int] = Counter()
        self.refused = 0
        self.at_once = 0
        self.most_at_once = 0
        self._replies: dict[int, bool] = {}
        self._last: dict[asyncio.StreamWriter, int] = {}
        """What was answered last on each connection."""
        self._open: set[asyncio.StreamWriter] = set()
        self._given_up: set[asyncio.StreamWriter] = set()
        self._came = asyncio.Event()
        self.may_answer = asyncio.Event()
        """Cleared, it keeps every request waiting."""
        self.may_answer.set()

    async def until_asked(self, count: int) -> None:
        """Return when so many requests have come."""
        while sum(self.asked.values()) < count:
            self._came.clear()
            await self._came.wait()

    def _reply(self, received: Received) -> Reply:
        number = job_of(received)
        self.asked[number] += 1
        self._came.set()
        refusal = None if self._refuse is None else self._refuse(self, number)
        self._replies[id(received)] = refusal is None
        if refusal is not None:
            self.refused += 1
            return refusal
        whole = f'<file path="out/{number}.py">\n{text_of(number, self._lines)}</file>\n'
        said = [turn["content"] for turn in received.messages if turn["role"] == "assistant"]
        if not said:
            return Reply(whole, stall=self._stall)
        # The lines that are to be repeated, then the rest.
        shown = said[-1]
        asked = received.messages[-1]["content"]
        _, _, after = asked.partition("(they are the last lines above):\n")
        copied = after.partition("\nThen go on")[0]
        echo = f"{copied}\n" if copied else ""
        return Reply(echo + whole[len(shown) :], stall=self._stall)

    async def _answer(
        self, received: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.may_answer.wait()
            goes_on = await super()._answer(received, reader, writer)
        finally:
            self.at_once -= 1
        if goes_on and self._replies.pop(id(received), False) and writer not in self._given_up:
            self.finished[job_of(received)] += 1
            self._last[writer] = job_of(received)
        return goes_on

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await super()._connected(reader, writer)
        finally:
            self._open.discard(writer)
            self._last.pop(writer, None)

    def client_ends(self) -> None:
        """The client is about to be ended: what it has not read to the end, after which it closes
        the connection, does not count as finished, though it may be on its way."""
        for writer in self._open:
            number = self._last.pop(writer, None)
            if number is not None:
                self.finished[number] -= 1
        self._given_up |= self._open


def job_of(received: Received) -> int:
    for turn in received.messages:
        found = _JOB.search(turn["content"])
        if found is not None:
            return int(found.group(1))
    return 0


def limited(wait: str | None = None) -> Reply:
    headers = {} if wait is None else {"retry-after": wait}
    return error_reply(429, "too many requests", code="rate_limit_exceeded", headers=headers)
