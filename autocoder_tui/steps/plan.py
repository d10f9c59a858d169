"""A plan: the files of a code base that is to be written, what each is for and needs of others.

It is shown and edited as a tree, and read back from it by the same reader that takes what a
model replies (`plan_reply`). A name in it is a claim: what no proposal could write is left out,
with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.errors import PathRefused
from autocoder_tui.workspace.paths import check_name, folded_name

MOST_FILES: Final = 200
"""A plan of more is cut: nobody reads it, and each file is a request."""
LONGEST_PURPOSE: Final = 300
LEFT_OUT: Final = "# left out:"
"""What begins a line of the tree that says which name is not in it, and why."""
OWN_FOLDER: Final = ".autocoder"
NO_SUFFIX: Final = frozenset(
    """
    Makefile makefile GNUmakefile Dockerfile Containerfile LICENSE LICENCE COPYING NOTICE README
    CHANGELOG AUTHORS CONTRIBUTORS VERSION Procfile Gemfile Rakefile Vagrantfile Jenkinsfile
    Justfile justfile CODEOWNERS BUILD WORKSPACE Pipfile Brewfile Podfile Fastfile gradlew mvnw
    """.split()  # noqa: SIM905
)
"""Names of files that need no suffix to be taken for some."""
NO_FILES: Final = frozenset(
    """
    Node.js Vue.js Next.js Express.js React.js Three.js D3.js Chart.js Nuxt.js Ember.js Nest.js
    Socket.io ASP.NET Discord.js Bun.js e.g i.e
    """.split()  # noqa: SIM905
)
"""Words that look like names of files and are none."""

_INDENT: Final = "    "
_PLAIN: Final = re.compile(r"[\w.@][\w.@+~-]*\Z")


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """`purpose` is a sentence, `needs` are paths of the same plan."""

    path: str
    purpose: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A name that is in no plan, as it was given, and why, in a sentence that names it."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The files in the order of the tree."""

    files: tuple[PlannedFile, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(file.path for file in self.files)

    def without(self, refused: Mapping[str, str]) -> Plan:
        """Without these paths, each with its reason."""
        gone = tuple(LeftOut(path, refused[path]) for path in self.paths if path in refused)
        kept = [file for file in self.files if file.path not in refused]
        return Plan(_known_needs(kept), (*self.left_out, *gone))

    def tree(self) -> str:
        """The files as a tree that can be edited, what each is for beside it."""
        return "".join(f"{line}\n" for line in _tree(self.files))

    def text(self) -> str:
        """The tree, and what is left out below it."""
        lines = [f"{LEFT_OUT} {each.reason}\n" for each in self.left_out]
        return self.tree() + ("\n" + "".join(lines) if lines else "")


def make_plan(files: Iterable[PlannedFile], left_out: Iterable[LeftOut] = ()) -> Plan:
    """A plan of the files that may be written, each once; needs that name no other one of them
    are dropped, and those that name one in another way are spelt as it is."""
    gone = list(left_out)
    kept: dict[str, PlannedFile] = {}
    taken: dict[str, str] = {}
    folders: dict[str, str] = {}
    for file in files:
        try:
            path = _planned_name(file.path)
            _check_twins(path, taken, folders)
        except PathRefused as error:
            gone.append(LeftOut(file.path, error.message))
            continue
        if path in kept:
            kept[path] = _merged(kept[path], file)
        elif len(kept) == MOST_FILES:
            gone.append(
                LeftOut(path, f"{visible(path)} is one more than the {MOST_FILES} files of a plan.")
            )
        else:
            kept[path] = replace(file, path=path, purpose=_one_line(file.purpose))
            taken[folded_name(path)] = path
            folders |= {folded_name(parent): parent for parent in _parents(path)}
    return Plan(_known_needs(_grouped(kept.values())), _once(gone))


def _planned_name(name: str) -> str:
    """The plain name. Raises PathRefused."""
    spelt = name
    if "\\" in name and not name.startswith("\\") and not re.match(r"[A-Za-z]:", name):
        spelt = name.replace("\\", "/")
    plain = check_name(spelt)
    if folded_name(plain.split("/")[0]).rstrip(". ") == OWN_FOLDER:
        raise PathRefused(
            f"{visible(name)} lies in the folder this program keeps its own files in.",
            paths=(name,),
        )
    return plain


def _check_twins(path: str, taken: Mapping[str, str], folders: Mapping[str, str]) -> None:
    folded = folded_name(path)
    twin = taken.get(folded)
    if twin is not None and twin != path:
        _refuse(path, f"differs from {visible(twin)} only in a way that not every system heeds")
    if folded in folders:
        _refuse(path, "is a folder of other files of the plan")
    for parent in _parents(path):
        if folded_name(parent) in taken:
            _refuse(path, f"would lie below {visible(parent)}, which is a file of the plan")
        other = folders.get(folded_name(parent), parent)
        if other != parent:
            _refuse(path, f"spells the folder {visible(other)} in another way")


def _refuse(path: str, why: str) -> None:
    raise PathRefused(f"{visible(path)} {why}.", paths=(path,))


def _parents(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))


