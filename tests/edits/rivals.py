"""What simpler ways do with the same blocks: the text they give, and which blocks they refuse."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from autocoder_tui.edits.edit import EditBlock, split_lines
from autocoder_tui.edits.steps import steps_of

Rival = Callable[[str, Sequence[EditBlock]], tuple[str, set[int]]]


def exact_search(text: str, blocks: Sequence[EditBlock]) -> tuple[str, set[int]]:
    """The first place where the old lines stand."""
    refused: set[int] = set()
    for number, block in enumerate(blocks):
        old, new = "".join(block.old), "".join(block.new)
        if old and old in text:
            text = text.replace(old, new, 1)
        else:
            refused.add(number)
    return text, refused


def best_match(text: str, blocks: Sequence[EditBlock]) -> tuple[str, set[int]]:
    """The run of as many lines that difflib finds likest, from 0.8 on."""
    refused: set[int] = set()
    for number, block in enumerate(blocks):
        lines = split_lines(text)
        old = "".join(block.old)
        size = len(block.old)
        best, at = 0.0, 0
        matcher = SequenceMatcher(None, autojunk=False)
        matcher.set_seq2(old)
        for start in range(len(lines) - size + 1):
            matcher.set_seq1("".join(lines[start : start + size]))
            if matcher.real_quick_ratio() > max(best, 0.8) and matcher.quick_ratio() > max(
                best, 0.8
            ):
                if (ratio := matcher.ratio()) > best:
                    best, at = ratio, start
        if size and best >= 0.8:
            text = "".join([*lines[:at], *block.new, *lines[at + size :]])
        else:
            refused.add(number)
    return text, refused


def patch_fuzz(text: str, blocks: Sequence[EditBlock]) -> tuple[str, set[int]]:
    """`patch --fuzz=3`, each block a hunk."""
    out: list[str] = ["--- a\n", "+++ b\n"]
    for block in blocks:
        steps = steps_of(block).lines
        old, new = len(block.old), len(block.new)
        line = block.line or 1
        out.append(f"@@ -{line},{old} +{line},{new} @@\n")
        for mark, shown in steps:
            out.append(mark + shown if shown.endswith("\n") else f"{mark}{shown}\n\\ No newline\n")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        file.write_bytes(text.encode())
        done = subprocess.run(
            ["patch", "--fuzz=3", "--force", "--no-backup-if-mismatch", "--binary", str(file)],
            input="".join(out).encode(),
            capture_output=True,
            timeout=20,
        )
        said = done.stdout.decode(errors="replace")
        refused = {number for number in range(len(blocks)) if f"Hunk #{number + 1} FAILED" in said}
        if done.returncode > 1 or "malformed" in said or "garbage" in said:
            refused = set(range(len(blocks)))
        return file.read_bytes().decode(), refused


RIVALS: dict[str, Rival] = {
    "exact search": exact_search,
    "difflib": best_match,
    "patch --fuzz": patch_fuzz,
}
