"""Without the screen: a reply in edits is written where all of it has a place, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.store.history.history import History
from tests.headless.test_run import Runs, run

__all__ = ["run"]

OLD = "one\ntwo\nthree\nfour\nfive\n"
FLAGS = ("-r", "x", "-i", "a.txt", "-o", "a.txt", "-f", "--json", "--edit-retries", "0")


def block(old: str, new: str) -> str:
    return f"<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    file = tmp_path / "project" / "a.txt"
    file.write_text(OLD)
    return file


@pytest.mark.parametrize(
    "reply",
    [
        '<edit path="a.txt">\n' + block("two\n", "zwei\n") + "</edit>\n",
        f"a.txt\n```\n{block('two' + chr(10), 'zwei' + chr(10))}```\n",
        "```diff\n--- a/a.txt\n+++ b/a.txt\n@@ -9,3 +9,3 @@\n one\n-two\n+zwei\n three\n```\n",
        '<file path="a.txt">\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\n</file>\n',
    ],
)
async def test_edits_are_written(file: Path, run: Runs, reply: str) -> None:
    done = await run([Reply(reply)], *FLAGS)
    assert (done.code, done.report["status"]) == (0, "done")
    assert file.read_text() == OLD.replace("two", "zwei")
    (report,) = done.report["files"]
    assert report["edits"] == {"placed": 1, "already": 0, "unplaced": []}


async def test_a_change_without_a_place_refuses_all(tmp_path: Path, file: Path, run: Runs) -> None:
    reply = (
        '<edit path="a.txt">\n' + block("two\n", "zwei\n") + block("nine\n", "x\n") + "</edit>\n"
    )
    done = await run([Reply(reply)], *FLAGS)
    assert (done.code, done.report["status"]) == (1, "refused")
    assert file.read_text() == OLD
    (report,) = done.report["files"]
    assert report["edits"]["placed"] == 1
    assert [one["change"] for one in report["edits"]["unplaced"]] == [2]
    assert "no place" in done.report["error"]["message"]
    assert History(tmp_path / "state").get("last").reply == reply


async def test_edits_of_a_file_that_was_not_sent_are_made_in_what_is_on_disk(
    file: Path, run: Runs
) -> None:
    reply = '<edit path="a.txt">\n' + block("two\n", "zwei\n") + "</edit>\n"
    flags = ("-r", "x", "-o", "a.txt", "-f", "--json", "--edit-retries", "0")
    done = await run([Reply(reply)], *flags)
    assert done.code == 0
    assert file.read_text() == OLD.replace("two", "zwei")
