"""Everything that can be done with a review besides deciding hunk by hunk, in the real App."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from autocoder_tui.demo.script import Reply, Script, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.runs.reviewable import written_bytes
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.screens.dialogs.choice import Choice
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.plain_area import PlainArea
from autocoder_tui.ui.widgets.review.file_list import FileList
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.review.result_view import ResultView
from tests.ui.driving import WIDE, at_both_sizes, driven, framed, serving, setup_for, there, until

OLD = "".join(f"line {number}\n" for number in range(40))
NEW = OLD.replace("line 3\n", "line three\n").replace("line 30\n", "line thirty\nand more\n")


@asynccontextmanager
async def reviewing(
    folder: Path,
    script: Script,
    *,
    old: bytes = OLD.encode(),
    size: tuple[int, int] = WIDE,
) -> AsyncIterator[tuple[AutocoderApp, Pilot[str], DemoServer]]:
    """The App at the moment of deciding on the first reply of `script` about code.txt."""
    path = folder / "project" / "code.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(old)
    flags = ("-i", "code.txt", "-r", "count in words")
    async with serving(folder, script, *flags, size=size) as (app, pilot, server):
        await until(pilot, lambda: app.recovery.done and app.main.query_one(FilePicker).picks)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        yield app, pilot, server


def pane_of(app: AutocoderApp) -> ReviewPane:
    return app.main.query_one(ReviewPane)


def marks(app: AutocoderApp) -> str:
    file = pane_of(app).file
    assert file is not None
    return "".join(verdict.mark for verdict in file.verdicts)


async def test_a_hunk_is_edited_in_place_and_the_other_verdicts_stay(tmp_path: Path) -> None:
    async with reviewing(tmp_path, [framed("code.txt", NEW)]) as (app, pilot, _):
        await pilot.press("n", "a", "p", "e")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        area = app.screen.query_one(PlainArea)
        assert area.text == "line three\n"
        area.text = "LINE THREE"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "LINE THREE\n" in there(pane_of(app).file).after)
        assert marks(app) == "·✓"
        assert pane_of(app).diff.cursor == 0
        await pilot.press("a", "enter")
        await until(pilot, lambda: pane_of(app).written)
        await pilot.pause()
    expected = NEW.replace("line three", "LINE THREE")
    assert (tmp_path / "project" / "code.txt").read_text() == expected


async def test_an_edit_given_up_asks_first_and_changes_nothing(tmp_path: Path) -> None:
    async with reviewing(tmp_path, [framed("code.txt", NEW)]) as (app, pilot, _):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("ctrl+e")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        assert app.screen.query_one(PlainArea).cursor_location[0] == 3
        await pilot.press("x", "escape")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("d")
        await until(pilot, lambda: app.screen is app.main)
        assert there(pane_of(app).file).after == NEW


async def test_an_edit_back_to_the_file_leaves_nothing_to_decide(tmp_path: Path) -> None:
    async with reviewing(tmp_path, [framed("code.txt", NEW)]) as (app, pilot, _):
        await pilot.press("ctrl+e")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        app.screen.query_one(PlainArea).text = OLD
        await pilot.press("ctrl+s")
        await until(pilot, lambda: there(pane_of(app).file).after == OLD)
        assert there(pane_of(app).file).hunks == ()
        await pilot.press("a", "e", "v", "v", "n", "A", "y")
        await until(pilot, lambda: isinstance(app.screen, Choice))


async def test_text_that_acts_on_a_terminal_is_marked_in_the_editor_and_kept(
    tmp_path: Path,
) -> None:
    new = OLD.replace("line 3\n", "line \x1b]52;c;eA==\x07three\n")
    async with reviewing(tmp_path, [framed("code.txt", new)]) as (app, pilot, _):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await pilot.pause()
        area = app.screen.query_one(PlainArea)
        shown = "".join(s.text for y in range(3) for s in area.render_line(y))
        assert "␛]52" in shown
        assert "\x1b" not in shown
        await pilot.press("X", "ctrl+s")
        await until(pilot, lambda: "Xline \x1b]52" in there(pane_of(app).file).after)


async def test_what_a_text_area_would_change_is_left_to_a_real_editor(tmp_path: Path) -> None:
    new = OLD.replace("line 3\n", "line\x0cthree\r\n")
    async with reviewing(tmp_path, [framed("code.txt", new)]) as (app, pilot, _):
        await pilot.press("e")
        await until(pilot, lambda: any("in your editor" in s for s in app.main.log_lines))
        assert app.screen is app.main


async def test_the_result_on_show_is_what_is_written_byte_for_byte(tmp_path: Path) -> None:
    old = b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode()[:-2]
    async with reviewing(tmp_path, [framed("code.txt", NEW)], old=old) as (app, pilot, _):
        await pilot.press("a", "r", "r", "v")
        view = app.main.query_one(ResultView)
        await until(pilot, lambda: app.focused is view)
        pane = pane_of(app)
        data = there(written_bytes(there(app.review_session).reviewable, there(pane.file)))
        summary = str(pane.query_one("#review-summary").render())
        assert f"{len(data):,} bytes, utf-8 with a byte order mark, CRLF" in summary
        assert b"\xef\xbb\xbf" + view.text.replace("\n", "\r\n").encode() == data
        assert not pane.diff.display
        painted = "".join(view.render_line(y).text for y in range(view.size.height))
        assert "line three" in painted
        assert "unchanged lines" not in painted
        await pilot.press("v")
        await until(pilot, lambda: app.focused is pane.diff)
        await pilot.press("enter")
        await until(pilot, lambda: pane.written)
    assert (tmp_path / "project" / "code.txt").read_bytes() == data


SEVERAL = Reply(
    "".join(
        f'<file path="{path}">\n{text}</file>\n'
        for path, text in (
            ("code.txt", NEW),
            ("src/new.py", "x = 1\n"),
            ("picture.png", "text\n"),
            (".github/workflows/ci.yml", "on: push\n"),
        )
    )
)


@at_both_sizes
async def test_several_files_are_listed_with_what_becomes_of_them(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "picture.png").write_bytes(b"\x89PNG\0\0")
    async with reviewing(tmp_path, [SEVERAL], size=size) as (app, pilot, _):
        files = app.main.query_one(FileList)
        await until(pilot, lambda: files.size.height >= 3)
        rows = [line.text.rstrip() for line in map(files.render_line, range(files.size.height))]
        assert rows[0].split()[:4] == ["▌", "code.txt", "changed", "+3"]
        assert rows[1].split()[:3] == ["src/new.py", "new", "+1"]
        assert rows[2].split()[-1].startswith(("!1", "↓"))
        await pilot.click(FileList, offset=(8, 1))
        assert there(pane_of(app).file).path == "src/new.py"
        await pilot.press("a", "right_square_bracket")
        assert there(pane_of(app).file).path == ".github/workflows/ci.yml"
        assert "✓1" in files.render().plain
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: isinstance(app.screen, Question))
        text = str(app.screen.query_one(".dialog-text").render())
        assert "picture.png: not offered: picture.png is not text" in text
        assert "run by themselves" in text


async def test_one_file_needs_no_list(tmp_path: Path) -> None:
    async with reviewing(tmp_path, [framed("code.txt", NEW)]) as (app, _, __):
        assert not app.main.query_one(FileList).display


async def test_warnings_are_asked_about_once_before_accepting_a_whole_file(
    tmp_path: Path,
) -> None:
    shorter = "".join(OLD.splitlines(keepends=True)[:10]) + "... rest unchanged\n"
    async with reviewing(tmp_path, [framed("code.txt", shorter)]) as (app, pilot, _):
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert "shrinks" in str(app.screen.query_one(".dialog-text").render())
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        assert marks(app) == "·", "the answer a reflex gives is to look"
        await pilot.press("ctrl+a")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("a")
        await until(pilot, lambda: marks(app) == "✓")
        await pilot.press("enter")
        await until(pilot, lambda: pane_of(app).written)
        await pilot.pause()


async def test_warnings_not_acknowledged_are_asked_about_before_writing(tmp_path: Path) -> None:
    shorter = "".join(OLD.splitlines(keepends=True)[:10])
    async with reviewing(tmp_path, [framed("code.txt", shorter)]) as (app, pilot, _):
        await pilot.press("a", "enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert "shrinks" in str(app.screen.query_one(".dialog-text").render())
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        assert not pane_of(app).written
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("w")
        await until(pilot, lambda: pane_of(app).written)
        await pilot.pause()


async def test_the_search_line(tmp_path: Path) -> None:
    async with reviewing(tmp_path, [framed("code.txt", NEW)]) as (app, pilot, _):
        await pilot.press("slash", *"line 1")
        count = app.main.query_one("#search-count")
        await until(pilot, lambda: "2 of 11" in str(count.render()))
        await pilot.press("down")
        await until(pilot, lambda: "3 of 11" in str(count.render()))
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is pane_of(app).diff)
        await pilot.press("f")
        await until(pilot, lambda: "4 of 11" in str(count.render()))
        assert not pane_of(app).written, "enter went to the search"
        await pilot.press("escape")
        await until(pilot, lambda: not app.main.query_one("#review-search").display)
        await pilot.press("slash")
        assert isinstance(app.focused, Input)
        await pilot.press("escape")
        await until(pilot, lambda: app.focused is pane_of(app).diff)


async def test_the_layout_is_remembered(tmp_path: Path) -> None:
    config = tmp_path / "config" / "config.toml"
    async with reviewing(tmp_path, [framed("code.txt", NEW)]) as (app, pilot, _):
        assert pane_of(app).diff.side_by_side
        await pilot.press("t")
        await until(pilot, lambda: 'diff_layout = "unified"' in config.read_text())
    async with driven(setup_for(tmp_path)) as (app, pilot):
        # The review of last time opens again by itself.
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        assert not pane_of(app).diff.side_by_side
        await pilot.press("t")
        await until(pilot, lambda: 'diff_layout = "auto"' in config.read_text())


@pytest.mark.parametrize(
    ("key", "expected"), [("n", "line three\n"), ("o", "line 3\n"), ("t", NEW), ("v", OLD)]
)
async def test_copying_without_a_clipboard_tool_says_so_and_leaves_a_file(
    tmp_path: Path, key: str, expected: str
) -> None:
    kept = tmp_path / "state" / "copied.txt"
    async with reviewing(tmp_path, [framed("code.txt", NEW)]) as (app, pilot, _):
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press(key)
        await until(pilot, lambda: any("copied.txt" in line for line in app.main.log_lines))
        assert app.clipboard == expected
        assert kept.read_text() == expected
        assert kept.stat().st_mode & 0o077 == 0, "it may hold anything, so it is private"


async def test_a_copied_patch_is_one_that_git_takes(tmp_path: Path) -> None:
    async with reviewing(tmp_path, [framed("code.txt", NEW)]) as (app, pilot, _):
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        app.screen.query_one(OptionList).highlighted = 5
        await pilot.press("enter")
        patch = tmp_path / "state" / "copied.patch"
        await until(pilot, patch.exists)
        done = subprocess.run(["git", "apply", patch], cwd=tmp_path / "project", check=False)
        assert done.returncode == 0
    assert (tmp_path / "project" / "code.txt").read_text() == NEW


NOTED = NEW.replace("line thirty\nand more\n", "line XXX\n")


async def test_rejecting_with_a_note_runs_again_and_keeps_what_was_accepted(
    tmp_path: Path,
) -> None:
    script = [framed("code.txt", NEW), framed("code.txt", NOTED)]
    async with reviewing(tmp_path, script) as (app, pilot, server):
        await pilot.press("a", "r", "N")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await pilot.press(*"Roman!", "ctrl+s")
        await until(pilot, lambda: len(server.requests) == 2)
        await until(pilot, lambda: marks(app) == "✓·")
        asked = server.requests[1].messages[1]["content"]
        assert "line three\nline 4\n" in asked, "the accepted hunk is in the text given"
        assert "line 29\nline 30\nline 31\n" in asked, "the rejected one is not"
        assert "count in words" in asked
        assert "+line thirty\n+and more\n" in asked
        assert "Roman!" in asked
        assert (tmp_path / "project" / "code.txt").read_text() == OLD
        await until(pilot, lambda: app.focused is pane_of(app).diff)
        await pilot.press("a", "enter")
        await until(pilot, lambda: pane_of(app).written)
        await pilot.pause()
    assert (tmp_path / "project" / "code.txt").read_text() == NOTED


async def test_a_note_whose_run_fails_leaves_the_review_as_it_was(tmp_path: Path) -> None:
    script = [framed("code.txt", NEW), error_reply(401, "no")]
    async with reviewing(tmp_path, script) as (app, pilot, _):
        await pilot.press("a", "N")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await pilot.press("x", "ctrl+s")
        await until(pilot, lambda: app.runner.state.error is not None)
        await until(pilot, lambda: any("as it was" in s for s in app.main.log_lines))
        assert marks(app) == "✓✗", "the hunk under the cursor was the one rejected"
        assert pane_of(app).diff.review is pane_of(app).file, "and it is shown so"
        await pilot.press("f5")
        await until(pilot, lambda: app.focused is pane_of(app).diff)
        await pilot.press("p", "r", "n", "a")
        await until(pilot, lambda: marks(app) == "✗✓")
        await pilot.press("minus", "minus")
        await until(pilot, lambda: marks(app) == "✓✗")
        await pilot.press("enter")
        await until(pilot, lambda: pane_of(app).written)
        await pilot.pause()
    assert (tmp_path / "project" / "code.txt").read_text() == OLD.replace(
        "line 3\n", "line three\n"
    )
