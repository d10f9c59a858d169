"""Every dialog there is, one after the other: buttons in sight, one that Enter gives, a harmless
way out on Escape, and each button does what it says, by key and by mouse."""

import ast
import pkgutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Button

import autocoder_tui.ui
from autocoder_tui.edits.edit import EditBlock, EditLine
from autocoder_tui.engine.catalog import Provider
from autocoder_tui.engine.clarification import Clarification, Round
from autocoder_tui.engine.events import TextDelta
from autocoder_tui.engine.request import Limits
from autocoder_tui.review.unplaced_change import UnplacedChange
from autocoder_tui.runs.estimate import weigh
from autocoder_tui.runs.preparation import Job, prepare
from autocoder_tui.runs.rounds import Round as FeedbackRound
from autocoder_tui.runs.run_comparison import compared_runs
from autocoder_tui.store.history.history import History
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers.quit import QuitQuestion, Reason
from autocoder_tui.ui.key_rows import key_name
from autocoder_tui.ui.screens.clarification import ClarificationScreen
from autocoder_tui.ui.screens.commit_message import CommitMessage
from autocoder_tui.ui.screens.dialogs.choice import Choice
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import ButtonRow
from autocoder_tui.ui.screens.dialogs.instruction import InstructionDialog, NoteDialog
from autocoder_tui.ui.screens.dialogs.key_capture import KeyCapture
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.dialogs.preference import PreferenceDialog
from autocoder_tui.ui.screens.dialogs.question import Answer, Question, way_out
from autocoder_tui.ui.screens.dialogs.rounds import RoundsScreen
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.screens.dialogs.unbidden import UnbiddenQuestion
from autocoder_tui.ui.screens.endpoint_form import EndpointForm
from autocoder_tui.ui.screens.first_steps import FirstSteps
from autocoder_tui.ui.screens.prompts import Prompt, PromptList
from autocoder_tui.ui.screens.recovered import Offer, RecoveredRuns
from autocoder_tui.ui.screens.run_comparison import RunComparison
from autocoder_tui.ui.screens.run_view import RunView
from autocoder_tui.ui.screens.shown_text import ShownText
from autocoder_tui.ui.screens.step_conversation import Said, StepConversation
from autocoder_tui.ui.screens.step_question import StepQuestion
from autocoder_tui.ui.screens.too_large import TooLarge
from autocoder_tui.ui.screens.unplaced_changes import UnplacedChanges
from tests.ui.driving import NARROW, WIDE, chosen_of, driven, setup_for, until
from tests.ui.test_recovery import WHOLE, left_behind
from tests.ui.test_session import AT

Open = Callable[[AutocoderApp], Dialog[Any]]

LEAVE = Answer("leave", "Leave it", "l", harmless=True)
ANSWERS = (Answer("act", "Act on it", "a"), LEAVE)


class Asked:
    """Whoever owns the questions before writing."""

    clarification = Clarification("x", (Round("Which?", ("one", "two"), "one"),))
    limit = 3

    def change(self, clarification: Clarification) -> None:
        self.clarification = clarification

    async def ask(self) -> bool:
        return False

    def stop(self) -> None:
        pass


def kept(app: AutocoderApp) -> Any:
    return History(app.setup.places.state).get("last")


def rounds(app: AutocoderApp) -> RoundsScreen:
    run = History(app.setup.places.state).list()[0]
    return RoundsScreen([FeedbackRound(0, run, "", "", None, None, 5)], run.run_id)


def too_large(app: AutocoderApp) -> TooLarge:
    job = Job(app.root, ("a.txt",), "a.txt", "wish")
    return TooLarge(weigh(prepare(job, chosen_of(app), Limits()).request))


def unplaced(_: AutocoderApp) -> UnplacedChanges:
    block = EditBlock((EditLine("-", "old"), EditLine("+", "new")))
    return UnplacedChanges([UnplacedChange("a.txt", 0, block, "Nowhere.", ())], ["one", "two"])


