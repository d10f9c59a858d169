"""Containment: which paths a proposal may touch.

A path named by a model is a claim, not a location. `check_name` judges the name alone;
`resolve_target` also looks at what is on disk: links that lead out, folders and files in
the way, names that another system would take for an existing one. Only regular files
below the project root pass.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path

from autocoder_tui.safety.sanitize import has_hidden, visible
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.errors import (
    NameTaken,
    OutsideProject,
    PathRefused,
    ProtectedPath,
    UnsafeName,
)

_DRIVE = re.compile(r"[A-Za-z]:")
# Besides the plain name: the short names Windows gives it, as git itself refuses them.
_GIT_SHORT_NAME = re.compile(r"git~\d+|gi7eb[0-9a-f]?~\d+")
OWN_FOLDER = ".autocoder"
_OWN_SHORT_NAME = re.compile(r"autoco~\d+")
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)
_MAX_COMPONENT_BYTES = 255
_MAX_PATH_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Targets:
    """Several names judged together: what may be written, and what not, with the reason.

    `accepted` maps each name as given to its path relative to the project ("/" between
    parts); `refused` maps the rest to the error.
    """

    accepted: dict[str, str]
    refused: dict[str, PathRefused]


def check_name(name: str) -> str:
    """The name in its plain form, relative, "/" between parts: "./a//b" gives "a/b".

    Looks at nothing on disk. Raises OutsideProject, UnsafeName or ProtectedPath.
    """
    shown = visible(name)
    if has_hidden(name) or "\n" in name or "\t" in name:
        raise UnsafeName(
            f"{shown} holds control, invisible or undecodable characters, so the name "
            "would not be what it looks like. Rename it.",
            paths=(name,),
        )
    if "\\" in name or name.startswith("/") or _DRIVE.match(name):
        raise OutsideProject(
            f"{shown} is not a path inside the project. "
            'Use a relative path with "/" between its parts.',
            paths=(name,),
        )
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or name.endswith(("/", "/.")):
        raise UnsafeName(f"{shown or 'An empty name'} names no file.", paths=(name,))
    if ".." in parts or parts[0].startswith("~"):
        raise OutsideProject(
            f"{shown} could lead out of the project. Use a path below the project folder.",
            paths=(name,),
        )
    for part in parts:
        _check_component(part, shown, name)
    plain = "/".join(parts)
    if len(plain.encode()) > _MAX_PATH_BYTES:
        raise UnsafeName(f"{shown[:60]}… is longer than {_MAX_PATH_BYTES} bytes.", paths=(name,))
    return plain


def resolve_target(
    root: Path, name: str, *, allow_absolute: bool = False, leaving: Collection[str] = ()
) -> Path:
    """Where a proposal would write `name`: an absolute path below the real `root`.

    A link at the end is kept as it is (`written_file` follows it). With `allow_absolute`,
    for names a user gave, an absolute path that lies in the project passes too. The plain names
    `leaving` are of files that go by the same write: one that differs from `name` only in case is
    not in its way. Raises
    PathRefused, as one of OutsideProject, UnsafeName, ProtectedPath or NameTaken.
    """
    real_root = Path(os.path.realpath(root))
    if allow_absolute and name.startswith("/"):
        name = relative_to_root(root, name)
    parts = check_name(name).split("/")
    folder = real_root
    for part in parts[:-1]:
        if not _look_for(folder, part, name):
            return real_root.joinpath(*parts)
        folder = _enter(real_root, folder / part, name)
    gone = {path for path in map(real_root.joinpath, leaving) if path.parent == folder}
    if _look_for(folder, parts[-1], name, {path.name for path in gone}):
        _require_file(real_root, folder / parts[-1], name)
    return real_root.joinpath(*parts)


def written_file(
    root: Path, name: str, *, allow_absolute: bool = False, leaving: Collection[str] = ()
) -> Path:
    """The file that writing to `name` really changes: `resolve_target` with links followed."""
    target = resolve_target(root, name, allow_absolute=allow_absolute, leaving=leaving)
    return Path(os.path.realpath(target))


def is_named_so(path: Path) -> bool:
    """Whether something stands at `path` under that name, and not merely under one that differs
    in case, which a system that ignores case takes for the same. Raises OSError where that can't
    be told: what is not seen is not gone."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        siblings = os.listdir(path.parent)  # noqa: PTH208 - names are all that is asked for
    except OSError:
        return True
    if path.name in siblings:
        return True
    composed = unicodedata.normalize("NFC", path.name)
    return any(unicodedata.normalize("NFC", sibling) == composed for sibling in siblings)


