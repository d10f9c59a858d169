"""The mutants that mutmut wrote, read from its folder."""

from __future__ import annotations

import ast
import difflib
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_OUTCOMES = {
    None: "not tried", 0: "survived", 1: "killed", 3: "killed", 5: "no tests", 33: "no tests",
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


def names(folder: Path) -> list[str]:
    """Of every mutant, in an order of their own."""
    kept = (_outcomes(file) for file in folder.rglob("*.py.meta"))
    return sorted(name for outcomes in kept for name in outcomes)


def read_mutant(folder: Path, name: str) -> Mutant | None:
    """None where no more than the words of a text are changed: a message may be worded in many
    ways."""
    module, _, mangled = name.rpartition(".")
    path = folder / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    functions = _functions(file)
    after, before = functions[mangled], functions[_MANGLED.sub("__mutmut_orig", mangled)]
    if _without_texts(before) == _without_texts(after):
        return None
    code = _outcomes(file.with_name(f"{file.name}.meta"))[name]
    texts = (_MANGLED_IN_TEXT.sub("", ast.unparse(one)) for one in (before, after))
    return Mutant(name, _OUTCOMES.get(code, f"exit {code}"), *texts)


def _outcomes(kept: Path) -> dict[str, int | None]:
    outcomes: dict[str, int | None]
    outcomes = json.loads(kept.read_text(encoding="utf-8"))["exit_code_by_key"]
    return outcomes


_MANGLED_IN_TEXT = re.compile(r"__mutmut_(orig|\d+)\b")


@cache
def _functions(file: Path) -> dict[str, ast.AST]:
    """By mangled name; a method's is told from others' by its class, which is part of it."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        node.name: node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _MANGLED.search(node.name)
    }


def _without_texts(function: ast.AST) -> str:
    copied = ast.parse(ast.unparse(function))
    for node in ast.walk(copied):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.name = _MANGLED.sub("", node.name)
    return ast.dump(copied)
