"""Work in the background that is called off before it has begun."""

from __future__ import annotations

import inspect
import weakref
from typing import Any

from textual.app import App
from textual.worker import Worker


class BackgroundWork(App[str]):
    """Lets go of coroutines that never ran: other work took their place, or the program ended.
    Python would tell whoever quits, on the terminal, that they were never awaited."""

    def run_worker(self, work: Any, *arguments: Any, **options: Any) -> Worker[Any]:
        """As Textual's."""
        worker: Worker[Any] = super().run_worker(work, *arguments, **options)
        if inspect.iscoroutine(work):
            # One that ran has come to its end by then, and closing it does nothing.
            weakref.finalize(worker, work.close)
        return worker
