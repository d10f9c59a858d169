"""How git is called: on the project's own repository, and without the programs it could start."""

from __future__ import annotations

import os
from typing import Final

# What a hook or an alias hands down to the programs it starts: each would lead git elsewhere.
_PLACES: Final = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"),
    *("GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_EXTERNAL_DIFF"),
)
# A repository's own settings may name programs to run; being asked needs none. `git diff`
# writes the index anew, optional locks or not.
_SETTINGS: Final = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "diff.autoRefreshIndex=false",
)


def question(*arguments: str) -> list[str]:
    """The command that asks git something and changes nothing."""
    return ["git", *(word for setting in _SETTINGS for word in ("-c", setting)), *arguments]


def git_environment(**more: str) -> dict[str, str]:
    """Ours, as git is to have it: it asks nobody anything, and its words are those of programs."""
    kept = {name: value for name, value in os.environ.items() if name not in _PLACES}
    return kept | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"} | more


def question_environment() -> dict[str, str]:
    """The environment of a question: it waits for no lock and takes none."""
    return git_environment(GIT_OPTIONAL_LOCKS="0")
