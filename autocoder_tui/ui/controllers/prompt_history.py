"""Earlier requirements: stepping through them, searching them, and losing no draft over it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.widgets import TextArea

from autocoder_tui.config.templates import load_templates, save_template
from autocoder_tui.ui.controllers.edit import LARGEST_EDITED_HERE, edit_outside
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.prompts import Prompt, PromptList


@dataclass
class Walk:
    """Steps through `texts`, newest first, beginning at `draft`, which comes before them all.

    A text that was changed on the way is the draft from then on; what was the draft before
    is `displaced`.
    """

    draft: str
    texts: Sequence[str]
    at: int = -1
    displaced: str = ""

    def step(self, by: int, now: str) -> str:
        """The text `by` places earlier (or later, below 0) than `now`, what is on show."""
        if now != self.shown:
            self.displaced, self.draft, self.at = (self.draft if self.at >= 0 else ""), now, -1
        self.at = max(-1, min(self.at + by, len(self.texts) - 1))
        return self.shown

    @property
    def shown(self) -> str:
        return self.draft if self.at < 0 else self.texts[self.at]


class PromptHistory:
    """The App's earlier prompts: those of this session, and those the history knows."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._known: list[Prompt] = []
        self._walk: Walk | None = None

    @property
    def _area(self) -> TextArea:
        return self._app.main.query_one("#requirements", TextArea)

    def know(self, prompts: Iterable[Prompt]) -> None:
        """Prompts of earlier sessions, newest first."""
        texts = {prompt.text for prompt in self._known}
        self._known += [prompt for prompt in prompts if prompt.text not in texts]

    def forget(self) -> None:
        """The history was deleted, and with it what was sent."""
        self._known.clear()
        self._walk = None

    def sent(self, text: str) -> None:
        """`text` is sent to a model, now."""
        when = datetime.now().strftime("%Y-%m-%d %H:%M")
        self._known = [prompt for prompt in self._known if prompt.text != text]
        self._known.insert(0, Prompt(text, when))
        self._walk = None
        self._entitle("")
        self._app.session.forget_draft(text)

    def drafts(self) -> tuple[str, ...]:
        """Everything unsent that is not in the editor just now."""
        walk, kept = self._walk, self._app.session.drafts
        if walk is None or walk.at < 0 or not walk.draft.strip():
            return kept
        return (walk.draft, *(draft for draft in kept if draft != walk.draft))

    def prompts(self) -> list[Prompt]:
        """The drafts, then what was sent; newest first."""
        drafts = [Prompt(text, "not sent") for text in self.drafts()]
        drafts += self._app.dialog_drafts.prompts()
        unsent = {prompt.text for prompt in drafts}
        return drafts + [prompt for prompt in self._known if prompt.text not in unsent]

    def step(self, by: int) -> None:
        """Put an earlier prompt (or a later one, below 0) into the editor."""
        area = self._area
        if self._walk is None or (self._walk.at < 0 and self._walk.draft != area.text):
            texts = [prompt.text for prompt in self.prompts() if prompt.text != area.text]
            self._walk = Walk(area.text, texts)
        walk = self._walk
        text = walk.step(by, area.text)
        if walk.displaced:
            self._app.session.keep_draft(walk.displaced)
            walk.displaced = ""
        if not walk.texts:
            self._app.tell("There is no earlier prompt yet.")
        elif text != area.text:
            self._put(text)
            self._entitle(
                "" if walk.at < 0 else f" · earlier prompt {walk.at + 1} of {len(walk.texts)}"
            )
        self._app.session.changed()

    def replace(self, text: str) -> None:
        """Put `text` into the editor; what it replaces is kept unless it was sent or is empty."""
        area = self._area
        if area.text == text:
            return
        draft = area.text if self._walk is None or self._walk.at < 0 else self._walk.draft
        self._walk = None
        if all(prompt.text != draft for prompt in self._known):
            self._app.session.keep_draft(draft)
            if draft.strip():
                lists, back = self._app.key("prompt.search"), self._app.key("prompt.earlier")
                self._app.tell(f"Your draft is kept: {lists} lists it, {back} goes back to it.")
        self._app.session.forget_draft(text)
        self._put(text)
        self._entitle("")

    async def search(self) -> None:
        """Choose from the list of prompts and templates. Must be called from a worker."""
        app = self._app
        found, problems = await asyncio.to_thread(load_templates, app.root, app.setup.places.config)
        for problem in problems:
            app.tell(str(problem), severity="warning")
        templates = [Prompt(one.text, "template", one.name) for one in found]
        text = await app.push_screen_wait(PromptList([*self.prompts(), *templates]))
        if text is not None:
            self.replace(text)
            self._app.main.show("requirements")

    async def save_template(self) -> None:
        """Keep what stands in the editor under a name. Must be called from a worker."""
        app, text = self._app, self._area.text
        if not text.strip():
            app.tell("There are no requirements to keep as a template.")
            return
        lists = app.key("prompt.search")
        hint = f"Kept for all projects. {lists} lists it with the earlier prompts."
        name = await app.push_screen_wait(LineDialog("Save the requirements as", hint))
        if name is None:
            return
        try:
            file = await asyncio.to_thread(save_template, app.setup.places.config, name, text)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            app.tell(f"The template can't be kept: {reason}", severity="warning", timeout=12)
        else:
            app.tell(f"Kept as the template {file.stem}.")

    async def edit_outside(self) -> None:
        """Have the requirements edited in the person's editor. Must be called from a worker."""
        area = self._area
        text, line = area.text, area.cursor_location[0]
        new = await edit_outside(self._app, text, "requirements.md", line, most=LARGEST_EDITED_HERE)
        if new is None:
            return
        if self._area.text != text:
            # Typed meanwhile, or put there: what stood there is found among the earlier prompts.
            self._app.session.keep_draft(self._area.text)
        if not text.endswith("\n"):
            new = new.removesuffix("\n")
        if new != text:
            self._put(new)

    def _put(self, text: str) -> None:
        area = self._area
        # As an edit, so that the editor's own undo takes it back too.
        area.replace(text, area.document.start, area.document.end)
        area.move_cursor(area.document.end)

    def _entitle(self, place: str) -> None:
        self._app.main.entitle(place)
