"""Asking before something that looks like a key leaves this machine."""

from __future__ import annotations

import asyncio

from autocoder_tui.engine.request import RunRequest
from autocoder_tui.runs.key_scan import KeySent, keys_in
from autocoder_tui.ui.program import KeyDecision, Program
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.widgets.files.picker import FilePicker

_MOST_NAMED = 8


class KeyWarnings:
    """What a person said may be sent, and where to: asked once for each key and server."""

    def __init__(self) -> None:
        self._sent: set[tuple[str, str | None, int]] = set()

    async def decide(
        self, app: Program, request: RunRequest, *, can_leave: bool = False
    ) -> tuple[KeyDecision, tuple[str, ...]]:
        """Whether to send `request`, and the files that hold keys. Must be called from a worker.

        "leave" is only answered where `can_leave`: the files are to be left out.
        """
        server = request.endpoint.provider.base_url
        found = await asyncio.to_thread(keys_in, request)
        fresh = [key for key in found if (server, key.path, key.mark) not in self._sent]
        files = tuple(dict.fromkeys(key.path for key in fresh if key.path is not None))
        if not fresh:
            return "send", ()
        answer = await app.push_screen_wait(_question(fresh, files, can_leave))
        if answer == "send":
            self._sent.update((server, key.path, key.mark) for key in fresh)
            return "send", files
        return ("leave", files) if answer == "leave" else ("back", files)


def _question(found: list[KeySent], files: tuple[str, ...], can_leave: bool) -> Question:
    named = [f"! {key}" for key in found[:_MOST_NAMED]]
    if len(found) > _MOST_NAMED:
        named.append(f"and {len(found) - _MOST_NAMED} more")
    answers = [Answer("send", "Send anyway", "s")]
    if can_leave and files:
        label = "Leave this file out" if len(files) == 1 else f"Leave these {len(files)} files out"
        answers.insert(0, Answer("leave", label, "l"))
    answers.append(Answer("back", "Back", "b", harmless=True))
    text = "It would be sent to the model with the rest:\n\n" + "\n".join(named)
    # Enter, pressed by reflex, sends nothing.
    start = 0 if answers[0].value == "leave" else len(answers) - 1
    return Question("There may be keys in this", text, tuple(answers), start=start)


async def ask_about_secret(app: Program, path: str) -> None:
    """A file that looks like a secret was picked: it stays picked after a yes only. Must be called
    from a worker."""
    question = Question(
        "This looks like a secret",
        f"{path} may hold keys or passwords. Its text would be sent to the model.",
        (
            Answer("leave", "Leave it out", "l", harmless=True),
            Answer("pick", "Pick it anyway", "p"),
        ),
    )
    if await app.push_screen_wait(question) == "pick":
        picker = app.main.query_one(FilePicker)
        picker.set_picks((*picker.picks, path))
