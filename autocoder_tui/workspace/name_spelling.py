"""Which file a name in a reply means.

Models spell names in ways of their own: with backslashes, from the root of the disk, by way of
other folders, composed otherwise. Where such a name can mean only one of the files of the
request it is that file; names that are no path of a project at all are refused with the reason.
What comes out is judged as any other name (see `paths`).
"""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from collections.abc import Callable, Collection
from pathlib import Path

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.errors import OutsideProject, UnsafeName
from autocoder_tui.workspace.paths import folded_name, relative_to_root

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
_DRIVE = re.compile(r"[A-Za-z]:")
_VARIABLE = re.compile(r"\$[A-Z_][A-Z0-9_]*(?:/|\\|\Z)|\$\{|\$\(|%\w+%")
_FORBIDDEN = re.compile(r'[<>|?*:"]')


def meant_name(root: Path, name: str, given: Collection[str]) -> tuple[str, str]:
    """The name as the project has it, and a remark where somebody should look at the choice.

    `given` are paths of the request, relative to the project. Looks at what is on disk only
    where a name differs from a given one in case or composition. Raises UnsafeName or
    OutsideProject for what is no path of a project.
    """
    if name in given:
        return name, ""
    spelt = name
    if name.startswith("/"):
        spelt = relative_to_root(root, name)
    plain = _plain(spelt)
    if plain in given:
        return plain, ""
    if not _is_there(root, plain):
        for key, remark in (
            (_composed, ""),
            (folded_name, f"The reply calls it {visible(name)}; the names differ only in case."),
        ):
            found = _only_one(plain, given, key)
            if found is not None:
                return found, remark
    _refuse_what_is_no_path(name, spelt)
    return spelt, ""


def _plain(name: str) -> str:
    """The name with "/" between its parts and no steps back: good only to be looked up."""
    return posixpath.normpath(name.replace("\\", "/"))


def _only_one(name: str, given: Collection[str], key: Callable[[str], str]) -> str | None:
    wanted = key(name)
    found = [path for path in given if key(path) == wanted]
    return found[0] if len(found) == 1 else None


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _is_there(root: Path, plain: str) -> bool:
    try:
        return os.path.lexists(root / plain)
    except ValueError:
        return False


def _refuse_what_is_no_path(name: str, spelt: str) -> None:
    shown = visible(name)
    if _DRIVE.match(spelt) and not _URL.match(spelt):
        return  # `check_name` has a word for it
    if _URL.match(spelt):
        raise OutsideProject(
            f"{shown} is an address, not a path inside the project. Use a relative path.",
            paths=(name,),
        )
    if _VARIABLE.match(spelt):
        raise OutsideProject(
            f"{shown} begins with a variable, which no path inside the project does. "
            "Use a relative path.",
            paths=(name,),
        )
    forbidden = _FORBIDDEN.search(spelt)
    if forbidden is not None:
        raise UnsafeName(
            f"{shown} holds {forbidden.group()!r}, which not every system allows in a name. "
            "Choose another name.",
            paths=(name,),
        )
