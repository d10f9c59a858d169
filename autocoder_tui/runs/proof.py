"""A proposal and its check: which commands there are, what is laid out, what goes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autocoder_tui.check.check import CheckResult, CommandResult, Plan
from autocoder_tui.check.failures import new_failures
from autocoder_tui.check.layout import ChangedFile
from autocoder_tui.check.sandbox import Sandbox
from autocoder_tui.check.suggestions import suggestions
from autocoder_tui.config.project_file import PROJECT_FILE, load_project_check
from autocoder_tui.config.setting_sections import CheckSettings
from autocoder_tui.problems import shortened
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.review import Review
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.runs.setup import Setup
from autocoder_tui.safety.redaction import redacted
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.project_checks import ProjectChecks
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.textfile import encoded

_MOST_NOTE = 12_000
"""Characters of one command's output that go back to the model."""
_AROUND = 12
"""Lines that are given before and after one that names a place."""


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands of a project. `origin` says in words where they come from; `asked` are those
    that nobody has said yes to, which is where a question is due."""

    settings: CheckSettings
    origin: str = ""
    asked: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        return self.settings.commands


def commands_of(setup: Setup, sandbox: Sandbox, given: Sequence[str] = ()) -> Commands:
    """What the project of `setup` is checked with: the commands `given` on the command line, or
    those of its project file, or those chosen on the screen. Blocking."""
    settings, problems = load_project_check(setup.root, setup.settings.check)
    told = tuple(map(str, problems))
    if given:
        settings = replace(settings, commands=tuple(dict.fromkeys(given)))
        return Commands(settings, "named on the command line", problems=told)
    remembered = ProjectChecks(setup.places.state, setup.root)
    origin = f"named in {PROJECT_FILE} of this project"
    if in_file := setup.result.file_checks:
        settings = replace(settings, commands=tuple(dict.fromkeys(in_file)))
        origin = "named in the control file"
    elif settings.commands and settings.commands == setup.settings.check.commands:
        origin = "the sample's own" if setup.demo else "named in your config.toml"
    if not settings.commands:
        settings = replace(settings, commands=remembered.named)
        origin = "chosen by you for this project"
    asked = tuple(
        command
        for command in settings.commands
        if not remembered.confirmed(command, settings.pass_environment, closed=sandbox.closed)
    )
    suggested = () if settings.commands else suggestions(setup.root)
    return Commands(settings, origin if settings.commands else "", asked, suggested, told)


def question(commands: Commands, sandbox: Sandbox) -> str:
    """What will run where, in plain words, before it runs the first time."""
    listed = "\n".join(f"  {visible(command)}" for command in commands.texts)
    several = len(commands.texts) != 1
    these = "these commands" if several else "this command"
    passed = commands.settings.pass_environment
    environment = "No keys of your environment" + (
        f", but {', '.join(passed)} from it." if passed else "."
    )
    return (
        f"To check the proposal {these}, {commands.origin}, will run:\n\n{listed}\n\n"
        "They run code that a model wrote, in a temporary copy of the project that is removed "
        f"afterwards, with another HOME. They get: PATH and language. {environment} "
        f"{sandbox.words}\n\nAfter a yes {'they are' if several else 'it is'} run for this "
        "project without asking, as long as not a letter changes."
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """What of a review is laid out, and in words which part of it that is."""

    changes: tuple[ChangedFile, ...]
    words: str
    whole: bool
    """Whether undecided hunks are in it, for nothing was accepted yet."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A check that came to its end: of `tried`, as `review` stood then."""

    review: Review
    tried: Tried
    result: CheckResult


def tried_part(reviewable: Reviewable, review: Review) -> Tried:
    """What Enter would write of `review`; where nothing is accepted yet, all that is not rejected.

    Raises Unencodable.
    """
    whole = not review.counts.accepted
    changes = []
    for file in review.files:
        # A file that was written holds more on disk than its review begins from.
        matters = bool(file.hunks) if whole else file.writes
        if not matters and file.path not in reviewable.written:
            continue
        text = file.without_rejected() if whole else file.result()
        moves = file.stays_moved if whole else file.moves
        path = file.path if moves else file.old_path
        if moves:
            changes.append(ChangedFile(file.source, None, None))
        changes.append(_changed(reviewable, file, path, text))
    if whole:
        words = "all that is not rejected" if review.counts.rejected else "the whole proposal"
    else:
        words = "what is accepted"
    # What goes away makes room first, for a file that another one is renamed to.
    changes.sort(key=lambda change: change.data is not None)
    return Tried(tuple(changes), words, whole)


def _changed(reviewable: Reviewable, file: FileReview, path: str, text: str | None) -> ChangedFile:
    original = reviewable.originals.get(file.path)
    data = None if text is None else encoded(text, path, original)
    return ChangedFile(path, data, None if original is None else original.mode)


def plan_of(root: Path, settings: CheckSettings, changes: Sequence[ChangedFile]) -> Plan:
    return Plan(
        root, settings.commands, tuple(changes), settings.seconds, settings.pass_environment
    )


