"""The arguments of `autocoder-tui local`."""

from __future__ import annotations

import argparse
from contextlib import suppress

from autocoder_tui.cli.arguments import Parser, count, given

DESCRIPTION = """\
Start a model on this machine and open the program on it; the model ends with the program.

  autocoder-tui local                          the one .gguf file here; else what is installed, and
                                               what each missing engine needs
  autocoder-tui local MODEL.gguf               llama.cpp's llama-server, or the extra [local]
  autocoder-tui local qwen2.5-coder:1.5b       Ollama
  autocoder-tui local org/name                 vLLM
  autocoder-tui local MODEL.gguf -- run -r "..." -i a.py     any command of the program on it
"""


def local_parser() -> Parser:
    parser = Parser(
        prog="autocoder-tui local",
        description=DESCRIPTION,
        usage="autocoder-tui local [MODEL] [options] [-- arguments of the program]",
    )
    parser.add_argument(
        "model", nargs="?", type=given, metavar="MODEL", help="a .gguf file, or a model's name"
    )
    parser.add_argument(
        "--engine",
        choices=("llama-server", "xllamacpp", "ollama", "vllm"),
        help="what to serve it with (default: what is installed and takes it)",
    )
    parser.add_argument(
        "--context",
        type=_tokens,
        default=16_384,
        metavar="TOKENS",
        help="size of its context window (default: 16384)",
    )
    parser.add_argument(
        "--threads", type=count, metavar="N", help="processors to use (default: the engine's)"
    )
    parser.add_argument(
        "--wait",
        type=_seconds,
        default=600.0,
        metavar="SECONDS",
        help="longest it may take to load (default: 600)",
    )
    return parser


def _tokens(text: str) -> int:
    with suppress(ValueError):
        if 512 <= int(text) <= 10_000_000:
            return int(text)
    raise argparse.ArgumentTypeError("expected a whole number of tokens from 512 to 10000000")


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 < float(text) < 1e7:
            return float(text)
    raise argparse.ArgumentTypeError("expected a number of seconds above 0")
