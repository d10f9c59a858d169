"""Reading one reply: think blocks off, the beginning held, the rest passed through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from autocoder_tui.engine.events import Proof
from autocoder_tui.engine.reply.frame_lines import read_frame_opening
from autocoder_tui.engine.reply.framing import read_fence
from autocoder_tui.engine.reply.prose import is_refusal, says_complete
from autocoder_tui.engine.seam.candidates import Candidate, exact_remainder, is_closing
from autocoder_tui.engine.seam.filters import (
    FenceFilter,
    FrameFilter,
    NewlineFilter,
    ThinkFilter,
    closing_filter,
    inside_fence,
    opens_fence,
    opens_file,
)
from autocoder_tui.engine.seam.hold import Hold
from autocoder_tui.engine.seam.marker_filter import MarkerFilter
from autocoder_tui.engine.seam.ranks import CERTAIN, Rank
from autocoder_tui.engine.seam.text_index import History
from autocoder_tui.engine.seam.values import MARKER_WORDS, Alternative, Continuation, Edit, Join
from autocoder_tui.engine.text_buffer import GrowingText
from autocoder_tui.text.common_prefix import common_length

_CLOSE_THINK = "</think>"
_UNPROVEN: tuple[Proof, ...] = ("guess", "remainder")
_LONGEST_PIECE = 4_096
"""Characters after which a line is taken as ended, so that one endless line is not held."""
_AT_ONCE = 16_384
"""Characters. Each line or tag leaves a copy of what is behind it, which must be little even
where a server sends all it has to say at once."""
ALTERNATIVES = 12


class PartReader:
    """Reads one reply, in chunks of any size, and joins it to the text so far.

    With `continuation` None it is the first part. `text` is the text the continuation was
    planned for. `resamples`: this endpoint has honoured an echo or a witness before, so a
    reply that shows neither was written anew rather than scripted. `marker_is_code`: the
    user's own files contain the continuation marker, so it is left alone where it is not
    plainly an echo. Applying all edits in order gives `self.text`.
    """

    def __init__(
        self,
        continuation: Continuation | None,
        text: str = "",
        *,
        resamples: bool = False,
        marker_is_code: bool = False,
    ) -> None:
        self._plan = continuation
        self._before = text if continuation is not None else ""
        self._resamples = resamples
        self._keep_marker = marker_is_code or MARKER_WORDS in self._before
        plan = continuation
        self._think = ThinkFilter(expected="" if plan is None else plan.anchor + plan.witness)
        self._line: list[str] = []
        self._line_length = 0
        self._text = GrowingText()
        self._text.append(self._before)
        self._broken_off = False
        self._thought_ended = False
        self._may_be_thought = not (opens_file(self._before) or inside_fence(self._before))
        self._retract = 0
        self._out: list[str] = []
        self._thoughts: list[str] = []
        self.has_thought = False
        """Whether the model wrote down reasoning; what else is put with it never was."""
        history = None if continuation is None else History(text, continuation)
        self._history = history
        self._newlines = None if history is None else NewlineFilter(history.text, history.plan)
        self._piece_cap = _LONGEST_PIECE + (0 if history is None else len(history.cut_line))
        self._begin()

    def _begin(self) -> None:
        """What holds when nothing of the reply, or only reasoning, has come."""
        self._watching = True
        self._marker: MarkerFilter | None = None
        self._fence: FenceFilter | FrameFilter | None = None
        self._proof: Proof = "remainder"
        self._offset = 0 if self._plan is None else len(self._before)
        self._alternatives: tuple[Alternative, ...] = ()
        self._scripted: Alternative | None = None
        self._hold: Hold | None = None
        if self._history is not None and self._plan is not None:
            self._hold = Hold(self._history, resamples=self._resamples, closing=self._plan.closing)

    @property
    def text(self) -> str:
        """The joined text so far."""
        return str(self._text)

    @property
    def continuation(self) -> Continuation | None:
        """What was asked for; None for a first part, or where the answer turned out to begin."""
        return self._plan

    @property
    def holding(self) -> bool:
        """Whether nothing of what came last is in `text`, for it is not clear yet what it is."""
        return self._hold is not None or (self._plan is None and self._think.at_head)

    @property
    def tail(self) -> str:
        """The last characters of a part that has joined, held until their line is known."""
        held = "" if self._marker is None else self._marker.held
        held += "" if self._fence is None else self._fence.held
        return held + ("" if self._newlines is None else self._newlines.held)

    def feed(self, chunk: str) -> Edit:
        """Take the next characters of the reply; what they change in the joined text."""
        for some in _slices(chunk):
            text, reasoning = self._think.feed(some)
            self._think_of(reasoning)
            if text:
                self._take(text if self._newlines is None else self._newlines.feed(text))
        return self._edit()

    def finish(self, finish_reason: str | None) -> tuple[Edit, Join]:
        """The reply has ended: the last edit, and how the part was joined."""
        self._broken_off = finish_reason is None
        text, reasoning = self._think.finish()
        self._think_of(reasoning)
        if self._newlines is not None:
            text = (self._newlines.feed(text) if text else "") + self._newlines.finish()
        self._take(text)
        if self._line:
            again = self._end_line()
            if again is not None:
                self._take(self._think.feed(again)[0] + self._think.finish()[0])
                if self._line:
                    self._end_line()
        if self._hold is not None:
            self._end_hold(self._hold)
        for last in (self._fence, self._marker):
            if last is not None:
                rest = last.finish()
                if last is self._fence and self._marker is not None:
                    rest = self._marker.feed(rest)
                self._append(rest)
        progress = self._has_grown()
        join = Join(self._offset, self._proof, progress)
        if progress:
            join = replace(join, alternatives=self._alternatives, scripted=self._scripted)
        return self._edit(), join

    def withdraw(self) -> Edit:
        """Take the whole finished part back, to ask for it again: the text is as it was.

        Worth a request when the join was a guess: then words may be missing at the seam that
        no reading of this reply can bring back.
        """
        self._cut_to(common_length(self.text, self._before))
        self._append(self._before[len(self._text) :])
        return self._edit()

    def _edit(self) -> Edit:
        edit = Edit(self._retract, "".join(self._out), "".join(self._thoughts))
        self._retract, self._out, self._thoughts = 0, [], []
        return edit

    def _think_of(self, reasoning: str) -> None:
        if reasoning:
            self._thoughts.append(reasoning)
            self.has_thought = True

    def _append(self, text: str) -> None:
        if text:
            self._text.append(text)
            self._out.append(text)

    def _cut_to(self, length: int) -> None:
        """Take back what stands after the first `length` characters."""
        excess = len(self._text) - length
        if excess <= 0:
            return
        self._text.retract(excess)
        out = "".join(self._out)
        self._out = [out[: max(0, len(out) - excess)]]
        self._retract += max(0, excess - len(out))

    def _take(self, text: str) -> None:
        """Pass text on by lines while lines are of interest, and whole afterwards."""
        for some in _slices(text):
            self._take_some(some)

    def _take_some(self, text: str) -> None:
        while text and (self._hold is not None or self._watching):
            at = text.find("\n") + 1
            ended = at > 0
            piece = text[:at] if ended else text
            room = self._piece_cap - self._line_length
            if self._hold is not None and len(piece) >= room:
                piece, ended = text[:room], True
            text = text[len(piece) :]
            self._line.append(piece)
            self._line_length += len(piece)
            if self._hold is None:
                self._pass(piece)
            if ended:
                again = self._end_line()
                if again is not None:
                    text, reasoning = self._think.feed(again + text)
                    self._think_of(reasoning)
                    if self._newlines is not None and not self._think.passes_on:
                        # Half a line end comes behind what is held there, not before it.
                        self._think.feed(self._newlines.give_back())
        if text:
            self._pass(text)

    def _end_line(self) -> str | None:
        """A line of the reply is complete; what of it is to be read again, if it all is."""
        line = "".join(self._line)
        self._line, self._line_length = [], 0
        if self._watching:
            if self._ends_reasoning(line):
                return self._drop_reasoning(line)
            if read_frame_opening(line) is not None and self._hold is None:
                self._watching = False
        if self._hold is not None:
            found = self._hold.add(line)
            if found and not self._says_less(self._hold, found[0]):
                self._join(self._hold, found)
        return None

    def _ends_reasoning(self, line: str) -> bool:
        if _CLOSE_THINK not in line:
            return False
        expected = "" if self._plan is None else self._plan.anchor + self._plan.witness
        before, _, after = line.partition(_CLOSE_THINK)
        after = after.strip()
        opens = read_frame_opening(after) is not None or read_fence(after) is not None
        plain = not before.strip() or not after or opens
        return plain and _CLOSE_THINK not in expected

    def _drop_reasoning(self, line: str) -> str:
        """All that came before a lone closing tag was reasoning: begin again after it."""
        self.has_thought = True
        thought, _, rest = line.partition(_CLOSE_THINK)
        all_of_it = self._goes_on_with_thought()
        start = self._offset if self._plan is not None and not all_of_it else 0
        if self._hold is not None:
            self._thoughts.append(self.text[start:] + self._hold.reply + thought)
        else:
            said = self.text[start:]
            self._thoughts.append(said[: said.rfind(_CLOSE_THINK)])
        self._cut_to(start)
        if all_of_it:
            self._begin_first_part()
        elif self._plan is not None:
            self._append(self._before[len(self._text) :])
        self._begin()
        self._thought_ended = True
        self._think.restart()
        return rest

    def _goes_on_with_thought(self) -> bool:
        """Whether all that was kept is the beginning of the thought that ends here."""
        if self._plan is None or not self._may_be_thought:
            return False
        if self._hold is not None:
            return self._plan.prefill and not opens_file(self._hold.reply)
        return self._proof not in _UNPROVEN

    def _begin_first_part(self) -> None:
        """Nothing that was kept belongs to the answer: read on as in the first part."""
        self._cut_to(0)
        self._plan, self._history, self._hold = None, None, None

    def _answers_anew(self, reply: str) -> bool:
        """Whether a thought has ended and the answer begins, of which nothing was there yet."""
        if not self._thought_ended:
            return False
        first = reply.lstrip("\r\n").partition("\n")[0]
        if opens_file(self._before):
            return False
        opens = read_fence(first) is not None and not opens_fence(self._before)
        return opens or read_frame_opening(first) is not None

    def _pass(self, text: str) -> None:
        if self._fence is not None:
            text = self._fence.feed(text)
        if self._marker is not None:
            text = self._marker.feed(text)
        self._append(text)

    def _join(self, hold: Hold, found: list[Candidate]) -> None:
        """Join at the first of `found` and pass on what was held."""
        chosen, *others = found
        reply = hold.reply
        if chosen.rank < CERTAIN and self._answers_anew(reply):
            self._thoughts.append(self._before)
            self._begin_first_part()
            self._begin()
            self._watching = False
            self._pass(reply)
            return
        self._hold = None
        unsure = chosen.proof in _UNPROVEN or self._may_be_thought
        self._watching = unsure and not opens_file(reply)
        self._proof = chosen.proof
        before = self._before
        glue = chosen.glue
        if glue and self._newlines is not None and self._newlines.wanted == "\r\n":
            glue = "\r\n"
        if chosen.rank < Rank.EXPECTED:
            self._alternatives = alternatives(before, reply, chosen, others)
        if chosen.proof == "guess" and self._plan is not None:
            scripted = exact_remainder(found, self._plan.keep)
            if scripted is not None:
                self._scripted = _instead(before, reply, chosen, scripted)
        self._cut_to(chosen.offset)
        self._append(before[len(self._text) : chosen.offset] + glue)
        self._offset = len(self._text)
        if not self._keep_marker:
            start = before[: chosen.offset] + glue
            self._marker = MarkerFilter(line_start=start[-1:] in ("", "\n"))
        opened = hold.opened_fence(chosen.begin)
        self._fence = closing_filter(before[: chosen.offset] + glue, opened=opened)
        self._pass(reply[chosen.drop :])

    def _end_hold(self, hold: Hold) -> None:
        reply = hold.reply
        found = hold.finish()
        proven = found[0].rank >= CERTAIN
        if not reply.strip() and not proven and not hold.only_repeats:
            self._append(reply)
            return
        no_code = hold.only_repeats or says_complete(reply) or is_refusal(reply)
        less = self._says_less(hold, found[0]) and not self._answers_anew(reply)
        if (no_code and not proven) or less:
            self._thoughts.append(reply)
            self._hold = None
            return
        self._join(hold, found)

    def _says_less(self, hold: Hold, join: Candidate) -> bool:
        """Whether the reply broke off before it had said anew all that `join` would take back."""
        if not self._broken_off:
            return False
        length = join.offset + len(join.glue) + len(hold.reply) - join.drop
        return hold.only_expected or length < len(self._before)

    def _has_grown(self) -> bool:
        """Whether the part added anything; if not, the text is as it was before it."""
        text = self.text
        if self._plan is None:
            return bool(text.strip())
        before = self._before
        if text == before:
            return False
        kept = before[: self._plan.keep]
        if kept.startswith(text):
            self._cut_to(0 if not before.startswith(text) else len(text))
            self._append(before[len(self._text) :])
            return False
        if text.startswith(before):
            return bool(text[len(before) :].strip())
        withdrawn, said = kept[self._offset :].strip(), text[self._offset :]
        if len(_without_closings(said)) < len(withdrawn):
            # It said the cut line anew, but not all of it: what was received stands.
            self._cut_to(common_length(text, before))
            self._append(before[len(self._text) :])
            return False
        return True


def _without_closings(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not is_closing(line)).strip()


def alternatives(
    before: str, reply: str, chosen: Candidate, others: list[Candidate]
) -> tuple[Alternative, ...]:
    """The joins not chosen, as replacements in the text that was."""
    found = [_instead(before, reply, chosen, other) for other in others]
    return tuple([one for one in found if one.instead_of != one.text][:ALTERNATIVES])


def _instead(before: str, reply: str, chosen: Candidate, other: Candidate) -> Alternative:
    low, drop = min(chosen.offset, other.offset), max(chosen.drop, other.drop)
    old = before[low : chosen.offset] + chosen.glue + reply[chosen.drop : drop]
    new = before[low : other.offset] + other.glue + reply[other.drop : drop]
    return Alternative(low, low + len(old), old, new)


def _slices(text: str) -> Iterator[str]:
    return (text[begin : begin + _AT_ONCE] for begin in range(0, len(text), _AT_ONCE))
