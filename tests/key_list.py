"""Writes the manual's lists of keys, settings and flags anew: `python -m tests.key_list`."""

from __future__ import annotations

import re
from pathlib import Path

from autocoder_tui.config.control_schema import options_table
from autocoder_tui.config.setting_text import reference
from autocoder_tui.ui.key_table import key_list

DOCS = Path(__file__).parent.parent / "autocoder_tui" / "docs"


def main() -> None:
    for name, table in (
        ("keys", key_list()),
        ("settings", reference()),
        ("flags", options_table().rstrip("\n")),
    ):
        page = DOCS / f"{name}.md"
        marks = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        pattern = re.compile(re.escape(marks[0]) + ".*?" + re.escape(marks[1]), re.DOTALL)
        text = page.read_text(encoding="utf-8")
        assert pattern.search(text), f"there is no place for the list of {name}"
        text = pattern.sub(lambda _, m=marks, t=table: f"{m[0]}{t}{m[1]}", text)  # type: ignore[misc]
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
