"""The lines that open and close a file in frames that were not asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from autocoder_tui.text.late_pattern import late_pattern
from autocoder_tui.values import dataclass

_LONGEST = 400
"""Characters of a line that can be such a mark."""
_NAMES = "path|file|filename|file_name|file_path|filepath|name|src|source|title"
_VALUE = r"""(?:"([^"<>\n]{1,240})"|'([^'<>\n]{1,240})'|([^\s"'<>\]]{1,240}))"""
_TAGS = (
    "document|doc|file_content|filecontent|file_contents|code|codefile|code_file|source|artifact"
    "|antartifact|boltaction|write_to_file|create_file|write_file|edit_file|write|create|content"
    "|output|module|new_file|updated_file|modified_file|result"
)
_TAG = late_pattern(
    rf"<({_TAGS})\s(?:[^<>\n]{{0,200}}\s)?(?:{_NAMES})\s*=\s*{_VALUE}[^<>\n]{{0,200}}>",
    re.IGNORECASE,
)
_BRACKET = late_pattern(
    rf"\[(file|document|code|source|begin|start)"
    rf"(?:\s+(?:{_NAMES})\s*=\s*|\s*[:=]\s*|\s+(?:file[:\s]+)?){_VALUE}\s*\]",
    re.IGNORECASE,
)
_ELEMENT = late_pattern(
    r"\s*<(file|document|doc|write_to_file|create_file|write_file|artifact|item)(?:\s[^<>\n]{0,80})?>"
    rf"\s*<({_NAMES}|document_source)>\s*([^<>\n]{{1,240}}?)\s*</\2>"
    r"\s*<(content|contents|document_content|document_contents|code|file_content|file_contents"
    r"|source_code|text)>[ \t\r]*(\n?)",
    re.IGNORECASE,
)
_MOST_OF_ELEMENT = 4
"""Lines over which the tags of such an opening may be spread."""
_RULE = late_pattern(
    r"([=\-*#~+_<>]{3,20}|={2,3}>)[ \t]*(?:(?:begin|start)\b(?:[ \t]+of)?[ \t:]*)?"
    r"(?:file(?:[ \t]?name)?[ \t:]+)?[\"'`]?([^\s\"'`=*<>|?:]{1,240})[\"'`]?[ \t]*"
    r"(?:[=\-*#~+_<>]{3,20}|<={2,3})",
    re.IGNORECASE,
)
_RULE_END = late_pattern(
    r"([=\-*#~+_<>]{3,20})[ \t]*(?:end|eof)\b[^\n]{0,200}?(?:[=\-*#~+_<>]{3,20})?", re.IGNORECASE
)
_LABEL = late_pattern(
    r"(?:#+|//+|--+|;+|/\*+|<!--|%+)?[ \t]*\**(?:file[ \t]?name|file[ \t]?path|file|path)\**"
    r"[ \t]*:\**[ \t]*[`*\"']{0,3}([^\s`*\"']{1,240})[`*\"']{0,3}[ \t]*(?:\*/|-->)?",
    re.IGNORECASE,
)
_MAGIC = late_pattern(r"%%(?:write)?file[ \t]+(?:-a[ \t]+)?(\S{1,240})")
MARKUP = ("html", "htm", "xml", "svg", "vue", "svelte", "xhtml", "md", "markdown", "rss", "xsl")
_COMMENTS = {
    "#": "py pyi pyw sh bash zsh fish rb pl pm r mk yaml yml toml conf cfg cmake tf ex exs jl nim "
    "ps1 gitignore env properties awk tcl makefile dockerfile",
    "//": "js mjs cjs jsx ts tsx c h cc cpp cxx hpp hh java go rs swift kt kts cs php scala dart "
    "scss less groovy gradle proto jsonc json5 zig v sol glsl",
    "/*": "js mjs cjs jsx ts tsx c h cc cpp cxx hpp hh java go rs swift kt kts cs php scala dart "
    "css scss less groovy gradle proto jsonc json5 sql",
    "--": "sql lua hs elm ada adb ads vhd vhdl applescript",
    ";": "lisp cl el clj cljs scm rkt asm s ini",
    "%": "tex sty cls erl hrl m pro",
    "<!--": "html htm xml svg vue svelte md markdown xhtml",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What opens a file. `first` is the index of the line its text begins with; `rest` is text
    that stands behind the mark. `tags` close it, innermost first; without any, it is a line."""

    path: str
    line: str
    first: int
    tags: tuple[str, ...] = ()
    bracket: bool = False
    rest: str = ""
    is_rule: bool = False

    @property
    def is_line(self) -> bool:
        return not self.tags

    def before_closing(self, line: str) -> str:
        """Text that stands before the closing tag in its line."""
        if not self.tags:
            return ""
        at = line.lower().rfind(f"</{self.tags[0]}")
        before = line[:at] if at > 0 else ""
        return f"{before}\n" if before.strip() else ""


class Depth:
    """How many tags of the name that opened a frame are open, line by line.

    In markup they may stand anywhere in a line; in code only one that begins a line counts.
    """

    def __init__(self, tag: Heading) -> None:
        name = re.escape(tag.tags[0])
        self._open = 1
        self._in_markup = tag.path.rsplit(".", 1)[-1].lower() in MARKUP
        self._counts = not tag.bracket
        self._opening = re.compile(rf"<{name}(?:\s[^<>\n]*)?(?<!/)>", re.IGNORECASE)
        self._closing = re.compile(rf"</{name}\s*>", re.IGNORECASE)
        if self._in_markup:
            self._open += len(self._opening.findall(tag.rest))

    def after(self, line: str, *, closing: bool) -> int:
        """How many are open after this line, which may be one that closes a frame."""
        if self._counts and self._in_markup:
            self._open += len(self._opening.findall(line)) - len(self._closing.findall(line))
            return self._open
        opened = self._counts and self._opening.match(line.lstrip()) is not None
        self._open += int(opened) - int(closing or (opened and "</" in line))
        return self._open


def tag_outside(notes: str, own: Collection[str]) -> str:
    """The first line of what stands around the files that opens a file in tags; "" without."""
    lines = notes.split("\n")
    for index, line in enumerate(lines):
        if line in own or line.lstrip()[:1] not in ("<", "["):
            continue
        if read_tag(line, index) is not None or read_element(lines, index) is not None:
            return line.strip()[:60]
    return ""


def read_tag(line: str, index: int) -> Heading | None:
    """The opening tag, in angle or square brackets, that this line is."""
    bare = line.strip()
    if len(bare) > _LONGEST or bare[:1] not in ("<", "["):
        return None
    bracket = bare[0] == "["
    found = (_BRACKET if bracket else _TAG).fullmatch(bare)
    if found is None:
        return None
    path = next(value for value in found.groups()[1:] if value)
    if not _is_named(path):
        return None
    return Heading(path.strip(), line, index + 1, (found[1].lower(),), bracket)


def read_element(lines: Sequence[str], index: int) -> Heading | None:
    """The opening from this line on whose name is an element of its own."""
    if lines[index].lstrip()[:1] != "<":
        return None
    joined = "".join(line[:_LONGEST] for line in lines[index : index + _MOST_OF_ELEMENT])
    found = _ELEMENT.match(joined)
    if found is None or not _is_named(found[3]):
        return None
    taken = joined.count("\n", 0, found.end())
    line = lines[index + taken] if found[5] == "" and index + taken < len(lines) else ""
    rest = line[line.rfind(f"<{found[4]}>") + len(found[4]) + 2 :] if line else ""
    first = index + taken + (1 if line else 0)
    shown = " ".join(found.group().split())
    return Heading(found[3], shown, first, (found[4].lower(), found[1].lower()), rest=rest)


def closes(line: str, tag: Heading) -> bool:
    """Whether a line, white space around it aside, closes the text of a frame of tags."""
    lowered = line.lower()
    inner = tag.tags[0]
    if tag.bracket:
        bare = re.sub(r"\s+", " ", lowered)[:_LONGEST]
        return bare in (f"[/{inner}]", f"[end {inner}]", "[end]", "[/end]", f"[end{inner}]") or (
            inner in ("begin", "start") and bare.startswith("[end") and bare.endswith("]")
        )
    if len(tag.tags) == 1:
        return lowered == f"</{inner}>"
    # Elements may end behind the last line of the text.
    whole = re.sub(r">\s+<", "><", lowered[-_LONGEST:])
    return whole.endswith((f"</{inner}>", f"</{inner}></{tag.tags[1]}>"))


def read_heading(line: str, index: int) -> Heading | None:
    """The line with nothing but the name of a file, between rules or after "File:"."""
    bare = line.strip()
    if not bare or len(bare) > _LONGEST or line[:1] in (" ", "\t"):
        return None
    rule = _RULE.fullmatch(bare)
    label = None if rule is not None else _LABEL.fullmatch(bare) or _MAGIC.fullmatch(bare)
    if rule is not None and _RULE_END.fullmatch(bare) is None and _is_named(rule[2]):
        return Heading(rule[2], line, index + 1, is_rule=True)
    if label is not None and _is_named(label[1]):
        return Heading(label[1], line, index + 1)
    return None


def heads_end(line: str, heading: Heading) -> bool:
    """Whether a line between rules says that the file so headed ends."""
    if not heading.is_rule or len(line) > _LONGEST:
        return False
    found = _RULE_END.fullmatch(line.strip())
    return found is not None and found[1][0] == heading.line.strip()[0]


def named_in_frame(line: str) -> str:
    """The file that a line names as the beginning of a frame, "" for any other."""
    found = read_tag(line, 0) or read_heading(line, 0)
    return "" if found is None else found.path


def is_comment(line: str, path: str) -> bool:
    """Whether a line is a comment in the language of the file at `path`."""
    name = path.rsplit("/", 1)[-1].lower()
    suffix = name.rsplit(".", 1)[-1]
    return any(line.startswith(mark) and suffix in of.split() for mark, of in _COMMENTS.items())


def _is_named(path: str) -> bool:
    """Whether a word is the name of a file: it has a suffix with a letter, or is a known one."""
    last = re.split(r"[/\\]", path.strip())[-1]
    stem, dot, suffix = last.rpartition(".")
    if dot and (stem or suffix) and suffix.isalnum() and len(suffix) <= 12:
        return any(map(str.isalpha, suffix))
    return last in ("Makefile", "Dockerfile", "Gemfile", "Rakefile", "Procfile", "LICENSE")
