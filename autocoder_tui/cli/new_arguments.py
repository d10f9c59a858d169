"""The arguments of `autocoder-tui new`."""

from __future__ import annotations

from autocoder_tui.cli.arguments import Parser, given

EXAMPLES = ("dice", "ledger", "todo")
"""Their names; what they are is in `data/examples`."""

DESCRIPTION = """\
Make a folder for a project that goes from a prompt to a code base: the file for the prompt,
what is kept of the steps, and a git repository. Nothing that is there already is touched.

  autocoder-tui new hello               then write what you want, and run the steps
  autocoder-tui new list --from todo    a worked example; --examples says what each one is
"""


def new_parser() -> Parser:
    parser = Parser(prog="autocoder-tui new", description=DESCRIPTION)
    parser.add_argument("name", nargs="?", type=given, metavar="NAME", help="folder to make")
    parser.add_argument(
        "--from",
        dest="example",
        choices=EXAMPLES,
        metavar="EXAMPLE",
        help=f"begin with a worked example: {', '.join(EXAMPLES)}",
    )
    parser.add_argument("--examples", action="store_true", help="say what the examples are")
    return parser
