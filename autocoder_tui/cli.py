"""The command line: what was asked, and which face to start.

Nothing heavy is imported here; textual and openai only when a face needs them.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from autocoder_tui import __version__
from autocoder_tui.display import visible
from autocoder_tui.errors import AutocoderError

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 130

NETWORK_FLAGS = {
    "connect_timeout": (float, "SECONDS", "longest wait for a connection"),
    "first_byte_timeout": (float, "SECONDS", "longest wait for the first piece of a reply"),
    "idle_timeout": (float, "SECONDS", "longest silence within a reply"),
    "total_timeout": (float, "SECONDS", "longest a whole run may take"),
    "max_attempts": (int, "N", "most tries in a row of a failing request"),
    "max_parts": (int, "N", "most parts a cut-off reply is continued to"),
}

DESCRIPTION = """\
Pick files, say what you want, watch the code stream in, accept or reject it hunk by hunk.

  autocoder-tui [DIR]           open the program on DIR (default: here)
  autocoder-tui run [DIR] ...   the same job without the screen, for scripts
  autocoder-tui resume [RUN]    open it on a run that was interrupted (default: the last)
  autocoder-tui history ...     list, show, export, rename and delete the runs so far
  autocoder-tui usage           what the runs so far used and cost
  autocoder-tui --demo          try it with recorded replies: no key, no network
