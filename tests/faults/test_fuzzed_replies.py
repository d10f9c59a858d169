"""Hostile replies against the parser: no crash, nothing invented, and time that grows no faster
than the text.

AUTOCODER_TUI_FUZZ=full makes it 100,000 replies. A failure names its seed; run it alone with
AUTOCODER_TUI_FUZZ_SEED.
"""

from __future__ import annotations

import html
import os
import random
import re
import time

import pytest

from autocoder_tui.engine.reply.parse import frame_state, parse_reply
from autocoder_tui.engine.seam import next_step
from tests.effort import FULL, some

REPLIES = 100_000 if FULL else 3_000
ONLY = os.environ.get("AUTOCODER_TUI_FUZZ_SEED")

_LINES = (
    '<file path="a.py">', '<file path="b/c.md" id="7">', "<file path=x>", "<file>",
    '<file path="">', "</file>", '</file id="7">', '</file id="8">', " </file>", "x = 1</file>",
    "</file",
    "<file path=",
    '<file path="a.py" final-newline="no">', '<file path="generation_comments.txt">',
    '<file path="../../etc/passwd">', '<file path="a&#10;b">', "<file path='q\"'>", "</file >",
    "```", "```python", "```py a.py", '```py title="a.py"', "````md", "~~~", "~~~ x", " ```",
    "`````",
    "### a.py", "**b.md**", "`a.py`:", "# a.py", "Here is the new `a.py`:", "I'm sorry, I can't.",
    "def f():", "    return 1", "", "   ", "\t", "\r", "x\r", "\0", "\u2028", "\ufeff", "\u202e",
    "\x1b[2J",
    '**<file path="a.py">**', '<FILE PATH="a.py">', '<file path="a.py">x', "</FILE>", "**</file>**",
    "&lt;file path='a'&gt;", "&lt;/file&gt;", "> <file=a.b>", "<![CDATA[", "]]>",
    "</file><|im_end|>", "```<|eot_id|>", "x</s>", '{"path": "a.py", "content": "x"}', "[",
    "# ... rest of the code unchanged", "To be continued.", "日本語", "é" * 50, "<think>", "&quot;",
)  # fmt: skip
_CHANGES = (
    '<edit path="a.py">', "</edit>", '<delete path="a.py"/>', '<rename from="a.py" to="z.py"/>',
    "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE", "<<<<<<< HEAD", "||||||| base", ">>>>>>> x",
    "------- SEARCH", ":start_line:3", "-------", "--- a/a.py", "+++ b/a.py", "+++ /dev/null",
    "@@ -1,2 +1,2 @@", "@@", "@@ class A", "-x", "+y", " z", "\\ No newline at end of file",
    "diff --git a/a.py b/a.py", "rename from a.py", "rename to b.py", "deleted file mode 100644",
    "*** Begin Patch", "*** Update File: a.py", "*** Add File: n.py", "*** Delete File: a.py",
    "*** Move to: b.py", "*** End of File", "*** End Patch",
    '{"path": "a.py", "search": "x", "replace": "y"}', '"old_string": "x",',
)  # fmt: skip
_PIECES = (
    "<",
    ">",
    "/",
    "file",
    "path",
    "=",
    '"',
    "`",
    "~",
    "\n",
    "\r",
    " ",
    "id",
    "a.py",
    "\0",
    "é",
)
_TARGETS = (None, "a.py", "b/c.md", "x")


