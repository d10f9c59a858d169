"""Small programming tasks a model of half a billion parameters can be given."""

from __future__ import annotations

from dataclasses import dataclass

_STACK = '''\
class Stack:
    """A stack of anything."""

    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.items.pop()

    def peek(self):
        return self.items[0]

    def is_empty(self):
        return len(self.items) == 0

    def size(self):
        return len(self.items) - 1
'''

_REPORT = """\
import argparse


def load(path):
    with open(path) as file:
        return [line.strip().split(",") for line in file if line.strip()]


def total(rows):
    return sum(float(row[1]) for row in rows)


def main():
    parser = argparse.ArgumentParser(description="Sum the second column of a file.")
    parser.add_argument("path")
    arguments = parser.parse_args()
    rows = load(arguments.path)
    for name, amount in rows:
        print(f"{name:<20} {amount:>10}")
    print(f"{'total':<20} {total(rows):>10.2f}")


if __name__ == "__main__":
    main()
"""

_MONEY = """\
from decimal import Decimal


def parse(text):
    return Decimal(text.replace(",", "").strip("$ "))


def show(amount):
    return f"${amount:,.2f}"
"""

_DEBOUNCE = """\
export function once(callback) {
  let called = false;
  let result;
  return (...args) => {
    if (!called) {
      called = true;
      result = callback(...args);
    }
    return result;
  };
}
"""

_README = """\
# shop

A small shop for the command line.

## Install

    pip install shop

## Use

    shop list
    shop buy NAME
"""

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Shop</title>
</head>
<body>
  <h1>Shop</h1>
  <ul>
    <li>Apples</li>
    <li>Pears</li>
  </ul>
</body>
</html>
"""

_BACKUP = """\
#!/bin/sh
set -eu

source_folder=$1
target_folder=$2

mkdir -p "$target_folder"
cp -r "$source_folder"/. "$target_folder"
echo "copied $source_folder to $target_folder"
"""

_PROJECT = """\
[project]
name = "shop"
version = "0.1.0"
description = "A small shop."
requires-python = ">=3.9"
dependencies = ["requests>=2.0"]

[project.scripts]
shop = "shop.cli:main"

[tool.pytest.ini_options]
testpaths = ["tests"]
"""

_CONFIG = """\
{
  "name": "shop",
  "port": 8080,
  "debug": true,
  "database": {
    "host": "localhost",
    "user": "shop",
    "pool": 5
  }
}
"""


@dataclass(frozen=True, slots=True)
class Task:
    """`files` are given and lie in the project, by path; `target` is `-o`, None for several."""

    name: str
    files: dict[str, str]
    requirements: str
    target: str | None = None


TASKS = (
    Task(
        "flag",
        {"report.py": _REPORT},
        "Add a --json flag that prints the rows and the total as one JSON object instead.",
        "report.py",
    ),
    Task("fix", {"stack.py": _STACK}, "Fix the errors in peek and size.", "stack.py"),
    Task(
        "tests",
        {"stack.py": _STACK},
        "Write pytest tests for every method of Stack, one test function each.",
        "test_stack.py",
    ),
    Task(
        "money",
        {"money.py": _MONEY},
        "Add functions add, subtract, multiply and divide, each with a docstring.",
        "money.py",
    ),
    Task(
        "debounce",
        {"once.js": _DEBOUNCE},
        "Add exported functions debounce(callback, milliseconds) and "
        "throttle(callback, milliseconds), each with a JSDoc comment.",
        "once.js",
    ),
    Task(
        "section",
        {"README.md": _README},
        "Add sections Configuration, with an example in TOML, and Contributing, with steps.",
        "README.md",
    ),
    Task(
        "page",
        {"index.html": _PAGE},
        "Add a style element that lays the list out as cards, and a footer with three links.",
        "index.html",
    ),
    Task(
        "shell",
        {"backup.sh": _BACKUP},
        "Add flags -v (verbose), -n (dry run) and -h (help), read with getopts.",
        "backup.sh",
    ),
    Task(
        "toml",
        {"pyproject.toml": _PROJECT},
        "Add a dev extra with pytest, ruff and mypy, and sections for ruff and mypy.",
        "pyproject.toml",
    ),
    Task(
        "json",
        {"config.json": _CONFIG},
        "Add settings for logging (level, file, rotation), a cache (host, port, seconds) and "
        "mail (host, port, user, from).",
        "config.json",
    ),
    Task(
        "script",
        {},
        "Write a Python script that reads a CSV file given as argument and prints, for each "
        "numeric column, its count, mean, minimum and maximum. Use only the standard library.",
        "columns.py",
    ),
    Task(
        "rename",
        {"stack.py": _STACK, "use.py": "from stack import Stack\n\ns = Stack()\ns.push(1)\n"},
        "Rename the class Stack to Pile, in both files.",
    ),
)
