"""Every action as a command of the palette, in words; made from the bindings themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from textual.app import App, ComposeResult, SystemCommand
from textual.binding import BindingsMap
from textual.command import CommandInput, CommandPalette
from textual.dom import DOMNode
from textual.screen import Screen

from autocoder_tui.ui.screens.batch import BatchScreen
from autocoder_tui.ui.screens.clarification import ClarificationScreen
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.instruction import InstructionDialog, NoteDialog
from autocoder_tui.ui.screens.dialogs.preference import PreferenceDialog
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.screens.finder import Finder
from autocoder_tui.ui.screens.history import HistoryScreen
from autocoder_tui.ui.screens.main import MainScreen
from autocoder_tui.ui.screens.model_picker import ModelPicker
from autocoder_tui.ui.screens.prompts import PromptList
from autocoder_tui.ui.screens.run_view import RunView
from autocoder_tui.ui.screens.usage import UsageScreen
from autocoder_tui.ui.widgets.answers import AnswerView
from autocoder_tui.ui.widgets.check.pane import CheckPane
from autocoder_tui.ui.widgets.check.view import CheckView
from autocoder_tui.ui.widgets.diff.view import DiffView
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.log.pane import LogPane
from autocoder_tui.ui.widgets.plain_area import PlainInput
from autocoder_tui.ui.widgets.requirements_area import RequirementsArea
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.stream.view import StreamView

_AREAS = (
    (FilePicker, "Files"),
    (RequirementsArea, "Requirements"),
    (StreamView, "Output"),
    (AnswerView, "Answers"),
    (ReviewPane, "Review"),
    (DiffView, "Diff"),
    (CheckPane, "Check"),
    (CheckView, "Check"),
    (LogPane, "Log"),
)


_SCREENS: tuple[tuple[type[DOMNode], str], ...] = (
    (ModelPicker, "Choosing a model"),
    (TextDialog, "Editing a hunk"),
    (InstructionDialog, "Feedback"),
    (NoteDialog, "Rejecting with a note"),
    (PreferenceDialog, "Remembering a line"),
    (PromptList, "Earlier prompts"),
    (Finder, "Finding files"),
    (HistoryScreen, "History"),
    (BatchScreen, "Batch"),
    (RunView, "A run of the history"),
    (ClarificationScreen, "Asked before writing"),
    (UsageScreen, "Usage"),
)


class Palette(CommandPalette):
    """The framework's own, with the key that works in every dialog, and a field that shows what
    is pasted as marks."""

    BINDINGS = Dialog.BINDINGS

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            if isinstance(widget, CommandInput):
                widget = _Field(placeholder=widget.placeholder, select_on_focus=False)
            yield widget


class _Field(CommandInput, PlainInput):
    pass


def keys_of(app: App[Any], main: MainScreen) -> list[tuple[str, BindingsMap]]:
    """Everything that has keys of its own, with the words for it."""
    areas = [(area, main.query_one(kind)._bindings) for kind, area in _AREAS]
    return [("Everywhere", app._bindings), *areas, *_of_screens(app)]


def _of_screens(app: App[Any]) -> Iterator[tuple[str, BindingsMap]]:
    """What can be pressed on a screen that is not open: its keys, as the user changed them."""
    for kind, area in _SCREENS:
        bindings = BindingsMap(kind.BINDINGS)
        bindings.apply_keymap(app._keymap)
        yield area, bindings


def commands_of(
    app: App[Any],
    main: MainScreen,
    screen: Screen[Any],
    *,
    forget: Callable[[], None],
    said: Mapping[str, str],
) -> Iterator[SystemCommand]:
    """The actions that make sense on `screen`, the App's first. `forget` is the one without a key:
    it drops what was learnt about the endpoint. `said` is how things stand, by the id of what
    changes them."""
    yield from _bound(app, app, "", said)
    if screen is main:
        for kind, area in _AREAS:
            yield from _bound(app, main.query_one(kind), f"{area}: ")
    for verb, says in (
        ("Load", "Take files, requirements, model and limits from a JSON or TOML file"),
        ("Save", "Write what stands on the screen into a JSON or TOML file"),
    ):
        yield SystemCommand(
            f"{verb} control file", says, partial(app.run_action, f"control_file('{verb.lower()}')")
        )
    for name, what, says in (
        ("Pick what changed", "changed", "Files that are not as in git: since main, or the commit"),
        ("Save the picks as a set", "save", "The finder (Ctrl+F) lists the sets and picks them"),
    ):
        yield SystemCommand(name, says, partial(app.run_action, f"picks('{what}')"))
    yield SystemCommand(
        "Save the requirements as a template",
        "F12 lists it with the earlier prompts, in all projects",
        partial(app.run_action, "requirements('template')"),
    )
    for whose, says in (("project", "of this project"), ("user", "in all projects")):
        yield SystemCommand(
            f"Preferences {says} in your editor",
            "What the model is told in every run, a line each",
            partial(app.run_action, f"preferences('{whose}')"),
        )
    yield SystemCommand("Change theme", "Choose the colours", app.action_change_theme)
    yield SystemCommand(
        "Forget what was learnt about this endpoint",
        "Parameters it refused, how it continues a cut-off reply",
        forget,
    )
    yield SystemCommand("Save screenshot", "As an SVG file", app.action_screenshot)


def _bound(
    app: App[Any], node: DOMNode, area: str, said: Mapping[str, str] = MappingProxyType({})
) -> Iterator[SystemCommand]:
    seen = set()
    for _, binding in node._bindings:
        # What a widget brings along from the framework has no id.
        if not binding.id or not binding.description or binding.action in seen:
            continue
        seen.add(binding.action)
        key = app.get_key_display(binding)

        async def call(action: str = binding.action) -> None:
            await app.run_action(action, default_namespace=node)

        stands = f". {said[binding.id]}" if binding.id in said else ""
        yield SystemCommand(f"{area}{binding.description}", f"Key: {key}{stands}", call)
