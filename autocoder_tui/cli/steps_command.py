"""`autocoder-tui steps`: which configurations and steps there are."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from autocoder_tui.config.dirs import config_dir, state_dir
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.exit_codes import EXIT_OK, EXIT_USAGE
from autocoder_tui.problems import unknown_name
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.configuration import Configuration, load_configurations
from autocoder_tui.steps.registry import KnownStep, known_steps

_WHOSE: Final = {
    "shipped": "shipped",
    "user": "yours",
    "project": "the project's",
    "package": "a package's",
}


def steps_command(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Do what was asked; returns the exit code. Raises AutocoderError."""
    root = Path(options.directory or ".").absolute()
    if not root.is_dir():
        raise AutocoderError(f"{visible(str(root))} is not a folder: name one with --directory.")
    configurations, problems = load_configurations(root, config_dir(environ))
    known = known_steps(root.resolve(), state_dir(environ))
    said = [*(problem.in_full for problem in problems), *known.problems]
    _say(said)
    if options.command == "show":
        if options.name is None:
            _say(["name what to show: autocoder-tui steps show NAME"])
            return EXIT_USAGE
        _show(options.name, configurations, known.steps)
        return EXIT_OK
    if options.name is not None:
        _say([f"list takes no name; did you mean: autocoder-tui steps show {options.name}"])
        return EXIT_USAGE
    _list(configurations, known.steps)
    return EXIT_OK


def _list(configurations: Mapping[str, Configuration], steps: Mapping[str, KnownStep]) -> None:
    width = max(map(len, (*configurations, *steps)))
    print("Configurations (autocoder-tui project --steps NAME):")
    for name, made in configurations.items():
        whose = "" if made.origin == "shipped" else f" ({_WHOSE[made.origin]})"
        print(visible(f"  {name:<{width}}  {made.summary or ', '.join(made.steps)}{whose}"))
    print("\nSteps:")
    for step in steps.values():
        print(visible(f"  {step.name:<{width}}  {_line(step)}"))


def _line(step: KnownStep) -> str:
    said = step.summary or "It does not say what it does."
    if step.origin == "shipped":
        return said
    confirmed = "" if step.confirmed else "; nobody has said yes to it"
    return f"{said} ({_WHOSE[step.origin]}{confirmed})"


def _show(
    name: str, configurations: Mapping[str, Configuration], steps: Mapping[str, KnownStep]
) -> None:
    made, step = configurations.get(name), steps.get(name)
    if made is None and step is None:
        raise AutocoderError(
            f"There is nothing of this name: {unknown_name(name, {**configurations, **steps})}. "
            "autocoder-tui steps lists them all."
        )
    if made is not None:
        file = "" if made.file is None or made.origin == "shipped" else f", {made.file}"
        print(visible(f"configuration {name} ({_WHOSE[made.origin]}{file})"))
        if made.summary:
            print(visible(f"  {made.summary}"))
        for number, one in enumerate(made.steps, 1):
            said = steps[one].summary if one in steps else "There is no such step."
            print(visible(f"  {number}. {one}: {said}"))
    if step is not None:
        where = f", {step.where}" if step.where else ""
        print(visible(f"step {name} ({_WHOSE[step.origin]}{where})"))
        print(visible(f"  {_line(step)}"))
        if step.requests is not None:
            least, most = step.requests
            count = f"{least}" if least == most else f"{least} to {most}"
            print(f"  requests: {count}")
        if step.source:
            print(visible(step.source, lines=True), end="")


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(f"autocoder-tui: {visible(line)}", file=sys.stderr)
