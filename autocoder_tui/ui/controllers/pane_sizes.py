"""The sizes of the panes, as a person made them in this project: brought back, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from autocoder_tui.store.pane_sizes import PaneSizes
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.panes.body import PaneBody, Towards

MAXIMISED = "One pane has all the room; the same key brings the others back."
_ALONE = "In a terminal this narrow a pane has all the room already."
_NO_BORDER = "This pane has no border on that side that could be moved."


class KeptSizes:
    """The demo's project is never the same, so nothing is kept of it."""

    def __init__(self, app: Program) -> None:
        self._app = app
        setup = app.setup
        keeps = setup.places.keeps and not setup.demo
        self._file = PaneSizes(setup.places.state, setup.root) if keeps else None
        self._told = False

    def begin(self) -> None:
        """Before there are any panes, so that they stand where they belong at once: a small file
        is read. Blocking."""
        if self._file is not None:
            self._app.main.shares = self._file.read()

    def changed(self, shares: Mapping[str, float]) -> None:
        """Keep these from now on."""
        self._app.main.shares = dict(shares)
        if self._file is not None:
            self._app.run_worker(self._keep(), group="pane-sizes", exit_on_error=False)

    async def _keep(self) -> None:
        assert self._file is not None
        try:
            await asyncio.to_thread(self._file.keep, dict(self._app.main.shares))
        except OSError as error:
            if not self._told:
                self._told = True
                why = (error.strerror or "unknown error").lower()
                self._app.tell(
                    f"The sizes of the panes can't be kept ({why}): the next start has those of "
                    "before. Make room, or set AUTOCODER_TUI_STATE_DIR to another folder.",
                    severity="warning",
                )

    def move(self, towards: Towards) -> None:
        """Move a border of the pane that has the keyboard."""
        if self._app.main.narrow:
            self._app.tell(_ALONE, timeout=3)
        elif not self._app.main.move_border(towards):
            self._app.tell(_NO_BORDER, timeout=3)

    def forget(self) -> None:
        """Back to the program's own sizes."""
        self._app.main.query_one(PaneBody).forget_sizes()
        self._app.tell("The panes have the program's own sizes again.", timeout=3)

    def maximise(self) -> None:
        """Give the pane with the keyboard all the room, or bring the others back."""
        main = self._app.main
        if main.narrow:
            self._app.tell(_ALONE, timeout=3)
            return
        main.maximise()
        if main.maximised:
            self._app.tell(MAXIMISED, timeout=3)