MADE: dict[type[Dialog[Any]], Open] = {
    Choice: lambda _: Choice("Which?", (Answer("one", "One", "o"), Answer("two", "Two", "t"))),
    ClarificationScreen: lambda _: ClarificationScreen(Asked()),
    CommitMessage: lambda _: CommitMessage("message", ["a.txt"]),
    EndpointForm: lambda app: EndpointForm(app.setup),
    FirstSteps: lambda _: FirstSteps(Provider("Nobody", "http://127.0.0.1:9/v1", "NO_KEY")),
    InstructionDialog: lambda _: InstructionDialog("Made of it", "Of your complaint", "text"),
    KeyCapture: lambda _: KeyCapture("run", "Ctrl+R", lambda _: []),
    LineDialog: lambda _: LineDialog("Name", "Of it", "as it was"),
    NoteDialog: lambda _: NoteDialog("Reject", "Why", "text"),
    PreferenceDialog: lambda _: PreferenceDialog(
        "a line", {"project": Path("/a"), "user": Path("/b")}
    ),
    PromptList: lambda _: PromptList([Prompt("one", "now"), Prompt("two", "then")]),
    Question: lambda _: Question("Sure?", "It costs.\n" * 40, ANSWERS, start=1),
    QuitQuestion: lambda _: QuitQuestion(Reason("A", "b"), lambda: Reason("A", "b")),
    RecoveredRuns: lambda app: RecoveredRuns([Offer(kept(app), "half of it came")] * 2),
    RoundsScreen: rounds,
    RunComparison: lambda app: RunComparison(compared_runs(kept(app), kept(app))),
    RunView: lambda app: RunView(kept(app)),
    ShownText: lambda _: ShownText("Run it?", "It runs.", "line\n" * 80, ANSWERS),
    StepConversation: lambda _: StepConversation("plan", [Said("first", (("user", "hello"),))]),
    StepQuestion: lambda _: StepQuestion("A step asks", "Which?", ("one", "two"), "one"),
    TextDialog: lambda _: TextDialog("Text", "Of it", "as it was"),
    TooLarge: too_large,
    UnbiddenQuestion: lambda _: UnbiddenQuestion("Sure?", "It costs.", ANSWERS, start=1),
    UnplacedChanges: unplaced,
}
"""How each of them is made; what opens with a key is opened with that."""

OPENED = {
    "BatchScreen": "Q",
    "FiguresHelp": "alt+m",
    "Finder": "ctrl+f",
    "HistoryScreen": "f6",
    "KeysHelp": "f1",
    "ModelPicker": "ctrl+o",
    "Palette": "ctrl+p",
    "SettingsScreen": "f10",
    "UsageScreen": "ctrl+l",
    "ThemeList": "",
}
OWN_TAB = {
    "Finder": "Tab picks, as in other finders",
    "RunView": "Tab goes to the next part of the run",
    "UnplacedChanges": "Tab goes to the next place",
    "KeyCapture": "Tab is a key like others, to be taken",
}
"""Where Tab does not get to the buttons; their keys and the mouse do."""
NO_ENTER = {
    "TextDialog": "Enter begins a line",
    "NoteDialog": "Enter begins a line",
    "CommitMessage": "Enter begins a line",
    "RunView": "nothing to choose",
    "RunComparison": "nothing to choose",
    "UsageScreen": "nothing to choose",
    "StepConversation": "nothing to choose",
}
HARMLESS = (None, "", False, "later", "leave", "stay", ("stop", ""))
"""What Escape may answer."""
BASES = {"Dialog", "Unbidden", "FilteredList", "GroupedList"}
"""What others are made of, and nobody opens."""
SIZES = pytest.mark.parametrize("size", [(60, 15), NARROW, WIDE, (200, 60)])


def every_dialog() -> list[type[Dialog[Any]]]:
    for found in pkgutil.walk_packages(autocoder_tui.ui.__path__, "autocoder_tui.ui."):
        import_module(found.name)
    found_kinds: dict[type[Dialog[Any]], None] = {}
    waiting: list[type[Dialog[Any]]] = [Dialog]
    while waiting:
        waiting += (kind := waiting.pop()).__subclasses__()
        if kind.__module__.startswith("autocoder_tui.") and kind.__name__ not in BASES:
            found_kinds[kind] = None
    return list(found_kinds)


def test_every_dialog_is_walked_here() -> None:
    assert {kind.__name__ for kind in every_dialog()} == {
        *(kind.__name__ for kind in MADE),
        *OPENED,
    }


