"""Where the text of a reply meets the file on disk: one way for review, edit, patch and write."""

from __future__ import annotations

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


def compared_anew(file: FileReview, original: TextFile | None) -> FileReview:
    """`file` against what is on disk now; verdicts stay where a hunk is the same. Blocking."""
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
    return again.decided_like(file)


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
