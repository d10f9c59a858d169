"""Ranking the places where a reply may be joined to the text so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from autocoder_tui.engine.events import Proof
from autocoder_tui.engine.reply.framing import read_closing, read_fence, read_opening
from autocoder_tui.engine.seam.alignment import Arrival
from autocoder_tui.engine.seam.likeness import ALIKE, begins_alike, likeness, looks_whole
from autocoder_tui.engine.seam.plan import word_characters
from autocoder_tui.engine.seam.replay import Replay
from autocoder_tui.engine.seam.text_index import History, Line

CERTAIN = 50
"""Rank from which a join needs no further text of the reply."""

_REMAINDER_LAG = 3.0
"""How far the exact remainder may lag behind the likeliest join, and still be believed of a
server that turns out to keep its own place in the text."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Join as `text[:offset] + glue + reply[drop:]`. A higher `rank` is likelier."""

    offset: int
    drop: int
    rank: float
    proof: Proof
    glue: str = ""
    begin: int = 0
    """Character of the reply where what repeats the text begins."""
    overlap: int = 0
    """Lines of H repeated; of equal ranks the shorter overlap is taken."""
    words: int = 0
    """Word characters of the different lines repeated."""


def from_replay(
    replay: Replay, history: History, reply: str, lines: list[Line], skipped: int
) -> list[Candidate]:
    """The joins a replay stands for. `skipped` is how dubious what came before it is, 0 to 9."""
    if replay.complete:
        return _from_complete(replay, history, reply, lines, skipped)
    return _from_diverged(replay, history, reply, lines, skipped)


def _from_complete(
    replay: Replay, history: History, reply: str, lines: list[Line], skipped: int
) -> list[Candidate]:
    words = history.words(replay.start, replay.end)
    rank = _complete_rank(replay, history, words)
    if rank is None:
        return []
    requested = replay.start == history.anchor_line < history.sent_line
    if replay.drop is not None and words < 20 and not requested:
        if history.positions(lines[replay.at].key):
            # It also begins like the cut line, but it may as well be that line once more.
            rank = min(rank, 40.0)
    overlap = replay.end - replay.start
    proof: Proof = "echo" if replay.start < history.sent_line else "witness"
    if not requested and history.is_cyclic(replay.start, replay.end):
        # How many of these lines a reply begins with says nothing of where it begins.
        proof = "guess"
    if replay.drop is not None:
        offset, drop = len(history.text), replay.drop
    else:
        following = lines[replay.at + 1].start if replay.at + 1 < len(lines) else len(reply)
        offset, drop = _join_at_line_end(history, reply, lines[replay.at], following)
    begin = lines[replay.first].start
    return [Candidate(offset, drop, rank - skipped, proof, "", begin, overlap, words)]


def _complete_rank(replay: Replay, history: History, words: int) -> float | None:
    requested = history.anchor_line < history.sent_line
    if requested and replay.start == history.anchor_line:
        return 80
    if history.is_periodic(replay.start, replay.end):
        return None
    if replay.start == history.sent_line:
        return 70 if words >= 3 else 30
    if replay.start < history.sent_line:
        if words >= 20:
            return 75
        return 74 if words >= 8 and not history.repeats_lines() else 65
    if words >= 20:
        return 60
    if history.repeats_lines():
        return None
    least = 3 if history.cut_line.strip() else 8
    return 58 if words >= least else None


def _join_at_line_end(history: History, reply: str, last: Line, following: int) -> tuple[int, int]:
    """Where to join when H ends with white space after the line `last` that repeats its end.

    Exactly repeated white space is simply passed over. Otherwise the reply's indentation and
    further blank lines stand, and H's blank lines stay.
    """
    text = history.text
    body_end = last.start + len(reply[last.start : last.end].rstrip())
    kept_end = history.lines[-1].start + len(
        text[history.lines[-1].start : history.lines[-1].end].rstrip()
    )
    tail = text[kept_end:]
    if reply.startswith(tail, body_end):
        return len(text), body_end + len(tail)
    line_start = len(text) - len(history.cut_line)
    blank_lines = tail.count("\n")
    at = body_end
    for _ in range(blank_lines):
        newline = reply.find("\n", at, following)
        if newline < 0:
            break
        at = newline + 1
    else:
        return line_start, at
    if following < len(reply):
        return line_start, following
    return len(text), len(reply)


