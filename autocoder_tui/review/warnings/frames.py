"""What was meant for the reader of the reply and stands in the file: its frame, tags, tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from autocoder_tui.review.warnings.concern import Change, Concern, Line
from autocoder_tui.review.warnings.foreign_frames import foreign_frames, shown
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.text.late_pattern import late_pattern

_LONGEST = 400
"""Characters of a line that may be a mark."""

_BEFORE, _AFTER = "*_`>#-|/ \t", "*_`-|/ \t"
"""Decoration around a mark."""

_OPENING = late_pattern(r"(?:<|&lt;)file(?:\s|&nbsp;|&gt;|>).*|<!\[CDATA\[.*", re.IGNORECASE)
_NAMED = late_pattern(
    r"(?:<|&lt;)file\s[^\n]*?(?:path|name|filename|file|src)\s*=\s*(?:[\"']|&quot;)?([^\"'&>\s]+)",
    re.IGNORECASE,
)
_CLOSED = (
    *("file", "files", "code", "content", "answer", "output", "think", "thinking", "artifact"),
    *("boltaction", "write_to_file", "replace_in_file", "parameter", "function", "tool_call"),
    "invoke",
)
_CLOSING = late_pattern(rf"(?:<|&lt;)/({'|'.join(_CLOSED)})\s*(?:>|&gt;)", re.IGNORECASE)
_CDATA_END = late_pattern(r"\]\](?:>|&gt;)")
_SIGNS = ("<file", "&lt;file", "<![cdata[", "]]>", "]]&gt;", *(f"/{name}" for name in _CLOSED))
"""Every mark has one of these in it, in lower case; most texts have none."""
_CLOSES_CODE = late_pattern(r"(?:<|&lt;)/(file)(?:>|&gt;)\Z", re.IGNORECASE)
_FENCE = late_pattern(r"(?:```|~~~)[`~]*[\w+#./:= -]{0,80}")
_AT_MARGIN = late_pattern(r"(?:```|~~~)[`~]*[\w+#./:= -]{0,80}\s*\Z")
_TOKEN = late_pattern(r"<[|｜][\w▁ ]{2,40}[|｜]>|</s>\Z|\[/?INST\]\Z|<(?:end|start)_of_turn>")

_PATH_KEYS = ("path", "file", "filename", "file_path", "file_name", "filepath", "name")
_TEXT_KEYS = ("content", "contents", "code", "text", "file_content", "new_content", "source")
_JSON = (".ipynb", ".geojson", ".webmanifest", ".map", ".har", ".avsc", ".ndjson", ".lock")
_MAY_BE_JSON = ("", ".yaml", ".yml", ".txt", ".hjson", ".json5", ".jsonc", ".log", ".conf")
_ENVELOPE = late_pattern(r'\s*[\[{][^{}]{0,200}"(?:content|contents|file_content|new_content)"\s*:')
_MOST_READ = 5_000_000


def frames(change: Change) -> Iterator[Concern]:
    yield from _marks(change)
    yield from foreign_frames(change)
    yield from _envelope(change)
    yield from _fences(change)
    yield from _tokens(change)


def _marks(change: Change) -> Iterator[Concern]:
    lowered = change.after.lower()
    marked = "<" in lowered or "&lt;" in lowered or "]]" in lowered
    signs = [sign for sign in _SIGNS if sign in lowered] if marked else []
    opening: Line | None = None
    closing: Line | None = None
    tags = _Tags(lowered)
    for line in change.added if signs else ():
        text = line[1]
        if len(text) > _LONGEST or not any(sign in text.lower() for sign in signs):
            continue
        bare = text.lstrip(_BEFORE).rstrip(_AFTER)
        if opening is None and _OPENING.fullmatch(bare) and _is_mark(change, bare):
            opening = line
            break
        if closing is None and _is_stray(change, bare, tags):
            closing = line
    if opening is not None:
        message = f"A mark of the reply's frame was left in it on line {shown(opening)}"
        yield Concern("frame", message, not change.is_sound)
    elif closing is not None:
        message = f"A closing mark that nothing opens was left in it on line {shown(closing)}"
        yield Concern("stray", message, not change.is_sound)


def _is_mark(change: Change, bare: str) -> bool:
    """Whether an opening mark is one of a frame. Markup has tags and CDATA of its own: there it
    has to name this file."""
    if not change.is_markup:
        return True
    named = _NAMED.match(bare)
    if named is not None:
        return named.group(1).rsplit("/", 1)[-1] == change.name
    return bare.startswith("<![CDATA[") and change.after.lstrip().startswith("<![CDATA[")


class _Tags:
    """How often tags are opened and closed in a text, given in lower case."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._counted: dict[str, bool] = {}

    def closed_too_often(self, name: str) -> bool:
        if name not in self._counted:
            opened = re.findall(rf"<{name}\b", self._text)
            closed = re.findall(rf"</{name}\s*>", self._text)
            self._counted[name] = len(closed) > len(opened)
        return self._counted[name]


