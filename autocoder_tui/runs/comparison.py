"""Where the text of a reply meets the file on disk: one way for review, edit, patch and write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.edits.large_text import place_in_large
from autocoder_tui.edits.long_lines import has_long_line
from autocoder_tui.edits.place import place
from autocoder_tui.review.file_edits import FileEdits
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.line_ends import fitted, plain_ends
from autocoder_tui.workspace.textfile import TextFile

_OWN_ENDS = (".bat", ".cmd")
_KEPT_ENDS = "Lines that stay keep their ends; to change those, ask for that alone."


def compared(
    path: str,
    original: TextFile | None,
    after: str,
    complete: bool = True,
    remark: str = "",
    *,
    ends_asked: bool = False,
    source: str = "",
    deletes: bool = False,
) -> FileReview:
    """The review of `after` against the file as it was read, None for a new one. `source` is
    where a file stands that shall be renamed to `path`, or ""; one that `deletes` shall go.

    Lines keep the ends they have on disk. A new file gets LF, unless line ends were spoken of in
    the requirements or it is a batch file, which needs others: then they are as the reply has
    them. Blocking: diffs.
    """
    before = None if original is None else original.text
    if deletes:
        return FileReview.of(path, before, "", complete, remark, deletes=True)
    as_sent = original is None and (ends_asked or path.lower().endswith(_OWN_ENDS))
    text = after if as_sent else _fitted(original, after)
    if ends_asked and original is not None and original.newline in ("\n", "mixed"):
        remark = " ".join(filter(None, (_KEPT_ENDS if text != after else "", remark)))
    return FileReview.of(path, before, text, complete, remark, source=source)


def goes_by_places(original: TextFile | None) -> bool:
    """Whether changes of that file are reviewed where they go, without comparing all of it."""
    return original is not None and (original.is_large or has_long_line(original.text))


def compared_in_places(
    path: str,
    original: TextFile,
    blocks: Sequence[EditBlock],
    complete: bool = True,
    remark: str = "",
    *,
    source: str = "",
) -> FileReview:
    """The review of changes to a file that is not compared whole. Blocking: places them, a second
    or two for 40 MB."""
    large = place_in_large(original.text, blocks)
    file = FileReview.of_places(path, original.text, large, complete, remark, source=source)
    return replace(file, edits=FileEdits.of(blocks, large.placed)) if blocks else file


def compared_anew(file: FileReview, original: TextFile | None) -> FileReview:
    """`file` against what is on disk now; verdicts stay where a hunk is the same. Changes of a
    reply are placed anew, unless a person has worked on what came of them. Blocking."""
    if file.diff.in_places and original is not None and goes_by_places(original):
        return _places_anew(file, original)
    if file.edits is not None and original is not None and file.before is not None:
        if place(file.before, file.edits.blocks).text == file.after:
            return _edits_anew(file, file.edits.blocks, original)
    ends_asked = file.is_new and "\r" in file.after
    again = compared(
        file.path,
        original,
        file.after,
        file.complete,
        file.remark,
        ends_asked=ends_asked,
        source=file.source,
        deletes=file.deletes,
    )
    return replace(again.decided_like(file), edits=file.edits)


def _places_anew(file: FileReview, original: TextFile) -> FileReview:
    """`file` against what is on disk now, as far as possible without comparing all of it."""
    blocks = () if file.edits is None else file.edits.blocks
    source, path = file.source, file.path
    known = place_in_large(file.before or "", blocks).placed.text == file.after
    again = compared_in_places(
        path, original, blocks if known else (), file.complete, file.remark, source=source
    )
    if known:
        return again.decided_like(file)
    return replace(again.edited(file.after), edits=file.edits)


def _edits_anew(file: FileReview, blocks: Sequence[EditBlock], original: TextFile) -> FileReview:
    placed = place(original.text, blocks)
    again = FileReview.of(
        file.path, original.text, placed.text, file.complete, file.remark, source=file.source
    )
    return replace(again.decided_like(file), edits=FileEdits.of(blocks, placed))


def remarks(file: FileReview, original: TextFile | None) -> tuple[str, ...]:
    """What to know of how `file` is encoded and how its lines end, before accepting it."""
    found = [original.guess] if original is not None and original.guess else []
    if file.changed_ends:
        found.append(f"Nothing but line ends changes, in {file.changed_ends}.")
    return tuple(found)


def _fitted(original: TextFile | None, after: str) -> str:
    if original is not None and original.bom:
        after = after.removeprefix("\ufeff")  # the file has its mark already
    if original is None or original.newline == "\r\n":
        return plain_ends(after)
    if original.newline == "\r":
        return after.replace("\r\n", "\n").replace("\r", "\n")
    return fitted(original.text, after)
