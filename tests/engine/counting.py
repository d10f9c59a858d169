"""Loopback servers that count tokens as vLLM and as llama.cpp do, and answer chats too."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, Literal

from autocoder_tui.demo.script import Received, Reply, Script, error_reply
from autocoder_tui.demo.server import DemoServer, _Answer

TEMPLATE_TOKENS = 7
"""Tokens both servers' chat template adds to each message."""


def tokens_of(text: str) -> list[int]:
    """A vocabulary of its own: every run of letters, and every other character but spaces."""
    return [len(piece) for piece in re.findall(r"\w+|[^\w ]", text)]


class CountingServer(DemoServer):
    """`kind` is whose answers it gives; `asked` are the paths and bodies of the questions.

    "old vLLM" takes no messages, "old llama.cpp" has no template; "hangs" never answers.
    """

    def __init__(
        self,
        kind: Literal["vLLM", "old vLLM", "llama.cpp", "old llama.cpp", "hangs", "none"],
        script: Script = (),
    ) -> None:
        super().__init__(script, models=("test-model",))
        self.kind = kind
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def _answer(
        self, received: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        reply = self._counted(received)
        if reply is None:
            return await super()._answer(received, reader, writer)
        return await _Answer(reply, received, reader, writer, 0.0).send()

    def _counted(self, received: Received) -> Reply | None:
        path, body = received.path, received.body or {}
        if path not in ("/tokenize", "/apply-template", "/v1/tokenize"):
            return None
        self.asked.append((path, body))
        if self.kind == "hangs":
            return Reply(stall="accept")
        if path == "/tokenize" and self.kind.endswith("vLLM"):
            return self._as_vllm(body)
        if path == "/tokenize" and self.kind.endswith("llama.cpp"):
            # Without a content it answers with no tokens, and reads nothing else.
            return _json({"tokens": tokens_of(body.get("content", ""))})
        if path == "/apply-template" and self.kind == "llama.cpp":
            return _json({"prompt": templated(body)})
        return error_reply(404, "Not Found")

    def _as_vllm(self, body: dict[str, Any]) -> Reply:
        if "messages" in body and self.kind == "vLLM":
            text = templated(body)
        elif "prompt" in body:
            text = body["prompt"]
        else:
            return error_reply(400, "[{'type': 'missing', 'loc': ('body', 'prompt')}]")
        tokens = tokens_of(text)
        return _json({"count": len(tokens), "max_model_len": 32768, "tokens": tokens})


def templated(body: dict[str, Any]) -> str:
    """The chat of a question as the one text the model reads."""
    return "".join("#" * TEMPLATE_TOKENS + message["content"] for message in body["messages"])


def _json(data: object) -> Reply:
    return Reply(body=json.dumps(data))


class OllamaServer(DemoServer):
    """Names what its model could take, and what it is given only once it is `loaded`."""

    def __init__(self, script: Script = ()) -> None:
        super().__init__(script, models=("qwen:latest",))
        self.loaded: int | None = None

    async def _answer(
        self, received: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if received.path == "/api/show":
            reply = _json({"model_info": {"qwen2.context_length": 131072}, "parameters": "top_p 1"})
        elif received.path == "/api/ps":
            here = {"model": "qwen:latest", "context_length": self.loaded}
            reply = _json({"models": [here] if self.loaded else []})
        else:
            return await super()._answer(received, reader, writer)
        return await _Answer(reply, received, reader, writer, 0.0).send()
