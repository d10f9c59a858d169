"""The draft: files that steps had generated and that are not written yet.

It is the fold of the effects of the steps done: what was generated is in it, what was proposed
and decided on is not any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from autocoder_tui.engine.reply.framing import escape_path
from autocoder_tui.engine.reply.parse import ReplyFile, parse_reply, render_files
from autocoder_tui.errors import AutocoderError
from autocoder_tui.steps.record import Effect, StepRecord, WrittenFile

Files: TypeAlias = dict[str, str | None]
"""The text of each by its path; None for one that is to be deleted."""


class NotFiles(AutocoderError):
    """A text was to be files, and is not."""

    kind = "not_files"


def fold(files: Mapping[str, str | None], effect: Effect) -> Files:
    """`files` after one more effect."""
    if effect.kind == "generate":
        return merged(files, {file.path: file.text for file in effect.files})
    if effect.kind == "propose" and effect.done:
        gone = effect.written if effect.open else effect.proposed
        return {path: text for path, text in files.items() if path not in gone}
    return dict(files)


def merged(files: Mapping[str, str | None], more: Mapping[str, str | None]) -> Files:
    """`files` with `more` over them, what is new last."""
    return {**{path: text for path, text in files.items() if path not in more}, **more}


def fold_step(files: Mapping[str, str | None], record: StepRecord) -> Files:
    """`files` after a step."""
    if record.edited_files is None:
        for effect in record.effects:
            files = fold(files, effect)
        return dict(files)
    files = merged(files, {file.path: file.text for file in record.edited_files})
    for effect in record.effects:
        if effect.kind == "propose":
            # What the person changed since is not what was decided on.
            unchanged = {
                path
                for path in effect.proposed
                if not any(file.path == path for file in record.edited_files)
            }
            files = {path: text for path, text in files.items() if path not in unchanged}
    return dict(files)


def files_of(record: StepRecord) -> Files:
    """What a step had generated, written or not."""
    if record.edited_files is not None:
        return {file.path: file.text for file in record.edited_files}
    files: Files = {}
    for effect in record.effects:
        if effect.kind == "generate":
            files = merged(files, {file.path: file.text for file in effect.files})
    return files


def render(files: Mapping[str, str | None]) -> str:
    """The files as a reply that holds them all."""
    whole = [ReplyFile(path, text, True, "") for path, text in files.items() if text is not None]
    gone = [
        f'<delete path="{escape_path(path)}"/>\n' for path, text in files.items() if text is None
    ]
    return render_files(whole) + "".join(gone)


def read_files(text: str) -> tuple[WrittenFile, ...]:
    """The files that a text written by a person holds. Raises NotFiles."""
    reply = parse_reply(text)
    for file in reply.files:
        if file.edits or file.renamed_from or not file.complete:
            raise NotFiles(
                f"{file.path} does not stand there whole: give its complete text between "
                '<file path="..."> and </file>.'
            )
    if not reply.files:
        raise NotFiles(
            "Nothing in it can be read as a file. Each file stands between a line "
            '<file path="..."> and a line </file>.'
        )
    return tuple(
        WrittenFile(file.path, None if file.deletes else file.text) for file in reply.files
    )


def paths(files: Iterable[str], most: int = 5) -> str:
    """Some names for a sentence."""
    names = list(files)
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