def _from_diverged(
    replay: Replay, history: History, reply: str, lines: list[Line], skipped: int
) -> list[Candidate]:
    """The reply repeats shown lines and then differs from the witness.

    Of the cut line what it says stands, if it goes on from there: nobody knows how that line
    was to end. A whole line that was received stands whatever the reply says.
    """
    if is_frame_line(reply[lines[replay.at].start : lines[replay.at].end]):
        return []
    end = max(history.sent_line, replay.end if replay.start == history.sent_line else 0)
    words = history.words(replay.start, end)
    requested = history.plan.anchor and replay.start == history.anchor_line
    if not requested and _follows_a_pattern(replay, history):
        rank = 0.5
    elif not requested and (words < 20 or history.is_periodic(replay.start, end)):
        rank = 35.0 if words >= 8 else 20.0
    else:
        rank = 56.0 if requested else 52.0
    begin, line = lines[replay.first].start, lines[replay.at]
    offset, drop = history.cut_start, line.start
    if history.sent_line == history.whole:
        before = lines[replay.first + history.sent_line - 1 - replay.start]
        last = history.lines[history.sent_line - 1]
        offset = history.sent
        drop = _after_blank_lines(reply, before.end, history.text[last.end : history.sent])
    overlap = end - replay.start
    regenerated = Candidate(offset, drop, rank - skipped, "echo", "", begin, overlap, words)
    skipping = replace(regenerated, offset=len(history.text), proof="guess")
    if replay.end < history.whole or not history.cut_line.strip():
        # Another wording of a whole line may still be followed to the end of H: wait for it.
        glue = "" if history.text.endswith("\n") else "\n"
        return [replace(skipping, rank=min(skipping.rank, 48.0), drop=line.start, glue=glue)]
    alike = likeness(history.lines[replay.end].key, reply[line.start : line.end])
    cut = history.lines[replay.end].key
    if alike < ALIKE or not begins_alike(cut, line.key) or history.follows_a_pattern(replay.end):
        # Regenerated text is like what it replaces; this may be the line after it.
        regenerated = replace(regenerated, proof="guess")
    # It may also have left out the rest of the cut line and begun with the next, or (last)
    # sent that very rest.
    better = 1 if alike < 0.4 and looks_whole(history.cut_line) else -1
    glued = replace(skipping, rank=regenerated.rank + better, glue="\n")
    return [regenerated, glued, replace(skipping, rank=regenerated.rank - 2)]


def is_frame_line(line: str) -> bool:
    """Whether a line of a reply opens or closes a frame or a fence, which no wording does."""
    return is_closing(line) or read_opening(line.strip()) is not None


def is_closing(line: str) -> bool:
    """Whether a line of a reply closes a frame or a fence and says nothing else."""
    if read_closing(line.strip()) is not None:
        return True
    fence = read_fence(line)
    return fence is not None and not fence.info


def from_arrival(
    arrival: Arrival, history: History, reply: str, lines: list[Line], begin: int
) -> list[Candidate]:
    """The join of a reply that was followed, other wordings and all, to the end of H."""
    line = lines[arrival.at]
    end = len(history.text)
    rank, proof = (57.0, "witness") if arrival.sure else (51.0, "guess")
    if history.is_cyclic(history.sent_line, len(history.lines)):
        proof = "guess"
    if arrival.weak:
        rank, proof = 7.0, "guess"
    if arrival.drop is not None:
        return [Candidate(end, arrival.drop, rank, cast(Proof, proof), "", begin)]
    if arrival.rewritten:
        again = Candidate(history.cut_start, line.start, rank - 3, "guess", "", begin)
        if arrival.sure:
            again = replace(again, proof="echo")
        return [again, Candidate(end, line.start, rank - 4, "guess", "\n", begin)]
    following = lines[arrival.at + 1].start if arrival.at + 1 < len(lines) else len(reply)
    offset, drop = _join_at_line_end(history, reply, line, following)
    return [Candidate(offset, drop, rank, cast(Proof, proof), "", begin)]


def keeps_received(candidate: Candidate, history: History) -> bool:
    """Whether a join leaves every whole line that was received where it is.

    Only where nothing worth showing had come, so that the first request was sent again as it
    was, may a reply take the place of all of it.
    """
    withdrawn = history.text[candidate.offset : history.cut_start]
    return not withdrawn.strip() or not history.plan.shown


