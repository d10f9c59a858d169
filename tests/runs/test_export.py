"""Exports: every text comes through whole, and what is written is valid whatever it holds."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.export import exported, write_export
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import KeptRun
from tests.cli.test_history import called
from tests.engine.test_events_json import TEXTS
from tests.headless.test_run import CANARY
from tests.store.kept_runs import run

HOSTILE = (
    "a\u2028b\u2029\x85\r\nCRLF\r\n\ralone\0\x1b]52;c;AAAA\x07\n"
    "```python\n~~~\n`````` six\n``` \n    ```\n## run\n\ud800\n<script>\u202e\U0001f600"
)


def fenced(text: str) -> list[str]:
    """What stands between the fences of a Markdown file, as CommonMark reads them."""
    blocks, fence, block = [], "", ""
    for line in re.findall(r"[^\n]*\n", text):
        if fence and line.rstrip("\n") == fence:
            blocks.append(block)
            fence = ""
        elif fence:
            block += line
        elif re.fullmatch(r"`{3,}\n", line):
            fence, block = line.rstrip("\n"), ""
    assert not fence
    return blocks


def as_written(text: str) -> str:
    """As Markdown has it: halves of characters spelt out, the last line ended."""
    whole = text.encode("utf-8", "backslashreplace").decode()
    return whole if whole.endswith("\n") else whole + "\n"


@settings(deadline=None, max_examples=40)
@given(text=TEXTS, requirements=TEXTS)
def test_any_text_comes_through(text: str, requirements: str) -> None:
    kept = run(text, requirements=requirements, target=text, model=text)
    (line,) = exported([kept], "jsonl").splitlines()
    assert KeptRun.from_data(json.loads(line)) == kept
    assert line.isascii()
    blocks = fenced(exported([kept], "md").decode())
    expected = [requirements, kept.notes, text] if text else [requirements, kept.notes]
    assert blocks == [as_written(one) for one in expected]


def test_fences_and_controls_in_a_reply_stay_inside() -> None:
    kept = run(HOSTILE, requirements=HOSTILE, project=f"/x\n## y{HOSTILE}")
    text = exported([kept, kept], "md").decode()
    outside = text
    for block in fenced(text):
        outside = outside.replace(block, "", 1)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", outside)
    assert len(re.findall("^## ", outside, re.MULTILINE)) == 2


def test_each_run_is_a_line_of_its_own_in_a_file_for_the_user_alone(tmp_path: Path) -> None:
    history = History(tmp_path / "state")
    for number in range(45):
        history.add(run(f"{HOSTILE}{number}", f"{number:03}", started=f"2026-01-01T{number:02}"))
    file = tmp_path / "all.jsonl"
    done = called(tmp_path, "export", "--format", "jsonl", "-o", str(file))
    assert b"wrote 45 runs" in done.stderr
    found = [json.loads(line) for line in file.read_bytes().split(b"\n")[:-1]]
    assert [KeptRun.from_data(data) for data in found] == list(history.each())
    assert found[0]["reply"] == f"{HOSTILE}44"
    assert file.stat().st_mode & 0o077 == 0
    assert CANARY.encode() not in file.read_bytes()
    assert called(tmp_path, "export", "--format", "jsonl").stdout == file.read_bytes()
    markdown = called(tmp_path, "export", "044").stdout
    assert as_written(f"{HOSTILE}44") in fenced(markdown.decode())


def test_an_export_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def breaking() -> object:
        yield run("one")
        raise OSError(28, "No space left on device")

    with pytest.raises(AutocoderError, match="no space left"):
        write_export(tmp_path / "x.md", breaking(), "md")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(AutocoderError, match="can't be written"):
        write_export(tmp_path / "no" / "x.md", [], "md")
    with pytest.raises(AutocoderError, match="the name can't be one"):
        write_export(Path("a\0b"), [], "md")
