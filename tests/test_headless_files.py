"""Without the screen: line ends, encodings and names on their way to the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from tests.test_headless import Runs, framed, run

__all__ = ["run"]

REWRITE = ("-i", "a.py", "-o", "a.py", "-f", "--json")


def on_disk(folder: Path, data: bytes, name: str = "a.py") -> Path:
    path = folder / "project" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


async def test_a_reply_of_other_ends_changes_only_what_it_changes(
    tmp_path: Path, run: Runs
) -> None:
    path = on_disk(tmp_path, b"a = 1\r\nb = 2\nc = 3\r\n")
    done = await run([Reply(framed("a = 1\nb = 2\nc = 4\n", "a.py"))], "-r", "x", *REWRITE)
    assert done.code == 0
    assert path.read_bytes() == b"a = 1\r\nb = 2\nc = 4\r\n"
    (file,) = done.report["files"]
    assert file == {"path": "a.py", "action": "change", "complete": True, "added": 1, "removed": 1}


@pytest.mark.parametrize(
    ("flags", "written"),
    [
        (("-r", "x"), False),
        (("-r", "x", "--despite-warnings"), True),
        (("-r", "Convert it to CRLF."), True),
    ],
)
async def test_nothing_but_line_ends_is_not_written_unasked(
    tmp_path: Path, run: Runs, flags: tuple[str, ...], written: bool
) -> None:
    path = on_disk(tmp_path, b"a = 1\nb = 2\n")
    done = await run([Reply(framed("a = 1\r\nb = 2\r\n", "a.py"))], *flags, *REWRITE)
    assert done.code == (0 if written else 1)
    assert path.read_bytes() == (b"a = 1\r\nb = 2\r\n" if written else b"a = 1\nb = 2\n")
    (file,) = done.report["files"]
    assert (file["added"], file["removed"], file["line_ends"]) == (0, 0, 2)
    (warning,) = done.report["warnings"]
    assert warning == "a.py: Nothing but line ends changes, in 2 lines: LF to CRLF."


async def test_a_guessed_encoding_is_said_and_kept(tmp_path: Path, run: Runs) -> None:
    old = "# 日本語のコメント\nx = 1\n"
    path = on_disk(tmp_path, old.encode("shift_jis"))
    done = await run(
        [Reply(framed(old.replace("1", "2") + "# 足す\n", "a.py"))], "-r", "x", *REWRITE
    )
    assert done.code == 0
    assert path.read_bytes() == (old.replace("1", "2") + "# 足す\n").encode("shift_jis")
    (warning,) = done.report["warnings"]
    assert "a.py: It is not UTF-8" in warning
    assert "Shift_JIS, which is a guess" in warning
    assert done.err.index("Shift_JIS") < done.err.index("run ")


async def test_every_name_that_is_not_offered_is_said(tmp_path: Path, run: Runs) -> None:
    path = on_disk(tmp_path, b"a = 1\n", "src/_b.py")
    names = ["https://x.org/b.py", "$HOME/c.py", "a*.py", "../d.py", "/etc/e.py", "con.py", "f.py."]
    reply = framed("a = 2\n", "src\\_b.py") + "".join(framed("x\n", name) for name in names)
    flags = ("-i", "src/_b.py", "-o", "src/_b.py", "-f", "--json", "-r", "x")
    done = await run([Reply(reply)], *flags)
    assert done.code == 0
    assert path.read_bytes() == b"a = 2\n"
    for name in names:
        assert f"{name} is not offered: {name} " in done.err
    assert len(done.report["warnings"]) == len(names)
    assert [p.name for p in (tmp_path / "project").iterdir()] == ["src"]


async def test_stdout_has_the_ends_of_the_file(tmp_path: Path, run: Runs) -> None:
    on_disk(tmp_path, b"a = 1\r\nb = 2\r\n")
    done = await run([Reply(framed("a = 1\nb = 3\n", "a.py"))], "-r", "x", "-i", "a.py")
    assert (done.code, done.out) == (0, "a = 1\r\nb = 3\r\n")
