"""`autocoder-tui docs [NAME]`: the manual, which is the files of the folder `docs` of the package.
`docs/README.md` lists them with a line each."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import unknown_name

DOCS: Final = Path(__file__).parent.parent / "docs"
_HEADING = re.compile(r"(#{1,3}) (.+)")
_ENTRY = re.compile(r"- \[([\w-]+)\]\((\w+\.md)\): (.+)")
# What only a renderer of Markdown can show.
_UNSEEN = re.compile(r"!\[[^]]*\]\([^)]*\)|<!--.*?-->|</?(?:p|picture|source|img)\b[^>]*>")


class NoTopic(AutocoderError):
    kind = "no_topic"


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the manual. `name` is how it is asked for, such as "control-files"; `summary` one
    line without its full stop; `group` the heading that it is listed under."""

    name: str
    summary: str
    group: str
    text: str


def pages() -> list[Page]:
    """The manual in the order in which it is listed."""
    found: list[Page] = []
    group = ""
    for line in (DOCS / "README.md").read_text(encoding="utf-8").split("\n"):
        if line.startswith("## "):
            group = line[3:]
        elif entry := _ENTRY.fullmatch(line):
            text = (DOCS / entry[2]).read_text(encoding="utf-8")
            found.append(Page(entry[1], entry[3].rstrip("."), group, text))
    return found


def topics() -> dict[str, str]:
    """The pages by their names, and after them pages and sections by their headings, such as
    "half-price". What is below a heading belongs to it, and is a topic of its own, too."""
    found = {page.name: page.text for page in pages()}
    for page in pages():
        found.setdefault(topic_name(page.text.partition("\n")[0]), page.text)
        for title, section in sections(page.text):
            found.setdefault(topic_name(title), section)
    return found


def sections(text: str) -> list[tuple[str, str]]:
    """Each heading of a page below its title, with the section that it begins."""
    lines, headings, fenced = text.split("\n"), list[tuple[int, int, str]](), False
    for number, line in enumerate(lines):
        fenced ^= line.startswith("```")
        heading = _HEADING.match(line)
        if heading and not fenced:
            headings.append((number, len(heading[1]), heading[2]))
    found: list[tuple[str, str]] = []
    for place, (begin, level, title) in enumerate(headings):
        following = (other for other, depth, _ in headings[place + 1 :] if depth <= level)
        if level > 1:
            section = "\n".join(lines[begin : next(following, len(lines))])
            found.append((title, section.strip() + "\n"))
    return found


def topic_name(title: str) -> str:
    """A heading as it is typed: small letters and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def topic_text(topic: str | None) -> str:
    """A topic, or without one the list of the pages. Raises NoTopic naming the nearest."""
    if topic is None:
        return _contents()
    known = topics()
    name = topic_name(topic)
    if name not in known:
        begun = [other for other in known if other.startswith(name)]
        if len(begun) != 1:
            raise NoTopic(f"{unknown_name(topic, known)}.")
        name = begun[0]
    return _as_text(known[name].split("\n"))


def _contents() -> str:
    listed = pages()
    width = max(len(page.name) for page in listed)
    lines = ["`autocoder-tui docs NAME` shows one of these:"]
    group = ""
    for page in listed:
        if page.group != group:
            group = page.group
            lines += ["", group]
        lines.append(f"  {page.name:{width}}  {page.summary}")
    lines += ["", "NAME can also be a heading of a page: `autocoder-tui docs half-price`."]
    return "\n".join(lines) + "\n"


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
        shown = _UNSEEN.sub("", line)
        if line and not shown.strip():
            continue
        shown = re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", shown).replace("**", "")
        plain.append(heading[2].upper() if heading else shown)
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
