"""`autocoder-tui run` against a model that is cut off and misbehaves, over real HTTP.

Real files, real cuts, every avoidable misbehaviour: the file on disk has to be the one an
uninterrupted reply would have given, byte for byte. AUTOCODER_TUI_FUZZ=full makes it 200 cases.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from autocoder_tui.cli.main import main
from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.reply.framing import render_file
from autocoder_tui.engine.reply.parse import parse_reply
from tests.seam.corpus import Sample, own
from tests.seam.harness import cut_kinds
from tests.seam.model import TABLE, UNAVOIDABLE, View

FULL = os.environ.get("AUTOCODER_TUI_FUZZ") == "full"
CASES_PER_MISBEHAVIOUR, LEAST_CASES = (6, 200) if FULL else (2, 66)
ENDINGS = ("length", "length", "length", "reset", "close", "stop")
"""How the first part ends: mostly the output limit, else a lost connection or a false stop."""

CHUNKS = {"chunk_size": 60}
"""Of the parts in which the model behaves; in the one where it does not they are of any size."""


@dataclass
class Case:
    sample: Sample
    cut: int
    misbehaviour: str
    ending: str
    asked: int = 0
    misbehaved: bool = False
    truth: str = ""
    """The whole reply; one misbehaviour is to write withheld text anew, in other words."""

    def __post_init__(self) -> None:
        self.truth = render_file("out.txt", self.sample.text)

    @property
    def wanted(self) -> str:
        (file,) = parse_reply(self.truth).files
        return file.text

    def answer(self, received: Received) -> Reply:
        truth = self.truth
        self.asked += 1
        if len(received.messages) == 2:
            if self.ending in ("reset", "close"):
                return Reply(truth, cut=self.ending, cut_after=self.cut, **CHUNKS)  # type: ignore[arg-type]
            return Reply(truth[: self.cut], self.ending, **CHUNKS)  # type: ignore[arg-type]
        if received.messages[-1]["role"] == "assistant":
            shown = received.messages[-1]["content"]
            return Reply(truth[len(shown) :] if truth.startswith(shown) else "", **CHUNKS)  # type: ignore[arg-type]
        shown = received.messages[-2]["content"]
        anchor = asked_lines(shown, received.messages[-1]["content"])
        if self.misbehaved or not truth.startswith(shown):
            return Reply(anchor + truth[len(shown) :], **CHUNKS)  # type: ignore[arg-type]
        self.misbehaved = True
        rng = random.Random(f"{self.sample.path} {self.cut} {self.misbehaviour}")
        view = View(truth, self.cut, len(shown), anchor, rng, truth.index("\n") + 1)
        reply = TABLE[self.misbehaviour](view)
        self.truth = view.truth
        return Reply(reply, chunk_size=rng.choice([3, 40, 500]))


def asked_lines(shown: str, instruction: str) -> str:
    """The last lines of what was shown that the instruction also holds: what to repeat."""
    start = len(shown)
    while start:
        before = shown.rfind("\n", 0, start - 1) + 1
        if shown[before:].rstrip("\n") not in instruction:
            break
        start = before
    return shown[start:]


def cases() -> list[Case]:
    names = [name for name in TABLE if name not in UNAVOIDABLE]
    samples = own(60)
    found = []
    for number, name in enumerate(names * CASES_PER_MISBEHAVIOUR):
        sample = samples[number % len(samples)]
        # One file that changes shall not change the cuts of all others.
        rng = random.Random(f"{sample.path} {name}")
        places = list(cut_kinds(render_file("out.txt", sample.text), rng))
        # A scripted server goes on from where it stopped sending; what a lost connection took
        # with it, it never sends again, and no join can bring it back.
        ending = "length" if "scripted" in name else ENDINGS[number % len(ENDINGS)]
        found.append(Case(sample, rng.choice(places), name, ending))
    return found


@pytest.fixture
def served() -> Iterator[tuple[str, list[Case]]]:
    """A server in a thread of its own, since the program runs a loop in this one."""
    now: list[Case] = []
    ready, done = threading.Event(), threading.Event()
    place: list[str] = []

    async def serve() -> None:
        async with DemoServer(lambda received: now[-1].answer(received)) as server:
            place.append(server.base_url)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait(10)
    yield place[0], now
    done.set()
    thread.join(10)


def test_the_file_is_the_original_whatever_the_model_does(
    served: tuple[str, list[Case]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    base_url, now = served
    monkeypatch.setattr("autocoder_tui.engine.retry.FIRST_DELAY", 0.001)
    monkeypatch.setenv("AUTOCODER_TUI_CONFIG_DIR", str(tmp_path / "config"))
    wrong: list[str] = []
    every = cases()
    assert len(every) >= LEAST_CASES
    for number, case in enumerate(every):
        # What one case taught of the endpoint must not help the next.
        monkeypatch.setenv("AUTOCODER_TUI_STATE_DIR", str(tmp_path / f"state-{number}"))
        now.append(case)
        project = tmp_path / f"project-{number}"
        project.mkdir()
        flags = [
            "-o",
            "out.txt",
            "-r",
            "write it",
            "--base-url",
            base_url,
            "-m",
            "m",
            "-d",
            "0",
            "--despite-warnings",
        ]
        code = main(["run", str(project), *flags])
        written = project / "out.txt"
        with_newlines = written.read_bytes().decode() if written.exists() else None
        if code != 0 or with_newlines != case.wanted:
            wrong.append(f"{case.misbehaviour} at {case.cut} of {case.sample.path} ({case.ending})")
    capsys.readouterr()
    assert sum(case.asked for case in every) >= 2 * len(every)
    # The harness measures 99.9 % over all.
    assert len(wrong) <= len(every) // 66, f"{len(wrong)} of {len(every)}:\n" + "\n".join(wrong)
