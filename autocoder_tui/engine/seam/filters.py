"""Filters a reply passes through character by character, before and after it is joined.

Each is a small state machine whose output does not depend on how the input was chunked: what
cannot be decided yet is held back, at most a few characters.
"""

from __future__ import annotations

from autocoder_tui.engine.reply.frame_lines import (
    holds_frame,
    read_frame_closing,
    read_frame_opening,
)
from autocoder_tui.engine.reply.framing import Fence, read_fence
from autocoder_tui.engine.seam.values import Continuation

_OPEN, _CLOSE = "<think>", "</think>"


def held_prefix(text: str, word: str) -> int:
    """How many of the last characters of `text` may be the beginning of `word`."""
    for length in range(min(len(word) - 1, len(text)), 0, -1):
        if word.startswith(text[-length:]):
            return length
    return 0


class ThinkFilter:
    """Takes `<think>...</think>` off the head of a reply, and two newlines after each.

    A closing tag without an opening one is the reader's business: what came before it has
    been passed on.
    """

    def __init__(self, *, expected: str = "") -> None:
        """`expected` is how the reply is to begin: a tag there is not a model's thought."""
        self._state = "body" if expected.lstrip().startswith(_OPEN) else "head"
        self._held = ""
        self._newlines = 0

    @property
    def at_head(self) -> bool:
        """Whether something is held that may open a block of thought."""
        return self._state == "head" and bool(self._held)

    @property
    def passes_on(self) -> bool:
        """Whether what comes is text from here on, and nothing of it is held."""
        return self._state == "body"

    def feed(self, chunk: str) -> tuple[str, str]:
        """The text and the reasoning that this chunk settles."""
        if self._state == "body":
            return chunk, ""
        self._held += chunk
        reasoning: list[str] = []
        while True:
            before = self._state
            if before == "head":
                self._read_head()
            elif before == "inside":
                reasoning.append(self._read_inside())
            elif before == "after":
                self._read_after()
            if self._state == before:
                break
        text = ""
        if self._state == "body":
            text, self._held = self._held, ""
        return text, "".join(reasoning)

    def restart(self) -> None:
        """Go on as after a closing tag."""
        self._state, self._held, self._newlines = "after", "", 0

    def finish(self) -> tuple[str, str]:
        """What is still held: a head that only looked like a tag, or unclosed reasoning."""
        held, self._held = self._held, ""
        if self._state == "inside":
            return "", held
        return held, ""

    def _read_head(self) -> None:
        bare = self._held.lstrip()
        if bare.startswith(_OPEN):
            self._held, self._state = bare[len(_OPEN) :], "inside"
        elif not _OPEN.startswith(bare):
            self._state = "body"

    def _read_inside(self) -> str:
        thought, tag, rest = self._held.partition(_CLOSE)
        if tag:
            self._held, self._state, self._newlines = rest, "after", 0
            return thought
        keep = held_prefix(self._held, _CLOSE)
        cut = len(self._held) - keep
        thought, self._held = self._held[:cut], self._held[cut:]
        return thought

    def _read_after(self) -> None:
        while self._held and self._newlines < 2:
            if self._held.startswith("\r\n"):
                self._held = self._held[2:]
            elif self._held[0] == "\n":
                self._held = self._held[1:]
            elif self._held == "\r":
                return
            else:
                break
            self._newlines += 1
        if self._held or self._newlines == 2:
            # Some models think twice; the body begins only where no further block opens.
            self._state = "head"


def newline_kind(text: str) -> str:
    """The one kind of newline of a framed text, "" when it has none or both."""
    if "\r\n" not in text:
        return "\n" if "\n" in text else ""
    for line in text.split("\n")[:-1]:
        if not line.endswith("\r") and not _is_frame_line(line):
            return ""
    return "\r\n"


def _is_frame_line(line: str) -> bool:
    """Whether a line is one of the frames around the text, and not of the text."""
    return read_frame_opening(line) is not None or read_frame_closing(line) is not None


class NewlineFilter:
    """Gives a reply the newlines of the text it continues.

    Models answer LF to CRLF files and, through some servers, CRLF to LF files. If the text so
    far has one kind throughout, frame lines aside, and the first line of the reply ends with
    the other, the whole reply is converted; unless that line repeats exactly what was to be
    repeated, newline included.
    """

    def __init__(self, text: str, plan: Continuation) -> None:
        self.wanted = newline_kind(text)
        """The kind of newline the text has throughout, "" if none or both."""
        self._convert: bool | None = None if self.wanted else False
        self._carriage = False
        self._after_carriage = text.endswith("\r")
        self._first_line = ""
        self._expected = (plan.anchor + plan.witness, plan.witness)

    @property
    def held(self) -> str:
        return "\r" if self._carriage and not self._convert else ""

    def feed(self, chunk: str) -> str:
        if self._convert is False or not chunk:
            return chunk
        if self._after_carriage:
            # The cut fell between "\r" and "\n": the reply may bring the other half.
            self._after_carriage = False
            if chunk[0] == "\n":
                return "\n" + self.feed(chunk[1:])
        if self._carriage:
            chunk = "\r" + chunk
        self._carriage = chunk.endswith("\r")
        if self._carriage:
            chunk = chunk[:-1]
        if self._convert is None:
            at = chunk.find("\n")
            if at < 0:
                self._first_line += chunk
                return chunk
            line = self._first_line + chunk[: at + 1]
            kind = "\r\n" if line.endswith("\r\n") else "\n"
            as_asked = any(expected.startswith(line) for expected in self._expected)
            self._convert = kind != self.wanted and not as_asked
            if not self._convert:
                return chunk + self.finish()
        chunk = chunk.replace("\r\n", "\n")
        return chunk if self.wanted == "\n" else chunk.replace("\n", "\r\n")

    def give_back(self) -> str:
        """The half of a line end that came last, which was not passed on: it is fed again."""
        carriage, self._carriage = self._carriage, False
        return "\r" if carriage else ""

    def finish(self) -> str:
        carriage, self._carriage = self._carriage, False
        # Half a converted newline is none: what comes next will bring it.
        return "\r" if carriage and not self._convert else ""


