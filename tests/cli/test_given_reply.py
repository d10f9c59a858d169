"""`autocoder-tui review FILE|-` as a person runs it, in a pseudo-terminal."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from autocoder_tui.cli.given_reply import UnreadableReply, read_reply
from autocoder_tui.workspace.errors import WorkspaceError


def test_a_file_is_read_and_what_cannot_be_is_said(tmp_path: Path) -> None:
    file = tmp_path / "reply.md"
    file.write_text("```\nx\n```\n")
    assert read_reply(str(file)) == "```\nx\n```\n"
    file.write_text(" \n")
    with pytest.raises(UnreadableReply, match="empty"):
        read_reply(str(file))
    with pytest.raises(WorkspaceError):
        read_reply(str(tmp_path / "missing"))


def test_bytes_that_are_no_text_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x00"), "utf-8"))
    with pytest.raises(UnreadableReply, match="UTF-8"):
        read_reply("-")