async def opened(app: AutocoderApp, pilot: Pilot[str], name: str, given: list[Any]) -> Dialog[Any]:
    made = next((make for kind, make in MADE.items() if kind.__name__ == name), None)
    if made is not None:
        app.push_screen(made(app), given.append)
    elif name == "ThemeList":
        app.action_change_theme()
    else:
        await pilot.press(OPENED[name])
    await until(pilot, lambda: type(app.screen).__name__ == name)
    dialog = app.screen
    assert isinstance(dialog, Dialog)
    await until(pilot, lambda: buttons(dialog) and all(b.region.height for b in buttons(dialog)))
    await until(pilot, lambda: getattr(dialog, "listens", True))
    await until(pilot, lambda: getattr(dialog, "_listens", True))
    return dialog


def buttons(dialog: Dialog[Any]) -> list[Button]:
    return [button for button in dialog.query(Button) if button.display]


def reversed_in(app: AutocoderApp) -> list[str]:
    """The labels of the buttons that are drawn as what Enter gives."""
    return [str(b.label) for b in buttons_of(app) if b.display and b.styles.text_style.reverse]


def buttons_of(app: AutocoderApp) -> list[Button]:
    return list(app.screen.query(Button))


async def closed(app: AutocoderApp, pilot: Pilot[str], dialog: Dialog[Any]) -> None:
    await until(pilot, lambda: dialog not in app.screen_stack)


async def walk(app: AutocoderApp, pilot: Pilot[str], name: str) -> None:
    given: list[Any] = []
    dialog = await opened(app, pilot, name, given)
    width, height = app.size
    for button in buttons(dialog):
        region = button.region
        inside = region.x >= 0 and region.right <= width and 0 <= region.y < height
        assert inside, (name, button.label, region)
        assert "(" in str(button.label), (name, button.label, "names no key")
        seen = app.screen._compositor.visible_widgets
        assert button in seen, (name, button.label, "is not in sight")
    texts = [str(button.label) for button in buttons(dialog)]
    assert len(set(texts)) == len(texts)
    if name in NO_ENTER:
        assert not reversed_in(app), name
    else:
        assert len(reversed_in(app)) == 1, (name, reversed_in(app))
    await by_tab_and_arrows(app, pilot, dialog, name)
    await pilot.press("escape")
    await closed(app, pilot, dialog)
    assert all(answer in HARMLESS for answer in given), (name, given)
    await by_mouse(app, pilot, name)


async def by_tab_and_arrows(
    app: AutocoderApp, pilot: Pilot[str], dialog: Dialog[Any], name: str
) -> None:
    if name in OWN_TAB:
        return
    for _ in range(12):
        if isinstance(app.focused, Button):
            break
        await pilot.press("tab")
        await pilot.pause()
    assert isinstance(app.focused, Button), (name, "Tab does not get to the buttons")
    usable = [button for button in buttons(dialog) if not button.disabled]
    for _ in usable:
        assert reversed_in(app) == [str(app.focused.label)], name
        at = usable.index(app.focused)
        if at + 1 < len(usable):
            await pilot.press("right")
            await until(pilot, lambda: app.focused is usable[at + 1])  # noqa: B023
        else:
            await pilot.press("left")
            await until(pilot, lambda: app.focused is usable[at - 1])  # noqa: B023
            break


async def by_mouse(app: AutocoderApp, pilot: Pilot[str], name: str) -> None:
    """The button of the way out closes it, with the same answer as Escape."""
    given: list[Any] = []
    dialog = await opened(app, pilot, name, given)
    out = next(b for b in buttons(dialog) if is_way_out(dialog, b))
    # A list that comes late may move it away from under the pointer, before or between the events
    # of a click.
    while dialog in app.screen_stack:
        where = out.region
        hit = await pilot.click(out)
        if hit and (dialog not in app.screen_stack or out.region == where):
            break
    await closed(app, pilot, dialog)
    assert all(answer in HARMLESS for answer in given), (name, given)


def is_way_out(dialog: Dialog[Any], button: Button) -> bool:
    label = str(button.label)
    if dialog.query(ButtonRow):
        return f"({key_name('escape')})" in label
    return label in ("Leave it (l)", "Stay (s)", "Later (l)")


