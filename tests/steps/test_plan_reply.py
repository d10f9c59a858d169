"""Plans are read in the forms that models write them."""

from __future__ import annotations

import pytest

from autocoder_tui.steps.plan_reply import read_plan

WANTED = ("shop/__init__.py", "shop/cli.py", "shop/store.py", "tests/test_store.py", "README.md")

DRAWN = """\
Sure! Here is the structure:

```
shop-project/
├── shop/
│   ├── __init__.py
│   ├── cli.py            # reads the arguments
│   └── store.py          # keeps the items
├── tests/
│   └── test_store.py
└── README.md
```

The entry point is cli.py, as you can see. It is all plain Python 3.11.
"""
ASCII = """\
.
|-- shop
|   |-- __init__.py
|   |-- cli.py - reads the arguments
|   `-- store.py - keeps the items
|-- tests
|   `-- test_store.py
`-- README.md
"""
PLUS = """\
shop-project/
+-- shop/
|   +-- __init__.py
|   +-- cli.py: reads the arguments
|   \\-- store.py: keeps the items
+-- tests/
|   \\-- test_store.py
\\-- README.md
"""
INDENTED = """\
shop/
  __init__.py
  cli.py - reads the arguments
  store.py - keeps the items
tests/
  test_store.py
README.md
"""
BULLETS = """\
- shop/
  - `__init__.py`
  - `cli.py`: reads the arguments
  - `store.py`: keeps the items
- tests/
  - `test_store.py`
- `README.md`
"""
PATHS = """\
The files I will write:

1. `shop/__init__.py` - marks the package
2. **shop/cli.py**: reads the arguments
3. [store.py](shop/store.py): keeps the items
4. tests/test_store.py (the tests)
5. README.md
"""
HEADINGS = """\
### `shop/__init__.py`

### shop/cli.py
Purpose: reads the arguments
### 3. **shop/store.py**
- Purpose: keeps the items
### File: tests/test_store.py
#### README.md
"""
TABLE = """\
| File | Purpose | Needs |
|------|---------|-------|
| shop/__init__.py | | |
| `shop/cli.py` | reads the arguments | `shop/store.py` |
| **shop/store.py** | keeps the items | none |
| tests/test_store.py | tests | store.py |
| README.md | how to use it | - |
"""
JSON = """\
Here you go:
```json
[
  {"path": "shop/__init__.py"},
  {"file": "shop/cli.py", "description": "reads the arguments", "needs": ["shop/store.py"]},
  {"filename": "shop/store.py", "purpose": "keeps the items"},
  {"path": "tests/test_store.py", "depends_on": "shop/store.py"},
  {"path": "README.md"}
]
```
"""
NESTED = """\
{"shop": {"__init__.py": "", "cli.py": "reads the arguments", "store.py": "keeps the items"},
 "tests": ["test_store.py"], "README.md": null}
"""
FRAMES = """\
<file path="shop/__init__.py">
</file>
<file path="shop/cli.py">
from shop.store import main.py
README.rst
</file>
```python shop/store.py
x = "data/items.json"
```
```tests/test_store.py```
```python
import not_a_file.py
config.toml
```
```README.md
# The shop
```
"""
CRLF = BULLETS.replace("\n", "\r\n")
THOUGHT = "<think>maybe wrong/path.py and other.py</think>\n" + INDENTED


@pytest.mark.parametrize(
    "text",
    [
        DRAWN,
        ASCII,
        PLUS,
        INDENTED,
        BULLETS,
        HEADINGS,
        TABLE,
        JSON,
        NESTED,
        FRAMES,
        CRLF,
        THOUGHT,
    ],
    ids=range(12),
)
def test_each_form_names_the_files(text: str) -> None:
    assert read_plan(text).paths == WANTED


@pytest.mark.parametrize("text", [DRAWN, ASCII, PLUS, INDENTED, BULLETS, HEADINGS, TABLE, JSON])
def test_what_each_is_for_is_read_too(text: str) -> None:
    said = {file.path: file.purpose for file in read_plan(text).files}
    assert said["shop/cli.py"] == "reads the arguments"
    assert said["shop/store.py"] == "keeps the items"


def test_a_list_of_paths_with_links() -> None:
    # A link may show less than it points to.
    assert read_plan(PATHS).paths == WANTED


@pytest.mark.parametrize("text", [TABLE, JSON])
def test_needs_are_read_from_tables_and_json(text: str) -> None:
    needs = {file.path: file.needs for file in read_plan(text).files}
    assert needs["shop/cli.py"] == ("shop/store.py",)
    assert needs["tests/test_store.py"] == ("shop/store.py",)
    assert needs["shop/store.py"] == ()


@pytest.mark.parametrize(
    "line",
    [
        "cli.py - the command line (needs: store.py, util.py)",
        "cli.py: the command line; needs: store.py, util.py",
        "- `cli.py` — the command line. Depends on: `store.py`, `util.py`.",
        "cli.py # the command line, imports: store.py util.py",
        "cli.py - the command line\n  needs: store.py, util.py",
        "- **cli.py**: the command line\n  - Dependencies: store, util",
    ],
)
def test_needs_are_read_from_lines(line: str) -> None:
    plan = read_plan(f"{line}\nstore.py - keeps\nutil.py - helps\n")
    assert plan.paths == ("cli.py", "store.py", "util.py")
    assert plan.files[0].needs == ("store.py", "util.py")
    assert plan.files[0].purpose == "the command line"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I need to know more before I can plan this.",
        "The program counts words. It is written in Python 3.11, e.g. for Linux.\n",
        "It uses Node.js - a runtime\n",
        "See https://example.org/a.html - a page\n",
        "{not json",
        "```python\nimport a.py\n```\n",
    ],
)
def test_talk_is_no_plan(text: str) -> None:
    assert read_plan(text).files == ()


@pytest.mark.parametrize(
    "line",
    ["```main.py```", "[main.py](./main.py)", "**[main.py](./main.py)**", "`main.py`:",
     "### [`main.py`](main.py)", "* main.py", "2) main.py", "File: `main.py`", "'main.py' - it",
     "> main.py", "main.py:", "./main.py", ".\\main.py"],
)  # fmt: skip
def test_a_name_in_any_dress(line: str) -> None:
    assert read_plan(line).paths == ("main.py",)


@pytest.mark.parametrize(
    "tree",
    [
        "src/\n├── a.py\n└── b.py\n",
        "src/\n  - src/a.py\n  - src/b.py\n",
        "src\n  a.py\n  b.py\n",
        "src/a.py\nsrc/b.py\n",
    ],
)
def test_a_usual_folder_is_not_taken_for_the_project_itself(tree: str) -> None:
    assert read_plan(tree).paths == ("src/a.py", "src/b.py")


def test_hostile_names_are_read_to_be_refused() -> None:
    text = "- ../a.py - x\n- /etc/cron.d/x - y\n- .git/hooks/pre-commit - z\n- ok.py\n"
    plan = read_plan(text)
    assert plan.paths == ("ok.py",)
    assert [left.name for left in plan.left_out] == [
        "../a.py",
        "/etc/cron.d/x",
        ".git/hooks/pre-commit",
    ]
