"""python -m tests.peers.real_model --base-url URL [-m NAME] [--folder DIR] [--tasks a,b] ...

Prints a line a run and the figures at the end, and writes every run, with the raw replies,
to FOLDER/MODEL.jsonl, for each seam to be looked at. What is in FOLDER is not generated again.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.peers.real_model.relay import Relay
from tests.peers.real_model.runs import CUTS, WHOLE_WAY, Outcome, Way, lost, play
from tests.peers.real_model.tasks import TASKS, Task


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.peers.real_model")
    parser.add_argument("--base-url", required=True, help="of a llama.cpp server, with /v1")
    parser.add_argument("-m", "--model", required=True)
    parser.add_argument("--folder", type=Path, default=Path("real-model-runs"))
    parser.add_argument("--tasks", help="names, with commas between (default: all)")
    parser.add_argument("--cuts", help="of 64,128,256,dropped (default: all)")
    parser.add_argument("--doors", default="prefill,none", help="prefill, none or both")
    options = parser.parse_args()
    tasks = [task for task in TASKS if not options.tasks or task.name in options.tasks.split(",")]
    cuts = [way for way in CUTS if not options.cuts or way.name in options.cuts.split(",")]
    store = options.folder / "replies"
    store.mkdir(parents=True, exist_ok=True)
    log = options.folder / f"{options.model}.jsonl"
    counts: Counter[str] = Counter()
    wholes: dict[str, Outcome] = {}
    for task in tasks:
        relay = Relay(options.base_url, store)
        wholes[task.name] = one(task, WHOLE_WAY, relay, options.model, None, log, counts)
    for way in cuts:
        for door in options.doors.split(","):
            for task in tasks:
                relay = Relay(options.base_url, store, prefill=door == "prefill")
                one(task, way, relay, options.model, wholes[task.name], log, counts)
    for name, count in sorted(counts.items()):
        print(f"{name:<40} {count}")


def one(
    task: Task,
    way: Way,
    relay: Relay,
    model: str,
    whole: Outcome | None,
    log: Path,
    counts: Counter[str],
) -> Outcome:
    """Play one run, print its line, and count what became of it."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outcome = play(task, way, relay, model, Path(folder))
    row = _row(task, way, relay, outcome, whole)
    row["seconds"] = round(time.monotonic() - began)
    with log.open("a", encoding="utf-8") as file:
        details = {
            "reply": outcome.reply,
            "whole": None if whole is None else whole.reply,
            "files": outcome.files,
            "report": outcome.report,
            "stderr": outcome.stderr,
            "raw": [
                {"text": e.text, "finish": e.finish_reason, "last": e.messages[-1]}
                for e in outcome.exchanges
            ],
        }
        file.write(json.dumps(row | details, ensure_ascii=False) + "\n")
    print("  ".join(f"{name}={value}" for name, value in row.items()), flush=True)
    if whole is None or outcome.continued:
        counts.update(f"{row['door']} {name}" for name in _counted(row))
    return outcome


def _row(
    task: Task, way: Way, relay: Relay, outcome: Outcome, whole: Outcome | None
) -> dict[str, object]:
    continuations = outcome.exchanges[1:]
    door = "whole" if whole is None else "prefill" if relay.prefill else "none"
    missing = lost(outcome)
    return {
        "task": task.name,
        "cut": way.name,
        "door": door,
        "status": outcome.report.get("status"),
        "requests": len(outcome.exchanges),
        "prefilled": sum(exchange.prefilled for exchange in continuations),
        "equal": None if whole is None else outcome.reply == whole.reply,
        "exact": outcome.exact,
        "lost": len(missing),
        "parses": outcome.parses,
        "parsed": None if whole is None else whole.parses,
        "joins": [part.get("join") for part in outcome.report.get("parts", [])],
    }


def _counted(row: dict[str, object]) -> list[str]:
    names = ["runs", f"status {row['status']}"]
    names += [name for name in ("equal", "exact") if row[name]]
    names += ["received text kept"] if not row["lost"] else []
    if row["parsed"] is not None:
        names += ["parse whole"] if row["parsed"] else []
        names += ["parse whole and cut"] if row["parsed"] and row["parses"] else []
    return names


if __name__ == "__main__":
    main()