def relative_name(root: Path, target: Path) -> str:
    """The path below the real root as a plain name, of what `resolve_target` gave."""
    return target.relative_to(os.path.realpath(root)).as_posix()


def sift_targets(root: Path, names: Iterable[str], leaving: Collection[str] = ()) -> Targets:
    """Judge the names of one proposal, alone and against each other.

    Two names that one file system would take for the same file, or of which one would be
    both file and folder, clash: the first stands, the later is refused. `leaving` as of
    `resolve_target`.
    """
    accepted: dict[str, str] = {}
    refused: dict[str, PathRefused] = {}
    taken: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in dict.fromkeys(names):
        try:
            plain = relative_name(root, resolve_target(root, name, leaving=leaving))
            _check_against(plain, name, taken, folders)
        except PathRefused as error:
            refused[name] = error
            continue
        accepted[name] = plain
        taken[folded_name(plain)] = plain
        folders.update({folded_name(parent): parent for parent in _parents(plain)})
    return Targets(accepted, refused)


def is_git_folder(component: str) -> bool:
    """Whether some system takes this name for `.git`: by case, width, trailing dots or
    blanks, an alternate data stream, or a short name."""
    folded = _as_some_system_has_it(component)
    return folded == ".git" or _GIT_SHORT_NAME.fullmatch(folded) is not None


def is_own_folder(component: str) -> bool:
    """Whether some system takes this name for `.autocoder`, where this program keeps what it runs
    and tells models for a project."""
    folded = _as_some_system_has_it(component)
    return folded == OWN_FOLDER or _OWN_SHORT_NAME.fullmatch(folded) is not None


def _as_some_system_has_it(component: str) -> str:
    folded = unicodedata.normalize("NFKC", component).casefold()
    folded = folded.split(":", 1)[0].rstrip(". ")
    # A dotless i is an i without its dot on some systems that ignore case.
    return folded.replace("ı", "i").replace("\u0307", "")


def folded_name(name: str) -> str:
    """The key under which a system that ignores case and composition would file `name`."""
    decomposed = unicodedata.normalize("NFD", name).casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", decomposed))


def relative_to_root(root: Path, name: str) -> str:
    """An absolute name below the root, by either of the root's names, made relative.

    Raises OutsideProject.
    """
    for base in (os.path.abspath(root), os.path.realpath(root)):  # noqa: PTH100 - keeps links
        if name.startswith(base.rstrip("/") + "/"):
            return name[len(base.rstrip("/")) + 1 :]
    raise OutsideProject(
        f"{visible(name)} lies outside the project {visible(str(root))}. Choose a file below it.",
        paths=(name,),
    )


def _check_component(part: str, shown: str, name: str) -> None:
    if is_git_folder(part):
        raise ProtectedPath(
            f"{shown} lies in git's own folder, where a file can run commands. "
            "Proposals may not write there.",
            paths=(name,),
        )
    if is_own_folder(part):
        raise ProtectedPath(
            f"{shown} lies in {OWN_FOLDER}, where this program keeps what it runs and tells models "
            "for the project. Proposals may not write there.",
            paths=(name,),
        )
    reason = None
    if part != part.strip() or part.endswith("."):
        reason = "begins or ends a part with a blank, or ends it with a dot"
    elif ":$" in part:
        reason = "names a data stream, not a file"
    elif re.split(r"[.:]", part, maxsplit=1)[0].strip().casefold() in _DEVICES:
        reason = "is a device name on Windows"
    elif len(part.encode()) > _MAX_COMPONENT_BYTES:
        shown = shown[:60] + "…"
        reason = f"has a part longer than {_MAX_COMPONENT_BYTES} bytes"
    if reason:
        raise UnsafeName(f"{shown} {reason}. Choose another name.", paths=(name,))


