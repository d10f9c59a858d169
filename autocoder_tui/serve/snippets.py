"""The history of runs as a list of snippets: looked at, searched, deleted."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI, HTTPException, Query

from autocoder_tui.serve.statuses import DOCUMENTED
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.rows import UnknownRun
from autocoder_tui.store.history.summary import RunSummary

_MOST = 500
_NO_SUCH: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no run with this id."},
}


def add_snippet_routes(app: FastAPI, history: History) -> None:
    """Add the routes below /snippets."""

    @app.get("/snippets", tags=["snippets"], responses={400: DOCUMENTED[400]})
    async def list_snippets(
        search: str = Query("", max_length=200), limit: int = Query(100, ge=1, le=_MOST)
    ) -> dict[str, Any]:
        """The newest runs whose question, answer or name has every word of `search`."""
        runs = await asyncio.to_thread(history.list, None, search, limit)
        return {"snippets": [_line(run) for run in runs]}

    @app.get("/snippets/{run_id}", tags=["snippets"], responses=_NO_SUCH)
    async def show_snippet(run_id: str) -> dict[str, Any]:
        """A run with its question and its whole answer."""
        try:
            run = await asyncio.to_thread(history.get, _exact(run_id))
        except UnknownRun:
            raise _missing() from None
        return {
            "run_id": run.run_id,
            "name": run.name,
            "model": run.snapshot.model,
            "started": run.started,
            "status": run.status,
            "prompt": run.snapshot.requirements,
            "text": run.reply,
            "cost_usd": None if run.cost_usd is None else float(run.cost_usd),
        }

    @app.delete("/snippets/{run_id}", tags=["snippets"], status_code=204, responses=_NO_SUCH)
    async def delete_snippet(run_id: str) -> None:
        """Delete a run from the history, of the program on the screen, too."""
        if not await asyncio.to_thread(history.delete, [_exact(run_id)]):
            raise _missing()


def _exact(run_id: str) -> str:
    """Only whole ids: the beginning of one, or "last", may be another run by now."""
    if len(run_id) != 12 or not run_id.isalnum():
        raise _missing()
    return run_id


def _missing() -> HTTPException:
    return HTTPException(404, "There is no run with this id in the history.")


def _line(run: RunSummary) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "name": run.name,
        "mode": run.mode,
        "model": run.model,
        "started": run.started,
        "status": run.status,
        "characters": run.characters,
        "cost_usd": None if run.cost_usd is None else float(run.cost_usd),
    }
