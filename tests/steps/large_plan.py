"""A program of many files, and a model with a small window that writes them one by one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.engine.metering.vocabulary import load_encoding
from autocoder_tui.runs.setup import Setup, choose_model
from autocoder_tui.steps.configuration import Configuration
from autocoder_tui.steps.opening import begin_session
from autocoder_tui.steps.session import ProjectSession
from tests.steps.places import PlainFace
from tests.ui.driving import setup_for
from tests.watched_server import WatchedServer

WINDOW: Final = 32_768
FOLDERS: Final = ("core", "store", "net", "ui", "report", "tests")
MODEL_FILE: Final = """\
[providers.Here]
base_url = "{base_url}"

[[models]]
name = "small"
provider = "Here"
context_length = {window}
input_price = "0.1"
output_price = "0.4"
"""


def planned_paths(count: int) -> list[str]:
    return [f"app/{FOLDERS[n % len(FOLDERS)]}/part_{n:02}.py" for n in range(count - 2)] + [
        "app/main.py",
        "README.md",
    ]


def plan_text(count: int) -> str:
    """The plan as a model writes it: most files need some of those before them, two need each
    other, and the one that starts it all stands first."""
    paths = planned_paths(count)
    lines = []
    for at, path in reversed(list(enumerate(paths))):
        needs = sorted({paths[each] for each in (at // 2, at // 3, at - 1) if 0 <= each < at})
        if at == 0:
            needs = [paths[1]]  # a circle
        said = f" (needs: {', '.join(needs)})" if needs and path.endswith(".py") else ""
        lines.append(f"- {path} - does part {at} of what the program is for{said}")
    return "\n".join(lines)


def file_text(path: str, functions: int) -> str:
    """A file of some size: what it declares is a small part of it."""
    if not path.endswith(".py"):
        return f"# {path}\n\nHow to use it.\n"
    name = path.rpartition("/")[2].removesuffix(".py")
    body = "\n".join(f"    total += value * {number} + len(str(value))" for number in range(12))
    return f'"""What {name} does."""\n\n' + "\n\n".join(
        f"def {name}_{number}(value: int, other: str = '') -> int:\n"
        f'    """Works out step {number} of {name}."""\n    total = 0\n{body}\n    return total\n'
        for number in range(functions)
    )


@dataclass
class LargeModel:
    """Answers by what is asked; counts what each request holds, as the model would."""

    count: int = 60
    functions: int = 8
    asked: list[tuple[str, int]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    reply_tokens: list[int] = field(default_factory=list)

    def __call__(self, received: Received) -> Reply:
        encoding = load_encoding("o200k_base")
        text = str(received.messages[-1]["content"])
        sent = sum(len(encoding.encode_ordinary(str(m["content"]))) for m in received.messages)
        one = re.search(r"Now write (\S+), complete", text)
        if one is not None:
            kind = one[1]
            reply = f'<file path="{kind}">\n{file_text(kind, self.functions)}</file>\n'
        elif "Which files does this program consist of?" in text:
            kind, reply = "plan", plan_text(self.count)
        else:
            raise AssertionError(text[-200:])
        self.asked.append((kind, sent))
        self.texts.append(text)
        self.reply_tokens.append(len(encoding.encode_ordinary(reply)))
        return Reply(reply, chunk_size=500)

    @property
    def with_all_texts(self) -> int:
        """Tokens of the largest request there would be if each held all files before it."""
        return max(sent for _, sent in self.asked[:2]) + sum(self.reply_tokens[1:])

    @property
    def fullest(self) -> int:
        """Tokens of the request that came nearest to the window, with its reply."""
        pairs = zip(self.asked, self.reply_tokens, strict=True)
        return max(sent + came for (_, sent), came in pairs)


@asynccontextmanager
async def large_session(
    folder: Path, model: LargeModel, window: int, face: Callable[[Setup], PlainFace] = PlainFace
) -> AsyncIterator[ProjectSession]:
    """A project in `folder` whose files are planned and written by `model`."""
    async with WatchedServer(model) as server:
        write_models(folder, server.base_url, window)
        setup = setup_for(folder, "-m", "small")
        own = setup.root / ".autocoder"
        own.mkdir()
        (own / "prompt").write_text("A program of many parts. " * 40)
        session = await begin_session(
            setup,
            face(setup),
            lambda: choose_model(setup),
            Configuration("large", ("plan", "gen_code", "propose")),
        )
        try:
            yield session
        finally:
            session.close()


def write_models(folder: Path, base_url: str, window: int = WINDOW) -> None:
    (folder / "config").mkdir(parents=True, exist_ok=True)
    text = MODEL_FILE.format(base_url=base_url, window=window)
    (folder / "config" / "models.toml").write_text(text)
