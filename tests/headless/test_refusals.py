"""Without the screen: what would do damage is not written, and how to insist is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.store.history.history import History
from tests.headless.test_run import Runs, run

__all__ = ["run"]

OLD = "one\ntwo\nthree\n"
DIFF = "@@ -1,3 +1,4 @@\n nine\n ten\n eleven\n+four\n"
"""Of lines the file does not have: a document might be such a text."""
TWICE = '<file path="a.txt">\none\n</file>\n<file path="a.txt">\nOne\n</file>\n'
ELSEWHERE = f'<file path="tests/a.txt">\n{OLD}four\n</file>\n'
FLAGS = ("-r", "x", "-i", "a.txt", "-o", "a.txt", "-f", "--json")


def project_with(folder: Path, text: str = OLD) -> Path:
    (folder / "project").mkdir()
    file = folder / "project" / "a.txt"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (f'<file path="a.txt">\n{DIFF}</file>\n', "is a diff"),
        (TWICE, "differently"),
        (ELSEWHERE, "tests/a.txt"),
    ],
)
async def test_what_would_do_damage_is_not_written_unless_insisted(
    tmp_path: Path, run: Runs, reply: str, words: str
) -> None:
    file = project_with(tmp_path)
    done = await run([Reply(reply)], *FLAGS)
    assert (done.code, done.report["status"]) == (1, "refused")
    assert file.read_text() == OLD
    assert words in done.report["error"]["message"]
    assert any(words in warning for warning in done.report["warnings"])
    assert "--despite-warnings" in done.err
    assert "history show" in done.err
    kept = History(tmp_path / "state").get("last")
    assert kept.reply == reply
    # Insisting pays for no second request: the run is delivered as it was.
    done = await run(
        [], "--resume", kept.run_id, "-o", "a.txt", "-f", "--json", "--despite-warnings"
    )
    assert (done.code, done.report["status"], done.report["requests"]) == (0, "done", 0)
    assert file.read_text() != OLD


async def test_a_patch_is_refused_alike_and_the_text_alone_is_shown(
    tmp_path: Path, run: Runs
) -> None:
    file = project_with(tmp_path)
    script = [Reply(f'<file path="a.txt">\n{DIFF}</file>\n')]
    flags = ("-r", "x", "-i", "a.txt")
    done = await run(script, *flags, "--patch")
    assert (done.code, done.out) == (1, "")
    assert "is a diff" in done.err
    done = await run(script, *flags, "--patch", "--despite-warnings")
    assert done.code == 0
    assert "+@@ -1,3 +1,4 @@" in done.out
    done = await run(script, *flags)
    assert (done.code, done.out) == (0, DIFF)
    assert "warning: a.txt: The text is a diff" in done.err
    assert file.read_text() == OLD
