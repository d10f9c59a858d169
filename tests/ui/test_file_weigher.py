"""Weights in the tree: counted in the background, again only where a file changed."""

from __future__ import annotations

import os
from pathlib import Path

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.metering.tokens import load_counter
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.files.weights import TreeWeights
from tests.ui.driving import driven, setup_for, until

KEY = {"OPENAI_API_KEY": "sk-canary-1234567890"}


def test_folders_weigh_what_was_counted_in_them() -> None:
    weights = TreeWeights()
    weights.add({"a/b/c.py": 100, "a/d.py": 20, "e.py": 3})
    weights.add({"a/b/c.py": 50})
    assert [weights.of(path) for path in ("a", "a/b", "a/d.py", "e.py", "f")] == [
        70,
        50,
        20,
        3,
        None,
    ]


async def test_files_of_folders_that_were_never_opened_are_counted(tmp_path: Path) -> None:
    source = tmp_path / "project" / "src" / "deep"
    source.mkdir(parents=True)
    texts = {"a.py": "def f():\n    return 1\n" * 100, "b.md": "Words and more words.\n" * 80}
    for name, text in texts.items():
        (source / name).write_text(text)
    (source / "blob.bin").write_bytes(bytes(range(256)))
    exact = load_counter(Model("gpt-4o-mini", "OpenAI"))
    wanted = sum(map(exact.count, texts.values()))
    async with driven(setup_for(tmp_path, "-m", "gpt-4o-mini", environ=KEY)) as (app, pilot):
        picker = app.main.query_one(FilePicker)
        await until(pilot, lambda: picker._weights.of("src") == wanted)
        assert picker._weights.exact
        assert picker._weights.of("src/deep/blob.bin") is None

        file = source / "a.py"
        file.write_text("x = 1\n")
        os.utime(file, ns=(1, 1))
        wanted = exact.count("x = 1\n") + exact.count(texts["b.md"])
        picker.action_read_again()
        await pilot.press("f2", "right", "down", "right")
        await until(pilot, lambda: picker._weights.of("src") == wanted)

        app.models.choose("meta-llama/Llama-3.3-70B-Instruct")
        await until(pilot, lambda: not picker._weights.exact and picker._weights.of("src"))
