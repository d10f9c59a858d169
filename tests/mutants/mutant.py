"""The mutants that mutmut wrote, read from its folder."""

from __future__ import annotations

import ast
import difflib
import hashlib
import json
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NOT_TRIED = "not tried"
_OUTCOMES = {
    None: NOT_TRIED, 0: "survived", 1: "killed", 3: "killed", 5: "no tests", 33: "no tests",
    24: "timeout", -24: "timeout", 36: "timeout", 152: "timeout", 255: "timeout", -9: "timeout",
}  # fmt: skip
"""By the exit code that mutmut keeps."""
_MANGLED = re.compile(r"__mutmut_(orig|\d+)$")


@dataclass(frozen=True, slots=True)
class Mutant:
    """`before` and `after`: the function's text without and with the change."""

    name: str
    outcome: str
    before: str
    after: str

    @property
    def fingerprint(self) -> str:
        """Stays the same while the function does: names by number change with every edit."""
        function = self.name.rpartition("__mutmut_")[0]
        return hashlib.sha256(f"{function}\n{self.difference()}".encode()).hexdigest()[:12]

    def difference(self) -> str:
        lines = difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), lineterm="", n=2
        )
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def outcomes(folder: Path, chosen: Iterable[str]) -> dict[str, str]:
    """What came of each of these so far; mutmut may be at work on them."""
    found: dict[str, str] = {}
    for file, those in _by_file(folder, chosen).items():
        try:
            kept = _outcomes(file)
        except ValueError:
            kept = {}  # being written just now
        found |= {name: _outcome(kept.get(name)) for name in those}
    return found


def forget(folder: Path, chosen: Iterable[str]) -> None:
    """Let these be tried once more."""
    for file, those in _by_file(folder, chosen).items():
        kept = json.loads(file.read_text(encoding="utf-8"))
        kept["exit_code_by_key"] |= dict.fromkeys(those)
        file.write_text(json.dumps(kept, indent=4), encoding="utf-8")


def _by_file(folder: Path, chosen: Iterable[str]) -> dict[Path, list[str]]:
    """The names by the file in which mutmut keeps what came of them."""
    files: dict[Path, list[str]] = {}
    for name in chosen:
        file = _source(folder, name)
        files.setdefault(file.with_name(f"{file.name}.meta"), []).append(name)
    return files


def _source(folder: Path, name: str) -> Path:
    path = folder / name.rpartition(".")[0].replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _outcome(code: int | None) -> str:
    return _OUTCOMES.get(code, f"exit {code}")


def names(folder: Path) -> list[str]:
    """Of every mutant, in an order of their own."""
    kept = (_outcomes(file) for file in folder.rglob("*.py.meta"))
    return sorted(name for outcomes in kept for name in outcomes)


def read_mutant(folder: Path, name: str) -> Mutant | None:
    """None where no more than the words of a text are changed: a message may be worded in many
    ways."""
    file, mangled = _source(folder, name), name.rpartition(".")[2]
    after = _function(file, mangled)
    before = _function(file, _MANGLED.sub("__mutmut_orig", mangled))
    if _without_texts(before) == _without_texts(after):
        return None
    code = _outcomes(file.with_name(f"{file.name}.meta"))[name]
    texts = (_MANGLED_IN_TEXT.sub("", ast.unparse(one)) for one in (before, after))
    return Mutant(name, _outcome(code), *texts)


def _outcomes(kept: Path) -> dict[str, int | None]:
    outcomes: dict[str, int | None]
    outcomes = json.loads(kept.read_text(encoding="utf-8"))["exit_code_by_key"]
    return outcomes


_MANGLED_IN_TEXT = re.compile(r"__mutmut_(orig|\d+)\b")


def _function(file: Path, mangled: str) -> ast.AST:
    """The function of this name: a method's is told from others' by its class, which is part of
    it. The file with all its mutants is far too long to be read as a whole."""
    start, end = _spans(file)[mangled]
    source = textwrap.dedent("".join(_lines(file)[start - 1 : end]))
    return ast.parse(source).body[0]


@cache
def _spans(file: Path) -> dict[str, tuple[int, int]]:
    """The first and the last line of each function, from the index that mutmut writes."""
    text = file.with_name(f"{file.name}.spans").read_text(encoding="utf-8")
    spans: dict[str, tuple[int, int]] = json.loads(text)["spans"]
    return spans


@cache
def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines(keepends=True)


def _without_texts(function: ast.AST) -> str:
    copied = ast.parse(ast.unparse(function))
    for node in ast.walk(copied):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.name = _MANGLED.sub("", node.name)
    return ast.dump(copied)