def _is_stray(change: Change, bare: str, tags: _Tags) -> bool:
    """Whether a closing mark closes nothing of the text's own."""
    if _CDATA_END.fullmatch(bare):
        return not change.is_markup and "<![CDATA[" not in change.after
    found = _CLOSING.fullmatch(bare) or _CLOSES_CODE.search(bare)
    if found is None:
        return False
    return "&lt;" in found.group() or tags.closed_too_often(found.group(1).lower())


def _envelope(change: Change) -> Iterator[Concern]:
    """A JSON object that carries the file instead of the file."""
    text = change.after.lstrip()
    if text[:1] not in ("{", "[") or len(text) > _MOST_READ or _carries(change.before, change.name):
        return
    is_json = change.suffix.startswith(".json") or change.suffix in _JSON or change.name[0] == "."
    if _carries(text, change.name if is_json else "") or (not is_json and _quotes_code(change)):
        message = "The text is a JSON object that holds a file, not the file itself."
        yield Concern("frame", message, True)


def _quotes_code(change: Change) -> bool:
    """Whether a file of another language, not JSON before, is now JSON with lines in a string.

    As an expression such an object is often valid code, so that no parser objects to it.
    """
    if change.is_new or change.suffix in _MAY_BE_JSON:
        return False
    return _holds_lines(_loaded(change.after), 4) and _loaded(change.before) is None


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _holds_lines(data: Any, depth: int) -> bool:
    if isinstance(data, str):
        return "\n" in data.strip()
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return depth > 0 and any(_holds_lines(item, depth - 1) for item in list(inner)[:20])


def _carries(text: str, name: str) -> bool:
    """Whether JSON `text` has an object with a path and a text; with the path of file `name`, if
    that is given."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return not name and _ENVELOPE.match(text) is not None
    return _holds_file(data, name, depth=4)


def _holds_file(data: Any, name: str, depth: int) -> bool:
    if depth == 0:
        return False
    if isinstance(data, list):
        return any(_holds_file(item, name, depth - 1) for item in data[:20])
    if not isinstance(data, dict):
        return False
    paths = [data[key] for key in _PATH_KEYS if isinstance(data.get(key), str)]
    texts = [data[key] for key in _TEXT_KEYS if isinstance(data.get(key), str)]
    if texts and name:
        return any(path.replace("\\", "/").rsplit("/", 1)[-1] == name for path in paths)
    if texts and (paths or len(data) == 1 or "content" in data):
        return True
    return any(_holds_file(item, name, depth - 1) for item in list(data.values())[:20])


def _fences(change: Change) -> Iterator[Concern]:
    """A code fence around the text, or one mark of it. In a document one may be left open."""
    if "```" not in change.after and "~~~" not in change.after:
        return
    if change.is_prose:
        if _open_fences(change.after) % 2 and not _open_fences(change.before) % 2:
            yield Concern("stray", "A code fence is opened and not closed, or closed twice.")
        return
    filled = [text.strip() for _, text in change.added if text.strip()]
    ends = [line.strip() for line in change.after.strip().split("\n")]
    for at, where in ((0, "begins"), (-1, "ends")):
        line = filled[at] if filled else ""
        if line == ends[at] and len(line) <= _LONGEST and _FENCE.fullmatch(line):
            message = f"The text {where} with the mark of a code fence: {visible(line)[:60]}"
            yield Concern("stray", message, not change.is_sound)
            return
    inside = [number for number, text in change.added if _AT_MARGIN.match(text)]
    if inside and _margin_fences(change.after) % 2 > _margin_fences(change.before) % 2:
        message = f"A mark of a code fence stands alone in the text, on line {inside[0]}."
        yield Concern("stray", message, not change.is_sound)


def _margin_fences(text: str) -> int:
    return sum(_AT_MARGIN.match(line) is not None for line in text.split("\n"))


def _open_fences(text: str) -> int:
    return sum(line.lstrip().startswith(("```", "~~~")) for line in text.split("\n"))


def _tokens(change: Change) -> Iterator[Concern]:
    """What models end their turn with, at the end of a line that has not been there."""
    if not any(sign in change.after for sign in ("|>", "｜>", "</s>", "/INST]", "_of_turn>")):
        return
    for number, text in change.added:
        if not text.endswith((">", "]")):
            continue
        found = _TOKEN.search(text, max(0, len(text) - 60))
        if found is None or found.end() != len(text) or change.is_sound:
            continue
        if found.group() != "</s>" or not change.is_markup:
            token = visible(found.group())
            message = f"Line {number} ends with {token}, which models end their turn with."
            yield Concern("stray", message, number == len(change.file.diff.new_lines))
            return
