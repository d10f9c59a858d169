"""Templates of requirements: what is read, what is kept, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.config.templates import MOST_TEMPLATES, load_templates, save_template


def test_the_users_and_the_projects_are_listed_by_name(tmp_path: Path) -> None:
    config, root = tmp_path / "config", tmp_path / "project"
    save_template(config, "Tests first", "Write tests.\n\n")
    project = root / ".autocoder" / "templates"
    project.mkdir(parents=True)
    (project / "api.txt").write_text("Follow docs/api.md\r\n")
    (project / "picture.png").write_bytes(b"\x89")
    (project / "empty.md").write_text(" \n")
    found, problems = load_templates(root, config)
    assert [(one.name, one.text) for one in found] == [
        ("api", "Follow docs/api.md\n"),
        ("Tests-first", "Write tests.\n"),
    ]
    assert problems == ()


def test_what_is_no_text_is_named_and_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "a.md").write_bytes(b"\xff\xfe")
    (folder / "b.md").write_text("hidden \u202e here")
    (folder / "c.md").mkdir()
    found, problems = load_templates(tmp_path / "none", tmp_path)
    assert found == ()
    assert [problem.file.name for problem in problems] == ["a.md", "b.md", "c.md"]


def test_a_folder_of_very_many_is_bounded(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    for number in range(MOST_TEMPLATES + 20):
        (folder / f"{number:04}.md").write_text("x")
    assert len(load_templates(tmp_path / "none", tmp_path)[0]) == MOST_TEMPLATES


@pytest.mark.parametrize(
    ("name", "file"),
    [("../../etc/x", "etc-x.md"), ("a b\n", "a-b.md"), ("x" * 99, "x" * 60 + ".md")],
)
def test_a_name_leads_nowhere_else(tmp_path: Path, name: str, file: str) -> None:
    assert save_template(tmp_path, name, "text") == tmp_path / "templates" / file


@pytest.mark.parametrize(
    ("name", "text"), [("...", "x"), ("a", "\x1b[31m"), ("a", "x" * 9_999_999)]
)
def test_what_can_not_be_kept_is_refused(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        save_template(tmp_path, name, text)
    assert not list(tmp_path.rglob("*.md"))