def inside_fence(text: str) -> bool:
    """Whether the text ends inside a code fence of the file it is writing."""
    start = max(text.rfind("\n<file"), text.rfind("\n<edit"), 0)
    inside = False
    for line in text[start:].split("\n"):
        inside ^= read_fence(line) is not None
    return inside


def opens_file(text: str) -> bool:
    """Whether a line of the text opens a file."""
    return holds_frame(text) and any(read_frame_opening(line) for line in text.split("\n"))


def opens_fence(text: str) -> bool:
    """Whether a line of the text is one of a code fence."""
    return any(read_fence(line) for line in text.split("\n"))


_PROSE_INFOS = frozenset({"md", "markdown", "mdx", "rst", "adoc", "text", "txt", "xml", "html"})


def closing_filter(text: str, *, opened: bool) -> FenceFilter | FrameFilter | None:
    """What takes foreign closing marks off a reply joined to `text`, if they are plainly such.

    `opened`: the reply opened a code fence of its own. Where it did not, a fence line before the
    closing frame line is the file's: files that end with one are copied to the character.
    """
    if not holds_frame(text):
        infos = _open_infos(text)
        return FrameFilter(text) if infos and _hold_code(text, infos) else None
    return FenceFilter(text) if opened else None


def _hold_code(text: str, infos: list[str]) -> bool:
    """Whether what the open fences hold is code, so that a closing frame line is none of it. Where
    they do not say what they hold, that takes lines of it, and no tag among them."""
    if set(infos) & _PROSE_INFOS:
        return False
    if all(infos):
        return True
    at = max(text.rfind("\n```"), text.rfind("\n~~~")) + 1
    lines = [line for line in text[at:].split("\n")[1:] if line.strip()]
    return bool(lines) and not any(line.lstrip().startswith("<") for line in lines)


def _open_infos(text: str) -> list[str]:
    """The first words of the info strings of the fences that `text` ends in, outermost first."""
    infos: list[str] = []
    for fence in filter(None, map(read_fence, text.split("\n"))):
        if fence.info or not infos:
            infos.append(fence.info.strip().partition(" ")[0].lower())
        else:
            infos.pop()
    return infos


class _LineFilter:
    """Lets lines through when they are whole, and holds some of them back."""

    def __init__(self) -> None:
        self._line = ""
        self._held = ""

    @property
    def held(self) -> str:
        return self._held + self._line

    def feed(self, chunk: str) -> str:
        self._line += chunk
        if "\n" not in self._line:
            return ""
        *lines, self._line = self._line.split("\n")
        return "".join(self._pass(line + "\n") for line in lines)

    def _pass(self, line: str) -> str:
        """What is let through now that `line` has come."""
        raise NotImplementedError


class FrameFilter(_LineFilter):
    """Takes off the closing frame line that a reply puts before the closing fence of a text
    that opened no frame, or with which it ends."""

    def __init__(self, text: str) -> None:
        """`text` is what the reply is joined to."""
        super().__init__()
        self._begun = text[text.rfind("\n") + 1 :]
        self._frames = False

    def _pass(self, line: str) -> str:
        begun, self._begun = self._begun, ""
        # Where something opens frames, to close one is as well its business.
        self._frames |= holds_frame(line)
        if self._held and not line.strip():
            self._held += line
            return ""
        held, self._held = self._held, ""
        fence = read_fence(line)
        if held and fence is not None and not fence.info:
            return line
        if not begun and not self._frames and read_frame_closing(line) == "":
            self._held = line
            return held
        return held + line

    def finish(self) -> str:
        rest = self._pass(self._line) if self._line else ""
        self._line, self._held = "", ""
        return rest


class FenceFilter(_LineFilter):
    """Takes off the closing fence that belongs to a fence the reply opened for itself.

    It is the bare fence line, outside any fence of the file itself, that comes right before
    the closing frame line or at the end of the reply.
    """

    def __init__(self, text: str) -> None:
        """`text` is what the reply is joined to."""
        super().__init__()
        start = text.rfind("\n") + 1
        self._inside = inside_fence(text[:start])
        self._begun = text[start:]

    def _pass(self, line: str) -> str:
        if self._begun:
            self._inside ^= read_fence(self._begun + line) is not None
            self._begun = ""
            return line
        if self._held:
            if not line.strip():
                self._held += line
                return ""
            held, self._held = self._held, ""
            if read_frame_closing(line) is not None:
                return line
            self._inside = not self._inside
            return held + self._pass(line)
        fence: Fence | None = read_fence(line)
        if fence is None:
            return line
        if not self._inside and not fence.info:
            self._held = line
            return ""
        self._inside = not self._inside
        return line

    def finish(self) -> str:
        rest = self._pass(self._line) if self._line else ""
        self._line, self._held = "", ""
        return rest
