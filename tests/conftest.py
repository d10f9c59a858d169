"""What holds for every test."""

import os
import tempfile
from collections.abc import Iterator

import pytest

# The programs that tests start would compile each module of theirs anew, every time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(scope="session", autouse=True)
def temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where the program under test, and programs that tests start, put temporary files: a
    folder that pytest clears away with its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("temporary")))
        patch.setattr(tempfile, "tempdir", None)
        yield
