"""The arguments of `autocoder-tui serve`."""

from __future__ import annotations

import argparse
from contextlib import suppress

from autocoder_tui.cli.arguments import Parser, add_option, count, given
from autocoder_tui.config.run_options import RUN_OPTIONS

DESCRIPTION = """\
Answer over HTTP: POST /generate-code/ streams code with an explanation, /ws holds conversations,
/docs says what there is. Needs the extra [serve]. By default only this machine can ask.
"""
_GROUPS = ("the model", "limits")
_NOT_HERE = ("edit_format", "edit_retries", "fallback")
TOKEN_VARIABLE = "AUTOCODER_TUI_SERVE_TOKEN"


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
    groups = {
        name: parser.add_argument_group("limits" if name == "limits" else name) for name in _GROUPS
    }
    for option in RUN_OPTIONS:
        if option.group in groups and option.name not in _NOT_HERE:
            add_option(groups[option.group], option)
    return parser


def _port(text: str) -> int:
    with suppress(ValueError):
        if 0 <= int(text) <= 65_535:
            return int(text)
    raise argparse.ArgumentTypeError("expected a port from 0 to 65535")
