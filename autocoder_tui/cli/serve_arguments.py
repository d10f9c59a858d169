"""The arguments of `autocoder-tui serve`."""

from __future__ import annotations

import argparse
from contextlib import suppress

from autocoder_tui.cli.arguments import Parser, add_option, count, given
from autocoder_tui.config.run_options import RUN_OPTIONS, RunOption
from autocoder_tui.serve.settings import TOKEN_VARIABLE

DESCRIPTION = """\
Answer over HTTP: POST /generate-code/ streams code with an explanation, /ws holds conversations,
/docs says what there is. Needs the extra [serve]. By default only this machine can ask.
"""
_GROUPS = ("the model", "limits")
_NOT_HERE = ("edit_format", "edit_retries", "fallback")
OF_A_RUN: tuple[RunOption, ...] = tuple(
    option for option in RUN_OPTIONS if option.group in _GROUPS and option.name not in _NOT_HERE
)
"""The options of a run that a server takes, for all of its runs."""


def serve_parser() -> Parser:
    """What `serve` takes: the flags of `run` that choose the model and its limits, and its own."""
    parser = Parser(prog="autocoder-tui serve", description=DESCRIPTION)
    parser.add_argument("directory", nargs="?", metavar="DIR", help="project folder (default: .)")
    server = parser.add_argument_group("the server")
    server.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen at"
    )
    server.add_argument("--port", type=_port, default=8000, metavar="N", help="default: 8000")
    server.add_argument(
        "--workers", type=count, default=1, metavar="N", help="processes (default: 1)"
    )
    server.add_argument(
        "--allow-host",
        action="append",
        default=[],
        type=given,
        metavar="NAME",
        help="another name the server is asked by (repeatable)",
    )
    server.add_argument(
        "--allow-url",
        action="append",
        default=[],
        type=given,
        metavar="URL",
        help="a base URL that clients may name as custom_url (repeatable)",
    )
    server.add_argument(
        "--rate", default="120/minute", type=given, metavar="N/TIME", help="limit of each client"
    )
    server.add_argument(
        "--at-once", type=count, default=16, metavar="N", help="requests of a client under way"
    )
    server.add_argument(
        "--limit-store",
        default="memory://",
        type=given,
        metavar="URL",
        help="where limits are counted: memory://, or redis://HOST:PORT for several workers",
    )
    server.add_argument(
        "--no-token",
        action="store_true",
        help=f"ask for no token at another address than loopback (else ${TOKEN_VARIABLE}, or a "
        "new one that is printed)",
    )
    server.add_argument("--metrics", action="store_true", help="figures for Prometheus at /metrics")
    server.add_argument(
        "--access-log",
        type=given,
        metavar="FILE",
        help="append a line of JSON for each request, without prompts or keys (-: stdout)",
    )
    _add_app_arguments(parser)
    groups = {
        name: parser.add_argument_group("limits" if name == "limits" else name) for name in _GROUPS
    }
    for option in OF_A_RUN:
        add_option(groups[option.group], option)
    return parser


def _add_app_arguments(parser: Parser) -> None:
    app = parser.add_argument_group("the full-screen program in a browser")
    app.add_argument(
        "--app",
        action="store_true",
        help="serve it at /app, for whoever has the link that is printed, which works once",
    )
    app.add_argument(
        "--app-sessions",
        type=count,
        default=4,
        metavar="N",
        help="how many of it at once (default: 4)",
    )
    app.add_argument(
        "--app-idle",
        type=_minutes,
        default=120.0,
        metavar="MINUTES",
        help="end one after so long without a key (default: 120; 0: never)",
    )


def _minutes(text: str) -> float:
    with suppress(ValueError):
        if 0 <= float(text) <= 1_000_000:
            return float(text)
    raise argparse.ArgumentTypeError("expected minutes, or 0")


def _port(text: str) -> int:
    with suppress(ValueError):
        if 0 <= int(text) <= 65_535:
            return int(text)
    raise argparse.ArgumentTypeError("expected a port from 0 to 65535")
