"""`--create-control-file`: the options of a command line written down as a control file."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from autocoder_tui.config.control_file import read_control_file
from autocoder_tui.config.control_file_text import save_control_file
from autocoder_tui.config.run_options import given_options
from autocoder_tui.runs.setup import piped_texts
from autocoder_tui.safety.redaction import know
from autocoder_tui.safety.sanitize import visible


def create_control_file(
    options: argparse.Namespace, directory: Path, environ: Mapping[str, str]
) -> None:
    """Write the flags in `options`, and what a control file they name says, into a new one.

    Raises AutocoderError.
    """
    for name, value in environ.items():
        if name.endswith("_API_KEY"):
            know(value)  # none of them gets into the file
    flags = given_options(options)
    file = {}
    if options.control_file:
        file = dict(read_control_file(Path(options.control_file)).usable())
    path = Path(options.create_control_file)
    given = piped_texts({**file, **flags})
    save_control_file(path, given, replace=bool(options.force), project=directory)
    print(f"Control file created: {visible(str(path))}")
