"""Notes what is done in the full-screen program, by name, for the report of a crash."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.await_complete import AwaitComplete
from textual.dom import DOMNode

from autocoder_tui.runs.recent_actions import note


class TracedApp(App[str]):
    """Every action that is taken and every screen that opens or closes passes through here."""

    async def _dispatch_action(self, namespace: DOMNode, action_name: str, params: Any) -> bool:
        note("action", f"{type(namespace).__name__}.{action_name}")
        return await super()._dispatch_action(namespace, action_name, params)

    def push_screen(self, *arguments: Any, **options: Any) -> Any:
        screen = arguments[0] if arguments else options.get("screen")
        note("screen", screen if isinstance(screen, str) else type(screen).__name__)
        return super().push_screen(*arguments, **options)

    def pop_screen(self) -> AwaitComplete:
        note("closed", type(self.screen).__name__)
        return super().pop_screen()
