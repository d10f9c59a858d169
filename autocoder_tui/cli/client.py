"""`autocoder-tui client`: asks a server over HTTP, for a look at it and for trying it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress

import httpx2

from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.exit_codes import EXIT_FAILED, EXIT_OK
from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.serve.settings import TOKEN_VARIABLE

_PLACE = "/generate-code/"
_NO_TIME = 0.001


class NotAnswered(AutocoderError):
    kind = "not_answered"


def client_command(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Ask as the options say; the exit code. Raises NotAnswered."""
    token = environ.get(TOKEN_VARIABLE)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    try:
        client = httpx2.Client(base_url=options.url, timeout=options.timeout, headers=headers)
    except (httpx2.InvalidURL, ValueError) as error:
        raise NotAnswered(
            f"{visible(options.url)} is no address: {safe_line(str(error))}"
        ) from None
    with client:
        if options.trials:
            return _trials(client, options.model)
        if options.prompt is not None:
            return _ask(client, options.prompt, options.model)
        code = EXIT_OK
        for line in _lines():
            code = _ask(client, line, options.model) or code
        return code


def _lines() -> Iterator[str]:
    """What is typed, or comes by a pipe, line by line until the end or "exit"."""
    shown = sys.stdin.isatty()
    if shown:
        print('Ask away; "exit" or Ctrl+D ends it.', file=sys.stderr)
    while True:
        if shown:
            print("> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line or line.strip() in ("exit", "quit"):
            return
        if line.strip():
            yield line.strip()


def _ask(client: httpx2.Client, prompt: str, model: str | None) -> int:
    """Ask one thing and print the answer as it comes. Raises NotAnswered."""
    asked = {"prompt": prompt, **({"model": model} if model else {})}
    ended = ""
    try:
        with client.stream("POST", _PLACE, json=asked) as answer:
            if answer.status_code != 200:
                answer.read()
                print(f"{answer.status_code}: {_why(answer)}", file=sys.stderr)
                return EXIT_FAILED
            for piece in answer.iter_text():
                ended = (ended + piece)[-400:]
                print(visible(piece, lines=True), end="", flush=True)
    except httpx2.TimeoutException:
        raise NotAnswered("The server was silent for too long. Give it more --timeout.") from None
    except httpx2.HTTPError as error:
        said = safe_line(str(error) or type(error).__name__)
        raise NotAnswered(
            f"No answer from {visible(str(client.base_url))}: {said}. Is `autocoder-tui serve` "
            "running there?"
        ) from None
    print()
    last = ended.rstrip("\n").rpartition("\n")[2]
    return EXIT_FAILED if last.startswith("[error: ") else EXIT_OK


def _why(answer: httpx2.Response) -> str:
    with suppress(ValueError, KeyError, TypeError):
        return safe_line(str(answer.json()["error"]["message"]))
    return safe_line(answer.text[:200])


def _trials(client: httpx2.Client, model: str | None) -> int:
    """Three requests, of which the second is given no time and the third is invalid."""
    print("1. A request as usual:")
    code = _ask(client, "Write a function that adds two numbers in Python.", model)
    print("2. A request that is given no time:")
    try:
        client.post(_PLACE, json={"prompt": "x"}, timeout=httpx2.Timeout(_NO_TIME))
    except httpx2.TimeoutException:
        print("   timed out, as it should.")
    else:
        print("   it was answered all the same.")
        code = EXIT_FAILED
    print("3. A request that is invalid:")
    answer = client.post(_PLACE, json={"text": "there is no prompt in here"})
    print(f"   {answer.status_code}: {_why(answer)}")
    return code if answer.status_code == 400 else EXIT_FAILED
