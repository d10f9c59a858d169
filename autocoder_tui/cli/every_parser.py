"""The whole command line as one parser, for what is made from it: completions, man page, help."""

from __future__ import annotations

import argparse

from autocoder_tui.cli.arguments import (
    Parser,
    completions_parser,
    config_parser,
    count,
    docs_parser,
    doctor_parser,
    given,
    man_parser,
    resume_parser,
    review_parser,
    run_parser,
    schema_parser,
    tui_parser,
    usage_parser,
)
from autocoder_tui.cli.batch_arguments import batch_parser
from autocoder_tui.cli.client_arguments import client_parser
from autocoder_tui.cli.history_arguments import history_parser
from autocoder_tui.cli.local_arguments import local_parser
from autocoder_tui.cli.new_arguments import new_parser
from autocoder_tui.cli.preprompts_arguments import preprompts_parser
from autocoder_tui.cli.project_arguments import project_parser, rerun_parser, steps_parser
from autocoder_tui.cli.serve_arguments import serve_parser


def commands() -> dict[str, Parser]:
    """The parser of each command by its name, in the order in which they are shown."""
    return {
        "run": run_parser(),
        "project": project_parser(),
        "rerun": rerun_parser(),
        "steps": steps_parser(),
        "batch": batch_parser(),
        "new": new_parser(),
        "resume": resume_parser(),
        "review": review_parser(),
        "history": history_parser(Parser, count, given),
        "local": local_parser(),
        "serve": serve_parser(),
        "client": client_parser(),
        "usage": usage_parser(),
        "doctor": doctor_parser(),
        "config": config_parser(),
        "preprompts": preprompts_parser(),
        "schema": schema_parser(),
        "completions": completions_parser(),
        "man": man_parser(),
        "docs": docs_parser(),
    }


def whole_parser() -> argparse.ArgumentParser:
    """All commands below the bare program. It describes; it is not what parses."""
    bare = tui_parser()
    whole = Parser(prog=bare.prog, description=bare.description, parents=[bare], add_help=False)
    # The folder that may stand in the place of a command comes with the commands.
    whole._actions[:] = [action for action in whole._actions if action.dest != "directory"]
    below = whole.add_subparsers(metavar="COMMAND")
    for name, parser in commands().items():
        says = (parser.description or "").split("\n")[0].split(". ")[0].rstrip(".:")
        below.add_parser(
            name, parents=[parser], add_help=False, help=says, description=parser.description
        )
    return whole