"""

RUN_DESCRIPTION = """\
Generate without the screen: progress on stderr, the code to -o, or to stdout without -o.
Exit codes: 0 done, 1 the run failed or was refused, 2 usage, 130 interrupted.
"""


RUN_HELP = "its id or the beginning of it, its name, or last"


def _given(text: str) -> str:
    """A value that is there: an unset variable of a shell must not pass for one."""
    if not text.strip():
        raise ValueError
    return text


def _temperature(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 2:
        raise ValueError
    return value


_given.__name__, _temperature.__name__ = "value, it is empty", "number from 0 to 2"


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=34)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e7:
        raise ValueError
    return value


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1000:
        raise ValueError
    return value


_positive.__name__, _count.__name__ = "number of seconds", "whole number from 1 to 1000"


def _dollars(text: str) -> Decimal:
    try:
        value = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        raise ValueError from None
    if not value.is_finite() or value <= 0:
        raise ValueError
    return value


_dollars.__name__ = "amount in dollars"


def _add_job_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", nargs="?", metavar="DIR", help="project folder (default: .)")
    job = parser.add_argument_group("the job")
    job.add_argument(
        "-i",
        "--input-files",
        nargs="+",
        action="extend",
        default=[],
        type=_given,
        metavar="FILE",
        help="files, folders or globs the model is given (repeatable)",
    )
    job.add_argument("-o", "--output-file", type=_given, metavar="FILE", help="the file to write")
    job.add_argument(
        "-r",
        "--requirements",
        type=_given,
        metavar="TEXT",
        help="what you want; @FILE reads it from a file, @- from stdin",
    )
    job.add_argument(
        "-f", "--force", action="store_true", default=None, help="the output file may exist"
    )
    job.add_argument(
        "-c",
        "--control-file",
        type=_given,
        metavar="FILE",
        help="TOML or JSON file with these options",
    )
    model = parser.add_argument_group("the model")
    model.add_argument("-m", "--model", type=_given, metavar="NAME", help="model name (see -l)")
    model.add_argument(
        "--fallback",
        action="append",
        default=[],
        type=_given,
        metavar="NAME",
        help="model to go on with when that one is not available (repeatable, in order)",
    )
    model.add_argument("-l", "--list-models", action="store_true", help="print the model table")
    model.add_argument(
        "--base-url", type=_given, metavar="URL", help="any OpenAI-compatible server"
    )
    model.add_argument(
        "--temperature", type=_temperature, metavar="T", help="sampling temperature, where taken"
    )
    model.add_argument(
        "--max-output", type=_count_tokens, metavar="TOKENS", help="most tokens of one reply"
    )
    model.add_argument("--max-cost", type=_dollars, metavar="USD", help="spending cap of one run")
    model.add_argument(
        "--demo", action="store_true", help="recorded replies on a sample project; no key"
    )
    network = parser.add_argument_group("limits (also under [network] in config.toml)")
    for name, (kind, metavar, text) in NETWORK_FLAGS.items():
        network.add_argument(
            "--" + name.replace("_", "-"),
            type=_positive if kind is float else _count,
            metavar=metavar,
            help=text,
        )
    parser.add_argument(
        "-d",
        "--debug-level",
        type=int,
        choices=range(4),
        metavar="0..3",
        help="0 errors only, 1 progress (default), 2 every step, 3 everything received",
    )
    parser.add_argument("--version", action="version", version=f"autocoder-tui {__version__}")


def _count_tokens(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


_count_tokens.__name__ = "number of tokens"


def _tui_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autocoder-tui", description=DESCRIPTION, formatter_class=_Formatter
    )
    _add_job_arguments(parser)
    parser.add_argument("--theme", metavar="NAME", help="colour theme")
    return parser


def _resume_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autocoder-tui resume",
        description="Open the program on a run of the past, with its text, files and verdicts.",
        formatter_class=_Formatter,
    )
    parser.add_argument(
        "resume", nargs="?", default="last", type=_given, metavar="RUN", help=RUN_HELP
    )
    _add_job_arguments(parser)
    parser.add_argument("--theme", metavar="NAME", help="colour theme")
    return parser


def _run_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autocoder-tui run", description=RUN_DESCRIPTION, formatter_class=_Formatter
    )
    _add_job_arguments(parser)
    parser.add_argument(
        "--resume", type=_given, metavar="RUN", help=f"go on with the text of a run: {RUN_HELP}"
    )
    output = parser.add_argument_group("what comes out")
    output.add_argument(
        "--despite-warnings",
        action="store_true",
        help="replace FILE though code seems to have been left out of it",
    )
    output.add_argument(
        "--patch", action="store_true", help="print a unified diff and write nothing"
    )
    output.add_argument(
        "--json", action="store_true", help="print one JSON object at the end on stdout"
    )
    output.add_argument(
        "--estimate-cost",
        action="store_true",
        help="print the tokens and what the run may cost, and send nothing",
    )
    return parser


def _history(arguments: Sequence[str]) -> int:
    from autocoder_tui.history_arguments import history_parser

    options = history_parser(_Formatter, _count, _given).parse_args(arguments)
    from autocoder_tui.history_cli import history_command

    return history_command(options, os.environ)


def _usage_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autocoder-tui usage",
        description="Print what the runs so far used and cost.",
        formatter_class=_Formatter,
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


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit code."""
    if sys.stderr is None:
        # Closed by the caller. What is said goes nowhere then, and to no file that is opened next.
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = arguments[0] if arguments else ""
    if command == "usage":
        return _print_usage(_usage_parser().parse_args(arguments[1:]))
    parsers = {"run": _run_parser, "resume": _resume_parser}
    parser = parsers.get(command, _tui_parser)()
    try:
        if command == "history":
            return _history(arguments[1:])
        options = parser.parse_args(arguments[1:] if command in parsers else arguments)
        return _start(parser, options, headless=command == "run")
    except AutocoderError as error:
        print(f"autocoder-tui: {visible(error.message)}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; a traceback would only be noise.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED


def _directory(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Path:
    """The project's folder: as given, that of the run to go on with, or here."""
    resume = getattr(options, "resume", None)
    if resume is not None and (options.requirements or options.input_files):
        parser.error("a run that is resumed has its requirements and files: leave out -r and -i")
    if options.directory is None and resume is not None:
        from autocoder_tui.resuming import kept_project

        return kept_project(resume, os.environ)
    directory = Path(options.directory or ".")
    if not directory.is_dir():
        parser.error(f"{visible(str(directory))} is not a folder")
    return directory


def _print_usage(options: argparse.Namespace) -> int:
    from autocoder_tui.store.dirs import state_dir
    from autocoder_tui.usage_table import usage_report

    try:
        print(usage_report(state_dir(os.environ), options.by, options.form or "text"))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except OSError as error:
        reason = error.strerror or "unknown reason"
        print(f"autocoder-tui: the record of usage cannot be read: {reason}.", file=sys.stderr)
        return EXIT_FAILED
    return EXIT_OK


def _start(parser: argparse.ArgumentParser, options: argparse.Namespace, *, headless: bool) -> int:
    from autocoder_tui.setup import load_setup

    if options.requirements == "@-" and not headless:
        parser.error("-r @- is for `autocoder-tui run`; the full-screen program needs the terminal")
    try:
        setup = load_setup(_directory(parser, options), options, os.environ)
    except AutocoderError as error:
        if headless and options.json:
            from autocoder_tui.headless import report_refusal

            report_refusal(error)
        raise
    if options.list_models:
        from autocoder_tui.model_table import model_table

        for problem in setup.problems:
            print(f"autocoder-tui: {visible(problem)}", file=sys.stderr)
        print(model_table(setup.catalog))
        return EXIT_OK
    if headless:
        from autocoder_tui.headless import run_headless

        return run_headless(setup, parser)
    refusal = _no_screen()
    if refusal is not None:
        print(f"autocoder-tui: {refusal}", file=sys.stderr)
        return EXIT_USAGE
    from autocoder_tui.ui.start import start_app

    return start_app(setup)


def _no_screen() -> str | None:
    """Why the full-screen program can't start here, or None if it can."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "there is no terminal to draw on; use `autocoder-tui run` in scripts and pipes."
    if os.environ.get("TERM", "") in ("", "dumb"):
        return "this terminal (TERM=dumb) can't show a screen; use `autocoder-tui run` instead."
    return None
