"""When a model is not available: the next one is offered, never taken silently."""

from __future__ import annotations

from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.fallback import UNAVAILABLE, candidates
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.ui.controllers.send import go_on_after_asking, send
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.question import Answer, Question


class ModelFallback:
    """Models that failed are not offered again before a run has ended well."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._tried: set[str] = set()

    def ended(self, state: RunState) -> None:
        """A run is over; if its model was not available, offer another."""
        if state.error is None or state.error.kind not in UNAVAILABLE:
            self._tried.clear()
            return
        self._tried.add(state.model)
        for candidate in candidates(self._app.setup, self._tried):
            if isinstance(candidate, ChosenModel):
                self._app.run_worker(self._offer(state, candidate), exit_on_error=True)
                return
            self._app.tell(f"A fallback model can't be used: {candidate}", severity="warning")

    async def _offer(self, state: RunState, candidate: ChosenModel) -> None:
        app, name, failed = self._app, candidate.model.name, state.model
        await app.until_nobody_types()
        if app.runner.state is not state:
            return  # another run was begun meanwhile, or opened
        question = Question(
            "Not available",
            f"{failed} is not available. Go on with {name} ({candidate.endpoint.provider.name})?",
            (Answer("yes", "Go on", "g"), Answer("no", "Not now", "n", harmless=True)),
            # Enter, pressed by reflex, sends nothing to another provider.
            start=1,
        )
        if await app.ask_unbidden(question) != "yes":
            return
        app.models.set(candidate)
        app.main.log_line(f"Going on with {name} in place of {failed}.")
        if app.runner.resumable:
            await go_on_after_asking(app)
        else:
            await send(app)
