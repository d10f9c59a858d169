"""What comes after the first paint: all that is slow at the start, and what may have to ask.

What only this needs is imported here, when the screen is up.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from autocoder_tui.runs.sole_model import is_unnamed
from autocoder_tui.system.garbage_collection import collect_seldom
from autocoder_tui.ui.controllers.first_content import fill_in
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.header_line import HeaderLine
from autocoder_tui.ui.widgets.meters.meters import Meters
from autocoder_tui.ui.widgets.short_path import short_path
from autocoder_tui.workspace.git import branch_name
from autocoder_tui.workspace.output_path import why_project_stays


async def begin(app: Program, problems: Iterable[str], restored: Callable[[], None]) -> None:
    """Tell `problems`, bring back the last session, fill the panes, offer what was interrupted.

    `restored` is called when everything that may be typed into has its text, and a model is
    chosen. Must be called from a worker. Raises NoMatches when the screen is left meanwhile.
    """
    for problem in (*problems, *why_project_stays(app.root)):
        app.tell(problem, severity="warning")
    await app.session.begin()
    for message in await asyncio.to_thread(_recover_writes, app.setup.places.state, app.root):
        app.tell(message, severity="warning", timeout=20)
    await fill_in(app)
    await app.session.restore()
    if app.setup.demo:
        await _begin_demo(app)
    else:
        if is_unnamed(app.setup):
            app.models.choose_served()
        else:
            app.models.choose(*app.session.model())
    restored()
    await app.preprompts.tell_problems()
    limits = app.setup.settings.cost
    app.main.query_one(Meters).thresholds = (limits.context_warning, limits.context_alarm)
    header = app.main.query_one(HeaderLine)
    header.project = short_path(app.root)
    branch = await asyncio.to_thread(branch_name, app.root)
    header.branch = branch or ""
    app.estimator.schedule()
    asyncio.get_running_loop().run_in_executor(None, _load_provider)
    app.run_worker(app.file_finder.begin(), group="finder-begin")
    from autocoder_tui.check.folder import sweep

    # What a killed program left of a check may be much: nobody waits for its removal.
    threading.Thread(target=sweep, name="sweep", daemon=True).start()
    from autocoder_tui.ui.controllers.runs_before import show_runs_before

    app.run_worker(show_runs_before(app), group="runs-before", exclusive=True)
    await app.guide.begin()
    await asyncio.to_thread(_load_recovery)
    await app.recovery.start()
    if app.setup.task.reply is not None:
        from autocoder_tui.ui.controllers.given_reply import review_reply

        await review_reply(app, app.setup.task.reply)
        return
    if app.models.is_keyless:
        app.models.first_steps(unasked=True)
    await app.project.begin()


def _recover_writes(state: Path, root: Path) -> list[str]:
    from autocoder_tui.runs.interrupted_writes import recover_writes

    return recover_writes(state, root)


def _load_recovery() -> None:
    """A third of the program, while somebody types already."""
    import autocoder_tui.ui.controllers.recovery  # noqa: F401

    collect_seldom()


def _load_provider() -> None:
    """What a request is sent by: to look through it for garbage would stop the screen later."""
    from autocoder_tui.engine.provider.chat import preload

    preload()
    collect_seldom()


async def _begin_demo(app: Program) -> None:
    from autocoder_tui.demo.replies import NOTICE
    from autocoder_tui.demo.session import demo_model

    app.models.set(await app.resources.enter_async_context(demo_model()))
    app.main.query_one(HeaderLine).notice = "DEMO: recorded replies, not a model"
    app.main.log_line(NOTICE)
