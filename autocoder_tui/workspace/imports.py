"""Which files of a project a file names: what it imports or includes, as far as that is cheap to
tell from its text. Pure: no file is read here.

Names are looked for among the paths of the project, so what comes from elsewhere is none.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from autocoder_tui.workspace.rust_paths import used_paths

MOST_BYTES = 400_000
"""A larger text is not looked at."""
_MOST_OF_A_PACKAGE = 8
"""Files of a Go package; one with more says too little about any of them."""

_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte")
_PYTHON_LINE = re.compile(
    r"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+([\w, \t*]+)|import[ \t]+([\w., \t]+))", re.M
)
_SCRIPT = re.compile(
    r"""(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*["']([^"'\n]{1,300})["']"""
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+["<]([^">\n]{1,300})[">]', re.M)
_GO = re.compile(r'^[ \t]*(?:import[ \t]+)?(?:[\w.]+[ \t]+)?"([^"\n]{1,300})"', re.M)
_RUST_MOD = re.compile(r"^[ \t]*(?:pub(?:\([^)\n]*\))?[ \t]+)?mod[ \t]+(\w+)[ \t]*;", re.M)
_JAVA = re.compile(r"^[ \t]*import[ \t]+(?:static[ \t]+)?([\w.]+)", re.M)


class ProjectPaths:
    """The paths of a project by what they end with."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._by_name: dict[str, list[str]] = {}
        self._in_folder: dict[str, list[str]] = {}
        for path in sorted(self._paths):
            folder, _, name = path.rpartition("/")
            self._by_name.setdefault(name, []).append(path)
            self._in_folder.setdefault(folder, []).append(path)

    def first(self, *candidates: str) -> list[str]:
        """The first of the paths that is there."""
        return [path for path in candidates if path in self._paths][:1]

    def ending(self, end: str) -> list[str]:
        """The one path that ends with these folders and name; none where several do."""
        name = end[end.rfind("/") + 1 :]
        found = [path for path in self._by_name.get(name, ()) if f"/{path}".endswith(f"/{end}")]
        return found if len(found) == 1 else []

    def inside(self, folder: str, suffix: str) -> list[str]:
        """The files right in the one folder that ends so."""
        end = f"/{folder.strip('/')}"
        found = [paths for held_by, paths in self._in_folder.items() if f"/{held_by}".endswith(end)]
        own = [path for path in found[0] if path.endswith(suffix)] if len(found) == 1 else []
        return own if len(own) <= _MOST_OF_A_PACKAGE else []


def imported_files(path: str, text: str, project: ProjectPaths) -> list[str]:
    """The files of the project that the file at `path` imports, in the order it names them."""
    if len(text) > MOST_BYTES:
        return []
    suffix = posixpath.splitext(path)[1].lower()
    read = next((read for suffixes, read in _READERS if suffix in suffixes), None)
    found = read(path, text, project) if read is not None else ()
    return [other for other in dict.fromkeys(found) if other != path]


def _python(path: str, text: str, project: ProjectPaths) -> Iterator[str]:
    for module, names in _python_modules(path, text):
        for one in (module, *(f"{module}/{name}" if module else name for name in names)):
            yield from _python_module(one, posixpath.dirname(path), project)


def _python_module(module: str, folder: str, project: ProjectPaths) -> list[str]:
    """A module of the project, of a folder that is on the path, or beside a script."""
    ends = (f"{module}.py", f"{module}/__init__.py", f"{module}.pyi")
    found = project.first(*ends)
    if found or "/" not in module:
        return found or project.first(*(posixpath.join(folder, end) for end in ends))
    return next((hit for end in ends if (hit := project.ending(end))), [])


def _python_modules(path: str, text: str) -> Iterator[tuple[str, list[str]]]:
    """Modules as paths, and what is imported from each, which may be modules too."""
    package = path.split("/")[:-1]
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield from _python_lines(package, text)
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.replace(".", "/"), []
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names if alias.name != "*"]
            yield _from(package, node.level, node.module or ""), names


def _python_lines(package: list[str], text: str) -> Iterator[tuple[str, list[str]]]:
    """The same of a text that is no Python as a whole: one that is being written."""
    for module, names, plain in _PYTHON_LINE.findall(text):
        if module:
            level = len(module) - len(module.lstrip("."))
            listed = [name.split()[0] for name in names.split(",") if name.strip()]
            yield _from(package, level, module[level:]), [name for name in listed if name != "*"]
        for name in plain.split(","):
            if name.strip():
                yield name.split()[0].replace(".", "/"), []


def _from(package: list[str], level: int, module: str) -> str:
    base = package[: len(package) - level + 1] if level else []
    return "/".join([*base, *(part for part in module.split(".") if part)])


