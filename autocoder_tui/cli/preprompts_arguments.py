"""The arguments of `autocoder-tui preprompts`."""

from __future__ import annotations

import argparse

from autocoder_tui.cli.arguments import Parser, given
from autocoder_tui.engine.preprompt import shipped_names

DESCRIPTION = """\
What a model is told of how to go about its work: plain text files, one a purpose or a step, to
be changed for you or for a project. The form that replies are read by is
not in them, and stays as it is.

  autocoder-tui preprompts list                 which are in force, and from where
  autocoder-tui preprompts export query         what is shipped, as a file of yours to edit
  autocoder-tui preprompts check                what is wrong with yours, by file and line
"""


def preprompts_parser() -> Parser:
    parser = Parser(prog="autocoder-tui preprompts", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, says: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=says, description=says)
        made.add_argument(
            "--directory",
            type=given,
            default=".",
            metavar="DIR",
            help="the project's folder (default: here)",
        )
        return made

    command("list", "print each, what it is for, and which file is in force")
    path = command("path", "print the file in force; with --user or --project where yours would be")
    _named(path)
    _whose(path)
    show = command("show", "print the text in force")
    _named(show)
    show.add_argument("--shipped", action="store_true", help="print what is shipped instead")
    export = command("export", "write what is shipped into a file of yours, to be edited")
    export.add_argument("name", nargs="?", choices=shipped_names(), metavar="NAME", help=_NAMES)
    export.add_argument("--all", action="store_true", help="all of them")
    _whose(export)
    export.add_argument("--force", action="store_true", help="over files that are there already")
    command("check", "name everything that is wrong with yours; exit code 1 if there is anything")
    return parser


_NAMES = ", ".join(shipped_names())


def _named(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", choices=shipped_names(), metavar="NAME", help=_NAMES)


def _whose(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    for whose, says in (("user", "yours, in every project"), ("project", "of the project alone")):
        group.add_argument(f"--{whose}", dest="whose", action="store_const", const=whose, help=says)
