"""Changes written down in the forms that are understood: the inverse of reading them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from autocoder_tui.edits.edit import EditBlock, EditLine


def search(blocks: Sequence[EditBlock], signs: int = 7) -> str:
    """Searches and replacements between marks of so many signs."""
    return "".join(
        f"{'<' * signs} SEARCH\n{''.join(block.old)}{'=' * signs}\n{''.join(block.new)}"
        f"{'>' * signs} REPLACE\n"
        for block in blocks
    )


def conflict(blocks: Sequence[EditBlock], signs: int = 7) -> str:
    return search(blocks, signs).replace(" SEARCH\n", " HEAD\n").replace(" REPLACE\n", " theirs\n")


def edit(path: str, blocks: Sequence[EditBlock], signs: int = 7) -> str:
    return f'<edit path="{path}">\n{search(blocks, signs)}</edit>\n'


def hunk(block: EditBlock, *, stripped: bool = False) -> str:
    """The lines with their signs; `stripped`: blank lines that stay lose their blank."""
    return "".join(_signed(line, stripped) for line in block.lines)


def _signed(line: EditLine, stripped: bool) -> str:
    if stripped and line.mark == " " and line.text == "\n":
        return "\n"
    ending = "" if line.text.endswith("\n") else "\n\\ No newline at end of file\n"
    return line.mark + line.text + ending


def diff(path: str, blocks: Sequence[EditBlock], *, prefix: bool = True, numbers: int | None = 0,
         stripped: bool = False) -> str:  # fmt: skip
    """A unified diff. `numbers` is what is added to line numbers and counts, None without any."""
    names = (f"a/{path}", f"b/{path}") if prefix else (path, path)
    text = f"--- {names[0]}\n+++ {names[1]}\n"
    for block in blocks:
        first = block.line or 1
        old, new = len(block.old), len(block.new)
        if numbers is None:
            text += "@@ ... @@\n"
        else:
            claimed = (n + numbers for n in (first, old, first, new))
            text += "@@ -{},{} +{},{} @@\n".format(*claimed)
        text += hunk(block, stripped=stripped)
    return text


def patch(path: str, blocks: Sequence[EditBlock]) -> str:
    text = f"*** Begin Patch\n*** Update File: {path}\n"
    for block in blocks:
        text += "".join(f"@@ {scope}\n" for scope in block.scopes) or "@@\n"
        text += hunk(block) + ("*** End of File\n" if block.at_end else "")
    return text + "*** End Patch\n"


def as_json(path: str, blocks: Sequence[EditBlock]) -> str:
    edits = [{"search": "".join(block.old), "replace": "".join(block.new)} for block in blocks]
    return json.dumps({"path": path, "edits": edits})