def _script(path: str, text: str, project: ProjectPaths) -> Iterator[str]:
    folder = posixpath.dirname(path)
    for name in _SCRIPT.findall(text):
        for base in _script_bases(name, folder):
            stem, ending = posixpath.splitext(base)
            # What is compiled is imported by the name it will have.
            stems = (base, stem) if ending in (".js", ".mjs", ".cjs", ".jsx") else (base,)
            names = [base, *(f"{one}{suffix}" for one in stems for suffix in _SCRIPTS)]
            names += [f"{base}/index{suffix}" for suffix in _SCRIPTS]
            if found := project.first(*names):
                yield from found
                break


def _script_bases(name: str, folder: str) -> Iterator[str]:
    """What a name may stand for, without its ending: beside the file; or from the folder of a
    package on, where bundlers and compilers are told to begin."""
    if name.startswith("."):
        yield posixpath.normpath(posixpath.join(folder, name))
        return
    within, _, rest = name.partition("/")
    if not rest:
        return
    ends = {"@": (f"src/{rest}", rest), "~": (f"src/{rest}", rest), "$lib": (f"src/lib/{rest}",)}
    for above in _folders_above(folder):
        for end in ends.get(within, (name, f"src/{name}")):
            yield posixpath.normpath(posixpath.join(above, end))


def _folders_above(folder: str) -> Iterator[str]:
    """The folder itself and all above it, the project's own last."""
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _c(path: str, text: str, project: ProjectPaths) -> Iterator[str]:
    folder = posixpath.dirname(path)
    for name in _INCLUDE.findall(text):
        beside = posixpath.normpath(posixpath.join(folder, name))
        yield from project.first(beside, name) or project.ending(posixpath.normpath(name))


def _go(_: str, text: str, project: ProjectPaths) -> Iterator[str]:
    head = re.split(r"^func\b|^type\b", text, maxsplit=1, flags=re.M)[0]
    for name in _GO.findall(head):
        parts = name.split("/")
        # The project's own module begins with where it is kept: the longest end that is a folder.
        for begin in range(1, len(parts)):
            found = project.inside("/".join(parts[begin:]), ".go")
            if found:
                yield from (other for other in found if not other.endswith("_test.go"))
                break


def _rust(path: str, text: str, project: ProjectPaths) -> Iterator[str]:
    folder, name = posixpath.split(path)
    stem = name.removesuffix(".rs")
    own = folder if stem in ("mod", "lib", "main") else posixpath.join(folder, stem)
    for module in _RUST_MOD.findall(text):
        base = posixpath.join(own, module)
        yield from project.first(f"{base}.rs", f"{base}/mod.rs")
    crate = _crate_of(folder)
    for parts in used_paths(text):
        yield from _rust_module(parts, own, crate, project)


def _crate_of(folder: str) -> str:
    """The folder that the paths of a crate begin in."""
    return next((above for above in _folders_above(folder) if above.endswith("src")), folder)


def _rust_module(parts: list[str], own: str, crate: str, project: ProjectPaths) -> list[str]:
    """The file of the longest beginning of a path that is one: the rest are names in it."""
    first, rest = parts[0], parts[1:]
    if first in ("crate", "self", "super"):
        base = {"crate": crate, "self": own}.get(first, posixpath.dirname(own))
        while first == "super" and rest[:1] == ["super"]:
            base, rest = posixpath.dirname(base), rest[1:]
        for count in range(len(rest), 0, -1):
            path = posixpath.join(base, *rest[:count])
            if found := project.first(f"{path}.rs", f"{path}/mod.rs"):
                return found
        return []
    # Another crate of the same workspace is kept in a folder of its name.
    for name in dict.fromkeys((first.replace("_", "-"), first)):
        for count in range(len(rest), 0, -1):
            path = "/".join((name, "src", *rest[:count]))
            if found := project.ending(f"{path}.rs") or project.ending(f"{path}/mod.rs"):
                return found
        if found := project.ending(f"{name}/src/lib.rs"):
            return found
    return []


def _java(path: str, text: str, project: ProjectPaths) -> Iterator[str]:
    suffix = posixpath.splitext(path)[1]
    for name in _JAVA.findall(text):
        parts = name.split(".")
        if len(parts) > 1:
            yield from project.ending("/".join(parts) + suffix) or project.ending(
                "/".join(parts[:-1]) + suffix
            )


_Reader = Callable[[str, str, ProjectPaths], Iterable[str]]
_READERS: tuple[tuple[tuple[str, ...], _Reader], ...] = (
    ((".py", ".pyi"), _python),
    (_SCRIPTS, _script),
    ((".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".m", ".mm"), _c),
    ((".go",), _go),
    ((".rs",), _rust),
    ((".java", ".kt", ".scala"), _java),
)
