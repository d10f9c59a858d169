"""Memory that nothing is left on goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

_HOLES = """
import resource
from pathlib import Path
from autocoder_tui.system.malloc import return_freed_memory, return_holes

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

return_freed_memory()
large = [bytearray(100_000) for _ in range(400)]
last = bytearray(100_000)
for one in large:
    one[::4096] = one[::4096]
before = resident()
del large, one
held = resident()
return_holes()
print(before, held, resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
def test_holes_in_the_heap_are_returned() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _HOLES], capture_output=True, text=True, check=True
    )
    before, held, after = map(int, done.stdout.split())
    # What is large enough to be mapped, or at the end, would be returned without it.
    assert held > before - 10_000_000
    assert after < before - 30_000_000
