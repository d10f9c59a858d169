"""The main screens look as they did when a person last looked at them."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.ui.goldens import MOMENTS, SIZES, Size, golden, pictured


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_screen_looks_as_it_did(tmp_path: Path, moment: str, size: Size) -> None:
    kept = golden(moment, size).read_text(encoding="utf-8")
    text = await pictured(tmp_path, moment, size, kept)
    assert text == kept, "if that is meant: python -m tests.ui.goldens, and look at the diff"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_golden_holds_nothing_of_a_machine(moment: str, size: Size) -> None:
    text = golden(moment, size).read_text(encoding="utf-8")
    assert "/tmp" not in text
    assert "127.0.0.1:" not in text.replace("127.0.0.1:9", "")
    assert len(text.splitlines()) == size[1]
    assert max(map(cell_len, text.splitlines())) <= size[0]
