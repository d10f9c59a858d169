"""Writes the README's list of keys and of settings anew: `python -m tests.key_list`."""

from __future__ import annotations

import re
from pathlib import Path

from autocoder_tui.config.setting_text import reference
from autocoder_tui.ui.key_table import key_list

README = Path(__file__).parent.parent / "README.md"


def main() -> None:
    text = README.read_text(encoding="utf-8")
    for name, table in (("keys", key_list()), ("settings", reference())):
        marks = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        pattern = re.compile(re.escape(marks[0]) + ".*?" + re.escape(marks[1]), re.DOTALL)
        assert pattern.search(text), f"there is no place for the list of {name}"
        text = pattern.sub(lambda _, m=marks, t=table: f"{m[0]}{t}{m[1]}", text)  # type: ignore[misc]
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
