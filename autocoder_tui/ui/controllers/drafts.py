"""Text typed in a dialog: kept while it is open, so that no end of the program loses it."""

from __future__ import annotations

import hashlib

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.session import Typed
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog, TypedInto
from autocoder_tui.ui.screens.prompts import Prompt

_MOST_KEPT = 10
_MOST_CHARACTERS = 4_000_000
"""Of all that is kept; the newest comes first."""


class DialogDrafts:
    """What was typed in dialogs that the program ended with. `left` is of earlier starts."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self.left: tuple[Typed, ...] = ()

    async def ask(
        self,
        title: str,
        hint: str,
        text: str = "",
        *,
        line: int = 0,
        tall: bool = False,
        prose: bool = False,
    ) -> str | None:
        """What `text` was changed to in a dialog, None when it was given up. What had been
        typed there when the program ended is there again. Must be called from a worker."""
        answer, _ = await self.ask_which(
            TextDialog, title, hint, text, line=line, tall=tall, prose=prose
        )
        return answer

    async def ask_which(
        self,
        kind: type[TextDialog],
        title: str,
        hint: str,
        text: str = "",
        *,
        line: int = 0,
        tall: bool = False,
        prose: bool = False,
    ) -> tuple[str | None, str]:
        """The same in a dialog of that kind, and the way in which it was answered."""
        typed = self.typed_in(title, text)
        if typed is not None:
            hint = "As you left it. " + hint
        dialog = kind(title, hint, text, typed=typed, line=line, tall=tall, prose=prose)
        answer = await self._app.push_screen_wait(dialog)
        self.forget(title, text)
        if answer is None and dialog.KEEPS_TYPED and dialog.typed != text:
            self.keep(title, text, dialog.typed)
        return answer, dialog.way

    def typed_in(self, title: str, original: str) -> str | None:
        """What was typed in the dialog that begins with `original`, and not used yet."""
        base = _digest(original)
        return next((one.text for one in self.left if _is(one, title, base)), None)

    def forget(self, title: str, original: str) -> None:
        """It was used, or given up."""
        base = _digest(original)
        self.left = tuple(one for one in self.left if not _is(one, title, base))
        self._app.session.changed()

    def keep(self, title: str, original: str, text: str) -> None:
        """Have `text` there when the dialog that begins with `original` is opened again."""
        base = _digest(original)
        others = (one for one in self.left if not _is(one, title, base))
        self.left = (Typed(title, base, text), *others)
        self._app.session.changed()

    def now(self) -> tuple[Typed, ...]:
        """What would be missed if the program ended now, newest first."""
        open_now = [
            Typed(screen.heading, _digest(screen.original), screen.typed)
            for screen in self._app.screen_stack
            if isinstance(screen, TypedInto) and screen.typed != screen.original
        ]
        others = [
            one for one in self.left if not any(_is(one, new.title, new.base) for new in open_now)
        ]
        room, kept = _MOST_CHARACTERS, []
        for one in (*open_now, *others)[:_MOST_KEPT]:
            room -= len(one.text)
            if room >= 0:
                kept.append(one)
        return tuple(kept)

    def restore(self, left: tuple[Typed, ...]) -> None:
        """Take over what the last end of the program left, and say so."""
        self.left = left
        if left:
            titles = ", ".join(f"“{visible(one.title)}”" for one in left)
            self._app.tell(
                f"What you typed in {titles} is kept: it is there when you open that again, "
                "and in the list of prompts "
                f"({self._app.key('prompt.search')} in the requirements).",
                timeout=12,
            )

    def prompts(self) -> list[Prompt]:
        """The same for the list of prompts."""
        return [Prompt(one.text, "typed, not used") for one in self.left]


def _is(one: Typed, title: str, base: str) -> bool:
    return (one.title, one.base) == (title, base)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
