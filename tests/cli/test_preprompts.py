"""`autocoder-tui preprompts`: what is in force, and files of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.cli.main import main
from autocoder_tui.engine.preprompt import shipped_instructions, shipped_names


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUTOCODER_TUI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("AUTOCODER_TUI_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path


def called(*arguments: str) -> int:
    return main(["preprompts", *arguments])


def test_list_and_path_and_show(places: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(shipped_names())
    assert all(line.endswith("shipped") for line in lines)
    own = places / "project" / ".autocoder" / "preprompts" / "query.txt"
    assert called("path", "query", "--project") == 0
    assert capsys.readouterr().out == f"{own}\n"
    assert called("path", "query") == 0
    assert Path(capsys.readouterr().out.strip()).read_text() == shipped_instructions("query")
    own.parent.mkdir(parents=True)
    own.write_text("Ours.\n")
    assert called("path", "query") == 0
    assert capsys.readouterr().out == f"{own}\n"
    assert called("show", "query") == 0
    assert capsys.readouterr().out == "Ours.\n"
    assert called("show", "query", "--shipped") == 0
    assert capsys.readouterr().out == shipped_instructions("query")
    assert called("list") == 0
    assert f"the project's  {own}" in capsys.readouterr().out


def test_export_writes_over_nothing_unless_told_to(
    places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = places / "config" / "preprompts" / "clarify.txt"
    assert called("export", "clarify") == 0
    assert own.read_text() == shipped_instructions("clarify")
    own.write_text("Mine.\n")
    assert called("export", "--all") == 1
    assert own.read_text() == "Mine.\n"
    assert "stays as it is" in capsys.readouterr().err
    assert all((own.parent / f"{purpose}.txt").is_file() for purpose in shipped_names())
    assert called("export", "clarify", "--force") == 0
    assert own.read_text() == shipped_instructions("clarify")
    assert called("export", "query", "--project", "--directory", str(places / "project")) == 0
    assert (places / "project" / ".autocoder" / "preprompts" / "query.txt").is_file()
    assert called("export") == 2
    assert called("export", "query", "--all") == 2


def test_check_names_file_and_line_and_ends_with_1(
    places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called("check") == 0
    assert "Nothing is wrong" in capsys.readouterr().out
    folder = places / "config" / "preprompts"
    folder.mkdir(parents=True)
    (folder / "query.txt").write_text("a\n</file>\nb\n</edit>\n")
    (folder / "generate.txt").write_text("")
    assert called("check") == 1
    out = capsys.readouterr().out
    for place in (f"{folder / 'query.txt'}:2: ", f"{folder / 'query.txt'}:4: "):
        assert place in out
    assert f"{folder / 'generate.txt'}: " in out
    assert called("show", "query") == 0
    shown = capsys.readouterr()
    assert shown.out == shipped_instructions("query")
    assert "line 2" in shown.err


def test_a_folder_that_is_not_there_is_told(
    places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called("list", "--directory", "nowhere") == 1
    assert "nowhere is not a folder" in capsys.readouterr().err


def test_doctor_has_a_line_on_them(places: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--offline"])
    assert "all as shipped" in capsys.readouterr().out
    folder = places / "project" / ".autocoder" / "preprompts"
    folder.mkdir(parents=True)
    (folder / "query.txt").write_text("Ours.\n")
    (folder / "clarify.txt").write_text("\n")
    main(["doctor", "--offline"])
    out = capsys.readouterr().out
    assert f"query from {folder / 'query.txt'}" in out
    assert f"not used: {folder / 'clarify.txt'}" in out
