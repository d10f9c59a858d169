"""`autocoder-tui new`: a folder to go from a prompt to a code base in."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Sequence
from pathlib import Path

from autocoder_tui.cli.new_arguments import new_parser
from autocoder_tui.headless.exit_codes import EXIT_OK
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.examples import begin_project, load_examples, named_example
from autocoder_tui.workspace.new_repository import begin_repository


def new_command(arguments: Sequence[str]) -> int:
    """Make the project; returns the exit code. Raises ProjectUnusable."""
    parser = new_parser()
    options = parser.parse_args(arguments)
    if options.name is None and not options.examples:
        parser.error("name the folder to make: autocoder-tui new NAME")
    if options.examples:
        for each in load_examples().values():
            print(f"{each.name:<8} {each.summary} (--steps {each.steps})")
        return EXIT_OK
    root = Path(options.name)
    example = None if options.example is None else named_example(options.example)
    project = begin_project(root, example)
    told = begin_repository(root)
    steps = "" if example is None else f" --steps {example.steps}"
    place = visible(shlex.quote(str(root)))
    print(f"Made {visible(str(root))}. {told}")
    prompt = visible(str(root / project.folder.name / "prompt"))
    print(f"What you want stands in {prompt}" if example else f"Write what you want into {prompt}")
    print(f"Then: autocoder-tui project {place}{steps}")
    if example is not None:
        print()
        print(textwrap.fill(example.worked, 90))
    return EXIT_OK
