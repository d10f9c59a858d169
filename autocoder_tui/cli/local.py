"""`autocoder-tui local`: a model on this machine for as long as the program runs."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from autocoder_tui.engine.provider.local_servers import LocalServer, probe_local
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.exit_codes import EXIT_FAILED, EXIT_OK
from autocoder_tui.local.engine import GGUF, Engine, Wanted, engines, kinds_of, name_of
from autocoder_tui.local.server import LocalModelServer, free_port
from autocoder_tui.safety.sanitize import visible

_MOST_LISTED: Final = 12


class NoLocalModel(AutocoderError):
    kind = "no_local_model"


def local_command(
    options: argparse.Namespace, rest: Sequence[str], begin: Callable[[list[str]], int]
) -> int:
    """Serve `options.model` and `begin` the program on it with the arguments `rest`; returns its
    exit code. Raises AutocoderError where there is nothing to serve it with."""
    known = engines()
    running = asyncio.run(probe_local())
    model = options.model or _only_model()
    if model is None:
        _tell_what_is_here(known, running)
        return EXIT_FAILED if not running and not any(engine.here for engine in known) else EXIT_OK
    served = None if options.engine else _served_already(model, running)
    if served is not None:
        _say(f"{served.name} at {served.base_url} has {visible(model)} already: using it.")
        return begin([*rest, "--base-url", served.base_url, "-m", model])
    engine = _engine_for(model, known, options.engine)
    wanted = Wanted(
        str(Path(model).absolute()) if engine.kind == "gguf" else model,
        name_of(model),
        free_port(),
        options.context,
        options.threads,
    )
    assert engine.path is not None
    command = engine.command(engine.path, wanted)
    with LocalModelServer(command, engine.environment(wanted), wanted.port) as server:
        _say(f"Loading {visible(wanted.name)} with {engine.name} on {server.base_url} ...")
        names = server.wait(_say, options.wait)
        name = _name_there(wanted.name, names, engine)
        _say(f"{visible(name)} answers at {server.base_url}; it ends with this program.")
        return begin([*rest, "--base-url", server.base_url, "-m", name])


def _only_model() -> str | None:
    """The one model file that lies here, where there is exactly one."""
    found = sorted(Path().glob(f"*{GGUF}"))
    return str(found[0]) if len(found) == 1 else None


def _served_already(model: str, running: Sequence[LocalServer]) -> LocalServer | None:
    return next((server for server in running if model in server.models), None)


def _engine_for(model: str, known: Sequence[Engine], named: str | None) -> Engine:
    kinds = kinds_of(model)
    if kinds == ("gguf",) and not Path(model).is_file():
        raise NoLocalModel(f"There is no file {visible(model)}. Check the path.")
    fitting = [engine for kind in kinds for engine in known if engine.kind == kind]
    if named is not None:
        fitting = [engine for engine in known if engine.name == named]
        if fitting[0].kind not in kinds:
            takes = {
                "gguf": "a .gguf file",
                "ollama": "the name of a model that ollama list names",
                "hub": "a folder with a model, or its name on the Hugging Face hub",
            }[fitting[0].kind]
            raise NoLocalModel(f"{named} takes {takes}, which {visible(model)} is not.")
    for engine in fitting:
        if engine.here:
            return engine
    needs = " Or: ".join(engine.needs for engine in fitting)
    names = " or ".join(engine.name for engine in fitting)
    raise NoLocalModel(f"{visible(model)} wants {names}, and none is installed. {needs}")


def _name_there(name: str, names: Sequence[str], engine: Engine) -> str:
    if name in names:
        return name
    if engine.kind == "ollama":
        tagged = f"{name}:latest"
        if tagged in names:
            return tagged
        has = ", ".join(visible(one) for one in names[:_MOST_LISTED]) or "none"
        raise NoLocalModel(
            f"Ollama has no model {visible(name)}: it has {has}. Fetch it: "
            f"ollama pull {visible(name)}"
        )
    return names[0] if names else name


def _tell_what_is_here(known: Sequence[Engine], running: Sequence[LocalServer]) -> None:
    for server in running:
        names = ", ".join(visible(name) for name in server.models[:_MOST_LISTED]) or "no model"
        print(f"running    {server.name} at {server.base_url}: {names}")
    for engine in known:
        print(f"{'installed' if engine.here else 'missing':<10} {engine.name:<13}", end="")
        print(visible(engine.path or "") if engine.here else engine.needs)
    files = sorted(Path().glob(f"*{GGUF}"))[:_MOST_LISTED]
    for file in files:
        print(f"model      {visible(str(file))}")
    print("\nName the model: autocoder-tui local MODEL.gguf, or a name Ollama knows.")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
