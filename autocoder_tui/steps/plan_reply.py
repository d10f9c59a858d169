"""Reading a plan out of what a model replied, or out of the tree as a person left it.

Models write trees with and without lines, lists, tables, JSON, and the files themselves. Lines
that name no file are skipped: a plan is read from whatever is around it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import field
from typing import Final

from autocoder_tui.engine.reply.fences import LINK, is_path, linked_name, name_in_info
from autocoder_tui.engine.reply.framing import read_closing, read_fence, read_opening
from autocoder_tui.steps.plan import (
    LEFT_OUT,
    NO_FILES,
    NO_SUFFIX,
    Plan,
    PlannedFile,
    is_file_name,
    make_plan,
)
from autocoder_tui.steps.plan_json import files_in_json
from autocoder_tui.values import dataclass

_THOUGHT: Final = re.compile(r"<(think|thinking|thought)>.*?(?:</\1>|\Z)", re.DOTALL | re.I)
_LEAD: Final = re.compile(
    r"(?:[ \t\xa0│┃║|├└┌╰╭┣┗╠╚─━═┬]|(?:[+`\\](?=[-─]))|-(?=[-─ \t])|[*+•·▪◦–](?=[ \t]))*"
)
"""What stands before a name in a tree or a list."""
_LINES: Final = re.compile(r"[├└╰┣┗╠╚│┃║]|^[ \t|]*[|+`\\]--")
_NUMBER: Final = re.compile(r"\A\(?\d{1,3}[.)][ \t]+")
_LABEL: Final = re.compile(
    r"\A(?:[*_]{2})?(?:new )?(?:file ?name|file ?path|file|path|module)(?:[*_]{2})?"
    r"\s*:(?:[*_]{2})?\s*",
    re.I,
)
_QUOTE: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_MARKED: Final = re.compile(r"(\*\*|``|`)\s*(.+?)\s*\1|'([^'\n]+)'|“([^”\n]+)”")
_WORD: Final = re.compile(r"[^\s,;|(){}<>\"'`*]+")
_ITEM: Final = re.compile(f"({_QUOTE.pattern})|{LINK.pattern}|({_WORD.pattern})")
_SEPARATOR: Final = re.compile(r"[ \t]*(?:[-–—:=#|]|//|->|=>|→|<-|←|\()[ \t]*|[ \t]+|\Z")
_BETWEEN: Final = re.compile(r"^(?:[ \t*_:#|=→←]|[-–—]+(?:>|(?=\s|$))|//|=>|<-)+")
_NEEDS: Final = re.compile(
    r"(?:^|[\s(\[;,.|–—-])"
    r"(?:needs|depends on|depend(?:s|encies)|imports(?: from)?|requires|uses)\s*:\s*"
    r"(.*)\Z",
    re.I,
)
_MEANS: Final = re.compile(
    r"\b(?:needs|depends on|imports(?: from)?|requires|uses|calls)\s+(.*)\Z", re.I
)
_PURPOSE: Final = re.compile(
    r"(?:[*_]{2})?(?:purpose|description|role|responsibility|content|contains)(?:[*_]{2})?"
    r"\s*:(?:[*_]{2})?\s*(.*)",
    re.I,
)
_OUTSIDE: Final = re.compile(r"(?:[A-Za-z]:[\\/]|[\\/~]|\.\.?[\\/])")
_HEADERS: Final = re.compile(r"need|depend|import|require|use", re.I)
_CODE_INFO: Final = frozenset(
    ["", "text", "txt", "plaintext", "tree", "plan", "md", "markdown", "bash", "sh", "shell",
     "console", "yaml", "yml", "ascii", "files", "json", "toml"]
)  # fmt: skip
_USUAL: Final = frozenset(
    ["src", "lib", "app", "tests", "test", "docs", "doc", "pkg", "cmd", "bin", "scripts", "data",
     "static", "templates", "public", "include", "internal", "config", "assets"]
)  # fmt: skip
"""Folders that are not the project's own name at the root of a tree."""


def read_plan(text: str) -> Plan:
    """The plan in `text`; one without files where there is none."""
    text = _THOUGHT.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    found = files_in_json(text)
    if not found:
        found = _Reader(text).read()
    return make_plan(found)


@dataclass(slots=True)
class _Entry:
    """One name as it stands: at which column, how it was written, what was said beside it.

    `exact` says how it was set apart, "" for a bare word; in double quotes, as we write it
    ourselves where need be, it is a name whatever it looks like."""

    name: str
    column: int
    exact: str
    drawn: bool
    folder: bool
    said: str = ""
    needs: list[str] = field(default_factory=list)

    @property
    def is_file(self) -> bool:
        return not self.folder


