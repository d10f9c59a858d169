"""Holding back the beginning of a reply until it is clear where it joins.

Nothing is decided but at the ends of lines, so that how the stream was chunked cannot matter.
A model that does as asked is decided on as soon as it has repeated the anchor and the witness.
"""

from __future__ import annotations

from dataclasses import replace

from autocoder_tui.engine.events import Proof
from autocoder_tui.engine.reply.frame_lines import (
    holds_frame,
    read_frame_closing,
    read_frame_opening,
)
from autocoder_tui.engine.reply.framing import read_fence
from autocoder_tui.engine.reply.prose import is_preamble, is_prose_line
from autocoder_tui.engine.seam.alignment import Alignment
from autocoder_tui.engine.seam.candidates import (
    Candidate,
    best,
    from_arrival,
    from_fragment,
    from_replay,
    is_closing,
    is_frame_line,
    keeps_received,
)
from autocoder_tui.engine.seam.filters import inside_fence
from autocoder_tui.engine.seam.guess import guesses
from autocoder_tui.engine.seam.likeness import ALIKE, likeness
from autocoder_tui.engine.seam.marker_filter import is_marker_line
from autocoder_tui.engine.seam.plan import word_characters
from autocoder_tui.engine.seam.ranks import CERTAIN, Rank
from autocoder_tui.engine.seam.replay import Replay, ReplayTracker
from autocoder_tui.engine.seam.text_index import History, Line, key_of
from autocoder_tui.engine.seam.values import MARKER, Continuation

_PATIENCE = 450
"""Characters of new text after which a join is decided without proof."""
_PROSE_PATIENCE = 4_000
"""The same while everything so far is talk or repetition."""
_STARTS = 40
"""Lines of the reply at which a replay may begin."""
_FIRST_LINES = 6
_PART = 20
"""By how much what repeats a part of the withheld lines is less likely where more may be meant."""
_TALK = ("marker", "fence", "preamble", "prose", "closing")
_FRAGMENT_BEGINS = 8
_REPEATED_WORDS = 8
"""Word characters repeated from which it is no chance that they are."""
_HEAD = 8_192


