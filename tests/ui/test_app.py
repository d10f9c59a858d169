"""The main job by keys alone, in the real App against a real loopback server."""

import asyncio
import difflib
import subprocess
from pathlib import Path

import pytest
from textual.events import Resize
from textual.geometry import Size
from textual.widgets import Input, OptionList, Static, TextArea

from autocoder_tui.demo.sample import DEMO_TARGET, sample_text
from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.demo.session import demo_setup
from autocoder_tui.engine.provider.local_servers import LocalServer, probe_local
from autocoder_tui.store.journal.reader import journals
from autocoder_tui.store.journal.recovery import replay
from autocoder_tui.ui.screens import first_steps
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.first_steps import FirstSteps
from autocoder_tui.ui.screens.keys_help import KeysHelp
from autocoder_tui.ui.screens.model_picker import ModelPicker
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.header_line import HeaderLine
from autocoder_tui.ui.widgets.log.view import LogView
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.stream.view import StreamView
from autocoder_tui.ui.widgets.tab_strip import TabStrip
from tests.effort import some
from tests.ui.driving import (
    NARROW,
    WIDE,
    chosen_of,
    driven,
    framed,
    serving,
    setup_for,
    there,
    until,
)

OLD = "".join(f"line {number}\n" for number in range(40))
NEW = OLD.replace("line 3\n", "line three\n").replace("line 30\n", "line thirty\nand more\n")


def project_file(tmp_path: Path, name: str = "code.txt", text: str = OLD) -> Path:
    path = tmp_path / "project" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("size", some([WIDE, NARROW], every=2))
async def test_the_demo_goes_from_start_to_an_accepted_file_by_keys_alone(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    setup = demo_setup(setup_for(tmp_path, "--demo"))
    async with driven(setup, size) as (app, pilot):
        review = app.main.query_one(ReviewPane)
        await until(pilot, lambda: app.main.query_one(FilePicker).picks)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: review.review is not None and not app.runner.running, 60)
        assert len(app.runner.state.parts) > 1
        (file,) = there(review.review).files
        assert len(file.hunks) >= 5
        await until(pilot, lambda: app.main.pane == "review" and app.focused is not None)
        await until(pilot, lambda: there(app.focused).id == "diff")
        await pilot.press("a", "r", "a")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("w")
        await until(pilot, lambda: review.written)
        expected = there(review.review).files[0].result()
    before, after = sample_text(DEMO_TARGET), (setup.root / DEMO_TARGET).read_text()
    assert after == expected
    assert before != after
    changed = [
        tag
        for tag, *_ in difflib.SequenceMatcher(
            None, before.splitlines(), after.splitlines(), autojunk=False
        ).get_opcodes()
        if tag != "equal"
    ]
    assert len(changed) >= 2


async def test_news_of_a_size_that_is_past_does_not_change_the_layout(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path)) as (app, pilot):
        past = Size(300, 100)
        app.main.post_message(Resize(past, past))
        await pilot.pause()
        await pilot.pause()
        assert (app.main.size, app.main.query_one("#body").size.width) == (Size(*WIDE), WIDE[0])


async def test_accepting_everything_writes_what_the_model_sent(tmp_path: Path) -> None:
    path = project_file(tmp_path)
    script = [framed("code.txt", NEW)]
    async with serving(tmp_path, script, "-i", "code.txt", "-r", "count", "-o", "code.txt") as (
        app,
        pilot,
        server,
    ):
        await until(pilot, lambda: app.main.query_one(FilePicker).picks)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("A", "enter")
        await until(pilot, lambda: app.main.query_one(ReviewPane).written)
        assert OLD in server.requests[0].messages[1]["content"]
    assert path.read_text() == NEW


async def test_what_is_not_accepted_is_not_written(tmp_path: Path) -> None:
    path = project_file(tmp_path)
    async with serving(tmp_path, [framed("code.txt", NEW)], "-i", "code.txt", "-r", "x") as (
        app,
        pilot,
        _,
    ):
        await until(pilot, lambda: app.main.query_one(FilePicker).picks)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("enter")
        await pilot.pause()
        assert path.read_text() == OLD
        await pilot.press("a", "r", "enter")
        await until(pilot, lambda: app.main.query_one(ReviewPane).written)
    assert path.read_text() == OLD.replace("line 3\n", "line three\n")


