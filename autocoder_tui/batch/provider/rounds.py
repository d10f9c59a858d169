"""Rounds of a provider batch: what is awaited is sent in files, polled for, and collected, until
no job waits for a reply. What an output limit cut off is continued in the next round."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from autocoder_tui.batch.provider.record import BatchRecord, RequestFile, Submission
from autocoder_tui.batch.provider.requests import AwaitedRequest, awaited, number_of
from autocoder_tui.batch.provider.results import Results
from autocoder_tui.engine.errors import ProviderError
from autocoder_tui.engine.provider.batch_lines import refusal_line, request_line
from autocoder_tui.engine.provider.batches import Batch, BatchApi
from autocoder_tui.errors import AutocoderError
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.values import dataclass

FIRST_POLL: Final = 5.0
LONGEST_POLL: Final = 60.0
"""Seconds between two questions for how far a batch is."""
_PATIENCE: Final = 1.5
_FETCHES: Final = 3
"""How often a file is fetched that seems to have been cut off."""
_SEEN: Final = 5

_T = TypeVar("_T")
Place: TypeAlias = tuple[str, str]
"""The base URL and the model that requests go to."""
OpenApi: TypeAlias = Callable[[Place], BatchApi]


class BatchCancelled(AutocoderError):
    kind = "batch_cancelled"


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """How far the batches of a round are, for a line on the screen."""

    round: int
    requests: int
    completed: int
    failed: int
    status: str


class Rounds:
    """Sees a batch through. `open_api` makes the connection to a place, `say` is told sentences
    for a person, `show` how far it is.

    `run` may be cancelled, and the program killed, at any moment: the next start goes on.
    """

    def __init__(
        self,
        record: BatchRecord,
        open_api: OpenApi,
        say: Callable[[str], object],
        show: Callable[[RoundProgress], object],
        *,
        first_poll: float = FIRST_POLL,
    ) -> None:
        self._record = record
        self._open_api = open_api
        self._say = say
        self._show = show
        self._first_poll = first_poll
        self._uploading = asyncio.Lock()
        self.results = Results()
        self.lost: Mapping[str, int] = {}

    async def load(self) -> None:
        """Read what has come so far. Raises OSError."""
        files = self._record.result_files()
        self.results = await asyncio.to_thread(Results, files, self._forgives)
        self.lost = await asyncio.to_thread(self._count_lost)

    async def run(self) -> None:
        """Until no job waits for a reply.

        Raises ProviderError where the provider wants no more of it, BatchCancelled where
        somebody cancelled it there, OSError where nothing can be written down, and ValueError
        where what was written down is damaged.
        """
        await self.load()
        await self._see_all_through()
        while await self.write_round():
            await self._see_all_through()

    async def write_round(self) -> int:
        """Write down the requests that are awaited now, in files; their number.

        Raises OSError and ValueError.
        """
        number = 1 + max((sent.round for sent in self._record.submissions), default=0)
        files: dict[Place, RequestFile] = {}
        count, again, unanswered = 0, set[str](), set[str]()
        exported = await asyncio.to_thread(self._exported)
        for job in self._record.jobs():
            request = await awaited(self._record.id, job, self.results, self.lost)
            if request is None:
                continue
            count += 1
            if request.again:
                again.add(job.label)
            if request.custom_id in exported:
                unanswered.add(job.label)
            await asyncio.to_thread(self._write, number, files, request)
        for file in files.values():
            await asyncio.to_thread(self._finish, number, file)
        if again:
            names = ", ".join(sorted(again)[:_SEEN])
            self._say(f"{len(again)} jobs got no answer to a request, sent again: {names}.")
        if unanswered:
            names = ", ".join(sorted(unanswered)[:_SEEN])
            self._say(f"{len(unanswered)} jobs have no answer to an earlier file yet: {names}.")
        return count

    def _exported(self) -> set[str]:
        """The requests that another program was to answer, by custom id. Blocking."""
        sent = [sent for sent in self._record.submissions if sent.status == "exported"]
        return {name for file in sent for name in self._record.requests_of(file)}

    def _write(self, number: int, files: dict[Place, RequestFile], request: AwaitedRequest) -> None:
        line = request_line(request.custom_id, request.body)
        file = files.get(request.place)
        if file is not None and not file.takes(line):
            self._finish(number, file)
            file = None
        if file is None:
            name = self._record.folder / f"{uuid.uuid4().hex}.part"
            file = files[request.place] = RequestFile(name, request.place)
        file.add(line)

    def _finish(self, number: int, file: RequestFile) -> None:
        file.close()
        self._record.add_requests(number, file)

    async def _see_all_through(self) -> None:
        places: dict[Place, list[Submission]] = {}
        for sent in self._record.submissions:
            if sent.status not in ("cleared", "exported"):
                places.setdefault((sent.base_url, sent.model), []).append(sent)
        await asyncio.gather(*(self._see_place_through(*item) for item in places.items()))
        self.lost = await asyncio.to_thread(self._count_lost)

    async def _see_place_through(self, place: Place, submissions: list[Submission]) -> None:
        async with self._open_api(place) as api:
            await asyncio.gather(*(self._see_through(api, sent) for sent in submissions))

    async def _see_through(self, api: BatchApi, sent: Submission) -> None:
        """From wherever `sent` is to its end."""
        while sent.open:
            if sent.status == "written":
                sent = await self._upload(api, sent)
            if sent.status == "uploaded":
                sent = await self._patiently(partial(self._begin, api, sent))
            sent, batch = await self._ended(api, sent)
            if batch.over_queue:
                # Nothing of it was done: the same file is begun again when there is room.
                self._say(f"The provider's queue is full; it is tried again later. {batch.said}")
                sent = self._record.change(sent, status="uploaded", batch_id="")
                await asyncio.sleep(12 * self._first_poll)
            else:
                sent = await self._collect(api, sent, batch)
        await self._clear(api, sent)
        if sent.server_status == "cancelled":
            raise BatchCancelled(
                f"{sent.said} What is there is kept. autocoder-tui batch --resume "
                f"{self._record.id} sends the rest again."
            )

    async def _upload(self, api: BatchApi, sent: Submission) -> Submission:
        async with self._uploading:  # a file is in memory meanwhile
            content = await asyncio.to_thread((self._record.folder / sent.file).read_bytes)
            file_id = await self._patiently(lambda: api.upload(f"{sent.label}.jsonl", content))
        return self._record.change(sent, status="uploaded", file_id=file_id)

    async def _begin(self, api: BatchApi, sent: Submission) -> Submission:
        # It may have been begun, and the answer lost: then it is found by its label.
        batch = await api.find(sent.label)
        if batch is None:
            batch = await api.create(sent.file_id, sent.label)
        self._say(f"Batch {batch.id}: {sent.requests} requests.")
        return self._record.change(
            sent, status="submitted", batch_id=batch.id, server_status=batch.status
        )

    async def _ended(self, api: BatchApi, sent: Submission) -> tuple[Submission, Batch]:
        pause = self._first_poll
        while True:
            batch = await self._patiently(lambda: api.batch(sent.batch_id))  # noqa: B023
            now = (batch.status, batch.completed, batch.failed)
            if now != (sent.server_status, sent.completed, sent.failed):
                status, completed, failed = now
                sent = self._record.change(
                    sent, server_status=status, completed=completed, failed=failed
                )
            self._show(self._progress(sent.round))
            if batch.ended:
                return sent, batch
            await asyncio.sleep(pause)
            pause = min(max(LONGEST_POLL, self._first_poll), pause * _PATIENCE)

    async def _collect(self, api: BatchApi, sent: Submission, batch: Batch) -> Submission:
        """Fetch what came, of whichever files there are: a completed batch may have errors only."""
        names: list[str] = []
        whole = True
        files = ("output", batch.output_file, batch.completed), ("errors", batch.error_file, 0)
        for kind, file_id, least in files:
            if file_id is not None:
                name = sent.file.replace("requests", kind)
                whole = await self._fetch_whole(api, file_id, name, least) and whole
                names.append(name)
        if batch.status == "failed":
            name = sent.file.replace("requests", "refused")
            lines = await asyncio.to_thread(self._refusals, sent, batch)
            await asyncio.to_thread(write_atomically, self._record.folder / name, lines)
            names.append(name)
        said = "" if batch.status == "completed" else _ending(batch)
        if said:
            self._say(said)
        for name in names:
            await asyncio.to_thread(self.results.add, self._record.folder / name)
        if not whole:
            self._say(
                f"Batch {batch.id} holds fewer results than the {batch.completed} that its "
                "provider says are done: its files stay there."
            )
        servers = tuple(filter(None, (sent.file_id, batch.output_file, batch.error_file)))
        servers = servers if whole else ()
        return self._record.change(
            sent, status="collected", results=tuple(names), server_files=servers, said=said
        )

    def _refusals(self, sent: Submission, batch: Batch) -> bytes:
        """A batch that failed did nothing: the lines it names are at fault, or else all are."""
        names = self._record.requests_of(sent)
        lines = {fault.line: fault.said for fault in batch.faults if fault.line is not None}
        at_fault = {
            name: lines[number] for number, name in enumerate(names, 1) if number in lines
        } or dict.fromkeys(names, batch.said or "the batch was refused without a reason")
        return b"".join(refusal_line(name, said) for name, said in at_fault.items())

    async def _fetch_whole(self, api: BatchApi, file_id: str, name: str, least: int) -> bool:
        """Fetch a file of at least so many results; whether it holds them. A connection may end
        early without a sign of it, and what was left behind would be paid for once more."""
        for tried in range(_FETCHES):
            if tried:
                await asyncio.sleep(self._first_poll)
            file = await self._patiently(partial(self._fetch, api, file_id, name))
            if len(await asyncio.to_thread(Results().add, file)) >= least:
                return True
        return False

    async def _fetch(self, api: BatchApi, file_id: str, name: str) -> Path:
        """Into the folder, whole or not at all."""
        target = self._record.folder / name
        part = target.with_suffix(".part")
        with part.open("wb") as file:
            async for data in api.content(file_id):
                await asyncio.to_thread(file.write, data)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        return part.replace(target)

    async def _clear(self, api: BatchApi, sent: Submission) -> None:
        """Remove from the provider what has been collected: files there are kept, and counted."""
        for file_id in sent.server_files:
            try:
                await api.delete_file(file_id)
            except ProviderError as error:
                self._say(f"The file {file_id} stays at the provider: {error.message}")
        self._record.change(sent, status="cleared")

    async def _patiently(self, ask: Callable[[], Awaitable[_T]]) -> _T:
        """What `ask` brings, asked again for as long as that may help: a batch takes hours, and
        a connection that is lost in the meantime ends nothing. Raises ProviderError."""
        pause, told = self._first_poll, False
        while True:
            try:
                return await ask()
            except ProviderError as error:
                if not error.retryable:
                    raise
                if not told:
                    self._say(f"{error.message} It is asked again until it answers.")
                told = True
                await asyncio.sleep(error.retry_after or pause)
                pause = min(max(LONGEST_POLL, self._first_poll), pause * _PATIENCE)

    def _forgives(self, name: str, file: Path) -> bool:
        return self._record.forgives(number_of(name), file)

    def _is_forgiven(self, name: str, files: list[Path]) -> bool:
        return any(self._forgives(name, file) for file in files)

    def _count_lost(self) -> dict[str, int]:
        """How often a batch ended without a word about a request, by custom id. Blocking."""
        lost: Counter[str] = Counter()
        for sent in self._record.submissions:
            if sent.status in ("collected", "cleared"):
                files = [self._record.folder / name for name in sent.results]
                found = {name for file in files for name in Results().add(file)}
                missing = set(self._record.requests_of(sent)) - found
                lost.update(name for name in missing if not self._is_forgiven(name, files))
        return lost

    def _progress(self, number: int) -> RoundProgress:
        going = [sent for sent in self._record.submissions if sent.round == number]
        return RoundProgress(
            number,
            sum(sent.requests for sent in going),
            sum(sent.completed for sent in going),
            sum(sent.failed for sent in going),
            ", ".join(sorted({sent.server_status or sent.status for sent in going})),
        )


def _ending(batch: Batch) -> str:
    """A sentence about a batch that did not end as completed."""
    why = {
        "failed": "was refused",
        "expired": "was not finished within a day",
        "cancelled": "was cancelled",
    }[batch.status]
    said = f" {batch.said}" if batch.said else ""
    return f"Batch {batch.id} {why}: {batch.completed} of {batch.total} requests are done.{said}"
