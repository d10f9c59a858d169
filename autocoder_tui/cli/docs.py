"""`autocoder-tui docs [TOPIC]`: the manual by topics, which are the sections of the README and of
the files in `docs/`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import unknown_name

_HEADING = re.compile(r"(#{2,3}) (.+)")


class NoTopic(AutocoderError):
    kind = "no_topic"


def manual_file() -> Path:
    """The README: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "data" / "manual.md"
    return inside if inside.is_file() else package.parent / "README.md"


def topics() -> dict[str, str]:
    """The sections by the name of their heading, such as "control-files", in their order. What is
    below a heading belongs to it, and is a topic of its own, too."""
    more = sorted((Path(__file__).parent.parent / "docs").glob("*.md"))
    texts = [file.read_text(encoding="utf-8") for file in (manual_file(), *more)]
    lines, found, fenced = "\n".join(texts).split("\n"), list[tuple[int, int, str]](), False
    for number, line in enumerate(lines):
        fenced ^= line.startswith("```")
        heading = _HEADING.match(line)
        if heading and not fenced:
            found.append((number, len(heading.group(1)), heading.group(2)))
    sections: dict[str, str] = {}
    for place, (begin, level, title) in enumerate(found):
        following = (other for other, depth, _ in found[place + 1 :] if depth <= level)
        section = "\n".join(lines[begin : next(following, len(lines))])
        sections.setdefault(topic_name(title), section.strip() + "\n")
    return sections


def topic_name(title: str) -> str:
    """A heading as it is typed: small letters and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def topic_text(topic: str | None) -> str:
    """A topic, or without one the list of them. Raises NoTopic naming the nearest."""
    sections = topics()
    if topic is None:
        return "Topics of `autocoder-tui docs TOPIC`:\n\n" + "".join(
            f"  {name}\n" for name in sections
        )
    name = topic_name(topic)
    if name not in sections:
        begun = [known for known in sections if known.startswith(name)]
        if len(begun) != 1:
            raise NoTopic(f"{unknown_name(topic, sections)}.")
        name = begun[0]
    return _as_text(sections[name].split("\n"))


def _as_text(lines: Iterable[str]) -> str:
    """Markdown made easy to read where nothing renders it."""
    plain: list[str] = []
    fenced = False
    for line in lines:
        if line.startswith("```"):
            fenced = not fenced
            continue
        if fenced:
            plain.append(f"    {line}" if line else "")
            continue
        heading = _HEADING.match(line)
        line = re.sub(r"!\[[^]]*\]\([^)]*\)", "", line)
        line = re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", line).replace("**", "")
        plain.append(heading.group(2).upper() if heading else line)
    return "\n".join(plain).rstrip("\n") + "\n"


def show(topic: str | None) -> None:
    """Print a topic; on a terminal, by the pager. Raises NoTopic."""
    text = topic_text(topic)
    if sys.stdout.isatty() and text.count("\n") > 20:
        # Slow to load, and needed here only.
        import pydoc

        pydoc.pager(text)
    else:
        sys.stdout.write(text)