async def test_a_file_changed_meanwhile_is_asked_about(tmp_path: Path) -> None:
    path = project_file(tmp_path)
    async with serving(tmp_path, [framed("code.txt", NEW)], "-i", "code.txt", "-r", "x") as (
        app,
        pilot,
        _,
    ):
        await until(pilot, lambda: app.main.query_one(FilePicker).picks)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        path.write_text("changed by someone else\n")
        await pilot.press("A", "enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert path.read_text() == "changed by someone else\n"
        review = app.main.query_one(ReviewPane)
        await pilot.press("r")
        await until(
            pilot, lambda: there(review.review).files[0].before == "changed by someone else\n"
        )
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        await pilot.press("A", "enter")
        await until(pilot, lambda: review.written)
    assert path.read_text() == NEW


async def test_stopping_keeps_the_text_and_going_on_completes_it(tmp_path: Path) -> None:
    project_file(tmp_path)
    whole = f'<file path="code.txt">\n{NEW}</file>\n'
    kept: list[str] = []

    def answer(received):  # type: ignore[no-untyped-def]
        if len(received.messages) == 2:
            return Reply(whole, stall="middle", cut_after=200)
        shown = received.messages[-2]["content"]
        tail = shown.splitlines(keepends=True)
        instruction = received.messages[-1]["content"]
        count = max(n for n in range(1, 13) if "".join(tail[-n:]) in instruction)
        kept.append(shown)
        return Reply(whole[len(shown) - len("".join(tail[-count:])) :])

    async with serving(tmp_path, answer, "-i", "code.txt", "-r", "x", "-o", "code.txt") as (
        app,
        pilot,
        server,
    ):
        await until(pilot, lambda: app.main.query_one(FilePicker).picks)
        await pilot.press("ctrl+r")
        view = app.main.query_one(StreamView)
        await until(pilot, lambda: len(view.text) == 200)
        await pilot.press("escape")
        await until(pilot, lambda: not app.runner.running)
        await server.wait_for_drop()
        assert view.text == whole[:200]
        (journal,) = journals(tmp_path / "state")
        assert replay(journal).reply == whole[:200]
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.main.query_one(ReviewPane).review is not None)
        assert app.runner.state.text == whole
    assert kept


async def test_without_a_key_the_first_steps_are_offered(tmp_path: Path) -> None:
    async with driven(setup_for(tmp_path)) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, FirstSteps))
        choices = app.screen.query_one(OptionList)
        await until(pilot, lambda: choices.highlighted is not None)
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value == "demo")


@pytest.mark.parametrize(("choice", "opens"), [("add", "EndpointForm"), ("model", "ModelPicker")])
async def test_the_first_steps_lead_to_a_server_or_a_model(
    tmp_path: Path, choice: str, opens: str
) -> None:
    async with driven(setup_for(tmp_path)) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, FirstSteps))
        choices = app.screen.query_one(OptionList)
        await until(pilot, lambda: choices.highlighted is not None)
        choices.highlighted = choices.get_option_index(choice)
        detail = app.screen.query_one("#first-detail", Static)
        words = "HYPERBOLIC_API_KEY" if choice == "model" else "OpenAI API"
        await until(pilot, lambda: words in str(detail.render()))
        await pilot.press("enter")
        await until(pilot, lambda: type(app.screen).__name__ == opens)


async def test_a_model_whose_key_is_there_is_offered_first(tmp_path: Path) -> None:
    """The default model is another provider's: whoever exports one key must not end there."""
    setup = setup_for(tmp_path, environ={"OPENAI_API_KEY": "sk-canary-1234567890"})
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, FirstSteps))
        choices = app.screen.query_one(OptionList)
        await until(pilot, lambda: choices.highlighted == 0)
        detail = app.screen.query_one("#first-detail", Static)
        await until(pilot, lambda: "OPENAI_API_KEY" in str(detail.render()))
        assert "sk-canary" not in app.export_screenshot()
        await pilot.press("enter")
        await until(pilot, lambda: chosen_of(app).model.provider == "OpenAI")
        assert chosen_of(app).ready


@pytest.mark.parametrize("moved", [False, True])
async def test_the_local_server_found_first_is_preselected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    asked = asyncio.Event()

    async with DemoServer(models=("near",)) as server, DemoServer(models=("far",)) as other:
        places = [("none", "http://127.0.0.1:1/v1"), ("a", server.base_url), ("b", other.base_url)]

        async def probe() -> list[LocalServer]:
            await asked.wait()
            return await probe_local(5, places)

        monkeypatch.setattr(first_steps, "probe_local", probe)
        async with driven(setup_for(tmp_path)) as (app, pilot):
            await until(pilot, lambda: isinstance(app.screen, FirstSteps))
            choices = app.screen.query_one(OptionList)
            await until(pilot, lambda: choices.highlighted == 2)  # the demo
            if moved:
                await pilot.press("down")
                await until(pilot, lambda: choices.highlighted == 3)
            asked.set()
            await until(pilot, lambda: choices.option_count == 6)
            await until(pilot, lambda: choices.highlighted == (5 if moved else 0))
            await pilot.press("enter")
            await until(pilot, lambda: app.screen is app.main)
            if not moved:
                await until(pilot, lambda: chosen_of(app).model.name == "near")
                assert chosen_of(app).endpoint.provider.base_url == server.base_url


async def test_with_a_key_nothing_is_asked(tmp_path: Path) -> None:
    setup = setup_for(tmp_path, environ={"HYPERBOLIC_API_KEY": "sk-canary-1234567890"})
    async with driven(setup) as (app, pilot):
        await until(pilot, lambda: app.main.query_one(HeaderLine).model)
        assert chosen_of(app).ready
        assert app.screen is app.main
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker))
        await pilot.press(*"llama", "enter")
        await until(pilot, lambda: chosen_of(app).model.name == "meta-llama/Llama-3.3-70B-Instruct")
        assert "sk-canary" not in app.export_screenshot()


