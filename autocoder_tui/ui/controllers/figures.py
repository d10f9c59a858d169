"""The meaning of the figures, on demand."""

from __future__ import annotations

from autocoder_tui.runs.preparation import Job
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.figures import FiguresHelp
from autocoder_tui.ui.widgets.meters.explained import figures
from autocoder_tui.ui.widgets.meters.meters import Meters


async def explain_figures(app: Program, field: str = "") -> None:
    """Explain every figure, that of `field` first. Must be called from a worker."""
    view, chosen = app.main.query_one(Meters).view, app.chosen
    if view is None or chosen is None:
        app.tell(
            f"There are no figures yet: choose a model ({app.key('model.choose')}), and say what "
            "you want."
        )
        return
    shown = figures(view, chosen.model, app.setup.limits, _sent(app.job()))
    await app.push_screen_wait(FiguresHelp(shown, field))


def _sent(job: Job) -> str:
    """What a run of this sends, in words."""
    count = len(job.picks)
    files = f"{count:,} picked file{'s' * (count != 1)}" if count else "no file"
    parts = ["how to go about it", "what is asked" if job.requirements.strip() else "", files]
    return ", ".join(filter(None, parts))
