"""The arguments of every command but `history`, which has its own module.

Nothing heavy is imported here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from autocoder_tui import __version__
from autocoder_tui.problems import shortened
from autocoder_tui.safety.sanitize import visible

NETWORK_FLAGS = {
    "connect_timeout": (float, "SECONDS", "longest wait for a connection"),
    "first_byte_timeout": (float, "SECONDS", "longest wait for the first piece of a reply"),
    "idle_timeout": (float, "SECONDS", "longest silence within a reply"),
    "keepalive_timeout": (float, "SECONDS", "longest wait for text while signs of life come"),
    "total_timeout": (float, "SECONDS", "longest a whole run may take"),
    "max_attempts": (int, "N", "most tries in a row of a failing request"),
    "max_parts": (int, "N", "most parts a cut-off reply is continued to"),
}

DESCRIPTION = """\
Pick files, say what you want, watch the code stream in, accept or reject it hunk by hunk.

  autocoder-tui [DIR]           open the program on DIR (default: here)
  autocoder-tui run [DIR] ...   the same job without the screen, for scripts
  autocoder-tui resume [RUN]    open it on a run that was interrupted (default: the last)
  autocoder-tui review FILE     review a reply from elsewhere (- for stdin): no model, no key
  autocoder-tui history ...     list, show, export, rename and delete the runs so far
  autocoder-tui local [MODEL]   start a model on this machine and open the program on it
  autocoder-tui usage           what the runs so far used and cost
  autocoder-tui doctor          what a bug report needs, and what is broken
  autocoder-tui --demo          try it with recorded replies: no key, no network
"""

RUN_DESCRIPTION = """\
Generate without the screen: progress on stderr, the code to -o, or to stdout without -o.
Exit codes: 0 done, 1 the run failed or was refused, 2 usage, 130 interrupted,
128 + n ended by signal n.
"""


RUN_HELP = "its id or the beginning of it, its name, or last"


def _refused(expected: str, text: str) -> argparse.ArgumentTypeError:
    """What argparse says of a value. Of its own accord it says "invalid ... value"."""
    found = f'"{shortened(text)}"' if text.strip() else "an empty value"
    return argparse.ArgumentTypeError(f"expected {expected}, found {found}")


def given(text: str) -> str:
    """A value that is there: an unset variable of a shell must not pass for one."""
    if not text.strip():
        raise _refused("a value", text)
    return text


def _number(text: str, expected: str, fits: Callable[[float], bool]) -> float:
    with suppress(ValueError):
        value = float(text)
        if fits(value):
            return value
    raise _refused(expected, text)


def _whole(text: str, expected: str, least: int, most: int) -> int:
    with suppress(ValueError):
        value = int(text)
        if least <= value <= most:
            return value
    raise _refused(expected, text)


def _temperature(text: str) -> float:
    return _number(text, "a number from 0 to 2", lambda value: 0 <= value <= 2)


class _Parser(argparse.ArgumentParser):
    """Names the arguments it does not know, which a shell may have made of any file's name."""

    def _print_message(self, message: str, file: Any = None) -> None:
        super()._print_message(visible(message, lines=True), file)


class Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=34)


def positive(text: str) -> float:
    return _number(text, "a number of seconds above 0", lambda value: 0 < value < 1e7)


def count(text: str) -> int:
    return _whole(text, "a whole number from 1 to 1000", 1, 1000)


def _rounds(text: str) -> int:
    return _whole(text, "a whole number of rounds from 1 to 20", 1, 20)


def _level(text: str) -> int:
    return _whole(text, "a whole number from 0 to 3", 0, 3)


def _dollars(text: str) -> Decimal:
    with suppress(InvalidOperation):
        value = Decimal(text.removeprefix("$"))
        if value.is_finite() and value > 0:
            return value
    raise _refused("US dollars above 0 such as 0.50", text)


def _add_job_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", nargs="?", metavar="DIR", help="project folder (default: .)")
    job = parser.add_argument_group("the job")
    job.add_argument(
        "-i",
        "--input-files",
        nargs="+",
        action="extend",
        default=[],
        type=given,
        metavar="FILE",
        help="files, folders or globs the model is given (repeatable)",
    )
    job.add_argument("-o", "--output-file", type=given, metavar="FILE", help="the file to write")
    job.add_argument(
        "-r",
        "--requirements",
        type=given,
        metavar="TEXT",
        help="what you want; @FILE reads it from a file, @- from stdin, @@ begins a text with @",
    )
    job.add_argument(
        "-f", "--force", action="store_true", default=None, help="the output file may exist"
    )
    job.add_argument(
        "-c",
        "--control-file",
        type=given,
        metavar="FILE",
        help="TOML or JSON file with these options",
    )
    model = parser.add_argument_group("the model")
    model.add_argument("-m", "--model", type=given, metavar="NAME", help="model name (see -l)")
    model.add_argument(
        "--fallback",
        action="append",
        default=[],
        type=given,
        metavar="NAME",
        help="model to go on with when that one is not available (repeatable, in order)",
    )
    model.add_argument("-l", "--list-models", action="store_true", help="print the model table")
    model.add_argument("--base-url", type=given, metavar="URL", help="any OpenAI-compatible server")
    model.add_argument(
        "--temperature", type=_temperature, metavar="T", help="sampling temperature, where taken"
    )
    model.add_argument(
        "--max-output", type=count_tokens, metavar="TOKENS", help="most tokens of one reply"
    )
    model.add_argument(
        "--edit-format",
        choices=("auto", "whole", "edits"),
        help="what to ask for an existing file as (default: auto, by its size and by what the "
        "model manages)",
    )
    model.add_argument(
        "--edit-retries",
        type=_retries,
        metavar="N",
        help="how often changes without a place are sent back to the model (default: 1)",
    )
    model.add_argument("--max-cost", type=_dollars, metavar="USD", help="spending cap of one run")
    model.add_argument(
        "--demo", action="store_true", help="recorded replies on a sample project; no key"
    )
    network = parser.add_argument_group("limits (also under [network] in config.toml)")
    for name, (kind, metavar, text) in NETWORK_FLAGS.items():
        network.add_argument(
            "--" + name.replace("_", "-"),
            type=positive if kind is float else count,
            metavar=metavar,
            help=text,
        )
    parser.add_argument(
        "-d",
        "--debug-level",
        type=_level,
        metavar="0..3",
        help="0 silent but for errors, 1 info (default), 2 debug, 3 all requests and chunks",
    )
    parser.add_argument("--version", action="version", version=f"autocoder-tui {__version__}")


