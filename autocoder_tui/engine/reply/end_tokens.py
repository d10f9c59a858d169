"""End-of-turn tokens that a server leaves in the text: `<|im_end|>`, `</s>`, `[/INST]`.

They are the model's own punctuation and no part of a file. They are taken off only where they
can stand for the end of the reply: at the end of a line that closes a block, or of the text.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"<\|[^|<>\s]{1,40}\|>"
    r"|<[｜|][^｜|<>\n]{1,40}[｜|]>"
    r"|</?s>|<eos>|<eod>|<EOT>|<eot>|<pad>|<(?:end|start)_of_(?:turn|utterance|text)>"
    r"|\[/?INST\]|\[end of text\]|<turn\|>"
)
_LONGEST = 48
"""Characters of the longest token."""


def without_end_tokens(text: str) -> str:
    """`text` without the end-of-turn tokens it ends with, and the blanks around those.

    The same text if it ends with none. `</s>` that ends a struck-out text is HTML.
    """
    end = len(text)
    while (length := _token_length(text, filled := _filled_end(text, end))) > 0:
        end = filled - length
        while end > 0 and text[end - 1] in " \t\r":
            end -= 1
    return text[:end]


def ends_with_token(text: str) -> bool:
    return _token_length(text, _filled_end(text, len(text))) > 0


def _filled_end(text: str, end: int) -> int:
    while end > 0 and text[end - 1].isspace():
        end -= 1
    return end


def _token_length(text: str, end: int) -> int:
    """How long the token is that ends at `end`, 0 if none does."""
    if text[end - 1 : end] not in (">", "]"):
        return 0
    low = max(0, end - _LONGEST)
    start = max(text.rfind("<", low, end), text.rfind("[", low, end))
    if start < 0 or _TOKEN.fullmatch(text, start, end) is None:
        return 0
    if text.startswith("</s>", start) and "<s>" in text[low:start].rpartition("\n")[2]:
        return 0
    return end - start
