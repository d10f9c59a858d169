"""Every action as a command of the palette, in words; made from the bindings themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from autocoder_tui.ui.key_rows import MOVES, key_name
from autocoder_tui.ui.key_table import PANES
from autocoder_tui.ui.key_words import key_of
from autocoder_tui.ui.screens.main import MainScreen
from autocoder_tui.ui.screens.palette import Command

PROGRAM: Final = "Program"
_ELSEWHERE: Final = "From and to elsewhere"
_TOLD: Final = "What the model is told"
_PICKS: Final = "Files picked"
_GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "run": "Run",
        "mode": "Run",
        "feedback": "Run",
        "model": "Run",
        "target": "Run",
        "pane": "Go to",
        "panes": "Panes",
        "history": "Go to",
        "usage": "Go to",
        "meters": "Go to",
        "batch": "Go to",
        "write": "Last write",
        "reply": _ELSEWHERE,
        "prompt": _ELSEWHERE,
        "preprompt": _TOLD,
        "preferences": _TOLD,
        "files": _PICKS,
    }
)
"""Commands of the whole program that belong together, by the first part of their binding's name."""


def commands_of(
    app: App[Any],
    main: MainScreen,
    screen: Screen[Any],
    *,
    forget: Callable[[], None],
    said: Mapping[str, str],
) -> list[Command]:
    """The actions that make sense on `screen`, those of the pane that has the keyboard first.
    `forget` is the one without a key: it drops what was learnt about the endpoint. `said` is how
    things stand, by the id of what changes them."""
    commands = [*_bound(app, app, "", said), *_without_keys(app, forget)]
    groups = list(dict.fromkeys([*_GROUPS.values(), *(command.group for command in commands)]))
    here: list[Command] = []
    panes: list[Command] = []
    if screen is main:
        for kind, area in PANES:
            node = next(iter(main.query(kind)), None)
            if node is None:
                continue  # nobody has seen it so far: it is mounted after the first picture
            focused = main.focused is not None and node in main.focused.ancestors_with_self
            (here if focused else panes).extend(_bound(app, node, area))
    return [*here, *sorted(commands, key=lambda one: groups.index(one.group)), *panes]


def _without_keys(app: App[Any], forget: Callable[[], None]) -> Iterator[Command]:
    for verb, says in (
        ("Load", "Take files, requirements, model and limits from a JSON or TOML file"),
        ("Save", "Write what stands on the screen into a JSON or TOML file"),
    ):
        call = partial(app.run_action, f"control_file('{verb.lower()}')")
        yield Command(_ELSEWHERE, f"{verb} control file", says, "", call)
    finder, prompts = key_of(app, "files.find"), key_of(app, "prompt.search")
    for name, what, says in (
        ("Pick what changed", "changed", "Files that are not as in git: since main, or the commit"),
        ("Save the picks as a set", "save", f"The finder ({finder}) lists the sets and picks them"),
    ):
        yield Command(_PICKS, name, says, "", partial(app.run_action, f"picks('{what}')"))
    yield Command(
        _TOLD,
        "Save the requirements as a template",
        f"{prompts} lists it with the earlier prompts, in all projects",
        "",
        partial(app.run_action, "requirements('template')"),
    )
    for whose, says in (("project", "of this project"), ("user", "in all projects")):
        yield Command(
            _TOLD,
            f"Preferences {says} in your editor",
            "What the model is told in every run, a line each",
            "",
            partial(app.run_action, f"preferences('{whose}')"),
        )
    for name, verb, says in (
        ("Show the guide", "show", "The steps of a first run, ticked as you do them"),
        ("Close the guide", "close", "It does not come back by itself"),
    ):
        yield Command(PROGRAM, name, says, "", partial(app.run_action, f"guide('{verb}')"))
    forget_sizes = partial(app.run_action, "forget_sizes")
    yield Command("Panes", "Usual sizes", "As if no border had been moved", "", forget_sizes)
    yield Command(PROGRAM, "Change theme", "Choose the colours", "", app.action_change_theme)
    yield Command(
        "Run",
        "Forget what was learnt about this endpoint",
        "Parameters it refused, how it continues a cut-off reply",
        "",
        forget,
    )
    yield Command(PROGRAM, "Save screenshot", "As an SVG file", "", app.action_screenshot)


def _bound(
    app: App[Any], node: DOMNode, area: str, said: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Command]:
    seen = set()
    for _, binding in node._bindings:
        # What a widget brings along from the framework has no id.
        if not binding.id or not binding.description or binding.action in seen:
            continue
        if binding.action.startswith(("command_palette", *MOVES)):
            continue  # nobody looks for these by name
        seen.add(binding.action)

        async def call(action: str = binding.action) -> None:
            await app.run_action(action, default_namespace=node)

        group = area or _GROUPS.get(binding.id.partition(".")[0], PROGRAM)
        says = ". ".join(filter(None, (binding.tooltip, said.get(binding.id))))
        yield Command(group, binding.description, says, _key_of(app, binding), call)


def _key_of(app: App[Any], binding: Binding) -> str:
    keys = app._keymap.get(binding.id or "", binding.key)
    return key_name(keys.split(",")[0])
