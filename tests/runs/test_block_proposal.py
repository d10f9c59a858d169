"""A block of an answer as the proposal of a file: which file, and what of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.engine.reply.parse import parse_reply
from autocoder_tui.runs.block_proposal import FileForBlock, file_for_block, proposed_path
from autocoder_tui.workspace.errors import WorkspaceError

SHOP = """\
TAX = 0.16


def total(net):
    return net + net * TAX


def label(net):
    return 1
"""
PART = "def total(net):\n    return round(net, 2)\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "shop.py").write_text(SHOP)
    (tmp_path / "src" / "other.py").write_text("def other():\n    return 2\n")
    (tmp_path / "page.html").write_text("<p>hello</p>\n")
    return tmp_path


PICKS = ("src/shop.py", "src/other.py", "page.html")


@pytest.mark.parametrize(
    ("named", "language", "block", "path"),
    [
        ("new.py", "python", PART, "new.py"),
        ("shop.py", "python", PART, "src/shop.py"),
        ("", "python", PART, "src/shop.py"),
        ("", "py", "print(1)\n", ""),
        ("", "html", "<b>x</b>\n", "page.html"),
        ("", "no such language", PART, "src/shop.py"),
        ("", "", PART, "src/shop.py"),
    ],
)
def test_the_likely_file_is_proposed(
    root: Path, named: str, language: str, block: str, path: str
) -> None:
    assert proposed_path(root, PICKS, block, named=named, language=language) == path


def text_of(file: FileForBlock, manner: str) -> str:
    (found,) = parse_reply(file.reply(manner)).files  # type: ignore[arg-type]
    assert found.complete
    return found.text


def test_a_part_never_takes_the_place_of_all(root: Path) -> None:
    file = file_for_block(root, "src/shop.py", PART)
    assert not file.looks_whole
    assert text_of(file, "place") == SHOP.replace("net + net * TAX", "round(net, 2)")
    assert text_of(file, "end").startswith(SHOP)
    assert text_of(file, "whole") == PART


def test_a_whole_file_looks_like_one(root: Path) -> None:
    file = file_for_block(root, "src/shop.py", SHOP.replace("0.16", "0.19"))
    assert file.looks_whole
    assert text_of(file, "whole") == SHOP.replace("0.16", "0.19")


def test_what_says_what_is_to_change_is_no_part(root: Path) -> None:
    edit = "<<<<<<< SEARCH\nTAX = 0.16\n=======\nTAX = 0.19\n>>>>>>> REPLACE\n"
    assert file_for_block(root, "src/shop.py", edit).is_change


def test_a_new_file_is_the_block(root: Path) -> None:
    file = file_for_block(root, "src/new.py", PART)
    assert file.text is None
    assert text_of(file, "whole") == PART


def test_a_file_outside_is_refused(root: Path) -> None:
    with pytest.raises(WorkspaceError):
        file_for_block(root, "../outside.py", PART)