class Hold:
    """The held beginning of one reply and what may be said about where it joins."""

    def __init__(self, history: History, *, resamples: bool, closing: str) -> None:
        self._history = history
        self._resamples = resamples
        self._closing = closing
        plan = history.plan
        self._expected = plan.anchor + plan.witness
        self._tracker = ReplayTracker(history)
        self._alignment = Alignment(history)
        self._instruction = _instruction_lines(plan, history)
        self._pieces: list[str] = []
        self._head = ""
        self._length = 0
        self._lines: list[Line] = []
        self._kinds: list[str] = []
        self._new = 0
        self._looked_at = 0
        self._closed = False
        self._begins: list[tuple[int, int]] = [(0, 0)]

    @property
    def reply(self) -> str:
        return "".join(self._pieces)

    def add(self, piece: str) -> list[Candidate]:
        """Take the next line, with its newline; the joins, best first, once it is decided."""
        if key_of(piece.removeprefix(MARKER)).lstrip("#/-* ") in self._instruction:
            # Small models copy what they are told as well as what they are to copy.
            if self._length and len(self._begins) < _STARTS:
                self._begins.append((self._length, 0))
            return []
        self._pieces.append(piece)
        if len(self._head) < _HEAD:
            self._head += piece
        start, self._length = self._length, self._length + len(piece)
        if piece.startswith(MARKER) and piece.strip() != MARKER:
            start, piece = start + len(MARKER), piece[len(MARKER) :]
            self._begins.append((start, 0))
        body = piece.removesuffix("\n")
        key = key_of(body)
        if key:
            self._add_line(Line(start, start + len(body), key), body)
        return self._decided()

    def finish(self) -> list[Candidate]:
        """The joins, best first, when the reply has ended."""
        return best([*self._last_fence(), *self._found(), *self._guesses()])

    def _last_fence(self) -> list[Candidate]:
        """The join of a reply that is the end of the open code fence and no more: so a server goes
        on from our message. One that begins anew has more to say."""
        text, plan, reply = self._history.text, self._history.plan, self.reply
        rest = reply.removeprefix(plan.witness)
        fence = read_fence(rest.strip())
        if not plan.prefill or plan.witness.strip() or fence is None or fence.info:
            return []
        on_its_own = text.endswith("\n") or rest.startswith("\n")
        if not (on_its_own and reply.startswith(plan.witness) and inside_fence(text)):
            return []
        return [Candidate(len(text), len(plan.witness), Rank.EXPECTED, "prefill")]

    @property
    def only_expected(self) -> bool:
        """Whether the reply ends within what it was to repeat, white space aside."""
        said = key_of(self.reply)
        return bool(said) and key_of(self._expected).startswith(said)

    @property
    def only_repeats(self) -> bool:
        """Whether the reply repeats the text so far without reaching its end, and no more."""
        reply = self.reply
        if self._closes_early or self._alignment.repeats:
            return True
        if self._expected.startswith(reply):
            return True
        begun = (reply[at:].strip() for at, _ in self._begins)
        if any(word_characters(text) >= 20 and text in self._history.text for text in begun):
            return True
        first = self._lines[:1]
        lines = self._history.positions(first[0].key) if first else []
        words = sum(word_characters(line.key) for line in self._lines)
        return bool(lines) and self._tracker.following and not self._new and words >= 20

    @property
    def _closes_early(self) -> bool:
        """Whether the reply repeated lines and then closed, before the end of the text so far."""
        if any(found.rank >= CERTAIN for found in self._found()):
            return False
        for replay in self._tracker.ended:
            if self._comes_after_new_lines(replay):
                # A short line may well come again at the end of what is written on.
                continue
            line = self._lines[replay.at]
            words = self._history.words(replay.start, replay.end)
            if words >= _REPEATED_WORDS and is_closing(self.reply[line.start : line.end]):
                return True
        return False

    def _comes_after_new_lines(self, replay: Replay) -> bool:
        """Whether the reply has written on before it repeats these lines."""
        kinds = self._kinds[: replay.first]
        new = kinds.count("")
        return bool(new) and new > 0.3 * (len(kinds) - kinds.count("seen"))

    def opened_fence(self, begin: int) -> bool:
        """Whether the reply opened a code fence of its own before character `begin`."""
        for line, kind in zip(self._lines, self._kinds, strict=True):
            if line.end > begin or not kind:
                return False
            if kind == "fence":
                return True
        return False

    def _add_line(self, line: Line, body: str) -> None:
        number = len(self._lines)
        kind = self._kind_of(body)
        explained = self._new == 0
        previous = self._kinds[-1] if self._kinds else "head"
        self._lines.append(line)
        self._tracker.follow(number, line, body)
        if kind not in _TALK or (kind == "prose" and self._is_like_the_text(line)):
            self._alignment.follow(number, line, body)
        begin = number == 0 or previous in ("marker", "fence", "frame", "preamble", "prose")
        if self._tracker.completed:
            pass
        elif number < _STARTS and explained and (begin or not self._tracker.following):
            if number or line.start:
                skipped = 0 if "prose" not in self._kinds and "seen" not in self._kinds else 4
                self._begins.append((line.start, skipped))
            self._tracker.begin(number, line, body)
        elif number < 4 * _STARTS and not self._tracker.following:
            self._tracker.begin(number, line, body, only=self._history.anchor_line)
        if not kind and (self._history.positions(line.key) or self._tracker.following):
            kind = "seen"
        self._kinds.append(kind)
        self._new += not kind

    def _is_like_the_text(self, line: Line) -> bool:
        """Whether a line that reads like talk is as like one of the text: a comment, or prose."""
        history = self._history
        if history.positions(line.key):
            return True
        sent = history.lines[history.sent_line : history.sent_line + 1]
        return any(likeness(withheld.key, line.key) >= ALIKE for withheld in sent)

    def _kind_of(self, body: str) -> str:
        stripped = body.strip()
        if is_marker_line(stripped):
            return "marker"
        if read_frame_opening(stripped) is not None:
            return "frame"
        if read_fence(body) is not None:
            return "fence"
        if read_frame_closing(stripped) is not None:
            return "closing"
        if is_preamble(stripped):
            return "preamble"
        return "prose" if is_prose_line(body) else ""

    def _decided(self) -> list[Candidate]:
        head, expected = self._head, self._expected
        if expected.startswith(head) or (len(head) < _HEAD and self._history.text == head):
            return []
        sure = self._exact()
        if sure:
            return best([*sure, *self._found()])
        if self._tracker.following or self._waits_for_next_line():
            return []
        waiting = self._closed or self._alignment.goes_back
        ended = len(self._tracker.ended)
        if waiting and self._alignment.arrival is None and ended == self._looked_at:
            # A whole file may be gone over: nothing new is known until one of them ends.
            return []
        self._looked_at = ended
        found = self._found()
        if any(candidate.rank >= CERTAIN for candidate in found):
            return best([*found, *self._guesses()])
        self._closed = self._closes_early
        if self._closed or self._alignment.following:
            return []
        patience = _PATIENCE if self._new else _PROSE_PATIENCE
        if self._length < patience + len(self._history.plan.witness):
            return []
        return best([*found, *self._guesses()])

    def _exact(self) -> list[Candidate]:
        """The join of a reply that begins just as asked, if it does."""
        history = self._history
        end = len(history.text)
        proof: Proof = "echo" if history.plan.anchor else "witness"
        for at, _ in self._begins:
            if not history.plan.prefill and self._head.startswith(self._expected, at):
                return [Candidate(end, at + len(self._expected), Rank.EXPECTED, proof, begin=at)]
        witness = history.plan.witness
        if history.plan.prefill and self._head.startswith(witness):
            if witness.strip() or not self._opens_anew:
                return [Candidate(end, len(witness), Rank.EXPECTED, "prefill")]
        return []

    @property
    def _opens_anew(self) -> bool:
        """Whether the reply begins as one of its own does, or with a line that is there already.

        Where nothing was withheld, all else is how a server goes on from our message.
        """
        if not self._lines:
            return True
        first = self._lines[0]
        if self._kinds[0] not in ("", "seen", "closing"):
            return True
        return bool(self._history.positions(first.key)) and word_characters(first.key) >= 8

    def _waits_for_next_line(self) -> bool:
        last = len(self._lines) - 1
        arrival = self._alignment.arrival
        if arrival is not None and arrival.at == last and arrival.drop is None:
            return True
        return any(
            replay.complete and replay.drop is None and replay.at == last
            for replay in self._tracker.ended
        )

    def _found(self) -> list[Candidate]:
        """All joins for which the reply itself speaks."""
        history, reply = self._history, self.reply
        found = self._exact()
        for replay in self._tracker.ended:
            kinds = self._kinds[: replay.first]
            if self._comes_after_new_lines(replay):
                continue
            new = kinds.count("")
            if "seen" in kinds and replay.start > history.sent_line:
                continue
            skipped = 9 if new else 4 if "prose" in kinds or "seen" in kinds else 0
            joins = from_replay(replay, history, reply, self._lines, skipped)
            inner = replay.complete and replay.start > history.sent_line
            if inner and (self._alignment.restarted or self._is_part(replay)):
                joins = [replace(one, rank=one.rank - _PART, proof="guess") for one in joins]
            found += joins
        plan = history.plan
        arrival = self._alignment.arrival
        if arrival is not None:
            begin = self._lines[0].start
            found += from_arrival(arrival, history, reply, self._lines, begin)
        for at, skipped in self._begins[:_FRAGMENT_BEGINS]:
            found += from_fragment(history, reply, at, prefill=plan.prefill, skipped=skipped)
            drop = at + len(plan.anchor)
            if plan.anchor and reply.startswith(plan.anchor, at) and self._rewrites(drop):
                lowered = Rank.ANCHOR_ONLY - skipped
                found.append(Candidate(history.sent, drop, lowered, "echo", begin=at))
        stripped = len(reply) - len(reply.lstrip())
        bare = plan.witness.strip()
        tail = plan.witness[len(plan.witness.rstrip()) :]
        end = stripped + len(bare)
        ended = not tail or not reply[end : end + 1].strip()
        if reply.startswith(bare, stripped) and word_characters(bare) >= 3 and ended:
            end += len(tail) if reply.startswith(tail, end) else 0
            cyclic = history.is_cyclic(history.sent_line, len(history.lines))
            proof: Proof = "guess" if cyclic else "witness"
            rank = Rank.CYCLIC if cyclic else Rank.BARE_WITNESS
            found.append(Candidate(len(history.text), end, rank, proof, begin=stripped))
        return [one for one in found if keeps_received(one, history)]

    @property
    def _goes_over_lines_again(self) -> bool:
        """Whether what the reply begins with is hardly the exact remainder: two lines of it stand
        in the text so far. Those that stand there more than once may well stand in its rest."""
        first = self._lines[:_FIRST_LINES]
        return sum(len(self._history.positions(line.key)) == 1 for line in first) >= 2

    def _is_part(self, replay: Replay) -> bool:
        """Whether the reply, from the same line on, repeats more lines somewhere else, says
        all that was withheld in other words, or repeats lines that stand in the text elsewhere."""
        ended = self._tracker.ended
        if any(one.first == replay.first and one.at > replay.at for one in ended):
            return True
        history = self._history
        whole = history.lines[replay.start : min(replay.end, history.whole)]
        if whole and all(len(history.positions(line.key)) > 1 for line in whole):
            return True
        withheld = history.lines[history.sent_line].key
        return likeness(withheld, self._lines[replay.first].key) >= ALIKE

    def _rewrites(self, at: int) -> bool:
        """Whether the reply's line at `at` may be the withheld one, written anew."""
        line = self.reply[at:].partition("\n")[0]
        return bool(line.strip()) and not is_frame_line(line)

    def _is_set_off(self, line: Line, at: int) -> bool:
        """Whether a blank line stands right before a fence line, below what `at` comes after: a
        fence of the file, for one that a reply opens for itself comes first."""
        return "\n" in self.reply[at : line.start]

    def _is_new_fence(self, line: Line) -> bool:
        """Whether a fence line opens a block of the reply's own, and none ends in the file."""
        fence = read_fence(line.key)
        if fence is None or fence.info:
            return True
        return self._head.startswith(fence.mark) and not inside_fence(self._history.text)

    def _guesses(self) -> list[Candidate]:
        """Joins for which nothing in the reply speaks, explained junk taken off."""
        at = 0
        for line, kind in zip(self._lines, self._kinds, strict=True):
            if kind not in ("marker", "fence", "frame", "preamble"):
                break
            if kind == "frame" and not holds_frame(self._history.text):
                break
            if kind == "fence" and (self._is_set_off(line, at) or not self._is_new_fence(line)):
                break
            at = min(line.end + 1, self._length)
            if kind == "preamble":
                newlines = ("\r\n", "\n")
                at += next((len(one) for one in newlines if self._head.startswith(one, at)), 0)
        found = guesses(self._history, self.reply, at, self._closing, resamples=self._resamples)
        if self._goes_over_lines_again:
            found = [replace(one, proof="guess") for one in found]
        return [one for one in found if keeps_received(one, self._history)]


def _instruction_lines(plan: Continuation, history: History) -> frozenset[str]:
    """The instruction's own lines, which small models copy; not those it asks for."""
    asked = {key_of(line) for line in plan.anchor.split("\n")}
    lines = {key_of(line) for line in plan.instruction.split("\n")}
    # Those it quotes may come again in the file.
    own = (line for line in lines - asked if not history.positions(line))
    return frozenset(line for line in own if len(line.split()) >= 4)
