"""The arguments of `autocoder-tui history`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeVar

from autocoder_tui.store.history.evaluations import ANY, FILTERS

_Parser = TypeVar("_Parser", bound=argparse.ArgumentParser)

DESCRIPTION = """\
The runs so far: everything they were given and everything that came of them.

RUN is "last" (the run that began last), an id or the beginning of one, or a name.
"""


def history_parser(
    parser_class: type[_Parser],
    count: Callable[[str], int],
    value: Callable[[str], str],
) -> _Parser:
    """The parser; `count` and `value` check whole numbers and texts as the other commands do."""
    parser = parser_class(prog="autocoder-tui history", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, says: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=says, description=says)

    listing = command("list", "list runs, the newest first")
    _add_scope(listing, "list the runs of all projects")
    listing.add_argument(
        "--search", type=value, metavar="TEXT", help="only runs with all these words"
    )
    listing.add_argument("-n", type=count, default=20, metavar="N", help="how many (default: 20)")
    listing.add_argument("--json", action="store_true", help="a JSON object per run")

    listing.add_argument(
        "--all-purposes",
        action="store_true",
        help="also the short calls that feedback and clarify make before a run",
    )

    listing.add_argument(
        "--evaluated",
        choices=(ANY, *FILTERS),
        metavar="SAID",
        help="only requests of project runs of which you said so: " + ", ".join((ANY, *FILTERS)),
    )

    showing = command("show", "show one run")
    showing.add_argument("run", nargs="?", type=value, default="last", metavar="RUN")
    part = showing.add_mutually_exclusive_group()
    for name, says in (
        ("reply", "print the joined text of the reply, to the byte"),
        ("patch", "print what it proposed as a patch of what it was given"),
        ("requirements", "print what was asked for"),
        ("reasoning", "print what the model thought, where it said so"),
        ("json", "print everything as one JSON object"),
    ):
        part.add_argument(
            f"--{name}", dest="part", action="store_const", const=name, default="summary", help=says
        )

    exporting = command("export", "write runs out")
    exporting.add_argument(
        "runs", nargs="*", type=value, metavar="RUN", help="which (default: all there are)"
    )
    exporting.add_argument(
        "--format", choices=("md", "jsonl"), default="md", help="Markdown (default) or JSON Lines"
    )
    exporting.add_argument(
        "-o", "--output-file", type=value, metavar="FILE", help="a new file (default: stdout)"
    )

    comparing = command("compare", "put two runs beside each other: what they took, what differs")
    comparing.add_argument("first", type=value, metavar="RUN")
    comparing.add_argument("second", type=value, metavar="RUN")
    how = comparing.add_mutually_exclusive_group()
    how.add_argument("--no-diff", action="store_true", help="leave out the diff of the files")
    how.add_argument("--json", action="store_true", help="print one JSON object")

    noting = command("note", "print the note a run is listed by, or make one; it is kept for ever")
    noting.add_argument("run", type=value, metavar="RUN")
    noting.add_argument("text", nargs="?", metavar="TEXT", help='the note; "" takes it away')

    renaming = command("rename", "the same as note, for a name that is not empty")
    renaming.add_argument("run", type=value, metavar="RUN")
    renaming.add_argument("name", type=value, metavar="NAME")

    deleting = command("delete", "remove runs for good")
    deleting.add_argument("runs", nargs="*", type=value, metavar="RUN")
    deleting.add_argument("--all", action="store_true", help="remove every run there is")
    deleting.add_argument("-y", "--yes", action="store_true", help="don't ask first")
    return parser


def _add_scope(parser: argparse.ArgumentParser, says: str) -> None:
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument(
        "--project", metavar="DIR", help="the runs of the project in DIR (default: here)"
    )
    scope.add_argument("--all", action="store_true", help=says)
