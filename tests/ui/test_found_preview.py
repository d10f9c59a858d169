"""The preview beside the finder shows the row under the cursor, whatever comes late."""

from __future__ import annotations

import asyncio

from textual.app import App, ComposeResult

from autocoder_tui.ui.widgets.files.finder_rows import FileGroup, FileRow, FinderRow
from autocoder_tui.ui.widgets.files.found_preview import FoundPreview
from autocoder_tui.ui.widgets.files.preview import FilePreview
from tests.ui.driving import until


class Previewed(App[None]):
    CSS = "FoundPreview { display: block; }"

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.slow = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield FoundPreview(self.read)

    async def read(self, preview: FilePreview, path: str) -> None:
        self.asked.append(path)
        if path == "slow.py":
            await self.slow.wait()
        preview.show_file(path, f"# {path}\n")


async def shown_after_a_slow_one(row: FinderRow) -> str:
    """What is shown of `row` when the file before it comes late."""
    app = Previewed()
    async with app.run_test() as pilot:
        preview = app.query_one(FoundPreview)
        preview.look_at(FileRow("quick.py"))
        await until(pilot, lambda: preview.path == "quick.py")
        preview.look_at(FileRow("slow.py"))
        await until(pilot, lambda: "slow.py" in app.asked)
        preview.look_at(row)
        shown: list[FinderRow] = []
        preview.set_timer(0.3, lambda: shown.append(row))
        await until(pilot, lambda: shown)
        app.slow.set()
        await until(pilot, lambda: not app.workers)
        return preview.path


async def test_a_file_that_comes_late_does_not_stand_beside_another_row() -> None:
    assert await shown_after_a_slow_one(FileRow("quick.py")) == "quick.py"


async def test_nor_beside_a_group() -> None:
    group = FileGroup("src/*", ("src/a.py",))
    assert "slow" not in await shown_after_a_slow_one(group)