def _look_for(folder: Path, part: str, name: str, leaving: Collection[str] = ()) -> bool:
    """Whether `part` exists in `folder` under exactly that name; what is `leaving` does not count.

    Raises NameTaken when only a near-namesake does: on a system that ignores case or
    composition the proposal would silently write to the other file.
    """
    try:
        siblings = os.listdir(folder)  # noqa: PTH208 - names are all that is asked for
    except FileNotFoundError:
        return False
    except OSError:
        # A folder that may be entered but not listed: take the system's own answer.
        return os.path.lexists(folder / part)
    if part in siblings:
        return True
    folded = folded_name(part)
    for sibling in siblings:
        if sibling not in leaving and folded_name(sibling) == folded:
            raise NameTaken(
                f"{visible(name)} differs only in case or accents' encoding from the existing "
                f"{visible(sibling)}. Use the existing name.",
                paths=(name,),
            )
    return False


def _enter(real_root: Path, folder: Path, name: str) -> Path:
    """The real folder behind a parent component, which must be a folder in the project."""
    real = _inside(real_root, folder, name)
    if not real.is_dir():
        raise NameTaken(
            f"{visible(name)} needs a folder where {visible(folder.name)} is a file.",
            paths=(name,),
        )
    return real


def _require_file(real_root: Path, target: Path, name: str) -> None:
    real = _inside(real_root, target, name)
    try:
        mode = real.stat().st_mode
    except OSError:
        raise NameTaken(
            f"{visible(name)} is a link that leads to no file. Remove the link first.",
            paths=(name,),
        ) from None
    if stat.S_ISDIR(mode):
        raise NameTaken(
            f"{visible(name)} is a folder, so no file can be written there.", paths=(name,)
        )
    if not stat.S_ISREG(mode):
        raise NameTaken(
            f"{visible(name)} is a pipe, device or socket, not a regular file.", paths=(name,)
        )


def _inside(real_root: Path, path: Path, name: str) -> Path:
    """The real path, links followed, if it is in the project and not in git's folder."""
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(real_root):
        raise OutsideProject(
            f"{visible(name)} passes through a link that leads out of the project.",
            paths=(name,),
        )
    if any(is_git_folder(part) for part in real.relative_to(real_root).parts):
        raise ProtectedPath(
            f"{visible(name)} is a link into git's own folder, where a file can run commands. "
            "Proposals may not write there.",
            paths=(name,),
        )
    if any(is_own_folder(part) for part in real.relative_to(real_root).parts):
        raise ProtectedPath(
            f"{visible(name)} is a link into {OWN_FOLDER}, where this program keeps what it runs "
            "and tells models for the project. Proposals may not write there.",
            paths=(name,),
        )
    return real


def _check_against(plain: str, name: str, taken: dict[str, str], folders: dict[str, str]) -> None:
    folded = folded_name(plain)
    other = taken.get(folded) or folders.get(folded)
    if other is None:
        parents = _parents(plain)
        other = next((taken[key] for p in parents if (key := folded_name(p)) in taken), None)
        other = other or next(
            (folders[key] for p in parents if folders.get(key := folded_name(p), p) != p), None
        )
    if other is not None:
        raise NameTaken(
            f"{visible(name)} and {visible(other)} of the same proposal would be one file, "
            "or a file and a folder, in one place.",
            paths=(name,),
        )


def _parents(plain: str) -> list[str]:
    parts = plain.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
