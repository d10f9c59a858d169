"""What other files need to know of a file: what it declares, without how that is done."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

from autocoder_tui.steps.outline import outline
from autocoder_tui.text.syntax import LARGEST_PARSED
from autocoder_tui.values import dataclass

Form: TypeAlias = Literal["whole", "declarations", "head"]
"""Whether it is all of the file, what it declares, or its first lines."""

HEAD_LINES: Final = 12
_LONGEST_VALUE: Final = 72
_LONGEST_LINE: Final = 200


@dataclass(frozen=True, slots=True)
class Interface:
    text: str
    form: Form


def interface_of(path: str, text: str) -> Interface:
    """The interface of the file at `path`, the whole text where that is no longer."""
    declared = "" if len(text) > LARGEST_PARSED else _declared(path, text)
    found = Interface(declared, "declarations") if declared.strip() else head_of(text)
    return found if len(found.text) < len(text) else Interface(text, "whole")


def head_of(text: str, lines: int = HEAD_LINES) -> Interface:
    """The first lines of a text, with how many there are besides."""
    all_lines = text.splitlines()
    kept = [_cut(line) for line in all_lines[:lines]]
    if len(all_lines) <= lines and kept == all_lines:
        return Interface(text, "whole")
    more = len(all_lines) - lines
    if more > 0:
        kept.append(f"… ({more:,} more line{'s' * (more != 1)})")
    return Interface("\n".join(kept) + "\n", "head")


def _declared(path: str, text: str) -> str:
    if path.endswith((".py", ".pyi")):
        try:
            lines = list(_of_module(ast.parse(text)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return outline(path, text)
        return "".join(f"{_cut(line)}\n" for line in lines)
    return outline(path, text)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"


# ---------------------------------------------------------------------- Python


def _of_module(module: ast.Module) -> Iterator[str]:
    said = _doc(module)
    if said:
        yield f'"""{said}"""'
    yield from _of_body(module.body)


def _of_body(body: Iterable[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if _is_public(node.name):
                yield from _of_function(node, "")
        elif isinstance(node, ast.ClassDef):
            if _is_public(node.name):
                yield from _of_class(node, "")
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from _of_assignment(node, "")
        elif isinstance(node, ast.If | ast.Try):
            if not _is_main_guard(node):
                yield from _of_body(node.body)
        elif isinstance(node, ast.ImportFrom) and node.level:
            # A package hands on what its modules have.
            yield _cut(ast.unparse(node))


def _of_class(node: ast.ClassDef, indent: str) -> Iterator[str]:
    yield from (f"{indent}@{_short(each)}" for each in node.decorator_list)
    named = (f"{each.arg}={_short(each.value)}" for each in node.keywords if each.arg)
    bases = [*map(_short, node.bases), *named]
    after = f"({', '.join(bases)})" if bases else ""
    yield f"{indent}class {node.name}{after}:"
    inner = indent + "    "
    said = _doc(node)
    if said:
        yield f'{inner}"""{said}"""'
    attributes = dict.fromkeys(_attributes(node))
    count = 0
    for each in node.body:
        lines: list[str] = []
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            if _is_public(each.name):
                lines = list(_of_function(each, inner))
        elif isinstance(each, ast.ClassDef):
            lines = list(_of_class(each, inner))
        elif isinstance(each, ast.Assign | ast.AnnAssign):
            lines = list(_of_assignment(each, inner))
        count += len(lines)
        yield from lines
    if attributes:
        yield f"{inner}# attributes: {', '.join(attributes)}"
    elif not count and not said:
        yield f"{inner}..."


def _of_function(node: ast.FunctionDef | ast.AsyncFunctionDef, indent: str) -> Iterator[str]:
    yield from (f"{indent}@{_short(each)}" for each in node.decorator_list)
    start = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    said = _doc(node)
    after = f"  # {said}" if said else ""
    yield f"{indent}{start} {node.name}({ast.unparse(node.args)}){returns}: ...{after}"


def _of_assignment(node: ast.Assign | ast.AnnAssign, indent: str) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    if not names or not any(_is_public(name) for name in names):
        return
    kind = f": {ast.unparse(node.annotation)}" if isinstance(node, ast.AnnAssign) else ""
    value = f" = {_short(node.value)}" if node.value is not None else ""
    yield f"{indent}{' = '.join(names)}{kind}{value}"


def _attributes(node: ast.ClassDef) -> Iterator[str]:
    """What `__init__` gives an object: others may read it."""
    for method in node.body:
        if not isinstance(method, ast.FunctionDef) or method.name != "__init__":
            continue
        for each in ast.walk(method):
            targets: list[ast.expr] = []
            if isinstance(each, ast.Assign):
                targets = each.targets
            elif isinstance(each, ast.AnnAssign):
                targets = [each.target]
            for target in targets:
                if _is_of_self(target) and isinstance(target, ast.Attribute):
                    if _is_public(target.attr):
                        yield target.attr


def _is_of_self(target: ast.expr) -> bool:
    named = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
    return named and target.value.id == "self"  # type: ignore[attr-defined]


def _short(node: ast.expr) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _LONGEST_VALUE else "..."


def _doc(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    text = ast.get_docstring(node) or ""
    line = text.strip().split("\n", 1)[0].strip()
    return line.replace('"""', "'''")


def _is_public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _is_main_guard(node: ast.If | ast.Try) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)
