"""What the screen says of line ends and encodings, before sending and before accepting."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import TextArea

from autocoder_tui.demo.script import Reply
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.headless.test_run import framed
from tests.ui.driving import serving, there, until


async def test_line_ends_alone_and_a_guess_are_asked_about(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.py").write_bytes(b"a = 1\nb = 2\n")
    (project / "b.txt").write_bytes("日本語\nx\n".encode("shift_jis"))
    reply = framed("a = 1\r\nb = 2\r\n", "a.py") + framed("日本語\ny\n", "b.txt")
    flags = ("-r", "x", "-i", "a.py", "b.txt")
    async with serving(tmp_path, [Reply(reply)], *flags) as (app, pilot, _):
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        assert pane.review is not None
        assert str(pane.review.file("a.py").lines) == "2 line ends"
        (ends,), (guess,) = (
            there(app.review_session).warnings["a.py"],
            there(app.review_session).warnings["b.txt"],
        )
        assert ends == "Nothing but line ends changes, in 2 lines: LF to CRLF."
        assert "Shift_JIS, which is a guess" in guess
        await pilot.press("ctrl+a")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("a")
        await until(pilot, lambda: pane.review and pane.review.counts.accepted == 2)
        await pilot.press("enter")
        await until(pilot, lambda: pane.written)
    assert (project / "a.py").read_bytes() == b"a = 1\r\nb = 2\r\n"
    assert (project / "b.txt").read_bytes() == "日本語\ny\n".encode("shift_jis")
