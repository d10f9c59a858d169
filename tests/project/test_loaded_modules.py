"""What importing a part of the program loads, and that files can be seen whole.

Which part may import which is held by import-linter (`lint-imports`, see pyproject.toml).
"""

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "autocoder_tui"


def loaded_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "name", ["engine.run", "engine.provider.chat", "engine.run_state", "engine.seam"]
)
def test_engine_imports_neither_textual_nor_a_face(name: str) -> None:
    loaded = loaded_after(f"import autocoder_tui.{name}")
    assert f"autocoder_tui.{name}" in loaded
    assert "textual" not in loaded
    assert not [module for module in loaded if module.startswith("autocoder_tui.ui")]
    assert not [module for module in loaded if module.startswith("autocoder_tui.store")]


def test_engine_does_not_import_the_sdk_or_the_tokenizer_before_they_are_needed() -> None:
    loaded = loaded_after("import autocoder_tui.engine.run")
    assert "openai" not in loaded
    assert "tiktoken" not in loaded


def test_the_library_loads_nothing_before_a_name_is_asked_for() -> None:
    more = loaded_after("import autocoder_tui") - loaded_after(
        "import __future__, typing, importlib"
    )
    assert more == {"autocoder_tui", "autocoder_tui.system", "autocoder_tui.system.version"}
    asked = loaded_after("import autocoder_tui; autocoder_tui.StreamingCodeGenerator")
    assert not {"textual", "openai", "tiktoken", "pygments", "fastapi"} & asked


@pytest.mark.parametrize("face", ["headless.run", "cli.history", "cli.doctor", "runs.usage_table"])
def test_what_needs_no_screen_loads_no_textual(face: str) -> None:
    loaded = loaded_after(f"import autocoder_tui.{face}")
    assert not {"textual", "openai", "tiktoken", "pygments"} & loaded
    assert not [module for module in loaded if module.startswith("autocoder_tui.ui")]


def test_command_line_starts_without_textual_and_openai() -> None:
    loaded = loaded_after("import autocoder_tui.cli.main")
    assert not {"textual", "openai", "tiktoken", "pygments"} & loaded


def test_a_start_loads_little_before_the_frame_of_the_screen_is_drawn() -> None:
    loaded = loaded_after(
        "import autocoder_tui.cli.main, autocoder_tui.runs.setup, autocoder_tui.ui.opening"
    )
    slow = {"textual", "rich", "asyncio", "dotenv", "platformdirs", "logging", "ssl", "sqlite3"}
    assert not slow & loaded
    ours = {module for module in loaded if module.startswith("autocoder_tui.")}
    assert not {module for module in ours if module.startswith("autocoder_tui.engine.reply")}
    assert len(ours) < 100


def test_what_nobody_has_opened_is_not_loaded_with_the_screen() -> None:
    loaded = loaded_after("import autocoder_tui.ui.start")
    assert not {"openai", "tiktoken", "markdown_it", "sqlite3", "dotenv"} & loaded
    for room in ("steps.shipped", "batch.", "demo.", "headless.", "ui.key_table"):
        assert not [module for module in loaded if module.startswith(f"autocoder_tui.{room}")]
    screens = {module.rpartition(".")[2] for module in loaded if ".ui.screens." in module}
    opened_later = {"batch", "finder", "history", "keys_help", "palette", "run_view", "settings"}
    assert not screens & (opened_later | {"clarification", "recovered", "usage"})


def test_no_file_of_the_package_is_too_long_to_be_seen_whole() -> None:
    long = {
        file.name: count
        for file in PACKAGE.rglob("*.py")
        if (count := len(file.read_text().splitlines())) > 400
    }
    assert not long
