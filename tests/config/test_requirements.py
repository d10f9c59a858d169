"""What -r and a control file's `requirements` stand for: a text, a file, or a text with an @."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.config.control_file import read_control_file
from autocoder_tui.errors import AutocoderError
from tests.ui.driving import setup_for


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("plain @ text", "plain @ text"),
        ("@@dataclass for Point", "@dataclass for Point"),
        ("@@", "@"),
        ("@@@x", "@@x"),
        ("@@-", "@-"),
    ],
)
@pytest.mark.parametrize("way", ["flag", "toml", "json"])
def test_two_at_signs_begin_a_text_with_one(
    tmp_path: Path, given: str, text: str, way: str
) -> None:
    control = tmp_path / f"control.{way}"
    control.write_text(
        f'requirements = "{given}"\n' if way == "toml" else f'{{"requirements": "{given}"}}\n'
    )
    flags = ("-r", given) if way == "flag" else ("-c", str(control))
    assert setup_for(tmp_path, *flags).task.requirements == text


@pytest.mark.parametrize("way", ["flag", "control"])
def test_one_at_sign_names_a_file(tmp_path: Path, way: str) -> None:
    (tmp_path / "task.txt").write_text("from the file\n")
    (tmp_path / "control.toml").write_text('requirements = "@task.txt"\n')
    flag = ("-r", f"@{tmp_path / 'task.txt'}")
    flags = flag if way == "flag" else ("-c", str(tmp_path / "control.toml"))
    assert setup_for(tmp_path, *flags).task.requirements == "from the file\n"


def test_a_text_taken_for_a_file_is_told_how_to_be_written(tmp_path: Path) -> None:
    with pytest.raises(AutocoderError, match="write @@ for a text that begins with @"):
        setup_for(tmp_path, "-r", "@dataclass for Point")


def test_a_control_file_keeps_the_two_at_signs_for_the_one_who_reads_it(tmp_path: Path) -> None:
    control = tmp_path / "control.toml"
    control.write_text('requirements = "@@text"\n')
    assert read_control_file(control).values["requirements"] == "@@text"
    control.write_text('requirements = "@text"\n')
    (tmp_path / "text").touch()
    assert read_control_file(control).values["requirements"] == f"@{tmp_path / 'text'}"
