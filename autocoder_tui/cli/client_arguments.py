"""The arguments of `autocoder-tui client`."""

from __future__ import annotations

from autocoder_tui.cli.arguments import Parser, given

DESCRIPTION = """\
Ask a server that `autocoder-tui serve` started: line by line from the terminal or a pipe, once
with -r, or three trials that show whether it answers as it should (--trials).
"""


def client_parser() -> Parser:
    """What `client` takes."""
    parser = Parser(prog="autocoder-tui client", description=DESCRIPTION)
    parser.add_argument(
        "url",
        nargs="?",
        default="http://127.0.0.1:8000",
        metavar="URL",
        help="where the server is (default: http://127.0.0.1:8000)",
    )
    parser.add_argument("-r", "--prompt", type=given, metavar="TEXT", help="ask this, and no more")
    parser.add_argument("-m", "--model", type=given, metavar="NAME", help="which model answers")
    parser.add_argument(
        "--trials",
        action="store_true",
        help="a request as usual, one that is given no time, one that is invalid",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=120.0,
        metavar="SECONDS",
        help="longest silence (default: 120)",
    )
    return parser