def place_of_line(file: FileReview, line: int, *, whole: bool) -> tuple[int, int]:
    """Where line `line` (from 1) of the text that was tried stands in the diff of `file`: the
    side (0 the old text, 1 the new) and the line of it, from 0. `whole`: as for `Tried`."""
    wanted, came, old = line - 1, 0, 0
    for hunk, verdict in zip(file.hunks, file.verdicts, strict=True):
        same = hunk.old_start - old
        if wanted < came + same:
            break
        came, old = came + same, hunk.old_start
        made = verdict is not Verdict.REJECTED if whole else verdict is Verdict.ACCEPTED
        lines = hunk.added if made else hunk.removed
        if wanted < came + lines:
            start = hunk.new_start if made else hunk.old_start
            return int(made), start + wanted - came
        came, old = came + lines, hunk.old_start + hunk.removed
    return 0, old + wanted - came


def in_words(result: CheckResult) -> str:
    """One line on what came of a check, the most important of it first. Safe to show."""
    failed = [each for each in result.commands if not each.passed]
    if not failed:
        names = ", ".join(visible(each.command) for each in result.commands)
        return f"✓ passed: {names} ({result.seconds:.1f} s)"
    parts = [f"{each.words}: {visible(each.command)}" for each in failed]
    passed = len(result.commands) - len(failed)
    more = f" · {passed} passed" if passed else ""
    return f"✗ {' · '.join(parts)}{more} ({result.seconds:.1f} s)"


def failed_in_brief(result: CheckResult) -> str:
    """What failed of a check in a few words, the first of it by name. Safe to show."""
    failed = [each for each in result.commands if not each.passed]
    names = [
        name for each in failed if each.failures.kind == "test" for name in each.failures.names
    ]
    if not names:
        return failed[0].words if failed else "failed"
    first = names[0].rpartition("::")[2]
    if "::" not in names[0] and "/" not in first:
        first = first.rpartition(".")[2]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{shortened(first)} failed{more}"


def note_of(result: CheckResult) -> str:
    """What the model is told of a check that failed."""
    failed = [each for each in result.commands if not each.passed]
    sections = [
        "The files above already hold your changes. With them the project was tried, and "
        f"{'this command' if len(failed) == 1 else 'these commands'} failed:"
    ]
    sections += [_section(each) for each in failed]
    sections.append(
        "Change what is needed so that they pass, and keep everything else of your changes."
    )
    return "\n\n".join(sections)


def _section(result: CommandResult) -> str:
    said = f"$ {result.command}\n({result.words})"
    base = result.base
    if base is not None and not base.passed and result.failures.names:
        old = set(result.failures.names) - set(new_failures(result.failures, base))
        if old:
            said += "\nFailed before your changes too, so leave these: " + ", ".join(sorted(old))
    return f"{said}\n~~~~~~~~\n{redacted(_excerpt(result)).strip()}\n~~~~~~~~"


def _excerpt(result: CommandResult) -> str:
    """The output, or of a long one the lines round each place it names and its end."""
    text = result.ended.output.strip("\n")
    if len(text) <= _MOST_NOTE:
        return text
    lines = text.split("\n")
    tail = len(lines)
    room = _MOST_NOTE // 2
    while tail and room >= len(lines[tail - 1]) + 1:
        tail -= 1
        room -= len(lines[tail]) + 1
    kept: set[int] = set()
    room += _MOST_NOTE // 2
    for place in result.places:
        around = range(max(0, place.output_line - _AROUND), min(tail, place.output_line + _AROUND))
        fresh = [number for number in around if number not in kept]
        room -= sum(len(lines[number]) + 1 for number in fresh)
        if room < 0:
            break
        kept.update(fresh)
    pieces, last = [], -1
    for number in sorted(kept):
        if number != last + 1:
            pieces.append("[…]")
        pieces.append(lines[number])
        last = number
    if tail > last + 1:
        pieces.append("[…]")
    return "\n".join([*pieces, *lines[tail:]])


def report(result: CheckResult) -> Mapping[str, object]:
    """What `--json` says of a check."""
    return {
        "passed": result.passed,
        "sandbox": result.sandbox.kind,
        "network_closed": result.sandbox.closed,
        "writes_closed": result.sandbox.closed,
        "seconds": round(result.seconds, 3),
        "remarks": [*result.remarks],
        "commands": [_command_report(each) for each in result.commands],
    }


def _command_report(result: CommandResult) -> dict[str, object]:
    base = result.base
    return {
        "command": result.command,
        "passed": result.passed,
        "exit_code": result.ended.code,
        "ended": result.ended.why,
        "seconds": round(result.ended.seconds, 3),
        "words": result.words,
        "failures": [*result.failures.names],
        "base_exit_code": None if base is None else base.code,
        "new_failures": None
        if base is None or base.code is None
        else [*new_failures(result.failures, base)],
        "output": redacted(result.ended.output[-4000:]),
        "output_bytes": result.ended.output_bytes,
    }
