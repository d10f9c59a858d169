"""The batch endpoints of OpenAI's API, which others have copied: files up, batches, files down.

Shapes: https://platform.openai.com/docs/api-reference/batch and /files.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from autocoder_tui.engine.base_url import check_base_url, joined
from autocoder_tui.engine.catalog import Endpoint, Model
from autocoder_tui.engine.errors import NotAReply, ProviderError, StatusError, TimedOut
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.chunks import load_object
from autocoder_tui.engine.provider.connection_errors import connection_error
from autocoder_tui.engine.provider.endpoint_key import checked_key
from autocoder_tui.engine.provider.http_errors import read_error_body, retry_after, status_error
from autocoder_tui.values import dataclass

COMPLETIONS: Final = "/v1/chat/completions"
"""Where each request of a batch goes, as the API wants it named."""
WINDOW: Final = "24h"
LABEL: Final = "autocoder_tui"
"""Name of the metadata by which a batch is found again whose id was never written down."""
_CONNECT_SECONDS: Final = 15.0
_ANSWER_SECONDS: Final = 60.0
_FILE_SECONDS: Final = 600.0
_MOST_JSON_BYTES: Final = 4 * 1024 * 1024
_PAGES: Final = 20
_FULL: Final = ("token_limit_exceeded", "rate_limit_exceeded", "queue_limit_exceeded")
_ENDED: Final = ("completed", "failed", "expired", "cancelled")


class BatchFault(NamedTuple):
    """What is wrong with a batch as a whole, or with line `line` (from 1) of its input file."""

    said: str
    code: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as its server tells of it. `status` is the server's word: validating, failed,
    in_progress, finalizing, completed, expired, cancelling, cancelled. `total`,
    `completed` and `failed` are numbers of requests."""

    id: str
    status: str
    output_file: str | None = None
    error_file: str | None = None
    faults: tuple[BatchFault, ...] = ()
    total: int = 0
    completed: int = 0
    failed: int = 0
    label: str = ""

    @property
    def ended(self) -> bool:
        return self.status in _ENDED

    @property
    def over_queue(self) -> bool:
        """Whether it failed only because too much is queued: later there is room for it."""
        return self.status == "failed" and any(
            fault.code in _FULL or "enqueued token" in fault.said.lower() for fault in self.faults
        )

    @property
    def said(self) -> str:
        """What the server says is wrong, one after the other, safe to show."""
        return " ".join(
            fault.said if fault.line is None else f"Line {fault.line}: {fault.said}"
            for fault in self.faults[:5]
        )


