"""The engine is a plain library, and files stay small enough to be seen whole."""

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "autocoder_tui"
FACES = tuple(
    f"autocoder_tui.{name}"
    for name in (
        "ui",
        "cli",
        "arguments",
        "headless",
        "history_cli",
        "history_arguments",
        "doctor",
    )
)


def loaded_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("name", ["engine.run", "engine.provider", "engine.state", "engine.seam"])
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


@pytest.mark.parametrize("face", ["headless.run", "history_cli", "doctor", "usage_table"])
def test_what_needs_no_screen_loads_no_textual(face: str) -> None:
    loaded = loaded_after(f"import autocoder_tui.{face}")
    assert not {"textual", "openai", "tiktoken", "pygments"} & loaded
    assert not [module for module in loaded if module.startswith("autocoder_tui.ui")]


def test_command_line_starts_without_textual_and_openai() -> None:
    loaded = loaded_after("import autocoder_tui.cli")
    assert not {"textual", "openai", "tiktoken", "pygments"} & loaded


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        (
            "engine",
            (
                "textual",
                *FACES,
                "autocoder_tui.store",
                "autocoder_tui.review",
                "autocoder_tui.workspace",
            ),
        ),
        (
            "review",
            (
                "textual",
                "openai",
                *FACES,
                "autocoder_tui.engine",
                "autocoder_tui.workspace",
                "autocoder_tui.store",
            ),
        ),
        (
            "workspace",
            (
                "textual",
                "openai",
                *FACES,
                "autocoder_tui.engine",
                "autocoder_tui.review",
                "autocoder_tui.store",
            ),
        ),
        (
            "store",
            (
                "textual",
                "openai",
                *FACES,
                "autocoder_tui.review",
                "autocoder_tui.workspace",
            ),
        ),
    ],
)
def test_dependencies_point_one_way(package: str, forbidden: tuple[str, ...]) -> None:
    for file in sorted((PACKAGE / package).rglob("*.py")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            words = line.split()
            if words[:1] not in (["import"], ["from"]) or len(words) < 2:
                continue
            module = words[1]
            wrong = [name for name in forbidden if module == name or module.startswith(f"{name}.")]
            # The SDK is imported inside a function of the provider, where it is needed.
            assert not wrong, f"{file.name}:{number}: {line.strip()}"


def test_no_file_of_the_package_is_too_long_to_be_seen_whole() -> None:
    long = {
        file.name: count
        for file in PACKAGE.rglob("*.py")
        if (count := len(file.read_text().splitlines())) > 400
    }
    assert not long
