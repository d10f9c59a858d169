"""Every key of the program by where it acts, read from the bindings themselves: the help, the
manual's list and the keys in the settings are all made of this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.widget import Widget

from autocoder_tui.ui.key_rows import EVERYWHERE, MOVES, KeyRow, KeySection, key_name, says_of
from autocoder_tui.ui.program_keys import PROGRAM_KEYS
from autocoder_tui.ui.screens.batch import BatchScreen
from autocoder_tui.ui.screens.clarification import ClarificationScreen
from autocoder_tui.ui.screens.commit_message import CommitMessage
from autocoder_tui.ui.screens.dialogs.instruction import InstructionDialog, NoteDialog
from autocoder_tui.ui.screens.dialogs.preference import PreferenceDialog
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.screens.figures import FiguresHelp
from autocoder_tui.ui.screens.finder import Finder
from autocoder_tui.ui.screens.history import HistoryScreen
from autocoder_tui.ui.screens.model_picker import ModelPicker
from autocoder_tui.ui.screens.prompts import PromptList
from autocoder_tui.ui.screens.run_comparison import RunComparison
from autocoder_tui.ui.screens.run_view import RunView
from autocoder_tui.ui.screens.settings import SettingsScreen
from autocoder_tui.ui.screens.step_conversation import StepConversation
from autocoder_tui.ui.screens.step_question import StepQuestion
from autocoder_tui.ui.screens.theme_list import ThemeList
from autocoder_tui.ui.screens.unplaced_changes import UnplacedChanges
from autocoder_tui.ui.screens.usage import UsageScreen
from autocoder_tui.ui.widgets.answers import AnswerView
from autocoder_tui.ui.widgets.check.pane import CheckPane
from autocoder_tui.ui.widgets.check.view import CheckView
from autocoder_tui.ui.widgets.diff.view import DiffView
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.log.pane import LogPane
from autocoder_tui.ui.widgets.meters.meters import Meters
from autocoder_tui.ui.widgets.requirements_area import RequirementsArea
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.steps.pane import StepList
from autocoder_tui.ui.widgets.stream.pane import StreamPane
from autocoder_tui.ui.widgets.stream.view import StreamView

PANES: Final[tuple[tuple[type[Widget], str], ...]] = (
    (FilePicker, "Files"),
    (RequirementsArea, "Requirements"),
    (StreamPane, "Output"),
    (StreamView, "Output"),
    (AnswerView, "Answers"),
    (ReviewPane, "Review"),
    (DiffView, "Diff"),
    (CheckPane, "Check"),
    (CheckView, "Check"),
    (LogPane, "Log"),
    (StepList, "Steps"),
    (Meters, "Meters"),
)
SCREENS: Final[tuple[tuple[type[DOMNode], str], ...]] = (
    (ModelPicker, "Choosing a model"),
    (SettingsScreen, "Settings"),
    (ThemeList, "Choosing a theme"),
    (TextDialog, "Editing a text"),
    (InstructionDialog, "Feedback"),
    (NoteDialog, "Rejecting with a note"),
    (PreferenceDialog, "Remembering a line"),
    (PromptList, "Earlier prompts"),
    (Finder, "Finding files"),
    (FiguresHelp, "The meaning of the figures"),
    (HistoryScreen, "History"),
    (BatchScreen, "Batch"),
    (RunView, "A run of the history"),
    (RunComparison, "Two runs compared"),
    (CommitMessage, "Committing"),
    (ClarificationScreen, "Asked before writing"),
    (StepQuestion, "A step asks"),
    (StepConversation, "The conversation of a step"),
    (UnplacedChanges, "Changes without a place"),
    (UsageScreen, "Usage"),
)

_OF_SEARCH: Final = frozenset(("review.next_match", "review.previous_match", "review.end_search"))
"""They come from what a view of text is made from, and are listed after its own."""


def key_sections(keymap: Mapping[str, str]) -> tuple[KeySection, ...]:
    """Everything that has keys of its own; `keymap` are those that replace the built-in ones."""
    found: dict[str, tuple[list[KeyRow], list[type[DOMNode]]]] = {}
    found[EVERYWHERE] = (_rows(BindingsMap(PROGRAM_KEYS), keymap), [])
    for kind, title in (*PANES, *SCREENS):
        rows, kinds = found.setdefault(title, ([], []))
        known = {row.id for row in rows}
        bindings = kind._merged_bindings or BindingsMap()
        rows += [row for row in _rows(bindings, keymap) if row.id not in known]
        # Those of the whole program stand in an order of their own already.
        rows.sort(key=lambda row: (row.moves, not row.common, row.id in _OF_SEARCH))
        kinds.append(kind)
    in_main = {EVERYWHERE, *(title for _, title in PANES)}
    return tuple(
        KeySection(title, tuple(rows), title in in_main, tuple(kinds))
        for title, (rows, kinds) in found.items()
    )


def _rows(bindings: BindingsMap, keymap: Mapping[str, str]) -> list[KeyRow]:
    by_id: dict[str, tuple[list[str], Binding]] = {}
    for key, binding in bindings:
        # What a widget brings along from the framework has no id.
        if binding.id and binding.description:
            by_id.setdefault(binding.id, ([], binding))[0].append(key)
    return [
        KeyRow(
            id,
            tuple(keymap[id].split(",")) if id in keymap else tuple(keys),
            says_of(binding),
            binding.action.startswith(MOVES),
            binding.show,
        )
        for id, (keys, binding) in by_id.items()
    ]


def key_list() -> str:
    """All keys as a table in Markdown: the one of the manual."""
    lines = ["| where | key | |", "| --- | --- | --- |"]
    for section in key_sections({}):
        where = section.title.lower() if section.title == EVERYWHERE else section.title
        rows = [(_keys(row), row.says) for row in section.rows if not row.moves]
        if not section.in_main:
            rows = [("", " · ".join(f"{keys} {says}" for keys, says in rows))]
        moving = " ".join(_keys(row).replace(", ", " ") for row in section.rows if row.moves)
        if moving and section.in_main:
            rows.append((moving, "move"))
        for keys, says in rows:
            lines.append(f"| {where} | {keys} | {says} |")
            where = ""
    return "\n".join(lines)


def _keys(row: KeyRow) -> str:
    return ", ".join(map(key_name, row.keys)).replace("|", "\\|")