class _Reader:
    """Reads a plan line by line."""

    def __init__(self, text: str) -> None:
        self._lines = text.expandtabs(4).split("\n")
        self._entries: list[_Entry] = []
        self._header: list[str] = []
        self._near = False
        """Whether no blank line stands between the last name and what is read."""

    def read(self) -> list[PlannedFile]:
        for line in _outside_of_code(self._lines):
            self._read_line(line)
        self._settle_kinds()
        return [PlannedFile(path, *_purpose_and_needs(entry)) for path, entry in self._placed()]

    def _read_line(self, line: str) -> None:
        stripped = line.strip()
        if not stripped or stripped.startswith(LEFT_OUT):
            self._near = False
            return
        if _is_row(line):
            self._read_row(stripped)
            return
        self._header = []
        lead = _LEAD.match(line)
        column = lead.end() if lead else 0
        rest = line[column:]
        if column == 0:
            rest = re.sub(r"^(?:#{1,6}|>)[ \t]+", "", rest)
        rest = _NUMBER.sub("", rest, count=1)
        named = _name_at(_LABEL.sub("", rest, count=1))
        if named is None:
            self._read_more(rest.strip())
            return
        name, exact, said = named
        folder = name.endswith(("/", "\\")) and len(name) > 1
        name = name.rstrip("/\\") if folder else name
        if exact == "quoted":
            folder = said.startswith("/")
        drawn = bool(_LINES.search(line[:column]))
        entry = _Entry(name, column, exact, drawn, folder, said)
        self._entries.append(entry)
        self._near = True

    def _read_row(self, line: str) -> None:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if all(re.fullmatch(r"[:-]*", cell) for cell in cells):
            return
        names = [_name_at(cell) for cell in cells]
        at = next(
            (n for n, found in enumerate(names) if found and _is_name(found[0], found[1])), None
        )
        if at is None or (found := names[at]) is None:
            self._header = cells
            return
        entry = _Entry(found[0], 0, found[1], False, False, found[2])
        for number, cell in enumerate(cells):
            header = self._header[number] if number < len(self._header) else ""
            if number == at:
                continue
            if _HEADERS.search(header):
                entry.needs += _listed(cell)
            elif not entry.said and re.search(r"[^\W\d]", cell):
                entry.said = cell
        self._entries.append(entry)

    def _read_more(self, text: str) -> None:
        """A line below a name that says more of it."""
        entry = next((each for each in reversed(self._entries[-1:]) if each.is_file), None)
        text = text.strip()
        if entry is None or not text:
            return
        bare = re.sub(r"\*\*|__", "", text)
        needs = _NEEDS.match(bare)
        if needs is not None:
            entry.needs += _listed(needs[1])
        elif not entry.said:
            purpose = _PURPOSE.fullmatch(bare)
            entry.said = purpose[1] if purpose else bare if self._near else ""

    def _settle_kinds(self) -> None:
        """Tell folders from files, where a name does not say which it is."""
        for at, entry in enumerate(self._entries):
            after = self._entries[at + 1] if at + 1 < len(self._entries) else None
            if entry.folder or (is_file_name(_last(entry.name)) and not entry.exact):
                continue
            deeper = after is not None and after.column > entry.column
            if deeper and not is_file_name(_last(entry.name)) and not entry.said.strip():
                entry.folder = True

    def _placed(self) -> Iterator[tuple[str, _Entry]]:
        root = self._root()
        open_folders: list[tuple[int, str]] = []
        for entry in self._entries:
            if entry is root:
                continue
            while open_folders and open_folders[-1][0] >= entry.column:
                open_folders.pop()
            above = open_folders[-1][1] if open_folders else ""
            path = _joined(above, entry)
            if entry.folder:
                if path != ".":
                    open_folders.append((entry.column, path))
            elif above or _is_name(entry.name, entry.exact):
                yield path, entry

    def _root(self) -> _Entry | None:
        """The entry that stands for the project itself: the root of a drawn tree."""
        first = next(iter(self._entries), None)
        if first is None or first.drawn or not first.folder:
            return None
        below = self._entries[1:]
        if first.name in (".", ".."):
            return first if first.name == "." else None
        if not below or not all(entry.drawn and entry.column > first.column for entry in below):
            return None
        least = min(entry.column for entry in below)
        direct = [entry.name for entry in below if entry.column == least]
        if first.name in _USUAL or "__init__.py" in direct:
            return None
        return first


def _is_row(line: str) -> bool:
    """Whether a line is one of a table in Markdown."""
    stripped = line.strip()
    if not stripped.startswith("|") or stripped.count("|") < 3:
        return False
    return not _LINES.search(line) or not re.search(r"[^|: -]", stripped)


