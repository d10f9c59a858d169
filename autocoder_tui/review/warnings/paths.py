"""Files that act by themselves, or that hold secrets, by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocoder_tui.review.warnings.concern import Change, Concern
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.safety.secret_files import looks_secret
from autocoder_tui.text.late_pattern import late_pattern

_RUNS_CODE = late_pattern(
    r"(?:^|/)(?:\.git/|\.githooks/|\.husky/|lefthook\.ya?ml$|\.pre-commit-(?:config|hooks)\.yaml$"
    r"|\.git(?:modules|config|attributes)$|\.lfsconfig$"
    r"|\.github/workflows/|\.github/actions/|\.gitlab-ci\.yml$|\.circleci/|\.travis\.yml$"
    r"|\.?appveyor\.yml$|azure-pipelines\.yml$|bitbucket-pipelines\.yml$|\.drone\.yml$"
    r"|\.woodpecker(?:\.ya?ml$|/)|Jenkinsfile$|\.gitpod\.yml$|\.devcontainer(?:/|\.json$)"
    r"|\.envrc$|[^/]+\.pth$|sitecustomize\.py$|usercustomize\.py$|conftest\.py$|setup\.py$"
    r"|\.vscode/(?:tasks|launch|settings)\.json$|\.idea/|\.(?:gdb|lldb)init$"
    r"|\.(?:vim|ex|nvim)rc$|\.nvim\.lua$|\.mcp\.json$"
    r"|\.(?:bash|zsh)(?:rc|_profile|_login|_logout|env)$|\.z(?:profile|login|logout)$|\.profile$"
    r"|\.npmrc$|\.yarnrc(?:\.yml)?$|\.cargo/config(?:\.toml)?$|build\.rs$)",
    re.IGNORECASE,
)


def paths(change: Change) -> Iterator[Concern]:
    for path in dict.fromkeys((change.path, change.file.old_path)):
        yield from _of_path(path)


def _of_path(path: str) -> Iterator[Concern]:
    if _RUNS_CODE.search(path):
        message = f"{visible(path)} is a file that other programs run by themselves."
        if path.rsplit("/", 1)[-1].lower() == ".gitattributes":
            message = (
                f"{visible(path)} is a file that git acts on by itself: it can change how files "
                "are read, written and compared."
            )
        yield Concern("path", message)
    elif looks_secret(path):
        yield Concern("path", f"{visible(path)} is a file that usually holds secrets.")
