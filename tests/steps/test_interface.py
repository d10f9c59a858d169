"""Of a file others get what it declares, and not how that is done."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.steps.interface import head_of, interface_of
from autocoder_tui.steps.outline import outline

PYTHON = '''\
"""Keeps the items of a shop.

More of it.
"""
import json
from pathlib import Path
from .money import Price

MOST = 10
_HIDDEN = 3
NAMES: dict[str, int] = {"the first": 1, "the second": 2, "the third": 3,
                         "the fourth": 4, "the fifth": 5}


class Store(Base, metaclass=Meta):
    """All items.

    Kept in a file.
    """

    count: int = 0

    def __init__(self, path: Path, *, strict: bool = False) -> None:
        self.path = path
        self._lock = None
        self.items: list[str] = []

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.items)

    def _write(self) -> None:
        self.path.write_text(json.dumps(self.items))


async def load(path: Path, /, *more: str, **options: int) -> Store:
    """Read a store."""
    return Store(path)


def _private() -> None:
    pass


if __name__ == "__main__":
    hidden = load("x")
'''


def test_of_python_signatures_and_first_lines_of_docstrings() -> None:
    found = interface_of("shop/store.py", PYTHON)
    assert found.form == "declarations"
    assert found.text == textwrap.dedent('''\
        """Keeps the items of a shop."""
        from .money import Price
        MOST = 10
        NAMES: dict[str, int] = ...
        class Store(Base, metaclass=Meta):
            """All items."""
            count: int = 0
            def __init__(self, path: Path, *, strict: bool=False) -> None: ...
            @property
            def size(self) -> int: ...  # How many there are.
            # attributes: path, items
        async def load(path: Path, /, *more: str, **options: int) -> Store: ...  # Read a store.
        ''')
    ast.parse(found.text)


def test_a_file_as_short_as_its_interface_comes_whole() -> None:
    text = "A = 1\nB = 2\n"
    assert interface_of("a.py", text) == type(interface_of("a.py", ""))(text, "whole")


def test_python_that_does_not_parse_is_read_by_its_lines() -> None:
    text = "class A:\n    def go(self, x):\n        return (\n\nLIMIT = 3\n" + "x = (\n" * 20
    found = interface_of("a.py", text)
    assert found.text == "class A:\n    def go(self, x):\nLIMIT = 3\n"


def test_data_come_as_their_first_lines() -> None:
    text = "".join(f"{number};x\n" for number in range(40))
    found = interface_of("a.csv", text)
    assert found.form == "head"
    assert found.text.splitlines()[-1] == "… (28 more lines)"
    assert head_of("a\nb\n").form == "whole"
    assert len(head_of("x" * 100_000).text) < 400


TYPESCRIPT = """\
import x from "y";
// class Foo {
export interface Item {
  id: number;
  nested: { a: string };
}
const SECRET = "class Hidden {";
/* export function gone() {
*/
export class Store extends Base {
  private items: Item[] = [];
  constructor(private path: string) {
    super();
    const inner = `${"}"}`;
  }
  async add(
    name: string,
    price: number,
  ): Promise<Item> {
    return new Item();
  }
}
export const total = (items: Item[]) => {
  const local = 1;
  return items.length;
};
app.get("/", () => { function inner() {} });
"""
GO = """\
package shop
import "fmt"
const (
\tA = 1
\tB = 2
)
type Item struct {
\tID int
\tName string
}
func (s *store) Add(i Item) error {
\tif x { return nil }
\treturn nil
}
"""
RUST = """\
use std::io;
#[derive(Debug)]
pub struct Item { pub id: u32 }
impl Item {
    pub fn new(id: u32) -> Self {
        let text = "}";
        Item { id }
    }
}
"""
JAVA = """\
package shop;
import java.util.List;
public class Store {
    private int count = 1;
    @Override
    public String toString() {
        String x = "class {";
        return x;
    }
}
"""
C = """\
#include <stdio.h>
#define MOST 10
struct node {
  int value;
  struct node *next;
};
int add(int a, int b);
static int sub(int a, int b) {
  int c = a - b;
  return c;
}
"""


@pytest.mark.parametrize(
    ("path", "text", "there", "gone"),
    [
        (
            "a.ts",
            TYPESCRIPT,
            ["export interface Item {", "nested: { a: string };", "export class Store extends Base",
             "constructor(private path: string)", "    price: number,", "): Promise<Item>",
             "export const total"],
            ["Foo", "gone", "super", "local", "inner", "import"],
        ),
        ("a.go", GO, ["  B = 2".strip(), "Name string", "func (s *store) Add(i Item) error"],
         ["import", "nil {", "return"]),
        ("a.rs", RUST, ["pub struct Item { pub id: u32 }", "pub fn new(id: u32) -> Self"],
         ["use std", "let text"]),
        ("A.java", JAVA, ["public class Store", "@Override", "public String toString()"],
         ["import", "return"]),
        ("a.h", C, ["#define MOST 10", "struct node *next;", "int add(int a, int b);",
                    "static int sub(int a, int b)"], ["include", "int c"]),
        ("a.rb", "class A < B\n  attr_reader :x\n  def go(a)\n    puts a\n  end\nend\n",
         ["class A < B", "  def go(a)"], ["puts", "end"]),
        ("run.sh", "#!/bin/sh\nset -e\nMODE=x\nbuild() {\n  echo build\n}\nbuild\n",
         ["MODE=x", "build() {"], ["echo", "set -e"]),
        ("a.css", ".card {\n  color: red;\n}\n#top,\n.low > p {\n  margin: 0;\n}\n",
         [".card", "#top,", ".low > p"], ["margin", "red"]),
        ("a.html", "<p>hello</p>\n<script src='a.js'></script>\n<b id='go'>Go</b>\n<i>x</i>\n",
         ["a.js", "id='go'"], ["hello", "<i>"]),
        ("a.sql", "CREATE TABLE x (\n  id INT\n);\nINSERT INTO x VALUES (1);\n",
         ["CREATE TABLE x (", "  id INT"], ["INSERT"]),
        ("Makefile", "CC = gcc\nall: a.o\n\t$(CC) a.o\n", ["CC = gcc", "all: a.o"], ["$(CC)"]),
    ],
)  # fmt: skip
def test_of_other_languages_the_lines_that_declare(
    path: str, text: str, there: list[str], gone: list[str]
) -> None:
    found = outline(path, text)
    assert [line for line in there if line not in found] == []
    assert [line for line in gone if line in found] == []


@pytest.mark.parametrize("path", ["a.xyz", "a.json", "notes", "a.csv"])
def test_of_what_no_language_is_known_nothing_is_an_outline(path: str) -> None:
    assert outline(path, "class A {\n}\n") == ""


ANY = st.text(st.sampled_from("(){}[]\"'`/*#\\\n\tclassfundexport :=;@<>x1ü\r"), max_size=300)


@given(ANY, st.sampled_from(["a.py", "a.ts", "a.go", "a.rs", "A.java", "a.c", "a.css", "a.html"]))
def test_an_interface_is_never_longer_than_the_file(text: str, path: str) -> None:
    found = interface_of(path, text)
    assert len(found.text) <= max(len(text), 1)
