"""Ranking the places where a reply may be joined to the text so far."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from autocoder_tui.engine.events import Proof
from autocoder_tui.engine.reply.frame_lines import read_frame_closing, read_frame_opening
from autocoder_tui.engine.reply.framing import read_fence
from autocoder_tui.engine.seam.alignment import Arrival
from autocoder_tui.engine.seam.likeness import ALIKE, begins_alike, likeness, looks_whole
from autocoder_tui.engine.seam.plan import word_characters
from autocoder_tui.engine.seam.ranks import INNER_MARKS, Rank
from autocoder_tui.engine.seam.replay import Replay
from autocoder_tui.engine.seam.text_index import History, Line
from autocoder_tui.values import dataclass

_PATTERN_LINES = 64
_SAYS_SOMETHING, _NO_CHANCE, _SAYS_MUCH = 3, 8, 20
"""Word characters repeated: enough at a place that is expected, enough where lines are not
repeated by themselves, and enough anywhere."""

_REMAINDER_LAG, _LEFT_OUT_LAG = 3.5, 1.0
"""How far the exact remainder may lag behind the likeliest join, and still be believed of a
server that turns out to keep its own place in the text; and behind one that ends the cut line."""

_ANOTHER_LINE = 0.3
"""Likeness below which a line is not the cut one in other words."""


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
    if replay.drop is not None and words < _SAYS_MUCH and not requested:
        if history.positions(lines[replay.at].key):
            # It also begins like the cut line, but it may as well be that line once more.
            rank = min(rank, Rank.CUT_LINE_TWICE)
    overlap = replay.end - replay.start
    proof: Proof = "echo" if replay.start < history.sent_line else "witness"
    if not requested and history.is_cyclic(replay.start, replay.end):
        # How many of these lines a reply begins with says nothing of where it begins.
        rank, proof = Rank.CYCLIC, "guess"
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
        return Rank.REQUESTED_ECHO
    if history.is_periodic(replay.start, replay.end):
        return None
    if replay.start == history.sent_line:
        return Rank.WITNESS if words >= _SAYS_SOMETHING else Rank.SHORT_WITNESS
    if replay.start < history.sent_line:
        if words >= _SAYS_MUCH:
            return Rank.LONG_ECHO
        clear = words >= _NO_CHANCE and not history.repeats_lines()
        return Rank.ECHO if clear else Rank.SHORT_ECHO
    if words >= _SAYS_MUCH:
        return Rank.LONG_PART
    if history.repeats_lines():
        return None
    least = _SAYS_SOMETHING if history.cut_line.strip() else _NO_CHANCE
    return Rank.PART if words >= least else None


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
        rank = Rank.PATTERN
    elif not requested and (words < _SAYS_MUCH or history.is_periodic(replay.start, end)):
        rank = Rank.DIVERGED if words >= _NO_CHANCE else Rank.SHORT_DIVERGED
    else:
        rank = Rank.REQUESTED_DIVERGED if requested else Rank.LONG_DIVERGED
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
        unreached = min(skipping.rank, Rank.UNREACHED)
        return [replace(skipping, rank=unreached, drop=line.start, glue=glue)]
    alike = likeness(history.lines[replay.end].key, reply[line.start : line.end])
    cut = history.lines[replay.end].key
    if alike < ALIKE or not begins_alike(cut, line.key) or history.follows_a_pattern(replay.end):
        # Regenerated text is like what it replaces; this may be the line after it.
        regenerated = replace(regenerated, proof="guess")
    # It may also have left out the rest of the cut line and begun with the next, or (last)
    # sent that very rest.
    # A reply that goes over all of it again, and comes to something else there, does not word
    # that line otherwise: what was received of it stays.
    another = alike < _ANOTHER_LINE and _begins_further_up(replay, history, lines)
    better = 1 if another or (alike < 0.4 and looks_whole(history.cut_line)) else -1
    glued = replace(skipping, rank=regenerated.rank + better, glue="\n")
    return [regenerated, glued, replace(skipping, rank=regenerated.rank - 2)]


def _begins_further_up(replay: Replay, history: History, lines: list[Line]) -> bool:
    """Whether the reply goes over lines above those it was asked to begin with."""
    if replay.start < history.anchor_line:
        return True
    if not replay.start or not replay.first:
        return False
    return lines[replay.first - 1].key == history.lines[replay.start - 1].key


def is_frame_line(line: str) -> bool:
    """Whether a line of a reply opens or closes a frame or a fence, which no wording does."""
    return is_closing(line) or read_frame_opening(line.strip()) is not None


def is_closing(line: str) -> bool:
    """Whether a line of a reply closes a frame or a fence and says nothing else."""
    if read_frame_closing(line.strip()) is not None:
        return True
    fence = read_fence(line)
    return fence is not None and not fence.info


def from_arrival(
    arrival: Arrival, history: History, reply: str, lines: list[Line], begin: int
) -> list[Candidate]:
    """The join of a reply that was followed, other wordings and all, to the end of H."""
    line = lines[arrival.at]
    end = len(history.text)
    rank, proof = (Rank.ARRIVAL, "witness") if arrival.sure else (Rank.LOOSE_ARRIVAL, "guess")
    if arrival.weak:
        rank, proof = Rank.WEAK_ARRIVAL, "guess"
    if history.is_cyclic(history.sent_line, len(history.lines)):
        rank, proof = Rank.CYCLIC, "guess"
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
    """Whether the replay begins after a line like the last one, as records of a list do, or
    holds no line that stands in the text but once.

    Then the reply may well be the remainder, the next record, and no repetition.
    """
    repeated = history.lines[replay.start : replay.end][:_PATTERN_LINES]
    if all(len(history.positions(line.key)) > 1 for line in repeated):
        return True
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
    cyclic = history.is_cyclic(history.sent_line, len(history.lines))
    for start in range(len(text) - 1, least - 1, -1):
        if reply[at : at + 1] != text[start] or not reply.startswith(text[start:], at):
            continue
        drop = at + len(text) - start
        words = word_characters(text[start:])
        proof: Proof = "witness"
        rank: float = Rank.WITNESS_FRAGMENT
        if start == sent and prefill:
            proof = "prefill"
        if start == sent and prefill and not skipped:
            rank = Rank.PREFILL_WITNESS
        elif start == sent and words < _SAYS_SOMETHING:
            rank = Rank.SHORT_WITNESS_FRAGMENT
        elif start < sent:
            clear = words >= _NO_CHANCE and not _inside_word(text, start)
            rank = Rank.SHOWN_FRAGMENT if clear else Rank.SHORT_SHOWN_FRAGMENT
        elif start > sent:
            proof, rank = "guess", _inner_rank(history, start, words)
            if "\n" in reply[:at] and not reply[:at].strip():
                # The cut line is ended first: this is the next one, which begins like it.
                rank = Rank.NO_WORD
        counted = start == sent and (prefill or not _goes_round(text[sent:], reply, drop))
        if cyclic and not counted:
            proof, rank = "guess", min(rank, Rank.CYCLIC)
        found.append(Candidate(len(text), drop, rank - skipped, proof, "", at, 0, words))
    return found


def _goes_round(witness: str, reply: str, drop: int) -> bool:
    """Whether a line of a cyclic witness comes once more after all of it: then nobody can tell
    how many are meant."""
    following = reply[drop:].removeprefix("\n").partition("\n")[0]
    return following in witness.split("\n")


def _inner_rank(history: History, start: int, words: int) -> float:
    if _inside_word(history.text, start):
        return Rank.WITHIN_WORDS if words >= _NO_CHANCE else Rank.WITHIN_WORD
    if words >= _SAYS_MUCH:
        return Rank.REPEATED_CUT_LINE
    if history.repeats_lines() and history.text[start] == "\n":
        return Rank.NO_WORD
    cut = history.cut_line
    if start == len(history.text) - len(cut) and cut[:2].isspace() and cut.strip():
        # The whole cut line again, indentation and all.
        return Rank.REPEATED_CUT_LINE if words else Rank.CUT_BLANKS
    if words >= 2 and text_starts_line(history, start):
        return Rank.LINE_BEGUN_AGAIN
    if words >= _SAYS_SOMETHING and cut.strip():
        return Rank.INNER_WORDS
    return INNER_MARKS[min(words, 2)]


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
    at_end = [one for one in found if one.offset == kept and not one.glue]
    plain = min(at_end, key=lambda one: one.drop, default=None)
    if plain is None or found[0].rank > plain.rank + _REMAINDER_LAG:
        return None
    # A rest of the line that was left out is left out by a server as by a model.
    left_out = any(one.glue and one.rank > plain.rank + _LEFT_OUT_LAG for one in found)
    return None if left_out else plain


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
