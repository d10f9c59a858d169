"""Names as models spell them: taken where they can mean one given file, else judged as they are."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.errors import OutsideProject, PathRefused, UnsafeName
from autocoder_tui.workspace.name_spelling import meant_name
from autocoder_tui.workspace.paths import sift_targets

GIVEN = ("src/_b.py", "a.py", "docs/Read Me.md", unicodedata.normalize("NFD", "café.py"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name in (*GIVEN, "other.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    return root


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("src/_b.py", "src/_b.py"),
        ("src\\_b.py", "src/_b.py"),
        (".\\src\\_b.py", "src/_b.py"),
        ("./a.py", "a.py"),
        ("src/../a.py", "a.py"),
        ("src//_b.py", "src/_b.py"),
        ("docs\\Read Me.md", "docs/Read Me.md"),
        ("caf\u00e9.py", GIVEN[3]),
        # Nothing that was given: as it is, for others to judge.
        ("src\\new.py", "src\\new.py"),
        ("new/../../a.py", "new/../../a.py"),
        ("src/$id.tsx", "src/$id.tsx"),
        ("$lib/x.ts", "$lib/x.ts"),
        ("app/[id]/page.tsx", "app/[id]/page.tsx"),
        ("C:\\project\\a.py", "C:\\project\\a.py"),
    ],
)
def test_what_is_meant(project: Path, name: str, meant: str) -> None:
    assert meant_name(project, name, GIVEN) == (meant, "")


def test_an_absolute_path_inside_the_project(project: Path) -> None:
    assert meant_name(project, str(project / "a.py"), GIVEN) == ("a.py", "")
    assert meant_name(project, str(project / "new.py"), GIVEN) == ("new.py", "")
    with pytest.raises(OutsideProject):
        meant_name(project, str(project.parent / "x.py"), GIVEN)


def test_a_name_that_differs_only_in_case_is_taken_and_said(project: Path) -> None:
    assert meant_name(project, "SRC/_B.py", GIVEN) == (
        "src/_b.py",
        "The reply calls it SRC/_B.py; the names differ only in case.",
    )
    # Two files that it might be: neither. One that is there under that very name: that one.
    assert meant_name(project, "A.PY", ("a.py", "A.py")) == ("A.PY", "")
    (project / "A.py").write_text("y")
    assert meant_name(project, "A.py", GIVEN) == ("A.py", "")


@pytest.mark.parametrize(
    ("name", "error", "reason"),
    [
        ("https://example.com/a.py", OutsideProject, "an address"),
        ("file:///etc/passwd", OutsideProject, "an address"),
        ("$HOME/a.py", OutsideProject, "a variable"),
        ("${HOME}/a.py", OutsideProject, "a variable"),
        ("$(pwd)/a.py", OutsideProject, "a variable"),
        ("%USERPROFILE%\\a.py", OutsideProject, "a variable"),
        ("<path>", UnsafeName, "'<'"),
        ("src/<name>.py", UnsafeName, "'<'"),
        ("a|b.py", UnsafeName, "'|'"),
        ("src/*.py", UnsafeName, "'*'"),
        ("what?.py", UnsafeName, "'?'"),
        ("a.py:12", UnsafeName, "':'"),
    ],
)
def test_what_is_no_path_is_refused_with_the_reason(
    project: Path, name: str, error: type[PathRefused], reason: str
) -> None:
    with pytest.raises(error) as caught:
        meant_name(project, name, GIVEN)
    assert reason in caught.value.message
    assert visible(name) in caught.value.message


def test_a_given_file_keeps_its_odd_name(project: Path) -> None:
    assert meant_name(project, "what?.md", ("what?.md",)) == ("what?.md", "")


PIECES = st.sampled_from(["a.py", "src", "_b.py", "..", ".", "~", "\\", "/", "$HOME", ":", "A.py"])


@given(st.lists(PIECES, max_size=6).map("".join) | st.lists(PIECES, max_size=5).map("/".join))
def test_the_choice_is_a_given_file_or_judged_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    root = tmp_path_factory.getbasetemp() / "spelt"
    root.mkdir(exist_ok=True)
    try:
        meant, _ = meant_name(root, name, GIVEN)
    except PathRefused:
        return
    if meant not in GIVEN:
        assert name in (meant, f"{root}/{meant}")
    for plain in sift_targets(root, [meant]).accepted.values():
        assert (root / plain).resolve().is_relative_to(root.resolve())
