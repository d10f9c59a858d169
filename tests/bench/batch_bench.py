"""A batch of jobs beside the same jobs as single runs under `xargs -P`: time and CPU.

python -m tests.bench.batch_bench [JOBS] [AT_ONCE]
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.batch.program import environment, project, write_jobs
from tests.batch.server import JobServer

TOKENS_PER_SECOND = 200.0
LINES = 20


async def measured(folder: Path, *command: str, given: str = "") -> tuple[float, float, int]:
    """Seconds, seconds of CPU, and the exit code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=project(folder),
        env={**environment(folder), "TESTS_EXECUTE_THE_PROGRAM": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, said = await process.communicate(given.encode())
    if process.returncode:
        print(said.decode()[-2000:], file=sys.stderr)
    seconds = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, process.returncode or 0


async def compare(jobs: int, at_once: int) -> None:
    program = (sys.executable, "-m", "autocoder_tui")
    command: tuple[str, ...]
    for name in ("batch", "xargs"):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            async with JobServer(lines=LINES, tokens_per_second=TOKENS_PER_SECOND) as server:
                at = ("--base-url", server.base_url, "-m", "small")
                if name == "batch":
                    path = write_jobs(place, jobs)
                    command = (*program, "batch", str(path), "--jobs", str(at_once), *at)
                    told = await measured(place, *command)
                else:
                    names = []
                    for number in range(1, jobs + 1):
                        file = project(place) / f"{number}.json"
                        # To stdout: two runs at once would not both get to write in a project.
                        file.write_text(json.dumps({"requirements": f"JOB-{number}- write it"}))
                        names.append(file.name)
                    command = ("xargs", "-P", str(at_once), "-n", "1", *program, "run", *at, "-c")
                    told = await measured(place, *command, given="\n".join(names))
                seconds, cpu, code = told
                print(
                    f"{name:<6} {jobs} jobs, {at_once} at once: {seconds:6.1f} s, "
                    f"CPU {cpu:6.1f} s ({1000 * cpu / jobs:.0f} ms a job), exit code {code}, "
                    f"{sum(server.finished.values())} replies",
                    flush=True,
                )


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(compare(*(arguments or [200, 8])))
