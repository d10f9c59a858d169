"""Which check commands were said yes to, and what a project says of itself."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.check.failures import Base, Failures
from autocoder_tui.config.project_file import PROJECT_FILE, load_project_check
from autocoder_tui.config.setting_sections import CheckSettings
from autocoder_tui.store.project_checks import BASES_FILE, CHECKS_FILE, CheckBases, ProjectChecks


def test_a_yes_is_of_one_command_of_one_project(tmp_path: Path) -> None:
    checks = ProjectChecks(tmp_path, Path("/a"))
    assert not checks.named
    checks.confirm(["pytest -q", "ruff check ."], [], closed=True)
    assert checks.named == ("pytest -q", "ruff check .")
    assert checks.confirmed("pytest -q", [], closed=True)
    assert not checks.confirmed("pytest -q ", [], closed=True)
    assert not checks.confirmed("pytest", [], closed=True)
    assert not ProjectChecks(tmp_path, Path("/b")).confirmed("pytest -q", [], closed=True)


def test_a_yes_in_a_sandbox_is_none_without(tmp_path: Path) -> None:
    checks = ProjectChecks(tmp_path, Path("/a"))
    checks.confirm(["x"], [], closed=True)
    assert not checks.confirmed("x", [], closed=False)
    checks.confirm(["x"], [], closed=False)
    assert checks.confirmed("x", [], closed=False)
    assert checks.confirmed("x", [], closed=True)


def test_a_yes_is_for_the_environment_it_was_asked_with(tmp_path: Path) -> None:
    checks = ProjectChecks(tmp_path, Path("/a"))
    checks.confirm(["x"], ["DATABASE_URL"], closed=False)
    assert checks.confirmed("x", [], closed=False)
    assert checks.confirmed("x", ["DATABASE_URL"], closed=False)
    assert not checks.confirmed("x", ["DATABASE_URL", "AWS_SECRET"], closed=False)


def test_a_damaged_memory_is_no_yes(tmp_path: Path) -> None:
    checks = ProjectChecks(tmp_path, Path("/a"))
    for text in ("[[[", '{"/a": 3}', '{"/a": {"confirmed": {"x": true}, "commands": [1]}}'):
        (tmp_path / CHECKS_FILE).write_text(text)
        assert not checks.confirmed("x", [], closed=True)
        assert not checks.named


def test_bases_are_remembered_and_the_oldest_go(tmp_path: Path) -> None:
    base = Base(1, Failures(("a", "b"), "test"))
    CheckBases(tmp_path)["first"] = base
    assert CheckBases(tmp_path)["first"] == base
    bases = CheckBases(tmp_path)
    for number in range(100):
        bases[str(number)] = base
    assert CheckBases(tmp_path).get("first") is None
    assert CheckBases(tmp_path).get("99") == base
    (tmp_path / BASES_FILE).write_text("{")
    assert CheckBases(tmp_path).get("99") is None
    unkept = CheckBases(None)
    unkept["x"] = base
    assert unkept["x"] == base


def test_a_project_file_wins_and_its_mistakes_are_named(tmp_path: Path) -> None:
    own = CheckSettings(commands=("make",), seconds=5)
    assert load_project_check(tmp_path, own) == (own, ())
    (tmp_path / PROJECT_FILE).write_text(
        '[check]\ncommands = ["pytest -q"]\nseconds = "long"\npass_environment = ["A B"]\nx = 1\n'
        "[other]\n"
    )
    found, problems = load_project_check(tmp_path, own)
    assert found == CheckSettings(commands=("pytest -q",), seconds=5)
    said = [str(problem) for problem in problems]
    assert len(said) == 4
    assert any("seconds" in text and "line 3" in text for text in said)
    assert any("pass_environment" in text for text in said)
    (tmp_path / PROJECT_FILE).write_text("check = 3\n")
    assert load_project_check(tmp_path, own)[0] == own
    (tmp_path / PROJECT_FILE).write_text("[[[")
    assert load_project_check(tmp_path, own)[0] == own
