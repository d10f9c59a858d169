"""A loopback server with the files and batches of OpenAI's API, that behaves as users report.

Its model writes the file the requirements name, so many numbered lines, and goes on from the
text it is shown; four characters are a token to it.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

_ASKED = re.compile(r"write (\S+) with (\d+) lines")
Line = dict[str, Any]


def truth(body: dict[str, Any]) -> str:
    """The whole reply to a request."""
    found = _ASKED.search(body["messages"][1]["content"])
    assert found is not None, body["messages"][1]["content"]
    name, count = found[1], int(found[2])
    lines = "".join(f"line_{number} = {number * 7}\n" for number in range(count))
    return f'<file path="{name}">\n{lines}</file>'


def completion(body: dict[str, Any]) -> dict[str, Any]:
    """What the model answers: the rest of the truth behind what it is shown, or so much of it as
    the limit lets through."""
    whole = truth(body)
    shown = next((m["content"] for m in reversed(body["messages"]) if m["role"] == "assistant"), "")
    assert whole.startswith(shown), shown
    rest, limit = whole[len(shown) :], 4 * body.get("max_tokens", 10**9)
    text = rest[:limit]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop" if text == rest else "length",
            }
        ],
        "usage": {
            "prompt_tokens": 100,
            "completion_tokens": len(text) // 4,
            "total_tokens": 100 + len(text) // 4,
        },
    }


def answered(line: Line) -> Line:
    response = {"status_code": 200, "request_id": "r", "body": completion(line["body"])}
    return {"id": "b", "custom_id": line["custom_id"], "response": response, "error": None}


def failed(line: Line, status: int, message: str) -> Line:
    error = {"message": message, "type": "server_error"}
    response = {"status_code": status, "request_id": "r", "body": {"error": error}}
    return {"id": "b", "custom_id": line["custom_id"], "response": response, "error": None}


@dataclass
class End:
    """How a batch ends: its status, and the lines of its two files (None: no such file)."""

    status: str = "completed"
    output: list[Line] | None = None
    errors: list[Line] | None = None
    faults: list[dict[str, Any]] = field(default_factory=list)


Ending = Callable[[list[Line]], End]


def all_answered(lines: list[Line]) -> End:
    return End(output=[answered(line) for line in lines])


@dataclass
class BatchServer:
    """`endings`: how the batches end, one after the other, the rest as `all_answered`."""

    endings: list[Ending] = field(default_factory=list)
    polls: int = 1
    """How often a batch is asked for before it has ended."""
    page: int = 100
    """How many batches are listed at once, the latest first."""
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: list[Line] = field(default_factory=list)
    """Every request for which a reply was made, each time: what is paid for."""
    deleted: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    base_url: str = ""
    torn: int = 0
    """How many downloads end early, with no sign of it."""
    hook: Callable[[str], None] = lambda call: None
    """Called with method and path before each call is done."""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def upload(self, content: bytes) -> dict[str, Any]:
        name = f"file-{len(self.calls)}"
        self.files[name] = content
        return {"id": name, "object": "file", "bytes": len(content), "purpose": "batch"}

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        assert body["endpoint"] == "/v1/chat/completions"
        lines = [json.loads(line) for line in self.files[body["input_file_id"]].splitlines()]
        assert all(line["url"] == body["endpoint"] for line in lines)
        assert not any("stream" in line["body"] for line in lines)
        assert len({line["body"]["model"] for line in lines}) == 1
        names = [line["custom_id"] for line in lines]
        assert len(set(names)) == len(names)
        assert all(len(name) <= 64 for name in names)
        ending = self.endings.pop(0) if self.endings else all_answered
        name = f"batch_{len(self.batches) + 1}"
        self.batches[name] = {
            "id": name,
            "object": "batch",
            "status": "validating",
            "input_file_id": body["input_file_id"],
            "metadata": body.get("metadata"),
            "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
            "_polls": self.polls,
            "_end": ending(lines),
            "_lines": lines,
        }
        return self._shown(name)

    def retrieve(self, name: str) -> dict[str, Any]:
        batch = self.batches[name]
        batch["_polls"] -= 1
        if batch["_polls"] < 0 and batch["status"] in ("validating", "in_progress"):
            self._finish(batch)
        elif batch["status"] == "validating":
            batch["status"] = "in_progress"
        return self._shown(name)

    def _finish(self, batch: dict[str, Any]) -> None:
        end: End = batch["_end"]
        batch["status"] = end.status
        if end.faults:
            batch["errors"] = {"object": "list", "data": end.faults}
        for kind, lines in (("output_file_id", end.output), ("error_file_id", end.errors)):
            if lines is not None:
                name = f"file-{kind[:3]}-{batch['id']}"
                self.files[name] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
                batch[kind] = name
        by_name = {line["custom_id"]: line for line in batch["_lines"]}
        good = [
            line
            for line in end.output or ()
            if (line.get("response") or {}).get("status_code") == 200
            and "error" not in line["response"]["body"]
        ]
        self.answered += [by_name[line["custom_id"]] for line in good]
        batch["request_counts"]["completed"] = len(good)
        batch["request_counts"]["failed"] = len(end.errors or ())

    def _shown(self, name: str) -> dict[str, Any]:
        return {key: value for key, value in self.batches[name].items() if key[0] != "_"}

    def list(self, after: str = "") -> dict[str, Any]:
        names = list(reversed(self.batches))
        names = names[names.index(after) + 1 if after else 0 :]
        shown = [self._shown(name) for name in names[: self.page]]
        return {"object": "list", "data": shown, "has_more": len(names) > self.page}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: BatchServer

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._do()

    def do_POST(self) -> None:
        self._do()

    def do_DELETE(self) -> None:
        self._do()

    def _do(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = self.path.partition("?")[0].removeprefix("/v1")
        self.state.hook(f"{self.command} {path}")
        with self.state.lock:
            if path.startswith(("/files", "/batches")):
                self.state.calls.append(f"{self.command} {path}")
            status, answer = self._answer(path, raw)
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _answer(self, path: str, raw: bytes) -> tuple[int, bytes]:
        state, (_, kind, *rest) = self.state, path.split("/")
        if self.headers.get("authorization") != "Bearer sk-test-batch":
            return 401, b'{"error": {"message": "no key", "code": "invalid_api_key"}}'
        if kind not in ("files", "batches"):
            return 404, b'{"error": {"message": "Not Found"}}'
        if (self.command, kind) == ("POST", "files"):
            return 200, json.dumps(state.upload(self._uploaded(raw))).encode()
        if kind == "files" and rest[0] not in state.files:
            return 404, json.dumps(
                {"error": {"message": f"No such File {rest}", "code": "not_found"}}
            ).encode()
        if (self.command, kind) == ("DELETE", "files"):
            del state.files[rest[0]]
            state.deleted.append(rest[0])
            return 200, json.dumps({"id": rest[0], "deleted": True}).encode()
        if kind == "files":
            content = state.files[rest[0]]
            state.torn -= 1
            return 200, content[: len(content) // 2] if state.torn >= 0 else content
        if self.command == "POST":
            return 200, json.dumps(state.create(json.loads(raw))).encode()
        after = parse_qs(urlsplit(self.path).query).get("after", [""])[0]
        return 200, json.dumps(state.retrieve(rest[0]) if rest else state.list(after)).encode()

    def _uploaded(self, raw: bytes) -> bytes:
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = email.message_from_bytes(head + raw, policy=email.policy.HTTP)
        parts = {part.get_param("name", header="content-disposition"): part
                 for part in message.iter_parts()}  # fmt: skip
        assert parts["purpose"].get_payload(decode=True) == b"batch"
        content = parts["file"].get_payload(decode=True)
        assert isinstance(content, bytes)
        return content


@contextmanager
def serving(state: BatchServer) -> Iterator[BatchServer]:
    handler = type("Handler", (_Handler,), {"state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
