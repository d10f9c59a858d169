"""Starts the full-screen program, and says the last word after it."""

from __future__ import annotations

import sys
from dataclasses import replace

from autocoder_tui.setup import Setup
from autocoder_tui.ui.app import AutocoderApp


def start_app(setup: Setup) -> int:
    """Run the program until the user leaves it; returns the exit code."""
    while True:
        if setup.demo:
            from autocoder_tui.demo.session import demo_setup

            setup = demo_setup(setup)
        app = AutocoderApp(setup)
        result = app.run()
        if result != "demo":
            break
        setup = replace(setup, demo=True)
    if app.crash is not None:
        kind = type(app.crash).__name__
        print(
            f"autocoder-tui: an internal error ended the program ({kind}). Accepted files are "
            "on disk; please report what you did last.",
            file=sys.stderr,
        )
        return 1
    if setup.demo:
        print(f"The demo project is in {setup.root}")
    return app.return_code or 0
