"""Whatever a client makes of the description is answered as described, and never with a 500.

AUTOCODER_TUI_FUZZ=full tries some 2,000 requests.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

from autocoder_tui.demo.script import Reply
from tests.effort import FULL
from tests.serve.served import serving

schemathesis = pytest.importorskip("schemathesis", reason="`pip install -e .[dev]`")
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.core.result import Ok  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

_CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_EXAMPLES = {"POST /generate-code/": 1300, "GET /snippets": 500}
_OTHERS = 300
"""Of an operation that takes nothing there is one request."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server in a thread of its own: schemathesis waits for its answers."""
    begun: Future[str] = Future()
    ending = threading.Event()

    async def serve() -> None:
        folder = tmp_path_factory.mktemp("served")
        flags = ("--rate", "1000000/second", "--at-once", "100")
        async with serving(lambda received: Reply("ok"), folder, *flags) as served:
            begun.set_result(served.url)
            await asyncio.to_thread(ending.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        yield begun.result(30)
    finally:
        ending.set()
        thread.join()


def test_every_operation_answers_as_it_is_described(url: str) -> None:
    schema = schemathesis.openapi.from_dict(httpx2.get(f"{url}/openapi.json").json())
    tried: Counter[str] = Counter()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        name = f"{operation.method.upper()} {operation.path}"
        most = _EXAMPLES.get(name, _OTHERS)
        statuses = tried_out(url, operation, most if FULL else 20)
        assert set(statuses) <= {200, 204, 400, 403, 404, 413}, name
        tried[name] = statuses.total()
    assert tried["POST /generate-code/"] >= (1300 if FULL else 20)
    assert len(tried) >= 6
    assert tried.total() >= (2000 if FULL else 60)


def tried_out(url: str, operation: Any, most: int) -> Counter[int]:
    """The statuses of so many requests to an operation, half of them invalid where one can be."""
    statuses: Counter[int] = Counter()
    for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=most // 2,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        def ask(case: Any) -> None:
            answer = case.call(base_url=url, timeout=20)
            statuses[answer.status_code] += 1
            case.validate_response(answer, checks=_CHECKS)

        with suppress(Unsatisfiable):  # nothing about it can be invalid
            ask()
    return statuses
