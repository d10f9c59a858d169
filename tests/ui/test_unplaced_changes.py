"""Changes without a place, on the screen: shown, placed, left out, taken back."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Static

from autocoder_tui.demo.script import Reply
from autocoder_tui.ui.screens.unplaced_changes import UnplacedChanges
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from tests.ui.driving import NARROW, serving, there, until

OLD = 'def one():\n    log("x")\n    return 1\n\n\ndef two():\n    log("x")\n    return 2\n'
REPLY = """\
<edit path="a.py">
<<<<<<< SEARCH
    return 2
=======
    return 3
>>>>>>> REPLACE
<<<<<<< SEARCH
    log("x")
=======
    log("y")
>>>>>>> REPLACE
</edit>
"""


async def test_a_change_with_two_places_is_asked_about_and_written_where_it_is_put(
    tmp_path: Path,
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    file = project / "a.py"
    file.write_text(OLD)
    flags = ("-r", "x", "-i", "a.py")
    async with serving(tmp_path, [Reply(REPLY)], *flags, size=NARROW) as (app, pilot, _):
        await pilot.press("ctrl+r")
        pane = app.main.query_one(ReviewPane)
        await until(pilot, lambda: pane.file is not None)
        assert there(pane.file).after == OLD.replace("return 2", "return 3")
        head = str(app.main.query_one("#review-file", Static).content)
        assert "A change has no place" in head
        assert "i says where" in head
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, UnplacedChanges))
        title = app.screen.query_one("#unplaced-place").border_title
        assert "line 2, 100% alike, place 1 of 2" in str(title)
        await pilot.press("tab", "enter")
        wanted = OLD.replace("return 2", "return 3")[::-1].replace('"x"', '"y"', 1)[::-1]
        await until(pilot, lambda: there(pane.file).after == wanted)
        assert file.read_text() == OLD
        assert "no place" not in str(app.main.query_one("#review-file", Static).content)
        # Taken back, the change is without a place again.
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("minus")
        await until(pilot, lambda: there(pane.file).after != wanted)
        assert there(there(pane.file).edits).unplaced
        await pilot.press("plus", "A", "enter")
        await until(pilot, lambda: file.read_text() == wanted)