def _retries(text: str) -> int:
    return _whole(text, "a whole number from 0 to 5", 0, 5)


def count_tokens(text: str) -> int:
    return _whole(text, "a whole number of tokens from 1 to 10000000", 1, 10_000_000)


def tui_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="autocoder-tui", description=DESCRIPTION, formatter_class=Formatter)
    _add_job_arguments(parser)
    parser.add_argument("--theme", metavar="NAME", help="colour theme")
    return parser


def resume_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="autocoder-tui resume",
        description="Open the program on a run of the past, with its text, files and verdicts.",
        formatter_class=Formatter,
    )
    parser.add_argument(
        "resume", nargs="?", default="last", type=given, metavar="RUN", help=RUN_HELP
    )
    _add_job_arguments(parser)
    parser.add_argument("--theme", metavar="NAME", help="colour theme")
    return parser


def review_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="autocoder-tui review",
        description="Open the program on a reply that a chat page or another program gave: whole "
        "files, edits or a diff, with whatever was said around them. Nothing is sent; what you "
        "accept is written.",
        formatter_class=Formatter,
    )
    parser.add_argument(
        "reply", type=given, metavar="FILE", help="the file with the reply; - for stdin"
    )
    _add_job_arguments(parser)
    parser.add_argument("--theme", metavar="NAME", help="colour theme")
    return parser


def run_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="autocoder-tui run", description=RUN_DESCRIPTION, formatter_class=Formatter
    )
    _add_job_arguments(parser)
    parser.add_argument(
        "--resume", type=given, metavar="RUN", help=f"go on with the text of a run: {RUN_HELP}"
    )
    output = parser.add_argument_group("what comes out")
    output.add_argument(
        "--despite-warnings",
        action="store_true",
        help="write FILE, or print the patch, though it would most likely do damage: code left "
        "out, a diff or marks in the place of the file, text that no longer parses",
    )
    output.add_argument(
        "--patch", action="store_true", help="print a unified diff and write nothing"
    )
    output.add_argument(
        "--json", action="store_true", help="print one JSON object at the end on stdout"
    )
    output.add_argument(
        "--check",
        action=argparse.BooleanOptionalAction,
        help="try the result in a copy of the project first; where a command fails nothing is "
        "written or printed, and the exit code is 1. The commands are those of the project, as "
        "far as you have said yes to them on the screen",
    )
    output.add_argument(
        "--check-command",
        action="append",
        default=[],
        type=given,
        metavar="CMD",
        help='check with this command, such as "pytest -q", and no other (repeatable)',
    )
    output.add_argument(
        "--fix",
        type=_rounds,
        default=0,
        metavar="N",
        help="send what fails in the check back to the model, at most N times",
    )
    output.add_argument(
        "--estimate-cost",
        action="store_true",
        help="print the tokens and what the run may cost, and send nothing",
    )
    return parser


def usage_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="autocoder-tui usage",
        description="Print what the runs so far used and cost.",
        formatter_class=Formatter,
    )
    parser.add_argument(
        "--by",
        choices=("run", "day", "model", "project"),
        default="run",
        help="what to put together (default: run)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", dest="form", action="store_const", const="csv", help="as CSV")
    form.add_argument(
        "--json", dest="form", action="store_const", const="json", help="a JSON object per run"
    )
    return parser


def doctor_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="autocoder-tui doctor",
        description="Print what a bug report needs, and what is broken. Changes nothing.",
        epilog="Exit codes: 0 usable, 1 something is broken, 2 usage.",
        formatter_class=Formatter,
    )
    parser.add_argument("directory", nargs="?", metavar="DIR", help="project folder (default: .)")
    parser.add_argument(
        "--base-url", type=given, metavar="URL", help="a server to ask too, as for a run"
    )
    parser.add_argument(
        "-m", "--model", type=given, metavar="NAME", help="a model that should be there"
    )
    parser.add_argument("--offline", action="store_true", help="ask no service whether it answers")
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    return parser
