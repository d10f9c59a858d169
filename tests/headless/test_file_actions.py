"""Deletions and renames without the screen: refused as text, whole in a patch and in a report."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from autocoder_tui.cli.arguments import run_parser
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.request import InputFile, RunRequest
from autocoder_tui.headless.outcome import Outcome
from autocoder_tui.headless.output import Delivery
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.runs.setup import load_setup
from autocoder_tui.workspace.output_path import Refused
from tests.engine.conversation import MODEL, endpoint_at
from tests.workspace.faults import tree

OLD, NEW = "1\n2\n3\n", "1\nx\n3\n"
RENAME = FileProposed("lib/c.py", OLD, NEW, True, renamed_from="a.py")
DELETE = FileProposed("b.sh", None, "", True, deletes=True)
CHANGE = FileProposed("d.py", None, "d\n", True)


class Place:
    def __init__(self, folder: Path) -> None:
        self.folder, self.root = folder, folder / "project"
        self.root.mkdir()
        (self.root / "a.py").write_text(OLD)
        (self.root / "b.sh").write_text("echo\n")
        (self.root / "b.sh").chmod(0o755)
        self.outcome = Outcome()

    def deliver(self, *proposed: FileProposed, flags: tuple[str, ...], target: str | None) -> bool:
        places = {
            "AUTOCODER_TUI_CONFIG_DIR": str(self.folder / "config"),
            "AUTOCODER_TUI_STATE_DIR": str(self.folder / "state"),
        }
        options = run_parser().parse_args(["-r", "x", *flags])
        setup = load_setup(self.root, options, places)
        original = read_existing(self.root, "a.py")
        assert original is not None
        request = RunRequest(
            "x",
            MODEL,
            endpoint_at("http://127.0.0.1:1/v1"),
            files=(InputFile("a.py", OLD),),
            target=target,
        )
        self.outcome.state.files.extend(proposed)
        output = None if target is None else self.root / target
        prepared = Prepared(self.root, request, {"a.py": original})
        return Delivery(setup, self.outcome).deliver(prepared, output)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("proposed", "target", "said"),
    [
        ([DELETE], "b.sh", "deletes b.sh, and -o writes nothing but text"),
        ([RENAME], "lib/c.py", "renames a.py → lib/c.py, and -o"),
        ([RENAME, DELETE], "d.py", "not the file that was asked for"),
    ],
)
def test_the_output_file_is_neither_deleted_nor_renamed(
    place: Place, proposed: list[FileProposed], target: str, said: str
) -> None:
    before = tree(place.root)
    with pytest.raises(Refused, match=said):
        place.deliver(*proposed, flags=("-o", target, "-f"), target=target)
    assert tree(place.root) == before


def test_other_files_stay_when_the_output_file_is_written(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place.deliver(RENAME, DELETE, CHANGE, flags=("-o", "d.py", "-f"), target="d.py")
    assert (place.root / "d.py").read_text() == "d\n"
    assert (place.root / "a.py").read_text() == OLD
    assert (place.root / "b.sh").exists()
    said = capsys.readouterr().err
    assert "b.sh was to be deleted and is not written" in said
    assert "a.py → lib/c.py was to be renamed and is not written" in said


def test_text_on_stdout_is_refused(place: Place) -> None:
    with pytest.raises(Refused, match=r"renames a\.py → lib/c\.py, deletes b\.sh, which"):
        place.deliver(RENAME, DELETE, flags=(), target=None)


def test_git_takes_the_patch(place: Place, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert place.deliver(RENAME, DELETE, CHANGE, flags=("--patch",), target=None)
    patch = capfdbinary.readouterr().out
    assert b"deleted file mode 100755\n" in patch
    assert b"rename from a.py\nrename to lib/c.py\n" in patch
    done = subprocess.run(
        ["git", "apply", "-"], cwd=place.root, input=patch, check=True, capture_output=True
    )
    assert done.stderr == b""
    assert {name: kept[0] for name, kept in tree(place.root).items() if kept[0] is not None} == {
        "lib/c.py": NEW.encode(),
        "d.py": b"d\n",
    }


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_the_patch_is_of_the_bytes_on_disk(
    place: Place, encoding: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (place.root / "b.sh").write_bytes("é\r\nü\r\n".encode(encoding))
    (place.root / "e.txt").write_bytes("é\r\nü\r\n".encode(encoding))
    moved = FileProposed("f.txt", None, "é\no\n", True, renamed_from="e.txt")
    assert place.deliver(DELETE, moved, flags=("--patch",), target=None)
    subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        cwd=place.root,
        input=capfdbinary.readouterr().out,
        check=True,
    )
    assert not (place.root / "b.sh").exists()
    assert (place.root / "f.txt").read_bytes() == "é\r\no\r\n".encode(encoding)


def test_the_report_names_the_actions(place: Place) -> None:
    place.deliver(RENAME, DELETE, CHANGE, flags=("--patch", "--json"), target=None)
    assert place.outcome.files == [
        {
            "path": "lib/c.py",
            "action": "rename",
            "renamed_from": "a.py",
            "complete": True,
            "added": 1,
            "removed": 1,
        },
        {"path": "b.sh", "action": "delete", "complete": True, "added": 0, "removed": 1},
        {"path": "d.py", "action": "create", "complete": True, "added": 1, "removed": 0},
    ]
    assert any("has not seen" in warning for warning in place.outcome.warnings)
    json.dumps(place.outcome.report())


def test_the_report_of_an_undelivered_run_names_them_too(place: Place) -> None:
    place.outcome.state.files.extend([RENAME, DELETE])
    reported = place.outcome.report()["files"]
    assert [(file["action"], file.get("renamed_from")) for file in reported] == [
        ("rename", "a.py"),
        ("delete", None),
    ]
