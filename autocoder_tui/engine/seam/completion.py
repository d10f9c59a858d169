"""When a reply is finished, and whether what was joined holds together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from autocoder_tui.engine.end_words import read_end, was_cut
from autocoder_tui.engine.reply.frame_lines import holds_frame
from autocoder_tui.engine.reply.framing import read_fence
from autocoder_tui.engine.reply.parse import ReplyFile, parse_reply, reply_end
from autocoder_tui.engine.seam.plan import announces_more
from autocoder_tui.engine.seam.values import Alternative, Join
from autocoder_tui.text.syntax import parses

ATTEMPTS = 12
"""Alternatives tried at most."""
_MOST_FENCES = 8


class Verified(NamedTuple):
    """The text chosen. `verifies`: every file of it that a parser is at hand for parses."""

    text: str
    verifies: bool


def next_step(
    text: str, finish_reason: str | None, *, files_expected: int | None = None
) -> Literal["done", "continue", "filtered"]:
    """What to do after a part: `text` is the joined text, `finish_reason` that of the part.

    Only a reply that stopped by itself outside any open frame is done. With `files_expected`
    a reply cut off in the notes after that many closed frames is done, too.
    """
    end = read_end(finish_reason)
    if end == "filter":
        return "filtered"
    ended = reply_end(text)
    if not was_cut(finish_reason):
        if ended.state == "open" or not text.strip() or announces_more(text, ended):
            return "continue"
        if end == "unknown" and files_expected is not None:
            whole = len(parse_reply(text).files) >= files_expected or ended.state == "closed"
            return "done" if whole else "continue"
        return "done"
    after = text[ended.end :]
    if files_expected is not None and ended.state == "closed" and after.strip():
        if len(parse_reply(text).files) >= files_expected:
            return "done"
    return "continue"


def verify(text: str, joins: Sequence[Join], *, target: str | None = None) -> Verified:
    """The text, or one with other joins when a file of it does not parse and theirs do.

    Python is asked of the compiler (nothing is run), JSON and TOML of their parsers; other
    files always pass. Tried are single alternatives, the last join's first, then pairs, at
    most `ATTEMPTS` texts in all. So is the text without the lines of a code fence that a
    continuation put into a framed file.
    """
    files, broken = count_broken(text, target)
    best, fewest = text, broken
    if broken:
        for other in itertools.islice(_other_texts(text, joins), ATTEMPTS):
            others, count = count_broken(other, target)
            if others >= files and count < fewest:
                best, fewest = other, count
            if not fewest:
                break
    return Verified(best, not fewest)


def _other_texts(text: str, joins: Sequence[Join]) -> Iterator[str]:
    choices = [
        [*(a for a in join.alternatives if a.fits(text)), *_without_fences(text, join)]
        for join in joins
    ]
    for nth in itertools.zip_longest(*reversed(choices)):
        for alternative in nth:
            if alternative is not None:
                yield _replaced(text, [alternative])
    firsts = [found[:2] for found in choices if found]
    for one, other in itertools.combinations(firsts, 2):
        for pair in itertools.product(one, other):
            if pair[0].end <= pair[1].start:
                yield _replaced(text, pair)


def _without_fences(text: str, join: Join) -> Iterator[Alternative]:
    """A framed text without a line of a code fence that a continuation put into it: the first of
    them, all up to the last, the last."""
    if not join.progress or not holds_frame(text[: join.offset]):
        return
    found: list[Alternative] = []
    at = text.rfind("\n", 0, join.offset) + 1
    while 0 <= at < len(text) and len(found) < _MOST_FENCES:
        end = text.find("\n", at) + 1 or len(text)
        line = text[at:end]
        if at >= join.offset and read_fence(line) is not None:
            found.append(Alternative(at, end, line, ""))
        at = end
    yield from found[:1]
    if len(found) > 1:
        start, end = found[0].start, found[-1].end
        between = text[found[0].end : found[-1].start]
        yield Alternative(start, end, text[start:end], between)
        yield found[-1]


def _replaced(text: str, alternatives: Iterable[Alternative]) -> str:
    for found in sorted(alternatives, key=lambda one: -one.start):
        text = found.applied(text)
    return text


def count_broken(text: str, target: str | None = None) -> tuple[int, int]:
    """How many files a reply has, and how many do not parse; an unclosed file does not."""
    files = parse_reply(text, target=target).files
    return len(files), sum(map(_is_broken, files))


def _is_broken(file: ReplyFile) -> bool:
    if file.complete and (file.edits or file.renamed_from or file.deletes):
        return False
    return not file.complete or parses(file.path, file.text) is False
