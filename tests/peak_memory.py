"""The most memory the current process has held: for tests that measure a process of its own.

Linux's `ru_maxrss` also counts what the parent held before the new program began, so a test
that runs in a large process would measure itself.
"""

import resource
import sys
from pathlib import Path


def peak_kb() -> int:
    """In kilobytes."""
    try:
        status = Path("/proc/self/status").read_text()
    except FileNotFoundError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform != "darwin" else most // 1024
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])
