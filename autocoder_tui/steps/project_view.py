"""What a step can see of the project, the draft over it, and how much of it a request holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from autocoder_tui.engine.metering.tokens import TokenCounter, load_counter
from autocoder_tui.engine.request import Limits
from autocoder_tui.runs.preparation import read_existing
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.safety.secret_files import looks_secret
from autocoder_tui.steps.plan import OWN_FOLDER
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.errors import WorkspaceError
from autocoder_tui.workspace.listing import expand_inputs
from autocoder_tui.workspace.paths import folded_name, sift_targets

_AROUND: Final = 1_200
"""Tokens of what stands around the texts of a request: what a model is told of the form."""
_REPLY: Final = 8_000
"""Tokens that are left for the reply, of a small window a third."""
_INEXACT: Final = 0.85
"""How much of the room is used where tokens are an estimate."""
_LONGEST: Final = 400_000
"""Characters of a file that a step is given; no window has room for more."""


@dataclass(frozen=True, slots=True)
class ProjectView:
    """`draft` are the files that are not written yet; `picks` are those the person chose."""

    root: Path
    picks: tuple[str, ...]
    draft: Mapping[str, str | None]

    def paths(self) -> tuple[str, ...]:
        """The files there are, sorted. Blocking."""
        on_disk = expand_inputs(self.root, ["."]).files
        gone = {path for path, text in self.draft.items() if text is None}
        new = (path for path, text in self.draft.items() if text is not None)
        every = {path for path in (*on_disk, *new) if path not in gone}
        return tuple(sorted(path for path in every if not _is_ours(path)))

    def read(self, path: str) -> str | None:
        """The text of one, None where there is none to be shown. Blocking."""
        if path in self.draft:
            return self.draft[path]
        if looks_secret(path) and path not in self.picks:
            return None
        try:
            file = read_existing(self.root, path)
        except WorkspaceError:
            return None
        return None if file is None or len(file.text) > _LONGEST else file.text

    def refused(self, paths: Sequence[str]) -> dict[str, str]:
        """Those that nothing may be written to, with the reasons. Blocking."""
        standing = [path for path, text in self.draft.items() if text is not None]
        leaving = [path for path, text in self.draft.items() if text is None]
        targets = sift_targets(self.root, [*standing, *paths], leaving)
        found = {name: error.message for name, error in targets.refused.items() if name in paths}
        for path in paths:
            if _is_ours(path):
                found[path] = f"{path} lies in the folder this program keeps its own files in."
        return found


def room_for_texts(chosen: ChosenModel, limits: Limits) -> int | None:
    """The tokens that all texts of a request may have, None for a window that is not known. It
    does not depend on what is learnt of a model between two requests."""
    window = chosen.model.context_length
    if window is None:
        return None
    reply = min(
        window // 3,
        _REPLY,
        chosen.model.max_tokens or window,
        limits.max_output_tokens or window,
    )
    room = max(0, window - reply - _AROUND)
    return room if _counter(chosen).exact else int(room * _INEXACT)


def tokens_of(chosen: ChosenModel, text: str) -> int:
    """The tokens of `text` by the vocabulary alone. Loads one, the first time."""
    return _counter(chosen).count_file(text)


def _counter(chosen: ChosenModel) -> TokenCounter:
    return load_counter(chosen.model)


def _is_ours(path: str) -> bool:
    return folded_name(path.split("/")[0]).rstrip(". ") == OWN_FOLDER
