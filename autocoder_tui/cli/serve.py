"""`autocoder-tui serve`: the HTTP API."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from autocoder_tui.cli.serve_arguments import OF_A_RUN
from autocoder_tui.engine.base_url import check_base_url
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.exit_codes import EXIT_OK
from autocoder_tui.runs.setup import Setup, load_setup
from autocoder_tui.safety.redaction import know, safe_line
from autocoder_tui.serve.settings import (
    LOOPBACK,
    TOKEN_VARIABLE,
    ServeSettings,
    TerminalSettings,
)


class NoServer(AutocoderError):
    kind = "no_server"


def serve_command(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Serve until the process is told to end. Raises AutocoderError where that can't begin."""
    try:
        from autocoder_tui.serve import start
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        raise NoServer(
            f'The package "{missing}" is missing: pip install "autocoder-tui[serve]".'
        ) from error
    settings = serve_settings(options, environ)
    for problem in settings.setup.problems:
        say(problem)
    start.serve(settings, options.workers, say)
    return EXIT_OK


def serve_settings(options: argparse.Namespace, environ: Mapping[str, str]) -> ServeSettings:
    """What the server is started with. Raises AutocoderError."""
    plain = {"control_file": None, "list_models": False, "demo": False}
    setup = load_setup(
        Path(options.directory or "."), argparse.Namespace(**plain, **vars(options)), environ
    )
    token = environ.get(TOKEN_VARIABLE) or None
    if token is None and options.host not in LOOPBACK and not options.no_token:
        token = secrets.token_urlsafe(24)
    if token is not None:
        if len(token) < 16:
            raise NoServer(f"The token in {TOKEN_VARIABLE} is shorter than 16 characters.")
        know(token)
    return ServeSettings(
        setup,
        host=options.host,
        port=options.port,
        token=token,
        hosts=tuple(options.allow_host),
        allowed_urls=tuple(map(check_base_url, options.allow_url)),
        rate=options.rate,
        at_once=options.at_once,
        limit_store=options.limit_store,
        metrics=options.metrics,
        access_log=options.access_log,
        terminal=_terminal(options, setup, environ) if options.app else None,
    )


def _terminal(
    options: argparse.Namespace, setup: Setup, environ: Mapping[str, str]
) -> TerminalSettings:
    """The full-screen program on the server's project, with the server's model and limits."""
    from autocoder_tui.serve.terminal.environment import program_environment

    if not hasattr(os, "fork"):
        raise NoServer("--app needs pseudo-terminals, which POSIX systems have: leave it out.")
    given = [
        f"{next(flag for flag in option.flags if flag.startswith('--'))}={setup.flags[option.name]}"
        for option in OF_A_RUN
        if option.name in setup.flags
    ]
    # -P: what lies in the folder the server was started in is no part of the program.
    command = (sys.executable, "-P", "-m", "autocoder_tui", *given, "--", str(setup.root))
    return TerminalSettings(
        command,
        program_environment(environ),
        sessions=options.app_sessions,
        idle_seconds=options.app_idle * 60 or None,
    )


def say(text: str) -> None:
    """Tell the owner, on stderr."""
    print(f"autocoder-tui: {safe_line(text)}", file=sys.stderr, flush=True)
