"""Containment: what a model names is a claim, and most claims are refused."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.errors import (
    NameTaken,
    OutsideProject,
    PathRefused,
    ProtectedPath,
    UnsafeName,
)
from autocoder_tui.workspace.paths import (
    check_name,
    is_git_folder,
    resolve_target,
    sift_targets,
    written_file,
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "src").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "src" / "Report.py").write_text("x")
    (root / "file").write_text("x")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "victim").write_text("x")
    (root / "leads-out").symlink_to(outside)
    (root / "file-out").symlink_to(outside / "victim")
    (root / "src-link").symlink_to("src")
    (root / "report-link").symlink_to("src/Report.py")
    (root / "git-link").symlink_to(".git")
    (root / "dangling").symlink_to("nowhere")
    os.mkfifo(root / "pipe")
    return root


@pytest.mark.parametrize(
    "name",
    [
        "src/new.py",
        "file",
        "src/Report.py",
        "a/b/c/d.py",
        "./x",
        "a//b",
        ".gitignore",
        ".github/ci.yml",
        "git",
        "console.py",
        "a.b.c",
        "src-link/new.py",
        "report-link",
        "[id].tsx",
        "a b.txt",
        "xx:y",
    ],
)
def test_ordinary_paths_pass(project: Path, name: str) -> None:
    assert resolve_target(project, name) == project / name


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "a/../../x",
        "src/../file",
        "/etc/passwd",
        "//host/share",
        "\\\\host\\share",
        "C:x",
        "c:/x",
        "~/x",
        "~root/x",
        "src\\x.py",
        "leads-out/x",
        "leads-out/victim",
        "file-out",
    ],
)
def test_paths_that_lead_out_are_refused(project: Path, name: str) -> None:
    with pytest.raises(OutsideProject):
        resolve_target(project, name)


@pytest.mark.parametrize(
    "name",
    [
        ".git/config",
        "src/.git/hooks/x",
        ".GIT/x",
        ".git./x",
        ".git /x",
        ".git. ./x",
        "git~1/x",
        "GIT~2/x",
        ".git::$INDEX_ALLOCATION/x",
        ".git:x",
        "．git/x",
        ".gıt/x",
        "gi7eba~1/x",
        ".git",
        "git-link/config",
    ],
)
def test_git_folder_is_refused_in_any_spelling(project: Path, name: str) -> None:
    with pytest.raises(ProtectedPath):
        resolve_target(project, name)


@pytest.mark.parametrize(
    "name",
    [
        ".autocoder/steps/x.py",
        ".autocoder/prompt",
        "below/.autocoder/steps/x.py",
        ".AutoCoder/x",
        ".autocoder./x",
        ".autocoder::$INDEX_ALLOCATION/x",
        "．autocoder/x",
        "AUTOCO~1/steps/x.py",
        ".autocoder",
        "own-link/x.py",
    ],
)
def test_the_folder_of_steps_is_refused_in_any_spelling(project: Path, name: str) -> None:
    (project / ".autocoder" / "steps").mkdir(parents=True)
    (project / "own-link").symlink_to(".autocoder/steps")
    with pytest.raises(ProtectedPath):
        resolve_target(project, name)


@pytest.mark.parametrize("name", [".autocoder-tui.toml", "autocoder/x.py", ".autocoder2/x"])
def test_names_that_only_begin_like_it_pass(project: Path, name: str) -> None:
    assert resolve_target(project, name) == project / name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "./",
        "src/",
        "src/.",
        "a\0b",
        "a\nb",
        "a\x1b[31m",
        "a\u202eb",
        "a\u200bb",
        "\ufeffa",
        "a\udcffb",
        "nul",
        "NUL.txt",
        "src/com1.py",
        "aux",
        "LPT¹",
        "conin$",
        "con .txt",
        "nul:x",
        "xx::$DATA",
        "a.",
        "a ",
        " a",
        "a/b ./c",
        "a\u00a0",
        "x" * 256,
        "x/" * 600 + "y",
        "é" * 200,
    ],
)
def test_unsafe_names_are_refused(project: Path, name: str) -> None:
    with pytest.raises(UnsafeName):
        resolve_target(project, name)


@pytest.mark.parametrize(
    "name",
    [
        "src",
        "file/x",
        "src/Report.py/x",
        "src/report.py",
        "SRC/new.py",
        "FILE",
        "pipe",
        "dangling",
        "pipe/x",
    ],
)
def test_what_stands_in_the_way_is_refused(project: Path, name: str) -> None:
    with pytest.raises(NameTaken):
        resolve_target(project, name)


def test_composition_collision_is_refused(project: Path) -> None:
    (project / unicodedata.normalize("NFD", "café.py")).write_text("x")
    with pytest.raises(NameTaken):
        resolve_target(project, unicodedata.normalize("NFC", "café.py"))


def test_file_that_exists_exactly_is_no_collision(project: Path) -> None:
    (project / "src" / "report.py").write_text("y")
    assert resolve_target(project, "src/report.py") == project / "src/report.py"


def test_absolute_paths_only_from_a_user_and_only_inside(project: Path) -> None:
    name = str(project / "src" / "x.py")
    with pytest.raises(OutsideProject):
        resolve_target(project, name)
    assert resolve_target(project, name, allow_absolute=True) == project / "src/x.py"
    for outside in ("/etc/passwd", str(project) + "-twin/x", str(project.parent / "x")):
        with pytest.raises(OutsideProject):
            resolve_target(project, outside, allow_absolute=True)


def test_root_reached_by_a_link(project: Path, tmp_path: Path) -> None:
    alias = tmp_path / "alias"
    alias.symlink_to(project)
    assert resolve_target(alias, "src/x.py") == project / "src/x.py"
    for base in (alias, project):
        given_name = str(base / "src" / "x.py")
        assert resolve_target(alias, given_name, allow_absolute=True) == project / "src/x.py"


def test_written_file_follows_links_inside(project: Path) -> None:
    assert written_file(project, "report-link") == project / "src/Report.py"
    assert written_file(project, "src-link/new.py") == project / "src/new.py"


def test_one_bad_name_leaves_the_rest(project: Path) -> None:
    names = ["a.py", "A.py", "../x", "b", "b/c", "d/e", "d", "D/f", "d/f", "a.py"]
    sifted = sift_targets(project, names)
    assert list(sifted.accepted) == ["a.py", "b", "d/e", "d/f"]
    assert set(sifted.refused) == {"A.py", "../x", "b/c", "d", "D/f"}


def test_messages_name_the_path_safely(project: Path) -> None:
    with pytest.raises(UnsafeName) as caught:
        resolve_target(project, "a\x1b]52;c;x\x07\u202e")
    assert visible(caught.value.message) == caught.value.message
    assert caught.value.paths == ("a\x1b]52;c;x\x07\u202e",)


nasty = st.text(
    st.sampled_from("ab.gitGIT~1:/\\ \0\n$\u202e\u200bé\u0301ıCON ./..") | st.characters(),
    max_size=14,
)


@given(name=nasty)
def test_accepted_names_stay_inside_and_are_plain(name: str) -> None:
    try:
        plain = check_name(name)
    except PathRefused:
        return
    assert check_name(plain) == plain
    parts = plain.split("/")
    assert all(part and part != "." and part != ".." for part in parts)
    assert not any(is_git_folder(part) for part in parts)
    assert os.path.normpath("/project/" + plain).startswith("/project/")


@given(name=nasty)
def test_every_refusal_is_safe_to_show(name: str) -> None:
    sentences: list[str] = []
    try:
        check_name(name)
    except PathRefused as error:
        sentences.append(error.message)
    assert all(visible(sentence) == sentence for sentence in sentences)


@given(name=nasty | st.lists(nasty, max_size=4).map("/".join))
def test_whatever_is_accepted_is_a_place_in_the_project(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    root = tmp_path_factory.getbasetemp() / "root"
    root.mkdir(exist_ok=True)
    (root / "a").mkdir(exist_ok=True)
    (root / "out").unlink(missing_ok=True)
    (root / "out").symlink_to("/")
    try:
        target = resolve_target(root, name)
    except PathRefused:
        return
    assert Path(os.path.realpath(target)).is_relative_to(root)
    assert not target.is_dir()


@given(st.sampled_from([".git", "git~1"]), st.data())
def test_git_folder_in_random_spellings(base: str, data: st.DataObject) -> None:
    spelled = "".join(data.draw(st.sampled_from([c, c.upper()])) for c in base)
    spelled += data.draw(st.text(st.sampled_from(". "), max_size=4))
    spelled += data.draw(st.sampled_from(["", "::$INDEX_ALLOCATION", ":x"]))
    assert is_git_folder(spelled)


@pytest.mark.parametrize("name", ["a/b\x07.py", "x\n/y.py", "a/" + "b" * 300, "a\x00b"])
def test_a_refused_name_is_said_with_what_to_do(name: str) -> None:
    with pytest.raises(UnsafeName) as caught:
        check_name(name)
    assert "None" not in caught.value.message
    assert caught.value.message.endswith(".")
    assert len(caught.value.message) > 20
