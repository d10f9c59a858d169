"""Starts the full-screen program, and says the last word after it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from autocoder_tui.runs.setup import Setup
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.garbage_collection import collect_seldom
from autocoder_tui.system.signals import SIGHUP
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers.project_wish import Wish
from autocoder_tui.ui.terminal.early_terminal import EarlyTerminal


def start_app(setup: Setup, project: Wish | None, early: EarlyTerminal) -> int:
    """Run the program until the user leaves it; returns the exit code. With `project` it opens
    the steps of the folder. `early` holds the terminal so far."""
    collect_seldom()
    while True:
        if setup.demo and project is None:
            from autocoder_tui.demo.session import demo_setup

            setup = demo_setup(setup)
        app = AutocoderApp(setup, early)
        app.ending.last_words.append(early.give_back)
        if project is not None:
            app.project.wanted(project)
            app.ending.last_words.append(partial(_leave_steps, setup.root))
        elif setup.demo or setup.task.resume is not None:
            app.ending.last_words.append(partial(_leave, setup.root))
        with app.ending:
            try:
                result = app.run()
            finally:
                # However early it ended, what it said is written down.
                app.logbook.close()
        if result != "demo":
            break
        setup, project = replace(setup, demo=True), None
    if app.ending.crash is not None:
        app.ending.tell()
        return 1
    if setup.demo and setup.root.exists() and app.ending.signal != SIGHUP:
        print(f"What you wrote in the demo is in {visible(str(setup.root))}")
    return app.return_code or 0


def _leave_steps(root: Path) -> None:
    from autocoder_tui.steps.project_demo import remove_unwritten

    remove_unwritten(root)


def _leave(root: Path) -> None:
    from autocoder_tui.demo.session import remove_untouched

    remove_untouched(root)
