"""`autocoder-tui project` and `rerun`: on the screen, or without it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from autocoder_tui.cli.screen import why_no_screen
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.command import report_refusal
from autocoder_tui.headless.delivery import print_result
from autocoder_tui.headless.exit_codes import EXIT_OK
from autocoder_tui.headless.project_command import Wanted, project_setup, run_project
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.gpt_engineer import around, recognised
from autocoder_tui.steps.project import LAST
from autocoder_tui.steps.rerun import project_of_log
from autocoder_tui.system.malloc import return_freed_memory


def project_command(
    options: argparse.Namespace, environ: Mapping[str, str], parser: argparse.ArgumentParser
) -> int:
    """Do what was asked for; returns the exit code. Raises AutocoderError."""
    if options.old_logs is not None:
        return _old_logs(Path(options.directory or "."), options.old_logs)
    resumed = options.project_run or (LAST if options.goes_on else None)
    if resumed is not None:
        given = [
            flag
            for flag, value in (
                ("-r", options.requirements),
                ("-i", options.input_files),
                ("--steps", options.configuration),
            )
            if value
        ]
        if given:
            parser.error(
                f"a run that is gone on with has its steps, prompt and files: leave out "
                f"{', '.join(given)}. The prompt may be changed in .autocoder/prompt"
            )
    if options.again is not None and resumed is None:
        parser.error("--from does a step of a run anew that there is: add --resume, or --run RUN")
    wanted = Wanted(options.configuration, resumed, options.run_scripts, options.again)
    if _is_for_the_screen(options):
        return _on_screen(options, environ, wanted)
    return _run(options, environ, wanted)


def _is_for_the_screen(options: argparse.Namespace) -> bool:
    """Whether a person decides on it, and can: nothing was said that only the command without
    the screen can give."""
    said = (
        options.assume,
        options.patch,
        options.json,
        options.run_scripts,
        options.answers is not None,
        options.despite_warnings,
        options.again is not None,
    )
    return not any(said) and why_no_screen() is None


def _on_screen(options: argparse.Namespace, environ: Mapping[str, str], wanted: Wanted) -> int:
    setup = project_setup(options, environ)
    return_freed_memory()
    if setup.plain:
        return run_project(setup, wanted)
    from autocoder_tui.ui.controllers.project_wish import Wish
    from autocoder_tui.ui.opening import open_screen

    wish = Wish(wanted.configuration or "", wanted.resume is not None, wanted.resume or "")
    return open_screen(setup, wish)


def _old_logs(directory: Path, name: str) -> int:
    """Print one log of a GPT Engineer folder, or a list of them."""
    folder = recognised(directory) or around(directory)
    if folder is None:
        raise AutocoderError(
            f"{visible(str(directory))} is no folder that GPT Engineer made: it would have a file "
            "prompt and a folder workspace."
        )
    if name:
        text = visible(folder.log_text(name), lines=True)
    else:
        logs = folder.logs()
        text = "".join(f"{log.size:>10,}  {visible(log.name)}\n" for log in logs)
    print_result(text.encode("utf-8", "replace"))
    return EXIT_OK


def rerun_command(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Run a step again from its log; returns the exit code. Raises AutocoderError."""
    log = Path(options.log)
    options.directory = None
    try:
        options.directory = str(project_of_log(log))
    except AutocoderError as error:
        return _refused(options, error.message, error.kind)
    return _run(options, environ, Wanted(run_scripts=options.run_scripts, rerun=log))


def _run(options: argparse.Namespace, environ: Mapping[str, str], wanted: Wanted) -> int:
    try:
        setup = project_setup(options, environ)
    except AutocoderError as error:
        return _refused(options, error.message, error.kind)
    return_freed_memory()
    return run_project(setup, wanted)


def _refused(options: argparse.Namespace, message: str, kind: str = "usage") -> int:
    if options.json:
        report_refusal(kind, message)
    raise AutocoderError(message)
