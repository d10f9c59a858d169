"""What tests of writing begin from; modules that need another project have their own `root`."""

from pathlib import Path

import pytest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "src" / "a.py").write_text("one\n")
    (project / "b.txt").write_bytes(b"\xef\xbb\xbfcaf\xc3\xa9\r\n")
    (project / "old.txt").write_text("old\n")
    return project
