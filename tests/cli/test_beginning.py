"""The first moments of the process."""

from __future__ import annotations

import subprocess
import sys

_INTERRUPTED = """
import sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "autocoder_tui.cli.arguments":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupts())
sys.argv = ["autocoder-tui", "--version"]
from importlib.metadata import entry_points
(program,) = entry_points(group="console_scripts", name="autocoder-tui")
sys.exit(program.load()())
"""


def test_ctrl_c_while_the_program_is_loaded_ends_it_without_a_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
