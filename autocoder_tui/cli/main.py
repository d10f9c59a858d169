"""The command line: what was asked, and which face to start.

Nothing heavy is imported here; textual and openai only when a face needs them.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn, TypeAlias

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
from autocoder_tui.cli.project_arguments import project_parser, rerun_parser, steps_parser
from autocoder_tui.cli.screen import has_terminal, why_no_screen
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.exit_codes import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE
from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.locale_encoding import begin_again_in_utf8, is_utf8
from autocoder_tui.system.malloc import return_freed_memory

if TYPE_CHECKING:
    from autocoder_tui.runs.setup import Setup

Face: TypeAlias = Literal["screen", "none", "either"]
"""How a command shows what it does: on the full screen, without, or as it was called."""


def _history(arguments: Sequence[str]) -> int:
    from autocoder_tui.cli.history_arguments import history_parser

    options = history_parser(Parser, count, given).parse_args(arguments)
    from autocoder_tui.cli.history import history_command

    return history_command(options, os.environ)


def _local(arguments: Sequence[str]) -> int:
    from autocoder_tui.cli.local_arguments import local_parser

    mine, inner = [*arguments], list[str]()
    if "--" in mine:
        at = mine.index("--")
        mine, inner = mine[:at], mine[at + 1 :]
    options = local_parser().parse_args(mine)
    from autocoder_tui.cli.local import local_command

    # The server is ended on the way out, so this process is not ended at once.
    return local_command(options, inner, lambda begun: _run(begun, is_process=False))


def _batch(arguments: Sequence[str]) -> int:
    options = batch_parser().parse_args(arguments)
    if options.paths == ["list"] and not Path("list").exists():
        options.list = True
    if options.report == "-":
        options.report, options.batch_json = None, True
    return_freed_memory()
    from autocoder_tui.headless.batch_command import batch_command

    try:
        return batch_command(options, os.environ)
    except AutocoderError as error:
        if options.batch_json:
            from autocoder_tui.headless.command import report_batch_refusal

            report_batch_refusal(error.kind, error.message)
        raise


def _new(arguments: Sequence[str]) -> int:
    from autocoder_tui.cli.new_command import new_command

    return new_command(arguments)


def _project(arguments: Sequence[str]) -> int:
    parser = project_parser()
    options = parser.parse_args(arguments)
    from autocoder_tui.cli.project_command import project_command

    return project_command(options, os.environ, parser)


def _rerun(arguments: Sequence[str]) -> int:
    options = rerun_parser().parse_args(arguments)
    from autocoder_tui.cli.project_command import rerun_command

    return rerun_command(options, os.environ)


def _steps(arguments: Sequence[str]) -> int:
    options = steps_parser().parse_args(arguments)
    from autocoder_tui.cli.steps_command import steps_command

    return steps_command(options, os.environ)


def _serve(arguments: Sequence[str]) -> int:
    from autocoder_tui.cli.serve_arguments import serve_parser

    options = serve_parser().parse_args(arguments)
    from autocoder_tui.cli.serve import serve_command

    return serve_command(options, os.environ)


def _client(arguments: Sequence[str]) -> int:
    from autocoder_tui.cli.client_arguments import client_parser

    options = client_parser().parse_args(arguments)
    from autocoder_tui.cli.client import client_command

    return client_command(options, os.environ)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit code."""
    if sys.stderr is None:
        # Closed by the caller. What is said goes nowhere then, and to no file that is opened next.
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    if argv is None:
        begin_again_in_utf8()
    if isinstance(sys.stdout, io.TextIOWrapper) and not is_utf8(sys.stdout.encoding):
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments, is_process=argv is None)
    except AutocoderError as error:
        print(f"autocoder-tui: {safe_line(error.message)}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; a traceback would only be noise.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except Exception as error:
        from autocoder_tui.config.dirs import state_dir
        from autocoder_tui.diagnostics import crash_report as crash

        crash.say(error, crash.write_report(state_dir(os.environ), error, os.environ))
        return EXIT_FAILED


def _run(arguments: list[str], *, is_process: bool) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command in _COMMANDS:
        code = _COMMANDS[command](rest)
        if is_process and "autocoder_tui.ui.opening" in sys.modules:  # it was on the screen
            _end_at_once(code)
        return code
    parsers: dict[str, Callable[[], Parser]] = {
        "run": run_parser,
        "resume": resume_parser,
        "review": review_parser,
    }
    parser = parsers.get(command, tui_parser)()
    options = parser.parse_args(rest if command in parsers else arguments)
    if command == "review":
        from autocoder_tui.cli.given_reply import read_reply

        options.reply = read_reply(options.reply)
    faces: dict[str, Face] = {"run": "none", "resume": "screen", "review": "screen"}
    face = faces.get(command, "either")
    code, on_screen = _start(parser, options, face)
    if is_process and on_screen:
        _end_at_once(code)
    return code


def _config(arguments: Sequence[str]) -> int:
    options = config_parser().parse_args(arguments)
    from autocoder_tui.cli.config_command import config_command

    return config_command(options, os.environ)


def _preprompts(arguments: Sequence[str]) -> int:
    from autocoder_tui.cli.preprompts_arguments import preprompts_parser

    options = preprompts_parser().parse_args(arguments)
    from autocoder_tui.cli.preprompts_command import preprompts_command

    return preprompts_command(options, os.environ)


def _print_schema(arguments: Sequence[str]) -> int:
    options = schema_parser().parse_args(arguments)
    import json

    from autocoder_tui.config.control_schema import (
        control_schema,
        options_table,
        settings_schema,
    )
    from autocoder_tui.config.setting_text import reference

    table, schema = options_table, control_schema
    if options.what == "config":
        table, schema = reference, settings_schema
    print(table() if options.table else json.dumps(schema(), indent=2))
    return EXIT_OK


def _print_completions(arguments: Sequence[str]) -> int:
    options = completions_parser().parse_args(arguments)
    from autocoder_tui.cli.completions import completion_script

    print(completion_script(options.shell))
    return EXIT_OK


def _complete(arguments: Sequence[str]) -> int:
    """What the script of a shell asks for; of no use to people, and in no help."""
    from autocoder_tui.cli.completions import print_names

    print_names(arguments[0] if arguments else "")
    return EXIT_OK


def _print_man_page(arguments: Sequence[str]) -> int:
    man_parser().parse_args(arguments)
    from autocoder_tui.cli.man_page import man_page

    print(man_page(), end="")
    return EXIT_OK


def _docs(arguments: Sequence[str]) -> int:
    options = docs_parser().parse_args(arguments)
    from autocoder_tui.cli.docs import show

    show(options.topic)
    return EXIT_OK


def _end_at_once(code: int) -> NoReturn:
    """End the process of the full-screen program as it stands. All is saved and the terminal is
    given back by now; to take everything apart in memory, as the interpreter would, is a second
    of work without a prompt."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


def _directory(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Path:
    """The project's folder: as given, that of the run to go on with, or here."""
    resume = getattr(options, "resume", None)
    run = parser.prog == "autocoder-tui run"
    follows = run and options.mode in ("query", "feedback")
    if resume is not None and options.input_files and not (follows and options.requirements):
        parser.error("a run that is resumed has its files: leave out -i")
    if resume is not None and options.requirements and not follows:
        parser.error(
            "a run that is resumed has its requirements: leave out -r. With --mode query it is "
            "the next question of a conversation, with --mode feedback what is wrong with the run "
            "(run --mode query --resume RUN -r TEXT)"
        )
    from autocoder_tui.workspace.output_path import is_folder

    if options.directory is None and resume is not None:
        from autocoder_tui.cli.resume import kept_project

        return kept_project(resume, os.environ)
    directory = Path(options.directory or ".")
    if not is_folder(directory):
        parser.error(f"{visible(str(directory))} is not a folder")
    return directory


def _print_doctor(arguments: Sequence[str]) -> int:
    options = doctor_parser().parse_args(arguments)
    from autocoder_tui.cli.doctor import Asked, doctor

    project = Path(options.directory or ".")
    asked = Asked(project, options.base_url, options.model, offline=options.offline)
    report, usable = doctor(asked, os.environ, as_json=options.json)
    try:
        print(report, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_OK if usable else EXIT_FAILED


def _print_usage(arguments: Sequence[str]) -> int:
    options = usage_parser().parse_args(arguments)
    from autocoder_tui.config.dirs import state_dir
    from autocoder_tui.runs.usage_table import usage_report

    try:
        print(usage_report(state_dir(os.environ), options.by, options.form or "text"))
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or "unknown reason"
        print(f"autocoder-tui: the record of usage cannot be read: {reason}.", file=sys.stderr)
        return EXIT_FAILED
    return EXIT_OK


_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "project": _project,
    "rerun": _rerun,
    "steps": _steps,
    "batch": _batch,
    "local": _local,
    "new": _new,
    "serve": _serve,
    "client": _client,
    "history": _history,
    "usage": _print_usage,
    "doctor": _print_doctor,
    "config": _config,
    "preprompts": _preprompts,
    "schema": _print_schema,
    "completions": _print_completions,
    "complete": _complete,
    "man": _print_man_page,
    "docs": _docs,
}
"""The commands that are no run."""


def _start(parser: Parser, options: argparse.Namespace, face: Face) -> tuple[int, bool]:
    """Do what was asked for; the exit code, and whether that was done on the screen."""
    from autocoder_tui.runs.setup import STDIN, load_setup

    if options.requirements in STDIN and face == "screen":
        parser.error("-r @- is for `autocoder-tui run`; the full-screen program needs the terminal")
    try:
        directory = _directory(parser, options)
        if options.create_control_file:
            from autocoder_tui.cli.control_file import create_control_file

            create_control_file(options, directory, os.environ)
            return EXIT_OK, False
        setup = load_setup(directory, options, os.environ)
    except AutocoderError as error:
        if getattr(options, "json", False):
            from autocoder_tui.headless.command import report_refusal

            report_refusal(error.kind, error.message)
        raise
    if options.list_models:
        from autocoder_tui.cli.model_table import model_table

        for problem in setup.problems:
            print(f"autocoder-tui: {visible(problem)}", file=sys.stderr)
        print(model_table(setup.catalog))
        return EXIT_OK, False
    return_freed_memory()
    if face == "none" or (face == "either" and _goes_without(setup, options)):
        from autocoder_tui.headless.command import run_headless

        return run_headless(setup, parser), False
    if setup.plain:
        from autocoder_tui.headless.plain.commands import run_plain

        return run_plain(setup), False
    refusal = why_no_screen()
    if refusal is not None:
        print(f"autocoder-tui: {refusal}", file=sys.stderr)
        return EXIT_USAGE, False
    from autocoder_tui.ui.opening import open_screen

    return open_screen(setup), True


def _goes_without(setup: Setup, options: argparse.Namespace) -> bool:
    """Whether it is done without a person: nothing else can give it, or all was said and there
    is no terminal."""
    from autocoder_tui.runs.setup import STDIN

    result = setup.result
    printed = result.json or result.patch or result.estimate_cost or options.requirements in STDIN
    by_hand = has_terminal() or setup.flags.get("plain")
    return printed or (not by_hand and bool(setup.task.requirements.strip()))
