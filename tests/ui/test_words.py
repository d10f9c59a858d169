"""What the program says to a person: keys are called by one name each, the keys it names are keys
that it has, and no sentence is one that only its author understands."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import autocoder_tui
from autocoder_tui.ui.key_rows import key_name
from autocoder_tui.ui.key_table import key_sections
from autocoder_tui.ui.screens.dialogs.dialog import Dialog

ROOT = Path(autocoder_tui.__path__[0])
SHOWN = ("ui", "runs", "workspace", "review", "headless", "cli", "check", "steps")
NAMED_KEY = re.compile(r"(?<![\w^])(?:(?:Ctrl|Alt|Shift)\+\w+|F\d{1,2})\b")
OTHER_NAMES = re.compile(
    r"\bctrl[+-]\w|\bCTRL\b|\bControl[+-]|\bCtrl-|\bEscape\b|\bESC\b|\bEnter key\b|\bReturn\b"
    r"|\(space\)|\bspace (?:goes|picks|pauses)\b|\bthe (?:f\d+) key\b"
)
"""Other ways to write the keys called Ctrl+R, Esc, Enter and Space here."""
UNCLEAR = ("makes room", "made room", "had to make room", "is not there any more meanwhile")
CONFIGURATION = {"ui/keymap.py"}
"""Tells how keys are written in config.toml."""
NOT_SHOWN = {"DEFAULT_CSS", "CSS", "BINDINGS"}
ELSEWHERE = {"Ctrl+C", "Ctrl+D", "Ctrl+Z", "Ctrl+V", "Shift+Tab", "Ctrl+Up", "Ctrl+Down", "F7"}
"""Keys of the terminal, and of the framework's own fields."""


def sentences() -> Iterator[tuple[str, str]]:
    """Texts with blanks in them, with the file and line each stands in; no docstrings."""
    for folder in SHOWN:
        for file in sorted((ROOT / folder).rglob("*.py")):
            place = file.relative_to(ROOT).as_posix()
            for line, text in _texts(ast.parse(file.read_text())):
                if " " in text.strip():
                    yield f"{place}:{line}", text


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        if any(isinstance(one, ast.Name) and one.id in NOT_SHOWN for one in targets):
            continue
        if isinstance(node, ast.JoinedStr):
            yield (
                node.lineno,
                "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "{}"
                    for part in node.values
                ),
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        else:
            yield from _texts(node)


def test_keys_are_called_by_one_name_each() -> None:
    wrong = [
        (place, found.group(), text[:80])
        for place, text in sentences()
        if place.startswith(("ui/", "runs/"))
        and place.partition(":")[0] not in CONFIGURATION
        and (found := OTHER_NAMES.search(text))
    ]
    assert not wrong


def test_every_key_that_is_named_is_one_that_the_program_has() -> None:
    known = {key_name(key) for rows in key_sections({}) for row in rows.rows for key in row.keys}
    known |= {key_name(key) for key in Dialog._merged_bindings.key_to_bindings}  # type: ignore[union-attr]
    named = {
        key: place
        for place, text in sentences()
        for key in NAMED_KEY.findall(text.replace("*", ""))
    }
    assert len(named) > 2  # the keys of bindings stand in sentences by the names of these
    assert {key: place for key, place in named.items() if key not in known | ELSEWHERE} == {}


def test_no_sentence_is_one_that_only_its_author_understands() -> None:
    assert [(p, t) for p, t in sentences() for phrase in UNCLEAR if phrase in t] == []