async def test_errors_of_the_server_are_told_and_the_draft_stays(tmp_path: Path) -> None:
    script = [error_reply(401, "bad key [@click=app.quit]x[/] \x1b]52;c;eA==\x07")]
    async with serving(tmp_path, script, "-r", "my draft") as (app, pilot, _):
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.runner.state.error is not None)
        await pilot.pause()
        assert there(app.runner.state.error).kind == "key_rejected"
        assert app.main.query_one("#requirements", TextArea).text == "my draft"
        assert "\x1b" not in "".join(row.text for row in app.main.query_one(LogView).rows)


async def test_nothing_is_sent_without_requirements(tmp_path: Path) -> None:
    async with serving(tmp_path, [Reply("x")]) as (app, pilot, server):
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert not app.runner.running
        assert not server.requests


async def test_every_action_is_in_the_palette_and_the_keys_are_listed(tmp_path: Path) -> None:
    async with serving(tmp_path, []) as (app, pilot, _):
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert {"Run", "Stop", "Model", "Target", "Quit"} <= titles
        assert {"Undo last write", "Redo last write", "Commit last write"} <= titles
        assert any(title.startswith("Diff: ") for title in titles)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, KeysHelp))
        help_ = app.screen
        assert isinstance(help_, KeysHelp)
        listed = {line.row.id for _, line in help_.found("")}
        assert {
            "run.start",
            "review.accept",
            "log.filter",
            "history.delete",
            "usage.export",
        } <= listed
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(app.focused, Input))


async def test_a_proposal_outside_the_project_is_refused_and_the_rest_offered(
    tmp_path: Path,
) -> None:
    text = '<file path="../evil.txt">\nx\n</file>\n<file path="good.txt">\ny\n</file>\n'
    async with serving(tmp_path, [Reply(text)], "-r", "x") as (app, pilot, _):
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
        assert [file.path for file in there(app.review_session).reviewable.review.files] == [
            "good.txt"
        ]
        assert [name for name, _ in there(app.review_session).reviewable.refused] == ["../evil.txt"]
        await pilot.press("A", "enter")
        await until(pilot, lambda: app.main.query_one(ReviewPane).written)
    assert (tmp_path / "project" / "good.txt").read_text() == "y\n"
    assert not (tmp_path / "evil.txt").exists()


async def test_a_broken_theme_is_named_and_skipped(tmp_path: Path) -> None:
    themes = tmp_path / "config" / "themes"
    themes.mkdir(parents=True)
    (themes / "mine.toml").write_text("name = 'mine\n")
    async with serving(tmp_path, [], "--theme", "autocoder-light") as (app, pilot, _):
        assert app.theme == "autocoder-light"
        assert any("mine.toml" in line for line in app.main.log_lines)


def test_the_written_file_is_what_git_says_the_diff_is(tmp_path: Path) -> None:
    """The patch of the review is the one an independent tool makes of before and after."""
    from autocoder_tui.review.file_review import FileReview, Verdict
    from autocoder_tui.review.review import Review

    review = Review((FileReview.of("code.txt", OLD, NEW, True, ""),)).all_verdict(Verdict.ACCEPTED)
    project_file(tmp_path)
    done = subprocess.run(
        ["git", "apply", "-"],
        input=review.to_patch(),
        text=True,
        cwd=tmp_path / "project",
        check=False,
    )
    assert done.returncode == 0
    assert (tmp_path / "project" / "code.txt").read_text() == NEW


async def test_the_mouse_goes_to_panes_and_picks_files(tmp_path: Path) -> None:
    project_file(tmp_path)
    async with serving(tmp_path, []) as (app, pilot, _):
        picker = app.main.query_one(FilePicker)
        await until(pilot, lambda: picker.root.children)
        strip = app.main.query_one("#tabs", TabStrip)
        log = strip.render().plain.index("Log")
        await pilot.click(strip, offset=(log + 1, 0))
        await until(pilot, lambda: app.main.pane == "log")
        await pilot.press("f2", "space")
        await until(pilot, lambda: picker.picks == ("code.txt",))


async def test_a_resize_keeps_the_keyboard_somewhere(tmp_path: Path) -> None:
    async with serving(tmp_path, []) as (app, pilot, _):
        for size in ((50, 12), (120, 40), (1, 1), (80, 24), (200, 60)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: app.focused is not None)
        await pilot.press("h", "i")
        assert app.main.query_one("#requirements", TextArea).text == "hi"


async def test_the_demo_can_look_at_the_models(tmp_path: Path) -> None:
    setup = demo_setup(setup_for(tmp_path, "--demo"))
    async with driven(setup) as (app, pilot):
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker))
        for _ in range(6):
            await pilot.press("down")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert app.ending.crash is None