class BatchApi:
    """`async with BatchApi(endpoint, model) as api`. Every method raises ProviderError.

    The key goes to the endpoint's own host only.
    """

    def __init__(self, endpoint: Endpoint, model: Model) -> None:
        self._base_url = check_base_url(endpoint.provider.base_url)
        self._key = checked_key(endpoint)
        self._address = Address(endpoint, model)
        self._client: Any = None

    async def __aenter__(self) -> BatchApi:
        self._client = await asyncio.to_thread(self._build)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    def _build(self) -> Any:
        from autocoder_tui.engine.provider.transport import GuardedClient

        return GuardedClient(self._base_url, connect_timeout=_CONNECT_SECONDS)

    async def upload(self, name: str, content: bytes) -> str:
        """The id of a file with this content, for a batch to read."""
        data = await self._json(
            "POST",
            "/files",
            seconds=_FILE_SECONDS,
            files={"file": (name, content, "application/jsonl")},
            data={"purpose": "batch"},
        )
        return self._id_of(data, "an uploaded file")

    async def create(self, input_file: str, label: str) -> Batch:
        """Begin a batch with an uploaded file; `label` is what `find` looks for."""
        body = {
            "input_file_id": input_file,
            "endpoint": COMPLETIONS,
            "completion_window": WINDOW,
            "metadata": {LABEL: label},
        }
        return self._batch(await self._json("POST", "/batches", json=body))

    async def batch(self, batch_id: str) -> Batch:
        return self._batch(await self._json("GET", f"/batches/{quote(batch_id, safe='')}"))

    async def find(self, label: str) -> Batch | None:
        """The batch that was begun with `label`, None where there is none among the latest. One
        that failed because too much was queued is none: it was begun again, or is to be."""
        after = ""
        for _ in range(_PAGES):
            page = await self._json("GET", f"/batches?limit=100{after}")
            items = page.get("data")
            batches = [self._batch(item) for item in items or () if isinstance(item, dict)]
            ours = (batch for batch in batches if batch.label == label and not batch.over_queue)
            found = next(ours, None)
            if found is not None or not batches or not page.get("has_more"):
                return found
            after = f"&after={quote(batches[-1].id, safe='')}"
        return None

    async def content(self, file_id: str) -> AsyncIterator[bytes]:
        """What a file holds, as it comes."""
        async with self._opened("GET", f"/files/{quote(file_id, safe='')}/content") as response:
            async for data in response.aiter_bytes():
                yield data

    async def delete_file(self, file_id: str) -> None:
        """Remove an uploaded file; one that is gone already is no error."""
        try:
            await self._json("DELETE", f"/files/{quote(file_id, safe='')}")
        except StatusError as error:
            if error.status != 404:
                raise

    async def _json(
        self, method: str, path: str, *, seconds: float = _ANSWER_SECONDS, **sent: Any
    ) -> dict[str, Any]:
        try:
            async with asyncio.timeout(seconds), self._opened(method, path, **sent) as response:
                content = bytearray()
                async for data in response.aiter_bytes():
                    content += data
                    if len(content) > _MOST_JSON_BYTES:
                        raise self._no_batches("an answer without end")
        except TimeoutError:
            raise TimedOut(
                f"{self._address.url} did not answer within {seconds:g} s. Nothing is lost: try "
                "again later."
            ) from None
        answer = load_object(content.decode("utf-8", "replace"))
        if answer is None:
            raise self._no_batches("something that is not JSON")
        return answer

    @asynccontextmanager
    async def _opened(self, method: str, path: str, **sent: Any) -> AsyncIterator[Any]:
        import httpx2

        from autocoder_tui.engine.provider.transport import RedirectRefused, key_header

        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if self._key:
            name, value = key_header(self._base_url, self._key)
            headers[name] = value
        request = self._client.build_request(
            method, joined(self._base_url, path), headers=headers, **sent
        )
        if "files" in sent:
            await request.aread()
        try:
            response = await self._client.send(request, stream=True)
            try:
                if response.status_code != 200:
                    await response.aread()
                    raise self._refused(response)
                yield response
            finally:
                await response.aclose()
        except RedirectRefused:
            raise StatusError(
                f"{self._address.url} redirects to another place; nothing was sent there. "
                "Correct the base URL.",
                status=302,
            ) from None
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise connection_error(error, self._address, _CONNECT_SECONDS) from None

    def _refused(self, response: Any) -> ProviderError:
        said = read_error_body(response.text)
        if response.status_code == 404:
            quote = self._address.quote(said.message)
            return StatusError(
                f"{self._address.url} has no batches, or not this one (404). Write the requests "
                "to a file for another program with --export, or run the jobs one by one, "
                f"without --provider-batch.{f' It said: “{quote}”' if quote else ''}",
                status=404,
            )
        wait = retry_after(response.headers)
        return status_error(response.status_code, said, self._address, wait, "")

    def _batch(self, data: Mapping[str, Any]) -> Batch:
        counts = data.get("request_counts")
        counts = counts if isinstance(counts, dict) else {}
        metadata = data.get("metadata")
        errors = data.get("errors")
        listed = errors.get("data") if isinstance(errors, dict) else errors
        found = [item for item in listed or () if isinstance(item, dict)]
        return Batch(
            id=self._id_of(data, "a batch"),
            status=str(data.get("status") or ""),
            output_file=_name(data.get("output_file_id")),
            error_file=_name(data.get("error_file_id")),
            faults=tuple(self._fault(item) for item in found),
            total=_number(counts.get("total")),
            completed=_number(counts.get("completed")),
            failed=_number(counts.get("failed")),
            label=str(metadata.get(LABEL) or "") if isinstance(metadata, dict) else "",
        )

    def _fault(self, item: Mapping[str, Any]) -> BatchFault:
        line, code = item.get("line"), str(item.get("code") or "")
        said = self._address.quote(str(item.get("message") or code))
        return BatchFault(said, code, line if isinstance(line, int) else None)

    def _id_of(self, data: Mapping[str, Any], what: str) -> str:
        found = data.get("id")
        if not isinstance(found, str) or not found:
            raise self._no_batches(f"{what} without an id: {json.dumps(data)[:200]}")
        return found

    def _no_batches(self, found: str) -> NotAReply:
        return NotAReply(
            f"{self._address.url} answered with {self._address.quote(found)}, which is no answer "
            "of the batch API. Check the base URL, which often ends in /v1."
        )


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