@SIZES
async def test_every_dialog_is_answered_alike(tmp_path: Path, size: tuple[int, int]) -> None:
    left_behind(tmp_path, TextDelta(WHOLE[:-40]))
    async with driven(setup_for(tmp_path, *AT), size) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, RecoveredRuns) and app.screen._listens)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main and app.recovery.done)
        app.main.show("output")
        await pilot.pause()
        for kind in every_dialog():
            app.main.show("output")
            await pilot.pause()
            try:
                await walk(app, pilot, kind.__name__)
            except TimeoutError as error:
                raise AssertionError(kind.__name__) from error
        assert app.ending.crash is None


async def test_the_row_under_the_cursor_is_seen_in_the_terminals_own_colours(
    tmp_path: Path,
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('[ui]\ntheme = "ansi"\n')
    left_behind(tmp_path, TextDelta(WHOLE[:-40]))
    lists = set()
    async with driven(setup_for(tmp_path, *AT), NARROW) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, RecoveredRuns) and app.screen._listens)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main and app.recovery.done)
        for kind in every_dialog():
            app.main.show("output")
            await pilot.pause()
            dialog = await opened(app, pilot, kind.__name__, [])
            for rows in dialog.query("RowList, OptionList"):
                if rows.region.height and getattr(rows, "highlighted", None) is not None:
                    lists.add(kind.__name__)
                    assert has_reversed_row(app, rows), kind.__name__
            await pilot.press("escape")
            await closed(app, pilot, dialog)
    assert len(lists) > 12


def has_reversed_row(app: AutocoderApp, rows: Widget) -> bool:
    strips = app.screen._compositor.render_strips()[rows.region.y : rows.region.bottom]
    return any(
        segment.style is not None and segment.style.reverse and len(segment.text.strip()) > 1
        for strip in strips
        for segment in strip.crop(rows.region.x, rows.region.right)
    )


async def test_a_button_with_enter_takes_what_is_typed(tmp_path: Path) -> None:
    given: list[str | None] = []
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        for dialog, key in (
            (LineDialog("Name", "Of it", "as it was"), "enter"),
            (TextDialog("Text", "Of it", "as it was"), "ctrl-s"),
        ):
            app.push_screen(dialog, given.append)
            await until(pilot, lambda: app.screen.query(f"#key-{key}"))  # noqa: B023
            await pilot.click(f"#key-{key}")
            await until(pilot, lambda: app.screen is app.main)
        assert given == ["as it was", "as it was"]


def test_no_question_is_without_a_harmless_answer() -> None:
    """Each function that makes answers marks one of them, or is given one that is marked."""
    bare = []
    for file in sorted(Path(autocoder_tui.ui.__path__[0]).rglob("*.py")):
        tree = ast.parse(file.read_text())
        asked = [call for call in ast.walk(tree) if name_of(call) in ASKING]
        answers = [call for call in ast.walk(tree) if name_of(call) == "Answer"]
        marked = [call for call in answers if is_marked(call)]
        if asked and answers and len(marked) < len(asked) and not shares_one(tree):
            bare.append((file.name, len(asked), len(marked)))
    assert bare == []


ASKING = ("Question", "UnbiddenQuestion", "ShownText")


def name_of(node: ast.AST) -> str:
    called = node.func if isinstance(node, ast.Call) else None
    return called.id if isinstance(called, ast.Name) else ""


def is_marked(node: ast.AST) -> bool:
    return any(one.arg == "harmless" for one in getattr(node, "keywords", ()))


def shares_one(tree: ast.Module) -> bool:
    """Whether the file has a marked answer of its own for all its questions."""
    return any(
        isinstance(node, ast.Assign) and name_of(node.value) == "Answer" and is_marked(node.value)
        for node in tree.body
    )


def test_escape_gives_the_harmless_answer_wherever_it_stands() -> None:
    harmless = Answer("no", "No", "n", harmless=True)
    assert way_out((harmless, Answer("yes", "Yes", "y"))) == "no"
    assert way_out((Answer("yes", "Yes", "y"), harmless)) == "no"
