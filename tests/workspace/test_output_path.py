"""Folders in which nothing can be kept or saved are said at the start."""

from pathlib import Path

import pytest

from autocoder_tui.workspace.output_path import why_nothing_kept, why_nothing_saved
from tests.ui.driving import NARROW, WIDE, driven, setup_for


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_read_only_configuration_folder_is_said_at_the_start(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    assert why_nothing_saved(config) is None
    config.chmod(0o500)
    try:
        # One that is missing can't be made either where its parent can't be written.
        assert "config is read-only" in (why_nothing_saved(config / "deeper") or "")
        setup = setup_for(tmp_path, "--base-url", "http://127.0.0.1:9/v1", "-m", "m")
        said = [problem for problem in setup.problems if "can't be saved" in problem]
        assert len(said) == 1
        assert str(config) in said[0]
        assert setup.places.keeps
        async with driven(setup, size) as (app, _):
            assert any("can't be saved" in line for line in app.main.log_lines)
    finally:
        config.chmod(0o700)
    assert why_nothing_saved(config) is None


def test_a_file_in_the_place_of_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "file is not a folder" in (why_nothing_saved(tmp_path / "file") or "")
    assert "Nothing can be kept" in (why_nothing_kept(tmp_path / "file" / "state") or "")
    assert why_nothing_saved(tmp_path / "not" / "there") is None
