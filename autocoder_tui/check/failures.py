"""Which tests failed, read from what the common test programs print."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from autocoder_tui.check.output import plain
from autocoder_tui.values import dataclass

_MOST_NAMES = 5_000
_MOST_LINE = 1_000


@dataclass(frozen=True, slots=True)
class Failures:
    """`names` of what failed, in order; `kind` is what they are, "" where nothing was
    recognised: then only the exit code speaks."""

    names: tuple[str, ...] = ()
    kind: str = ""

    @property
    def known(self) -> bool:
        return bool(self.kind)


def _pytest(lines: Sequence[str]) -> list[str]:
    found = []
    for line in lines:
        if line.startswith(("FAILED ", "ERROR ")):
            name = _before_message(line.partition(" ")[2])
            if "." in name and " " not in name.partition("[")[0]:
                found.append(name)
    return found


def _before_message(text: str) -> str:
    """`text` without " - " and the message behind it; a parameter in brackets may hold that."""
    name = text.partition(" - ")[0]
    if "[" in name and not name.endswith("]") and "] - " in text:
        return text.partition("] - ")[0] + "]"
    return name


def _unittest(lines: Sequence[str]) -> list[str]:
    form = re.compile(r"^(?:FAIL|ERROR): (\S+)(?: \((\S+)\))?(?: .*)?$")
    found = []
    for at, line in enumerate(lines):
        # "=" signs stand above, which a test's own output would hardly print.
        if (match := form.match(line)) and at and set(lines[at - 1]) == {"="}:
            holder = match[2] or ""
            name = holder if holder.endswith(f".{match[1]}") else f"{holder}.{match[1]}"
            found.append(name.strip("."))
    return found


def _jest(lines: Sequence[str]) -> list[str]:
    form = re.compile(r"^\s*● (.+ › .+)$")
    return [match[1].strip() for line in lines if (match := form.match(line))]


def _vitest(lines: Sequence[str]) -> list[str]:
    form = re.compile(r"^\s*FAIL\s+(\S.* > .+)$")
    return [match[1].strip() for line in lines if (match := form.match(line))]


def _go(lines: Sequence[str]) -> list[str]:
    test = re.compile(r"^\s*--- FAIL: (\S+) \(")
    package = re.compile(r"^FAIL\s+(\S+)(?:\s+\[(.+)\]|\s+[\d.]+s|\s+\(cached\))$")
    found: list[str] = []
    waiting: list[str] = []
    for line in lines:
        if match := test.match(line):
            waiting.append(match[1])
        elif match := package.match(line):
            broken = [match[2]] if match[2] else []
            found += [f"{match[1]} {name}" for name in (*waiting, *broken)]
            waiting = []
        elif line.startswith("ok  "):
            waiting = []
    return found + waiting


def _cargo(lines: Sequence[str]) -> list[str]:
    form = re.compile(r"^test (.+?) \.\.\. FAILED$")
    return [match[1] for line in lines if (match := form.match(line))]


def _complaints(lines: Sequence[str]) -> list[str]:
    """Of linters, type checkers and compilers, without the line, which moves with any edit."""
    colon = re.compile(r"^(?:\s*--> )?([^\s:()]+\.\w+):\d+(?::\d+)?:? (?!in )(\S.*)$")
    bracket = re.compile(r"^([^\s:()]+\.\w+)\(\d+,\d+\): (\S.*)$")
    found = []
    for line in lines:
        match = colon.match(line) or bracket.match(line)
        if match and not re.match(r"(?i)note\b", match[2]):
            found.append(f"{match[1]}: {match[2]}")
    return found


_READERS: tuple[tuple[str, Callable[[Sequence[str]], list[str]]], ...] = (
    ("test", _pytest),
    ("test", _unittest),
    ("test", _cargo),
    ("test", _go),
    ("test", _vitest),
    ("test", _jest),
    ("problem", _complaints),
)


def failures(text: str) -> Failures:
    """What failed according to `text`, by the first program whose output it is like."""
    lines = [line[:_MOST_LINE] for line in plain(text).split("\n")]
    for kind, read in _READERS:
        names = read(lines)[:_MOST_NAMES]
        if names:
            unique = names if kind == "problem" else list(dict.fromkeys(names))
            return Failures(tuple(unique), kind)
    return Failures()


@dataclass(frozen=True, slots=True)
class Base:
    """The same command on the project as it is: its exit code, None where it did not end of
    itself, and what failed."""

    code: int | None
    failures: Failures

    @property
    def passed(self) -> bool:
        return self.code == 0


def new_failures(now: Failures, base: Base) -> tuple[str, ...]:
    """What fails now and did not before, in order."""
    before = Counter(base.failures.names)
    fresh = []
    for name in now.names:
        if before[name]:
            before[name] -= 1
        else:
            fresh.append(name)
    return tuple(fresh)


def compared(now: Failures, base: Base | None) -> str:
    """In words what failed, and what of that failed before too."""
    count = len(now.names)
    what = f"{count} {now.kind}{'s' if count != 1 else ''}" if now.known else ""
    failed = f"{what} failed" if now.kind == "test" else what or "failed"
    if base is None:
        return failed
    if base.passed:
        return f"{failed}; without the proposal it passes"
    if base.code is None:
        return f"{failed}; without the proposal it did not end"
    if not now.known or not base.failures.known:
        return f"{failed}; it failed before too"
    new = len(new_failures(now, base))
    if not new:
        return f"{failed}, all {count} before too" if count > 1 else f"{failed}, as before"
    return f"{failed}, {new} of them new" if new < count else f"{failed}, all new"
