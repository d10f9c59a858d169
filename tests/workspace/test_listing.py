"""Listings and input patterns, with git's rules and without git, on hostile names too."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.safety.secret_files import looks_secret
from autocoder_tui.workspace.git import branch_name
from autocoder_tui.workspace.ignore import GitRules, PatternRules
from autocoder_tui.workspace.listing import (
    Entry,
    entry_at,
    expand_inputs,
    glob_regex,
    list_folder,
    list_project,
    load_rules,
    sniff_binary,
)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


FILES = {
    ".gitignore": b"build/\n*.log\n!keep.log\n",
    "README.md": b"read me\n",
    "src/main.py": b"print()\n",
    "src/.gitignore": b"generated.py\n",
    "src/generated.py": b"x\n",
    "src/deep/util.py": b"x\n",
    "build/out.o": b"\0",
    "run.log": b"x\n",
    "keep.log": b"x\n",
    ".env": b"KEY=1\n",
    "logo.png": b"\x89PNG\0",
    "blob": b"\0\0",
}


@pytest.fixture(params=["git", "plain"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    project = tmp_path / "project"
    for name, data in FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(data)
    if request.param == "git":
        git(project, "init", "-q", "-b", "work/one")
    return project


def test_rules_come_from_git_where_there_is_git(root: Path) -> None:
    expected = GitRules if (root / ".git").exists() else PatternRules
    assert isinstance(load_rules(root), expected)


def test_one_folder(root: Path) -> None:
    listing = list_folder(root, "", load_rules(root))
    assert not listing.cut
    assert [entry.path for entry in listing.entries] == [
        *("build", "src", ".env", ".gitignore", "blob", "keep.log", "logo.png", "README.md"),
        "run.log",
    ]
    by_path = {entry.path: entry for entry in listing.entries}
    assert by_path["build"] == Entry("build", is_dir=True, ignored=True)
    assert by_path["run.log"].ignored
    assert not by_path["keep.log"].ignored
    assert by_path[".env"].secret
    assert by_path["logo.png"].binary
    assert by_path["README.md"] == Entry("README.md", is_dir=False, size=8)


def test_folder_within(root: Path) -> None:
    listing = list_folder(root, "src", load_rules(root))
    assert [(entry.path, entry.ignored) for entry in listing.entries] == [
        ("src/deep", False),
        ("src/.gitignore", False),
        ("src/generated.py", True),
        ("src/main.py", False),
    ]


def test_contents_of_an_ignored_folder_are_ignored(root: Path) -> None:
    (entry,) = list_folder(root, "build", load_rules(root)).entries
    assert (entry.path, entry.ignored) == ("build/out.o", True)


def test_whole_project_does_not_descend_into_ignored_folders(root: Path) -> None:
    listing = list_project(root, load_rules(root))
    assert [entry.path for entry in listing.entries if entry.ignored] == [
        *("build", "run.log", "src/generated.py"),
    ]
    assert [entry.path for entry in listing.entries if not entry.ignored] == [
        *(".env", ".gitignore", "README.md", "blob", "keep.log", "logo.png", "src/.gitignore"),
        *("src/deep/util.py", "src/main.py"),
    ]


def test_listing_says_when_it_was_cut(root: Path) -> None:
    rules = load_rules(root)
    assert list_project(root, rules, limit=3).cut
    assert len(list_folder(root, "", rules, limit=3).entries) == 3
    assert list_folder(root, "", rules, limit=3).cut


def test_entry_of_one_path(root: Path) -> None:
    rules = load_rules(root)
    assert entry_at(root, "src/main.py", rules) == Entry("src/main.py", is_dir=False, size=8)
    generated = entry_at(root, "src/generated.py", rules)
    assert generated is not None
    assert generated.ignored
    assert entry_at(root, "none", rules) is None
    assert entry_at(root, "a\0b", rules) is None


def test_hostile_names_break_nothing(root: Path) -> None:
    names = [
        "new\nline.py",
        " blank ",
        "esc\x1b[31m.py",
        os.fsdecode(b"bad\xff.py"),
        "-n",
        "[x].py",
    ]
    (root / "odd").mkdir()
    for name in names:
        (root / "odd" / name).write_text("x")
    rules = load_rules(root)
    expected = sorted(f"odd/{name}" for name in names)
    assert sorted(entry.path for entry in list_folder(root, "odd", rules).entries) == expected
    assert sorted(expand_inputs(root, ["odd"]).files) == expected
    assert expand_inputs(root, ["odd/[x].py"]).files == ("odd/[x].py",)
    assert entry_at(root, os.fsdecode(b"odd/bad\xff.py"), rules) is not None


def test_links_and_special_files_are_known(root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("x")
    (tmp_path / ".netrc").write_text("x")
    (root / "out").symlink_to(tmp_path / "outside.txt")
    (root / "in").symlink_to("README.md")
    (root / "innocent").symlink_to(".env")
    (root / "up").symlink_to("..")
    (root / "nowhere").symlink_to("none")
    os.mkfifo(root / "pipe")
    found = {entry.path: entry for entry in list_folder(root, "", load_rules(root)).entries}
    assert found["out"].outside
    assert found["up"].outside
    assert found["in"].symlink
    assert not found["in"].outside
    assert found["innocent"].secret
    assert found["nowhere"].special
    assert found["pipe"].special
    files = expand_inputs(root, ["."]).files
    assert "in" in files
    assert not {"out", "innocent", "up", "nowhere", "pipe"} & set(files)
    refused = dict(expand_inputs(root, ["out", "pipe", "up", "nowhere"]).refused)
    assert refused["out"] == "a link that leads out of the project"
    assert refused["pipe"] == "not a regular file"
    assert set(refused) == {"out", "pipe", "up", "nowhere"}


def test_folder_pick_passes_over_what_should_not_go_out(root: Path) -> None:
    expansion = expand_inputs(root, ["."])
    assert expansion.files == (
        *(".gitignore", "README.md", "keep.log", "src/.gitignore", "src/deep/util.py"),
        "src/main.py",
    )
    reasons = dict(expansion.refused)
    assert set(reasons) == {"build", "run.log", "src/generated.py", ".env", "logo.png", "blob"}
    assert reasons[".env"].startswith("may hold secrets")
    assert reasons["blob"].startswith("binary")
    assert reasons["build"].startswith("ignored")
    assert not expansion.failed


def test_named_files(root: Path) -> None:
    expansion = expand_inputs(
        root, [".env", "run.log", "./src//main.py", "src/main.py", str(root / "README.md")]
    )
    assert expansion.files == (".env", "run.log", "src/main.py", "README.md")
    assert expansion.warnings == (".env may hold secrets, and it will be sent to the model.",)
    assert (expansion.refused, expansion.failed) == ((), False)


def test_what_cannot_be_had_is_said(root: Path) -> None:
    with (root / "huge.txt").open("wb") as huge:
        huge.truncate(1 << 30)
    names = ["none.py", "../x", "/etc/passwd", "blob", "huge.txt", "build", "*.nothing", "a\0b"]
    expansion = expand_inputs(root, names)
    assert expansion.files == ()
    assert expansion.failed
    assert [name for name, _ in expansion.refused] == names
    reasons = dict(expansion.refused)
    assert reasons["none.py"] == "does not exist"
    assert reasons["huge.txt"] == "1 GB, more than one input may have"
    assert reasons["*.nothing"] == "matches no file that can be sent"


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("*.md", ("README.md",)),
        ("**/*.py", ("src/deep/util.py", "src/main.py")),
        ("src/**", ("src/deep/util.py", "src/main.py")),
        ("src/*/*.py", ("src/deep/util.py",)),
        ("src/m[a-c]in.py", ("src/main.py",)),
        ("src/m[!b]in.py", ("src/main.py",)),
        ("src/m?in.py", ("src/main.py",)),
        ("*.log", ("keep.log",)),
    ],
)
def test_globs(root: Path, pattern: str, files: tuple[str, ...]) -> None:
    assert expand_inputs(root, [pattern]).files == files


def test_glob_says_what_it_passed_over(root: Path) -> None:
    assert dict(expand_inputs(root, [".e*"]).refused).keys() == {".env", ".e*"}
    assert "run.log" in dict(expand_inputs(root, ["*.log"]).refused)


def test_many_files_passed_over_are_counted(root: Path) -> None:
    for number in range(9):
        (root / f"{number}.log").write_text("x")
    refused = expand_inputs(root, ["*.log"]).refused
    assert len(refused) == 6
    assert refused[-1][0] == "*.log (5 more)"


@given(st.text(st.sampled_from("ab/*?[]!^.-\\"), max_size=12))
def test_any_glob_compiles_or_is_taken_literally(pattern: str) -> None:
    glob_regex(pattern).fullmatch("a/b")


def test_tracked_files_are_never_ignored(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "kept.log").write_text("x")
    git(tmp_path, "add", "-f", "kept.log")
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "other.log").write_text("x")
    found = {e.path: e.ignored for e in list_folder(tmp_path, "", load_rules(tmp_path)).entries}
    assert found == {".gitignore": False, "kept.log": False, "other.log": True}
    (tmp_path / "kept.log").unlink()
    assert expand_inputs(tmp_path, ["."]).files == (".gitignore",)


def test_repository_within_the_project_keeps_its_own_rules(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init", "-q")
    (inner / ".gitignore").write_text("*.tmp\n")
    (inner / "a.py").write_text("x")
    (inner / "b.tmp").write_text("x")
    rules = load_rules(tmp_path)
    assert {e.path for e in list_folder(tmp_path, "inner", rules).entries if e.ignored} == {
        "inner/b.tmp"
    }
    assert expand_inputs(tmp_path, ["inner"]).files == ("inner/.gitignore", "inner/a.py")


def test_project_inside_someones_all_ignoring_home(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("*\n")
    project = tmp_path / "shop"
    project.mkdir()
    (project / "a.py").write_text("x")
    assert isinstance(load_rules(project), PatternRules)
    assert expand_inputs(project, ["."]).files == ("a.py",)


def test_settings_of_the_repository_run_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    hook = tmp_path / "hook.sh"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(hook))
    rules = load_rules(tmp_path)
    list_folder(tmp_path, "", rules)
    list_project(tmp_path, rules)
    assert not (tmp_path / "ran").exists()


def test_broken_ignore_file_loses_only_its_broken_lines(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("!\n[z-a]\n*.log\n")
    (tmp_path / "a.log").write_text("x")
    found = list_folder(tmp_path, "", load_rules(tmp_path)).entries
    assert [entry.path for entry in found if entry.ignored] == ["a.log"]


def test_ignore_file_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".gitignore")
    assert [e.path for e in list_folder(tmp_path, "", load_rules(tmp_path)).entries] == [
        ".gitignore"
    ]


@pytest.mark.parametrize(
    "name",
    [
        *(
            ".env",
            ".ENV",
            ".env.local",
            "prod.env",
            "server.pem",
            "tls.key",
            "id_rsa",
            "id_rsa.old",
        ),
        *("id_ed25519", "a/b/.netrc", ".npmrc", ".pypirc", "credentials", "credentials.json"),
        *("secrets.yaml", "openai-api-key.txt", "my.kdbx", "store.p12", ".ssh/config"),
    ],
)
def test_names_that_look_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    [".env.example", "id_rsa.pub", "main.py", "environment.py", "keys.py", "secretary.txt", "env"],
)
def test_names_that_do_not(name: str) -> None:
    assert not looks_secret(name)


def test_sniffing_never_waits(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "blob").write_bytes(b"a" * 100 + b"\0")
    (tmp_path / "text").write_bytes("é\n".encode())
    assert not sniff_binary(tmp_path / "pipe")
    assert not sniff_binary(tmp_path / "none")
    assert not sniff_binary(tmp_path)
    assert sniff_binary(tmp_path / "blob")
    assert not sniff_binary(tmp_path / "text")


def test_branch_of_a_repository_a_worktree_and_a_detached_head(tmp_path: Path) -> None:
    assert branch_name(tmp_path) is None
    project = tmp_path / "project"
    (project / "sub").mkdir(parents=True)
    git(project, "init", "-q", "-b", "work/one")
    assert branch_name(project) == "work/one"
    assert branch_name(project / "sub") == "work/one"
    git(project, "commit", "-q", "--allow-empty", "-m", "x")
    git(project, "worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
    assert branch_name(tmp_path / "tree") == "other"
    git(project, "checkout", "-q", "--detach")
    hash_ = branch_name(project)
    assert hash_ is not None
    assert len(hash_) == 7
    (project / ".git" / "HEAD").write_text("ref: refs/heads/a\x1b]0;x\x07b\n")
    assert branch_name(project) == "a␛]0;x␇b"


@pytest.mark.parametrize(
    ("pattern", "matched", "not_matched"),
    [
        ("**/a.py", ["a.py", "b/a.py", "b/c/a.py"], ["b/x.py", ".b/a.py"]),
        ("b/**", ["b/x", "b/c/x"], ["a", "b", "b/.x"]),
        ("b/**/*.py", ["b/x.py", "b/c/x.py"], ["x.py", "b/x"]),
    ],
)
def test_two_stars_stand_for_any_number_of_folders(
    pattern: str, matched: list[str], not_matched: list[str]
) -> None:
    regex = glob_regex(pattern)
    assert [path for path in matched + not_matched if regex.fullmatch(path)] == matched
