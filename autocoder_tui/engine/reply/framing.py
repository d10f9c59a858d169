"""How a file is framed inside a reply, written and read.

The canonical frame is two lines of their own with the file verbatim between them:

    <file path="src/report.py">
    ...every line of the file...
    </file>

What lies between the newline that ends the opening line and the closing line is the file,
so a file that ends with a newline needs nothing special and an empty file is the two lines
alone. Two attributes cover the rest:

- `final-newline="no"`: the newline before the closing line is not part of the file.
- `id="1"`: only `</file id="1">` closes the frame, and nothing between is interpreted.
  It is for files that contain such frame lines themselves, or that would be mistaken for
  a file wrapped in a code fence.

In a path `&`, `"`, newline and carriage return are written as `&amp;`, `&quot;`, `&#10;`
and `&#13;`. Names and attributes are read more leniently than they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from autocoder_tui.engine.reply.end_tokens import ends_with_token, without_end_tokens
from autocoder_tui.values import dataclass

FRAMING_RULES = """\
Write every file you create or change in full, between two lines of their own:

<file path="relative/path/of/the/file">
...the complete content of the file, verbatim...
</file>

Copy the content exactly as it must be on disk: no Markdown fence around it, no line numbers, \
nothing left out, no comment such as "rest of the code". One such block per file; \
use the path you were given for an existing file. Close a file only when it is complete. \
Anything outside these blocks is read as notes for the user; keep it short."""
_ID_RULE = """\
If a file itself contains a line </file> or <file path="...">, open it with \
<file path="..." id="1"> and close it with </file id="1"> (any id that the file does not \
contain)."""
_FINAL_NEWLINE_RULE = """\
If a file must not end with a newline, add final-newline="no" to its opening line."""

_ATTRIBUTE = re.compile(r"""(?<![\w-])([A-Za-z][\w-]*)\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+)""")
_OPEN = re.compile(
    r"""[ \t]{0,3}<file((?:\s+[A-Za-z][\w-]*\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))+)\s*>[ \t]*\Z"""
)
_CLOSE = re.compile(r"""</file(?:\s+id\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+))?\s*>[ \t]*\Z""")
_FENCE = re.compile(r"( {0,3})(`{3,}+|~{3,}+)([^`\n]*+)\Z")
_ANY_CLOSE = re.compile(r"(?:<|&lt;)[/\\ ]{1,3}file", re.IGNORECASE)
CDATA, CDATA_END = "<![CDATA[", "]]>"
_ESCAPES = (("&", "&amp;"), ('"', "&quot;"), ("\n", "&#10;"), ("\r", "&#13;"))


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening frame line. `frame_id` is "" for a plain frame."""

    path: str
    frame_id: str
    final_newline: bool


@dataclass(frozen=True, slots=True)
class Fence:
    """A code fence line: its mark (three or more of one character), info string, and the blanks
    before it, as many of which belong to no line of the block (CommonMark 4.5)."""

    mark: str
    info: str
    indent: int = 0

    def closes(self, opening: Fence) -> bool:
        """Whether this line may end the block that `opening` began (CommonMark 4.5)."""
        same = self.mark[0] == opening.mark[0] and len(self.mark) >= len(opening.mark)
        return same and not self.info


def special_rules(texts: Iterable[str]) -> str:
    """What else a model is told of framing, where `texts` are the files it is given; "" mostly.

    Small models copy whatever they are shown, so a special case is named only where one of
    the files is such a case.
    """
    given = tuple(texts)
    rules = [_ID_RULE] if any(map(needs_id, given)) else []
    if not all(map(_ends_with_newline, given)):
        rules.append(_FINAL_NEWLINE_RULE)
    return " ".join(rules)


def _ends_with_newline(text: str) -> bool:
    """Whether the frame of a file with this text needs no word about its end."""
    return not text or text.endswith("\n")


def escape_path(path: str) -> str:
    for plain, escaped in _ESCAPES:
        path = path.replace(plain, escaped)
    return path


def unescape_path(path: str) -> str:
    for plain, escaped in reversed(_ESCAPES):
        path = path.replace(escaped, plain)
    return path


def _unquote(value: str) -> str:
    return value[1:-1] if value[:1] in ("'", '"', "“", "`") else value


def read_opening(line: str) -> Opening | None:
    """The opening frame on this line (given with or without its line ending), or None."""
    if "<file" not in line:
        return None
    match = _OPEN.match(line.rstrip("\r\n"))
    if match is None:
        return None
    attributes = {name: _unquote(value) for name, value in _ATTRIBUTE.findall(match[1])}
    path = attributes.get("path") or attributes.get("name") or ""
    if not path.strip():
        return None
    return Opening(
        unescape_path(path),
        attributes.get("id", ""),
        attributes.get("final-newline", "yes").lower() not in ("no", "false", "0"),
    )


def read_closing(line: str) -> str | None:
    """The id on a closing frame line ("" for a plain one), or None for any other line.

    End-of-turn tokens after it are no part of the line.
    """
    if not line.startswith("</file"):
        return None
    bare = line.rstrip("\r\n")
    match = _CLOSE.match(bare) or _CLOSE.match(without_end_tokens(bare))
    return None if match is None else _unquote(match[1] or "")


def read_fence(line: str) -> Fence | None:
    """The code fence on this line, or None. End-of-turn tokens are no info string."""
    if "```" not in line and "~~~" not in line:
        return None
    match = _FENCE.match(line.rstrip("\r\n"))
    if match is None:
        return None
    return Fence(match[2], without_end_tokens(match[3]).strip(), len(match[1]))


def opening_line(path: str, *, frame_id: str = "", final_newline: bool = True) -> str:
    """The opening frame line for a file, without a line ending."""
    extra = f' id="{frame_id}"' if frame_id else ""
    if not final_newline:
        extra += ' final-newline="no"'
    return f'<file path="{escape_path(path)}"{extra}>'


def closing_line(frame_id: str = "") -> str:
    return f'</file id="{frame_id}">' if frame_id else "</file>"


def needs_id(text: str) -> bool:
    """Whether a file with this text must be framed with an id."""
    lines = text.split("\n")
    if any(read_opening(line) or read_closing(line) is not None for line in lines):
        return True
    # When a plain frame is read a fence or a CDATA section around its text is taken off, and so
    # is an end-of-turn token, and near misses of a closing line are accepted. Nothing of that
    # may happen to the file's own text.
    begin = text[: len(text) - len(text.lstrip()) + len(CDATA)].lstrip()
    wrapped = begin.startswith(("```", "~~~", CDATA)) or ends_with_token(text)
    return wrapped or _ANY_CLOSE.search(text) is not None


def render_file(path: str, text: str) -> str:
    """One file in its canonical frame, with the newline that ends the closing line."""
    frame_id = ""
    if needs_id(text):
        number = 1
        while f'</file id="{number}"' in text:
            number += 1
        frame_id = str(number)
    final_newline = _ends_with_newline(text)
    body = text if final_newline else text + "\n"
    opening = opening_line(path, frame_id=frame_id, final_newline=final_newline)
    return f"{opening}\n{body}{closing_line(frame_id)}\n"
