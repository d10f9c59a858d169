"""One task through the real program, and what became of it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.peers.real_model.relay import WHOLE, Exchange, Relay, start
from tests.peers.real_model.tasks import Task

ROOT = Path(__file__).parent.parent.parent.parent
RUN_SECONDS = 3_600

_PARSERS: dict[str, Callable[[str], object]] = {
    ".py": ast.parse,
    ".json": json.loads,
    ".toml": tomllib.loads,
}


@dataclass(frozen=True, slots=True)
class Way:
    """How a reply is cut: `tokens` a part, or the connection dropped after `drop` events.

    `parts` is the most the program may ask for."""

    name: str
    tokens: int = WHOLE
    drop: int | None = None
    parts: int = 24


WHOLE_WAY = Way("whole", parts=1)
CUTS = (Way("64", 64), Way("128", 128), Way("256", 256), Way("dropped", drop=80))


@dataclass(frozen=True, slots=True)
class Outcome:
    """`report` is the program's own JSON, `reply` the joined text, `files` what was written or
    printed, by path, as the program says it; `stderr` what it said meanwhile."""

    report: dict[str, Any]
    reply: str
    files: dict[str, str]
    exchanges: tuple[Exchange, ...]
    code: int
    stderr: str

    @property
    def continued(self) -> bool:
        return len(self.exchanges) > 1

    @property
    def exact(self) -> bool | None:
        """Whether each part stands to the byte behind the text the model was given to go on
        from, and that text is what was received before; None without a prefilled part.

        A model that goes on from a prompt of another length may take another next word, so that
        a run is not equal to the uninterrupted one though each of its seams is this exact."""
        if not any(exchange.prefilled for exchange in self.exchanges):
            return None
        joined = ""
        for exchange in self.exchanges:
            given = exchange.messages[-1]["content"] if exchange.prefilled else joined
            if not joined.startswith(given):
                return False
            joined = given + exchange.text
        return joined.startswith(self.reply) and not joined[len(self.reply) :].strip()

    @property
    def parses(self) -> bool | None:
        """Whether every Python, JSON and TOML file parses; None if there is none of them."""
        verdicts = [_parses(path, text) for path, text in self.files.items()]
        known = [verdict for verdict in verdicts if verdict is not None]
        return all(known) if known else None


def play(task: Task, way: Way, relay: Relay, model: str, folder: Path) -> Outcome:
    """Run the program on `task` in a fresh project under `folder`."""
    project = folder / "project"
    for path, text in task.files.items():
        place = project / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    project.mkdir(parents=True, exist_ok=True)
    relay.drop_after = way.drop
    relay.exchanges.clear()
    server = start(relay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        arguments = ["run", "--json", "--base-url", base_url, "-m", model, "--temperature", "0"]
        arguments += ["--max-output", str(way.tokens), "--max-parts", str(way.parts)]
        arguments += ["-r", task.requirements]
        for limit in ("first-byte", "idle", "total"):
            arguments += [f"--{limit}-timeout", str(RUN_SECONDS)]
        if task.files:
            arguments += ["-i", *task.files]
        if task.target is not None:
            arguments += ["-o", task.target, "-f", "--despite-warnings"]
        done = _program(arguments, project, folder)
    finally:
        server.shutdown()
        server.server_close()
    report = json.loads(done.stdout or "{}")
    reply = _program(["history", "show", "last", "--reply"], project, folder).stdout
    return Outcome(
        report, reply, _files(report, project), tuple(relay.exchanges), done.returncode, done.stderr
    )


def _program(arguments: list[str], project: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    homes = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {name: str(folder / "home") for name in homes} | {"PYTHONPATH": str(ROOT)}
    environment["PYTHONUTF8"] = "1"
    return subprocess.run(
        [sys.executable, "-m", "autocoder_tui", *arguments],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=RUN_SECONDS,
    )


def _files(report: dict[str, Any], project: Path) -> dict[str, str]:
    named: Iterable[dict[str, Any]] = report.get("files") or ()
    places = {item["path"]: project / item["path"] for item in named}
    return {
        path: place.read_text(encoding="utf-8", errors="replace")
        for path, place in places.items()
        if place.is_file()
    }


def _parses(path: str, text: str) -> bool | None:
    parse = _PARSERS.get(Path(path).suffix)
    if parse is None:
        return None
    try:
        parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def lost(outcome: Outcome) -> str:
    """What came first and is not in the joined text any more; "" if it is there to the byte.

    A closing that came too early, and white space after it, does not count: it is not text.
    """
    first = outcome.exchanges[0].text if outcome.exchanges else ""
    pairs = zip(first, outcome.reply, strict=False)
    same = next((at for at, (a, b) in enumerate(pairs) if a != b), len(outcome.reply))
    missing = first[same:]
    return "" if not missing.strip() or missing.strip() in ("</file>", "```") else missing
