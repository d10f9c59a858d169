"""The files of a proposal under the names the project has for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.workspace.errors import PathRefused
from autocoder_tui.workspace.name_spelling import meant_name


def with_meant_names(
    root: Path, proposed: Sequence[FileProposed], request: RunRequest
) -> tuple[list[FileProposed], list[tuple[str, str]]]:
    """The files whose names may be paths of the project, spelt as the request spells them, and
    the names of the others with the reason. Of a file to be renamed that goes for both names.
    What passes has still to be judged by `sift_targets`. Looks at what is on disk below `root`.
    """
    given = {file.path for file in request.files}
    if request.target is not None:
        given.add(request.target)
    named: list[FileProposed] = []
    refused: list[tuple[str, str]] = []
    for file in proposed:
        try:
            source, _ = (
                meant_name(root, file.renamed_from, given) if file.renamed_from else ("", "")
            )
            path, remark = meant_name(root, file.path, given - {source})
        except PathRefused as error:
            refused.append((file.path, error.message))
        else:
            remarks = " ".join(filter(None, (remark, file.remark)))
            named.append(replace(file, path=path, renamed_from=source, remark=remarks))
    return named, refused