def _follows_a_pattern(replay: Replay, history: History) -> bool:
    """Whether the replay begins after a line like the last one, as records of a list do.

    Then the reply may well be the remainder, the next record, and no repetition.
    """
    last = history.lines[-1].key
    return replay.start > 0 and likeness(last, history.lines[replay.start - 1].key) >= 0.6


def _after_blank_lines(reply: str, at: int, between: str) -> int:
    """The character of `reply` after the newlines that stand in H between two lines."""
    for _ in range(between.count("\n")):
        newline = reply.find("\n", at)
        if newline < 0 or reply[at:newline].strip():
            break
        at = newline + 1
    return at


def from_fragment(
    history: History, reply: str, at: int, *, prefill: bool, skipped: int
) -> list[Candidate]:
    """Joins where the reply at `at` repeats H from the middle of a line, to its end."""
    text, sent = history.text, history.sent
    found: list[Candidate] = []
    least = max(0, sent - 240)
    for start in range(len(text) - 1, least - 1, -1):
        if reply[at : at + 1] != text[start] or not reply.startswith(text[start:], at):
            continue
        drop = at + len(text) - start
        words = word_characters(text[start:])
        if start == sent:
            proof: Proof = "prefill" if prefill else "witness"
            rank = 90.0 if prefill and not skipped else 71.0 if words >= 3 else 33.0
        elif start < sent:
            whole_words = not _inside_word(text, start)
            proof, rank = "witness", 72.0 if whole_words and words >= 8 else 34.0
        else:
            proof, rank = "guess", _inner_rank(history, start, words)
            if "\n" in reply[:at] and not reply[:at].strip():
                # The cut line is ended first: this is the next one, which begins like it.
                rank = -1.0
        found.append(Candidate(len(text), drop, rank - skipped, proof, "", at, 0, words))
    return found


def _inner_rank(history: History, start: int, words: int) -> float:
    if _inside_word(history.text, start):
        return 4 if words >= 8 else -2
    if words >= 20:
        return 45
    if history.repeats_lines() and history.text[start] == "\n":
        return -1
    cut = history.cut_line
    if start == len(history.text) - len(cut) and cut[:2].isspace() and cut.strip():
        # The whole cut line again, indentation and all.
        return 45 if words else 12
    if words >= 2 and text_starts_line(history, start):
        return 5
    return 40 if words >= 3 and history.cut_line.strip() else (-1, 0.3, 0.9)[min(words, 2)]


def text_starts_line(history: History, start: int) -> bool:
    """Whether `start` is the first filled character of the cut line, or its beginning."""
    line_start = len(history.text) - len(history.cut_line)
    return start >= line_start and not history.text[line_start:start].strip()


def _inside_word(text: str, at: int) -> bool:
    if at == 0:
        return False
    before, after = text[at - 1], text[at]
    return (before.isalnum() or before == "_") and (after.isalnum() or after == "_")


def exact_remainder(found: list[Candidate], kept: int) -> Candidate | None:
    """The likeliest of `found`, best first, that goes on at character `kept`, the end of H.

    None where that is out of the question: the reply reads far better otherwise.
    """
    least = found[0].rank - _REMAINDER_LAG
    at_end = [one for one in found if one.offset == kept and not one.glue and one.rank >= least]
    return min(at_end, key=lambda one: one.drop, default=None)


def best(candidates: list[Candidate]) -> list[Candidate]:
    """The candidates without doubles, likeliest first."""
    ordered = sorted(candidates, key=lambda found: (-found.rank, found.overlap))
    if len(ordered) > 1:
        # A longer replay of lines that say much more is not a coincidence.
        first = ordered[0]
        for other in ordered[1:]:
            if other.rank < first.rank or first.proof == "guess":
                break
            if other.words >= first.words + 20:
                first = other
        ordered.remove(first)
        ordered.insert(0, first)
    seen: set[tuple[int, int, str]] = set()
    found: list[Candidate] = []
    for candidate in ordered:
        place = (candidate.offset, candidate.drop, candidate.glue)
        if place not in seen:
            seen.add(place)
            found.append(candidate)
    return found
