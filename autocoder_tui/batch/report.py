"""The report of a batch: a line of JSON for each job, and one with the totals."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from autocoder_tui.batch.job import BatchJob, JobResult, Status


def job_line(job: BatchJob, status: Status, result: JobResult | None) -> dict[str, Any]:
    """What the report says of one job. Costs are US dollars, null where unknown."""
    ended = result or JobResult("cancelled")
    return {
        "job": job.number,
        "name": job.name,
        "status": status,
        "run": job.run_id,
        "output_file": job.output,
        "files": list(ended.files),
        "written": ended.written,
        "requests": ended.requests,
        "parts": ended.parts,
        "prompt_tokens": ended.prompt_tokens,
        "completion_tokens": ended.completion_tokens,
        "cost_usd": None if ended.cost_usd is None else float(ended.cost_usd),
        "seconds": round(ended.seconds, 3),
        "error": {"kind": ended.kind, "message": ended.error} if ended.error else None,
    }


def totals(results: Iterable[JobResult], statuses: Mapping[Status, int]) -> dict[str, Any]:
    """The sums over all jobs; the cost is null where that of a job that was paid for is not
    known."""
    sums = {"requests": 0, "parts": 0, "prompt_tokens": 0, "completion_tokens": 0}
    cost, known, seconds = Decimal(0), True, 0.0
    for result in results:
        for name in sums:
            sums[name] += getattr(result, name)
        seconds += result.seconds
        cost += result.cost_usd or Decimal(0)
        known = known and (result.cost_usd is not None or not result.paid)
    stood = dict[str, int](statuses.items())
    return {
        "jobs": sum(statuses.values()),
        **stood,
        **sums,
        "cost_usd": float(cost) if known else None,
        "job_seconds": round(seconds, 3),
    }


def report_lines(
    jobs: Iterable[BatchJob],
    statuses: Mapping[int, Status],
    results: Mapping[int, JobResult],
    counts: Mapping[Status, int],
) -> Iterable[str]:
    """The whole report, line by line, in the order the jobs were given."""
    for job in sorted(jobs, key=lambda job: job.number):
        yield json.dumps(job_line(job, statuses[job.number], results.get(job.number)))
    yield json.dumps({"totals": totals(results.values(), counts)})
