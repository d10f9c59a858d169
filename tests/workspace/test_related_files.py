"""What a file imports, in the languages that are read; and what changes along with it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.workspace.file_index import list_files
from autocoder_tui.workspace.git_history import changed_together, read_commits
from autocoder_tui.workspace.imports import ProjectPaths, imported_files
from autocoder_tui.workspace.related_files import RelatedFiles

PATHS = (
    "shop/__init__.py",
    "shop/cart.py",
    "shop/money.py",
    "shop/tax/__init__.py",
    "shop/tax/rates.py",
    "src/lib/parse.py",
    "web/src/app.ts",
    "web/src/cart.tsx",
    "web/src/util/index.ts",
    "web/src/style.css",
    "src/shared/button.ts",
    "core/main.c",
    "core/list.h",
    "include/core/hash.h",
    "cmd/main.go",
    "internal/store/store.go",
    "internal/store/store_test.go",
    "src/main.rs",
    "src/engine/mod.rs",
    "src/engine/seam.rs",
    "crates/price-list/src/lib.rs",
    "crates/price-list/src/rates.rs",
    "app/src/org/shop/Cart.java",
    "app/src/org/shop/Money.java",
)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("shop/cart.py", "import shop.money\nimport os", ["shop/money.py"]),
        ("shop/cart.py", "from . import money", ["shop/__init__.py", "shop/money.py"]),
        ("shop/cart.py", "from .tax.rates import vat", ["shop/tax/rates.py"]),
        ("shop/tax/rates.py", "from ..money import Money as M", ["shop/money.py"]),
        ("shop/cart.py", "from lib.parse import parse", ["src/lib/parse.py"]),
        (
            "shop/cart.py",
            "from shop.tax import rates\ndef (:",
            ["shop/tax/__init__.py", "shop/tax/rates.py"],
        ),
        ("shop/cart.py", "import shop.cart, json", []),
        ("shop/cart.py", "import money", ["shop/money.py"]),
        ("web/src/app.ts", "import { C } from './cart'", ["web/src/cart.tsx"]),
        ("web/src/app.ts", "export * from './cart.js';", ["web/src/cart.tsx"]),
        ("web/src/app.ts", "const u = require('./util')", ["web/src/util/index.ts"]),
        (
            "web/src/cart.tsx",
            "import './style.css'\nimport React from 'react'",
            ["web/src/style.css"],
        ),
        ("web/src/app.ts", "await import('@/shared/button')", ["src/shared/button.ts"]),
        (
            "core/main.c",
            '#include "list.h"\n#include <core/hash.h>\n#include <stdio.h>',
            ["core/list.h", "include/core/hash.h"],
        ),
        (
            "cmd/main.go",
            'import (\n\t"fmt"\n\ts "example.org/me/shop/internal/store"\n)',
            ["internal/store/store.go"],
        ),
        (
            "src/main.rs",
            "mod engine;\nuse crate::engine::seam::join;",
            ["src/engine/mod.rs", "src/engine/seam.rs"],
        ),
        ("src/engine/mod.rs", "pub mod seam;", ["src/engine/seam.rs"]),
        (
            "src/main.rs",
            "use crate::{engine::{self, seam::{join as j}}, gone};\nuse std::{fs, io};",
            ["src/engine/mod.rs", "src/engine/seam.rs"],
        ),
        ("src/engine/seam.rs", "use super::Reply;\nuse super::super::main;", ["src/main.rs"]),
        ("src/main.rs", "use price_list::rates::Rate;", ["crates/price-list/src/rates.rs"]),
        ("src/main.rs", "use price_list::Rate;", ["crates/price-list/src/lib.rs"]),
        ("web/src/app.ts", "import { C } from '@/cart'", ["web/src/cart.tsx"]),
        ("web/src/util/index.ts", "import '~/style.css'", ["web/src/style.css"]),
        ("web/src/app.ts", "import u from 'util/index'", ["web/src/util/index.ts"]),
        (
            "app/src/org/shop/Cart.java",
            "import org.shop.Money;\nimport java.util.List;",
            ["app/src/org/shop/Money.java"],
        ),
        ("notes.txt", "import shop.money", []),
    ],
)
def test_what_a_file_imports(path: str, text: str, found: list[str]) -> None:
    assert imported_files(path, text, ProjectPaths(PATHS)) == found


@given(st.sampled_from(PATHS), st.text(max_size=300))
def test_any_text_imports_files_of_the_project_only(path: str, text: str) -> None:
    for found in imported_files(path, text, ProjectPaths(PATHS)):
        assert found in PATHS
        assert found != path


@pytest.mark.parametrize("text", ["(" * 50_000, "import " * 50_000, '#include "' * 20_000, "\0"])
def test_a_hostile_text_is_done_with_soon(text: str) -> None:
    for path in PATHS:
        imported_files(path, text, ProjectPaths(PATHS))


def test_what_changes_together_oftenest_comes_first() -> None:
    commits = [("a", "b"), ("a", "b"), ("a", "b", "log"), ("a", "log"), ("log", "c"), ("log", "d")]
    commits += [("log", "e"), ("log", "f"), ("log", "g"), ("log", "h"), ("log", "i"), ("log", "j")]
    assert changed_together(commits, {"a"}) == [("b", 3)]
    assert changed_together(commits, {"b"}) == [("a", 3)]
    assert changed_together(commits, {"nothing"}) == []


def commit(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        with (root / name).open("a") as file:
            file.write("more\n")
    who = ("-c", "user.name=T", "-c", "user.email=t@example.org")
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    subprocess.run(["git", *who, "commit", "-qm", "x"], cwd=root, check=True)


def test_a_real_history_is_read_and_read_again_only_when_it_has_moved(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    commit(tmp_path, "a.py", "b b.py")
    commit(tmp_path, "a.py", "b b.py", "é\n.py")
    commit(tmp_path, "a.py")
    assert read_commits(tmp_path) == [("a.py", "b b.py", "é\n.py"), ("a.py", "b b.py")]
    related = RelatedFiles(tmp_path)
    assert related.of(["a.py"], list_files(tmp_path)) == {"b b.py": "changed along 2 times"}
    commit(tmp_path, "a.py", "b b.py")
    assert related.of(["a.py"], list_files(tmp_path)) == {"b b.py": "changed along 3 times"}


def test_empty_packages_are_not_offered_and_others_come_last(tmp_path: Path) -> None:
    for name, text in (
        ("a.py", "from shop import cart\nfrom bank import money"),
        ("shop/__init__.py", "NAME = 1\n"),
        ("shop/cart.py", ""),
        ("bank/__init__.py", ""),
        ("bank/money.py", ""),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = RelatedFiles(tmp_path).of(["a.py"], list_files(tmp_path))
    assert list(found) == ["shop/cart.py", "bank/money.py", "shop/__init__.py"]


@pytest.mark.parametrize(
    ("picked", "offered"),
    [("src/cart.c", "include/shop/cart.h"), ("include/shop/cart.h", "src/cart.c")],
)
def test_a_header_and_its_source_go_with_each_other(
    tmp_path: Path, picked: str, offered: str
) -> None:
    for name in ("src/cart.c", "include/shop/cart.h", "src/other.c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    found = RelatedFiles(tmp_path).of([picked], list_files(tmp_path))
    assert found == {offered: f"goes with {picked.rpartition('/')[2]}"}


def test_without_git_there_are_imports_and_tests(tmp_path: Path) -> None:
    for name, text in (("shop.py", "import money"), ("money.py", ""), ("tests/test_shop.py", "")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = RelatedFiles(tmp_path).of(["shop.py", "gone.py"], list_files(tmp_path))
    assert found == {"money.py": "imported by shop.py", "tests/test_shop.py": "test of shop.py"}