def hostile_reply(seed: int) -> tuple[str, str | None, tuple[str, ...]]:
    """A reply, the target asked for, and the files that were sent along."""
    dice = random.Random(seed)
    match dice.randrange(5):
        case 4:
            lines = dice.choices((*_LINES, *_CHANGES, *_CHANGES), k=dice.randrange(30))
            text = "\n".join(lines) + dice.choice(["", "\n"])
        case 0 | 1:
            lines = dice.choices(_LINES, k=dice.randrange(25))
            text = dice.choice(["\n", "\n", "\r\n"]).join(lines)
        case 2:
            text = "".join(dice.choices(_PIECES, k=dice.randrange(60)))
        case _:
            text = "".join(chr(dice.choice([dice.randrange(32, 127), dice.randrange(0xD800)]))
                           for _ in range(dice.randrange(80)))  # fmt: skip
    return text, dice.choice(_TARGETS), dice.choice([(), ("a.py",), ("a.py", "Makefile")])


def _check(text: str, target: str | None, known: tuple[str, ...]) -> None:
    reply = parse_reply(text, target=target, known=known)
    assert parse_reply(text, target=target, known=known) == reply
    for file in reply.files:
        assert file.path.strip()
        for block in file.edits:
            assert all(line.text.rstrip("\n") in text for line in block.lines), "invented"
        # Of a file that a change makes anew the lines come without their signs.
        body = file.text if "\n+" not in text else ""
        # A closing line at the end of a line, or a bare text's last line, gains a newline.
        # Marks written as HTML, or quoted, are taken off all of a file or not at all.
        # So are the blanks before an indented fence.
        shifted = (re.sub(rf"(?m)^ {{1,{blanks}}}", "", text) for blanks in (1, 2, 3))
        sent = (text, html.unescape(text), re.sub(r"(?m)^> ?", "", text), *shifted)
        assert any(body.removesuffix("\n") in one for one in sent), "a text that nobody sent"
        if not file.complete:
            assert file.remark
    if reply.refusal:
        assert not reply.files
    if frame_state(text) == "open":
        assert next_step(text, "stop") == "continue"
    assert next_step(text, None) != "filtered"


def test_no_reply_crashes_the_parser_and_nothing_is_invented() -> None:
    for seed in [int(ONLY)] if ONLY else range(REPLIES):
        try:
            _check(*hostile_reply(seed))
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error!r}") from error


REPEATED = [
    *(f"{line}\n" for line in _LINES if len(line) < 60),
    "```\n\n", "```\nx\n", "```md\n```\n", '<file path="a.md">\n```\n', "a.py\n```\n",
    "`a.py`:\n```\n", "<file ", "</file", "```", '<file path="', '" ', "`", "a.py ", "title=",
    "(the rest ", "...", "<|im_end|>", "# continued in the next message\n",
    "```python\nx = (\n```\n", '<file path="a.py">\nx = (\n</file>\n',
    '**<file path="a.py">**\nx\n**</file>**\n', "[", "&amp;",
    "<<<<<<< SEARCH\n", "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n", "@@ -1 +1 @@\n-a\n+b\n",
    "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "*** Update File: x\n@@\n-a\n",
    "diff --git a/x b/x\n",
    '<edit path="a.md">\n', '<delete path="a"/>\n', '{"path": "x", "old": "a", "new": "b"},',
    "I can't. ", "nothing more ", "the file is now ", " complete", "\t", " ",
]  # fmt: skip


@pytest.mark.parametrize("piece", some(REPEATED, every=3))
@pytest.mark.parametrize(
    "start",
    some(["", '<file path="a.md">\n', "a.md\n```md\n", '<file path="a" id="1">\n'], every=3),
)
def test_time_grows_no_faster_than_the_text(piece: str, start: str) -> None:
    """A text eight times as long may take eight times the time, with much room for noise; what
    goes with the square would take sixty-four times."""

    def seconds(size: int) -> float:
        text = start + piece * (size // len(piece))
        begun = time.process_time()
        parse_reply(text, target="a.md", known=("a.py",))
        next_step(text, "stop")
        return time.process_time() - begun

    small = min(seconds(4_000) for _ in range(3))
    for _ in range(3):
        if seconds(32_000) < max(0.02, 24 * small):
            return
    raise AssertionError(f"{seconds(32_000):.3f} s after {small:.4f} s")
