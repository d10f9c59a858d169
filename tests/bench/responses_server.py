"""A loopback server that streams as the Responses API does, which is all that codex speaks.

    python -m tests.bench.responses_server TOKENS RATE

prints its address and how many tokens it sends. Each is an event of its own, RATE of them a second.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator

from autocoder_tui.demo.script import tokens
from tests.bench.run_bench import reply_text

_ITEM = "msg_1"
_RESPONSE = "resp_1"


def events(text: str) -> Iterator[dict[str, object]]:
    """A reply of one message."""
    part = {"type": "output_text", "text": "", "annotations": []}
    item = {"id": _ITEM, "type": "message", "role": "assistant", "content": []}
    place = {"item_id": _ITEM, "output_index": 0, "content_index": 0}
    yield {"type": "response.created", "response": {"id": _RESPONSE}}
    yield {"type": "response.output_item.added", "output_index": 0, "item": item}
    yield {"type": "response.content_part.added", **place, "part": part}
    for token in tokens(text):
        yield {"type": "response.output_text.delta", **place, "delta": token}
    whole = {**item, "content": [{**part, "text": text}]}
    yield {"type": "response.output_item.done", "output_index": 0, "item": whole}
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    yield {"type": "response.completed", "response": {"id": _RESPONSE, "usage": usage}}


async def answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: str, rate: float
) -> None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if ": " in line)
        await reader.readexactly(int(fields.get("content-length", 0)))
        if not head.startswith("POST"):
            writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
            return
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
        writer.write(b"connection: close\r\n\r\n")
        begun = time.monotonic()
        for number, event in enumerate(events(text)):
            writer.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
            await writer.drain()
            if rate:
                await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
    except (OSError, asyncio.IncompleteReadError):
        pass  # the client has gone
    finally:
        writer.close()


async def main() -> None:
    text, rate = reply_text(int(sys.argv[1])), float(sys.argv[2])
    serving = await asyncio.start_server(
        lambda reader, writer: answer(reader, writer, text, rate), "127.0.0.1", 0
    )
    port = serving.sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}/v1", len(tokens(text)), flush=True)
    await serving.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
