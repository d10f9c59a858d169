"""The lines of the report of `autocoder-tui doctor`, and how they are printed."""

from __future__ import annotations

from typing import Literal

from autocoder_tui.safety.redaction import redacted, safe_line
from autocoder_tui.values import dataclass

State = Literal["ok", "note", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `state` "note" is worth a look, and hinders nothing."""

    section: str
    name: str
    value: str
    state: State = "ok"


def made_safe(finding: Finding, home: str) -> Finding:
    value = redacted(finding.value)
    if len(home) > 1:
        value = value.replace(f"{home.rstrip('/')}/", "~/").replace(home, "~")
    return Finding(finding.section, safe_line(finding.name), safe_line(value), finding.state)


def as_text(findings: list[Finding], *, usable: bool) -> str:
    lines: list[str] = []
    section = ""
    for finding in findings:
        if finding.section != section:
            lines += [""] * bool(lines) + [finding.section]
            section = finding.section
        sign = {"ok": " ", "note": "-", "broken": "!"}[finding.state]
        lines.append(f"{sign} {finding.name:<22} {finding.value}".rstrip())
    broken = sum(finding.state == "broken" for finding in findings)
    things = "1 thing is" if broken == 1 else f"{broken} things are"
    lines += ["", "Usable." if usable else f"{things} broken, marked with !"]
    return "\n".join(lines)
