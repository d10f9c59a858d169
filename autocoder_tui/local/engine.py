"""The programs that can serve a model on this machine: which are here, and how each is started."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Final

from autocoder_tui.values import dataclass

GGUF: Final = ".gguf"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be served. `model` is a path or a name as given, `name` what requests call it;
    `context` is in tokens, `threads` None for what the engine chooses."""

    model: str
    name: str
    port: int
    context: int
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class Engine:
    """`kind`: what it takes, "gguf" (a file), "ollama" (a name it knows) or "hub" (a folder, or a
    name on the Hugging Face hub). `path` is None where it is not installed; `needs` says, as a
    sentence, how to get it."""

    name: str
    kind: str
    path: str | None
    needs: str
    command: Callable[[str, Wanted], list[str]]
    environment: Callable[[Wanted], Mapping[str, str]] = field(default=lambda _wanted: {})

    @property
    def here(self) -> bool:
        return self.path is not None


def _llama_server(path: str, wanted: Wanted) -> list[str]:
    command = [path, "-m", wanted.model, "--host", "127.0.0.1", "--port", str(wanted.port)]
    command += ["-c", str(wanted.context), "--alias", wanted.name, "--jinja"]
    return command + ([] if wanted.threads is None else ["-t", str(wanted.threads)])


def _xllamacpp(path: str, wanted: Wanted) -> list[str]:
    arguments = [wanted.model, str(wanted.port), str(wanted.context), str(wanted.threads or 0)]
    return [path, "-m", "autocoder_tui.local.xllamacpp_server", *arguments, wanted.name]


def _ollama(path: str, _wanted: Wanted) -> list[str]:
    return [path, "serve"]


def _ollama_environment(wanted: Wanted) -> dict[str, str]:
    return {
        "OLLAMA_HOST": f"127.0.0.1:{wanted.port}",
        "OLLAMA_CONTEXT_LENGTH": str(wanted.context),
    }


def _vllm(path: str, wanted: Wanted) -> list[str]:
    command = [path, "serve", wanted.model, "--host", "127.0.0.1", "--port", str(wanted.port)]
    return [*command, "--max-model-len", str(wanted.context), "--served-model-name", wanted.name]


def engines(which: Callable[[str], str | None] = shutil.which) -> list[Engine]:
    """All that are known, those that are preferred first. `which` finds a program."""
    extra = importlib.util.find_spec("xllamacpp") is not None
    return [
        Engine(
            "llama-server",
            "gguf",
            which("llama-server"),
            "Install llama.cpp (brew install llama.cpp, or https://github.com/ggml-org/llama.cpp).",
            _llama_server,
        ),
        Engine(
            "xllamacpp",
            "gguf",
            sys.executable if extra else None,
            'Install the extra: pip install "autocoder-tui[local]".',
            _xllamacpp,
        ),
        Engine(
            "ollama",
            "ollama",
            which("ollama"),
            "Install Ollama (https://ollama.com), then ollama pull a model.",
            _ollama,
            _ollama_environment,
        ),
        Engine(
            "vllm",
            "hub",
            which("vllm"),
            "Install vLLM (pip install vllm); it wants a GPU.",
            _vllm,
        ),
    ]


def kinds_of(model: str) -> tuple[str, ...]:
    """What `model`, as given, may be, the likeliest first."""
    if model.lower().endswith(GGUF):
        return ("gguf",)
    if Path(model).is_dir():
        return ("hub",)
    # Ollama's names may have a slash, too; a tag is its own.
    return ("hub", "ollama") if "/" in model and ":" not in model else ("ollama",)


def name_of(model: str) -> str:
    """What requests call it: a file by its name without the ending, others as given."""
    is_file = model.lower().endswith(GGUF)
    return Path(model).name[: -len(GGUF)] if is_file else model
