"""The steps of a first run, and which of them are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias

from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.values import dataclass

StepId: TypeAlias = Literal["files", "request", "run", "review", "check", "write", "commit"]

TITLES: Final[dict[StepId, str]] = {
    "files": "Pick files",
    "request": "Write what you want",
    "run": "Run",
    "review": "Review",
    "check": "Test",
    "write": "Write",
    "commit": "Commit",
}
_STAYS: Final[frozenset[StepId]] = frozenset({"run", "write", "commit"})
"""What is done once stays done, whatever follows."""
_FILE: Final = "guide.json"


@dataclass(frozen=True, slots=True)
class Situation:
    """How things stand. `pane` has the keyboard; `checked` is about the verdicts as they are."""

    pane: str = ""
    picks: int = 0
    requirements: bool = False
    running: bool = False
    proposed: bool = False
    accepted: int = 0
    undecided: int = 0
    checking: bool = False
    checked: Literal["", "passed", "failed"] = ""
    written: bool = False
    committed: bool = False


def steps_of(*, demo: bool, repository: bool) -> tuple[StepId, ...]:
    """The demo goes on to tests that pass and, where there is git, to a commit."""
    if not demo:
        return ("files", "request", "run", "review", "write")
    commit: tuple[StepId, ...] = ("commit",) if repository else ()
    return ("files", "request", "run", "review", "check", "write", *commit)


def done_steps(now: Situation, before: frozenset[StepId]) -> frozenset[StepId]:
    """What is done by now; `before` was done already."""
    decided = now.proposed and now.accepted > 0 and not now.undecided and not now.running
    holds: dict[StepId, bool] = {
        "files": now.picks > 0 or now.proposed,
        "request": now.requirements or now.proposed,
        "run": now.proposed and not now.running,
        "review": decided or now.written,
        "check": now.checked == "passed",
        "write": now.written,
        "commit": now.committed,
    }
    stays = before & _STAYS - ({"run"} if now.running else set())
    return frozenset(step for step, done in holds.items() if done) | stays


def advice(step: StepId, now: Situation, key: Callable[[str], str]) -> str:
    """What to do for the step, in a few words. `key` has the name of the key of a binding: it is
    asked for those named here, in the order in which they are to be pressed."""
    decides = step in ("review", "check", "write", "commit")
    go = f"{key('pane.review')}, then " if decides and now.pane != "review" else ""
    match step:
        case "files":
            if now.pane != "files":
                return f"{key('pane.files')} goes to the files"
            return f"{key('files.toggle')} picks the file under the cursor"
        case "request":
            here = now.pane == "requirements"
            return "type it here" if here else f"{key('pane.requirements')} goes there"
        case "run":
            return "the code streams in" if now.running else f"{key('run.start')} starts it"
        case "review":
            one, all_ = key("review.accept"), key("review.accept_file")
            return f"{go}{one} accepts a hunk, {all_} all of the file"
        case "check":
            if now.checking:
                return "the project's tests run on a copy"
            if now.checked == "failed":
                return f"{go}a test failed: {key('check.send_back')} sends that to the model"
            return f"{go}{key('review.check')}, then r: runs the project's tests"
        case "write":
            return f"{go}{key('review.apply')} writes the accepted hunks"
        case "commit":
            return f"{go}{key('write.commit')}, then {key('commit.go')}"


def next_step(steps: Sequence[StepId], done: frozenset[StepId]) -> StepId | None:
    """The first that is not done; None after the last."""
    return next((step for step in steps if step not in done), None)


class GuideMemory:
    """Whether anybody needs the guide: it never comes back once it was done or closed."""

    def __init__(self, state: Path | None) -> None:
        self._state = state

    @property
    def wanted(self) -> bool:
        """Whether it was neither done nor closed. May be called from a thread."""
        return self._state is None or not (self._state / _FILE).exists()

    @property
    def nothing_ran_yet(self) -> bool:
        from autocoder_tui.store.history.history import History

        return self._state is None or not History(self._state).list(limit=1)

    def forget_it(self) -> None:
        """Never again. Raises OSError."""
        if self._state is not None:
            write_atomically(self._state / _FILE, '{"guide": "over"}\n')