def _merged(file: PlannedFile, again: PlannedFile) -> PlannedFile:
    needs = tuple(dict.fromkeys([*file.needs, *again.needs]))
    return replace(file, purpose=file.purpose or _one_line(again.purpose), needs=needs)


def _one_line(text: str) -> str:
    line = " ".join(visible(text, lines=True).split())
    return line if len(line) <= LONGEST_PURPOSE else line[: LONGEST_PURPOSE - 1].rstrip() + "…"


def _once(left_out: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    return tuple({each.name: each for each in left_out}.values())


def _grouped(files: Iterable[PlannedFile]) -> list[PlannedFile]:
    """In the order of a tree: what is in a folder stands together, where the first of it stood."""
    files = list(files)
    places: dict[str, int] = {}
    for at, file in enumerate(files):
        for name in (*_parents(file.path), file.path):
            places.setdefault(name, at)

    def key(file: PlannedFile) -> tuple[int, ...]:
        return tuple(places[name] for name in (*_parents(file.path), file.path))

    return sorted(files, key=key)


# ---------------------------------------------------------------------- needs


def _known_needs(files: Iterable[PlannedFile]) -> tuple[PlannedFile, ...]:
    files = tuple(files)
    names = _Names(file.path for file in files)
    return tuple(replace(file, needs=_resolved(file, names)) for file in files)


def _resolved(file: PlannedFile, names: _Names) -> tuple[str, ...]:
    found = (names.meant(need) for need in file.needs)
    return tuple(dict.fromkeys(path for path in found if path and path != file.path))


class _Names:
    """Which file of a plan a name means: the path, the end of one, or a module."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = dict.fromkeys(paths)
        self._ends: dict[str, list[str]] = {}
        for path in self._paths:
            parts = path.split("/")
            for count in range(len(parts)):
                self._add("/".join(parts[count:]), path)
            module = _module(path)
            words = module.split(".") if module else []
            for count in range(len(words)):
                self._add(".".join(words[count:]), path)

    def meant(self, name: str) -> str:
        """The path, "" for a name that means none of them or several."""
        plain = name.strip().replace("\\", "/").removeprefix("./")
        if plain in self._paths:
            return plain
        found = self._ends.get(plain, [])
        return found[0] if len(found) == 1 else ""

    def _add(self, end: str, path: str) -> None:
        paths = self._ends.setdefault(end, [])
        if path not in paths:
            paths.append(path)


def _module(path: str) -> str:
    """The dotted name of a Python file, "" for any other."""
    if not path.endswith(".py"):
        return ""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


# ---------------------------------------------------------------------- the tree


def _tree(files: Iterable[PlannedFile]) -> Iterator[str]:
    open_folders: list[str] = []
    for file in files:
        *folders, name = file.path.split("/")
        same = 0
        while same < min(len(folders), len(open_folders)) and (folders[same] == open_folders[same]):
            same += 1
        for depth in range(same, len(folders)):
            yield f"{_INDENT * depth}{_written(folders[depth], folder=True)}/"
        open_folders = folders
        needs = f"(needs: {', '.join(map(_listed, file.needs))})" if file.needs else ""
        said = " ".join(filter(None, [file.purpose, needs]))
        line = f"{_INDENT * len(folders)}{_written(name)}"
        yield f"{line} - {said}" if said else line


def _written(name: str, *, folder: bool = False) -> str:
    """A name as it can be read back: in quotes where it could be taken for something else."""
    shown = bool(re.search(r"[^\W_]", name)) if folder else is_file_name(name)
    if _PLAIN.match(name) and shown and name not in NO_FILES:
        return name
    return json.dumps(name, ensure_ascii=False)


def _listed(path: str) -> str:
    plain = all(_PLAIN.match(part) for part in path.split("/"))
    return path if plain else json.dumps(path, ensure_ascii=False)


def is_file_name(name: str) -> bool:
    """Whether the last part of a path is taken for a file's without more being known."""
    _, dot, suffix = name.rpartition(".")
    known = bool(dot) and suffix.isalnum() and any(map(str.isalpha, suffix))
    return known or name in NO_SUFFIX
