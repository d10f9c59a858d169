"""Shows what the requests of a step bring: as any run, except that no review is opened of it."""

from __future__ import annotations

from collections.abc import Sequence

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.events import Event, PartJoined, ReasoningDelta, TextDelta, TextRetracted
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.supervision import RunListener
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.stream.pane import StreamPane
from autocoder_tui.ui.widgets.stream.view import StreamView


class StepDisplay:
    """A `RunListener`; what is done with every short request, `calls` does."""

    def __init__(self, app: Program, calls: RunListener) -> None:
        self._app = app
        self._calls = calls

    def run_began(self, prepared: Prepared) -> None:
        self._calls.run_began(prepared)
        main = self._app.main
        main.show_failure("")
        view = main.query_one(StreamView)
        view.clear({file.path: file.text for file in prepared.request.files})
        if prepared.request.partial:
            view.append(prepared.request.partial)
        main.query_one(StreamPane).begin()
        main.clear_reasoning()
        main.show_beside_steps()

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        self._calls.run_brought(events, state)
        main = self._app.main
        view = main.query_one(StreamView)
        for event in events:
            match event:
                case TextDelta(text):
                    view.append(text)
                case TextRetracted(count):
                    view.retract(count)
                case PartJoined():
                    view.mark_join(event.offset, f"part {event.part}: {event.cause}, {event.proof}")
                case ReasoningDelta(text):
                    main.add_reasoning(text)
        pane = main.query_one(StreamPane)
        if state.ended:
            pane.end()
        else:
            pane.show_tabs()
        main.show_beside_steps()

    def run_told(self, message: str) -> None:
        self._calls.run_told(message)

    def run_remarked(self, remark: str) -> None:
        self._calls.run_remarked(remark)

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        self._calls.run_taught(prepared, learnt)