def _outside_of_code(lines: list[str]) -> Iterator[str]:
    """The lines that may say something of a plan: not the text of files, but their names."""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        opening, fence = read_opening(line), read_fence(line)
        if opening is not None:
            yield opening.path
            while at < len(lines) and read_closing(lines[at]) is None:
                at += 1
            at += 1
        elif fence is not None:
            named = name_in_info(fence.info)
            info = fence.info.split()[0].lower() if fence.info else ""
            if named:
                yield named
            if named or info not in _CODE_INFO:
                end = next(
                    (n for n in range(at, len(lines)) if _closes(lines[n], line)), len(lines)
                )
                at = end + 1
            yield ""
        else:
            yield line


def _closes(line: str, opening: str) -> bool:
    fence, opened = read_fence(line), read_fence(opening)
    return fence is not None and opened is not None and fence.closes(opened)


def _name_at(text: str) -> tuple[str, str, str] | None:
    """The name a line begins with, how it was set apart, and what is said behind it."""
    text = text.strip()
    fenced = re.fullmatch(r"`{3,}\s*(\S+?)\s*`{3,}", text)
    if fenced:
        return fenced[1], "", ""
    for kind, pattern in (("linked", LINK), ("quoted", _QUOTE), ("marked", _MARKED)):
        match = pattern.match(text)
        if match is None:
            continue
        name = _inner(match, pattern)
        if name and ("\n" not in name):
            return name, kind, text[match.end() :]
    match = _WORD.match(text)
    if match is None:
        return None
    name = match.group().rstrip(":,;")
    rest = text[match.start() + len(name) :]
    if name.endswith((".", "…")) and name not in (".", ".."):
        return None
    if not _SEPARATOR.match(rest) or not re.search(r"[^\W_]|\.", name):
        return None
    if not (_looks_like_path(name) or name in NO_SUFFIX or _stands_alone(name, rest)):
        return None
    return name, "", rest


def _inner(match: re.Match[str], pattern: re.Pattern[str]) -> str:
    if pattern is _QUOTE:
        return _unquoted(match.group())
    if pattern is LINK:
        return linked_name(match)
    inner = next(filter(None, match.groups()[1:]), "")
    inner = inner.rstrip(":").strip("`* ")
    linked = LINK.fullmatch(inner)
    return linked_name(linked) if linked else inner


def _stands_alone(name: str, rest: str) -> bool:
    """Whether a bare word can be a name in a tree: nothing follows it, or what explains it."""
    if not re.fullmatch(r"[\w.@+~-]+/?|\.\.?", name):
        return False
    return not rest.strip() or bool(re.match(r"[ \t]+(?:[-–—#]|//|\()[ \t]*\S", rest))


def _looks_like_path(name: str) -> bool:
    if name in NO_FILES or re.match(r"[a-z]+://", name):
        return False
    if name.endswith(("/", "\\")):
        return bool(re.fullmatch(r"[\w.@+~()\[\]/\\ -]+", name))
    inside = _OUTSIDE.sub("", name)
    while _OUTSIDE.match(inside):
        inside = _OUTSIDE.sub("", inside)
    if _OUTSIDE.match(name) and inside:
        return is_path(inside) or "/" in inside or inside in NO_SUFFIX
    return is_path(name)


def _is_name(name: str, exact: str) -> bool:
    """Whether a name is a file's where no folder stands above it."""
    if exact == "quoted" or _looks_like_path(name) or name in NO_SUFFIX:
        return True
    return bool(exact) and name not in NO_FILES and " " not in name.strip() and "/" in name


def _last(name: str) -> str:
    return re.split(r"[/\\]", name)[-1]


def _joined(above: str, entry: _Entry) -> str:
    name = entry.name
    whole = entry.exact != "quoted" and name.startswith((f"{above}/", "/", "~/"))
    return name if whole or not above else f"{above}/{name}"


def _purpose_and_needs(entry: _Entry) -> tuple[str, tuple[str, ...]]:
    said = _BETWEEN.sub("", entry.said.strip()).strip()
    needs = list(entry.needs)
    found = _NEEDS.search(said)
    if found is not None and found[1]:
        needs += _listed(found[1])
        said = said[: found.start()].rstrip(" ;,.(–—-[")
    elif (means := _MEANS.search(said)) is not None:
        needs += [word for word in _listed(means[1]) if is_path(word)]
    if said.startswith("(") and said.endswith(")"):
        said = said[1:-1].strip()
    return said, tuple(needs)


def _listed(text: str) -> list[str]:
    """The names in a list of them, however it is written."""
    items: list[str] = []
    for found in _ITEM.finditer(text):
        quoted, label, _, word = found.groups()
        if quoted:
            items.append(_unquoted(quoted))
        elif label:
            items += [each.rstrip(".:") for each in _WORD.findall(label)]
        else:
            items.append(word.rstrip(".:"))
    return items


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text.strip('"')
