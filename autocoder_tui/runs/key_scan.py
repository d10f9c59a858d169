"""Keys in what is about to be sent: found before a request, named by place and never shown."""

from __future__ import annotations

from autocoder_tui.engine.request import RunRequest
from autocoder_tui.safety.key_patterns import find_keys
from autocoder_tui.safety.redaction import known_in
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class KeySent:
    """`path` is the input file, None for the `text` a person wrote; `line` counts from 1.

    `mark` tells one key from another, within this process.
    """

    path: str | None
    line: int
    kind: str
    mark: int
    text: str = "the requirements"

    def __str__(self) -> str:
        place = self.text if self.path is None else visible(self.path)
        return f"{place}, line {self.line}: what looks like {self.kind}"


def keys_in(request: RunRequest) -> tuple[KeySent, ...]:
    """Everything in the texts and files of `request` that looks like a key, or is one
    that the program knows. Takes a while for large files: call it off the event loop."""
    texts = [
        (None, "the requirements", request.requirements),
        (None, "the system prompt", request.system_prompt),
        *((file.path, "", file.text) for file in request.files),
    ]
    found: list[KeySent] = []
    for path, named, text in texts:
        lines = {
            shape.line: KeySent(path, shape.line, shape.kind, shape.mark, named)
            for shape in find_keys(text)
        }
        for offset, value in known_in(text):
            line = text.count("\n", 0, offset) + 1
            lines[line] = KeySent(path, line, "a key of yours", hash(value), named)
        found += [lines[line] for line in sorted(lines)]
    return tuple(found)
