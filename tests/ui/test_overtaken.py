"""What was asked for first and comes last: it takes the place of nothing that is newer.

In each test the older result is held back until the newer one is there.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.engine.provider.model_list import ListedModel
from autocoder_tui.review.review import Review
from autocoder_tui.runs import recorder
from autocoder_tui.runs.restore import settle_journal
from autocoder_tui.store.history.history import History
from autocoder_tui.store.project_picks import ProjectPicks
from autocoder_tui.ui.app import AutocoderApp
from autocoder_tui.ui.controllers import file_finder, recovery, review, send, send_again
from autocoder_tui.ui.controllers.history_preview import HistoryPreviews
from autocoder_tui.ui.controllers.review_display import show_review
from autocoder_tui.ui.screens import endpoint_form
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.screens.endpoint_form import EndpointForm
from autocoder_tui.ui.screens.finder import Finder
from autocoder_tui.ui.screens.history import HistoryScreen
from autocoder_tui.ui.widgets.diff.view import DiffView
from autocoder_tui.ui.widgets.header_line import HeaderLine
from autocoder_tui.ui.widgets.history.preview import RunPreview
from autocoder_tui.ui.widgets.row_list import RowList
from autocoder_tui.ui.widgets.stream import pane as stream_pane
from autocoder_tui.ui.widgets.stream.pane import StreamPane
from tests.ui.driving import driven, framed, serving, setup_for, there, until
from tests.ui.held import HeldResult, first_result_held
from tests.ui.test_feedback import FIRST, SECOND, complain, proposed
from tests.ui.test_finder import in_git, project
from tests.ui.test_history import listed, three_runs
from tests.ui.test_review_pane import pane_of
from tests.ui.test_session import AT

NOT_SHOWN = "is not shown: F6 opens it"


def said(app: AutocoderApp) -> str:
    return "\n".join(app.main.log_lines)


def proposed_texts(app: AutocoderApp) -> list[str]:
    session = app.review_session
    return [] if session is None else [file.after for file in session.review.files]


async def run_of(app: AutocoderApp, pilot: Pilot[str], wish: str) -> None:
    """Ask for something, as a person does."""
    await pilot.press("f3")
    await until(pilot, lambda: app.focused is not None and app.focused.id == "requirements")
    await pilot.press("ctrl+a", *wish, "ctrl+r")


async def first_is_compared(app: AutocoderApp, pilot: Pilot[str], held: HeldResult) -> None:
    """The first run is over, and what it proposed is still compared with the files."""
    await until(pilot, lambda: app.recovery.done)
    await run_of(app, pilot, "first")
    await until(pilot, lambda: held.is_waiting and not app.runner.running)


# ---------------------------------------------------------------------- the proposal of a run


async def test_a_new_run_waits_for_the_proposal_before_it_and_asks(tmp_path: Path) -> None:
    script = [framed("a.txt", "first\n"), framed("a.txt", "second\n")]
    async with serving(tmp_path, script) as (app, pilot, server):
        with first_result_held(review, "make_review") as held:
            await first_is_compared(app, pilot, held)
            await run_of(app, pilot, "second")
            await asyncio.sleep(0.2)
            assert len(server.requests) == 1
            held.release()
            await until(pilot, lambda: isinstance(app.screen, Question))
            assert proposed_texts(app) == ["first\n"]
            await pilot.press("b")
            await until(pilot, lambda: app.screen is app.main)
            assert (len(server.requests), proposed_texts(app)) == (1, ["first\n"])


async def test_a_proposal_that_comes_after_the_next_run_takes_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "_PATIENCE", 0.05)
    script = [framed("a.txt", "first\n"), framed("a.txt", "second\n")]
    async with serving(tmp_path, script) as (app, pilot, _):
        with first_result_held(review, "make_review") as held:
            await first_is_compared(app, pilot, held)
            await run_of(app, pilot, "second")
            await until(pilot, lambda: isinstance(app.screen, Question))
            await pilot.press("r")
            await until(pilot, lambda: proposed_texts(app) == ["second\n"])
            await pilot.press("f5")
            await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
            await pilot.press("a")
            held.release()
            await until(pilot, lambda: NOT_SHOWN in said(app))
            session = there(app.review_session)
            assert proposed_texts(app) == ["second\n"]
            assert session.review.counts.accepted == 1


async def test_a_proposal_that_comes_while_the_next_one_streams_takes_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "_PATIENCE", 0.05)
    slow = framed("a.txt", "second\n" * 40, chunk_size=4, delay=0.05)
    async with serving(tmp_path, [framed("a.txt", "first\n"), slow]) as (app, pilot, _):
        with first_result_held(review, "make_review") as held:
            await first_is_compared(app, pilot, held)
            await run_of(app, pilot, "second")
            await until(pilot, lambda: isinstance(app.screen, Question))
            await pilot.press("r")
            await until(pilot, lambda: app.runner.state.text)
            held.release()
            await until(pilot, lambda: NOT_SHOWN in said(app))
            assert app.runner.running
            assert app.review_session is None
            await until(pilot, lambda: proposed_texts(app) == ["second\n" * 40], 30)


async def test_a_stopped_run_whose_files_come_late_leaves_the_next_review_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "_PATIENCE", 0.05)
    whole = framed("a.txt", "first\n").text
    slow = Reply(whole + "x" * 400, chunk_size=4, delay=0.05)
    async with serving(tmp_path, [slow, framed("b.txt", "second\n")]) as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        with first_result_held(review, "proposed_so_far") as held:
            await run_of(app, pilot, "first")
            await until(pilot, lambda: len(app.runner.state.text) > len(whole))
            await pilot.press("escape")
            await until(pilot, lambda: held.is_waiting and not app.runner.running)
            await run_of(app, pilot, "second")
            await until(pilot, lambda: isinstance(app.screen, Question))
            await pilot.press("r")
            await until(pilot, lambda: proposed_texts(app) == ["second\n"])
            held.release()
            await until(pilot, lambda: NOT_SHOWN in said(app))
            assert proposed_texts(app) == ["second\n"]
            assert not there(app.review_session).is_cut_short


async def test_what_is_decided_while_the_next_proposal_is_compared_stays_decided(
    tmp_path: Path,
) -> None:
    again = [framed("code.txt", SECOND)]
    async with proposed(tmp_path, again, "--no-refine") as (app, pilot, server):
        before = there(app.review_session)
        with first_result_held(review, "make_review") as held:
            await complain(app, pilot, "a digit")
            await pilot.press("ctrl+r")
            await until(pilot, lambda: len(server.requests) == 2)
            await until(pilot, lambda: held.is_waiting and not app.runner.running)
            assert app.review_session is before
            await pilot.press("f5")
            await until(pilot, lambda: app.focused is not None and app.focused.id == "diff")
            await pilot.press("home", "a")
            assert before.review.counts.accepted == 1
            held.release()
            await until(pilot, lambda: app.review_session is not before)
        assert held.called == 2
        assert proposed_texts(app) == [SECOND]
        assert there(app.review_session).review.counts.accepted == 1


# ---------------------------------------------------------------------- kept runs


async def test_a_kept_run_that_is_read_slowly_is_not_opened_over_a_newer_review(
    tmp_path: Path,
) -> None:
    ids = three_runs(tmp_path)
    async with serving(tmp_path, [framed("new.txt", "newer\n")]) as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        run = History(tmp_path / "state").get(ids[0])
        with first_result_held(recovery, "_open") as held:
            app.run_worker(app.recovery.open_run(run))
            await until(pilot, lambda: held.is_waiting)
            await run_of(app, pilot, "newer")
            await until(pilot, lambda: proposed_texts(app) == ["newer\n"])
            held.release()
            await until(pilot, lambda: "this one was not opened" in said(app))
        assert proposed_texts(app) == ["newer\n"]
        assert "newer" in app.runner.state.text


async def test_a_kept_text_that_is_shown_in_pieces_is_not_mixed_with_that_of_a_newer_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = three_runs(tmp_path)
    monkeypatch.setattr(stream_pane, "_AT_ONCE", 1)
    async with serving(tmp_path, [framed("new.txt", "newer\n")]) as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        run = History(tmp_path / "state").get(first)
        run = replace(run, reply=run.reply * 2_000)
        worker = app.run_worker(app.recovery.open_run(run))
        view = app.main.query_one(StreamPane).keyboard_view
        await until(pilot, lambda: view.line_count > 1)
        await run_of(app, pilot, "newer")
        await until(pilot, lambda: worker.is_finished)
        await until(pilot, lambda: proposed_texts(app) == ["newer\n"])
        assert "this one was not opened" in said(app)
        assert view.text == app.runner.state.text


async def test_a_search_that_ends_late_shows_nothing(tmp_path: Path) -> None:
    three_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        options = await listed(app, pilot)
        with first_result_held(app.recovery.history, "list") as held:
            # As after a run was deleted: the list is asked for aside of what is typed.
            app.run_worker(app.browsing._list())
            await until(pilot, lambda: held.is_waiting)
            await pilot.press("slash", *"line twenty")
            await until(pilot, lambda: options.row_count == 1)
            held.release()
            await asyncio.sleep(0.2)
            await pilot.pause()
        assert options.row_count == 1


async def test_the_preview_of_the_history_that_is_open_is_read(tmp_path: Path) -> None:
    three_runs(tmp_path)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        with first_result_held(HistoryPreviews, "_read") as held:
            await listed(app, pilot)
            await until(pilot, lambda: held.is_waiting)
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is app.main)
            await pilot.press("f6")
            await until(pilot, lambda: isinstance(app.screen, HistoryScreen))
            options = app.screen.query_one(RowList)
            await until(pilot, lambda: options.row_count == 3)
            held.release()
            await until(pilot, lambda: held.called > 1)
            preview = app.screen.query_one(RunPreview)
            await until(pilot, lambda: preview.display and not preview.has_class("-empty"))


# ---------------------------------------------------------------------- files


async def test_saved_sets_are_read_though_the_finder_is_opened_at_once(tmp_path: Path) -> None:
    root = project(tmp_path)
    setup = setup_for(tmp_path, *AT)
    ProjectPicks(setup.places.state, setup.root).save_set("mine", ("README.md",))
    with first_result_held(ProjectPicks, "read") as held:
        async with driven(setup) as (app, pilot):
            await until(pilot, lambda: held.is_waiting)
            await pilot.press("ctrl+f")
            await until(pilot, lambda: isinstance(app.screen, Finder))
            await until(pilot, lambda: app.file_finder.findable().index is not None)
            held.release()
            await until(
                pilot, lambda: [one.label for one in app.file_finder.findable().groups] == ["mine"]
            )
    assert root.is_dir()


@pytest.mark.parametrize("what", ["read_marks", "read_changed"])
async def test_what_git_said_earlier_does_not_take_the_place_of_what_it_says_now(
    tmp_path: Path, what: str
) -> None:
    root = project(tmp_path)
    in_git(root)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        finder = app.file_finder
        await until(pilot, lambda: app.recovery.done and finder.findable().index is not None)

        def is_known() -> bool:
            now = finder.findable()
            return "new.txt" in now.marks and any("new.txt" in one.paths for one in now.groups)

        with first_result_held(file_finder, what) as held:
            app.run_worker(finder._read_git())
            await until(pilot, lambda: held.is_waiting)
            (root / "new.txt").write_text("new\n")
            app.run_worker(finder._read_git())
            await until(pilot, is_known)
            held.release()
            await asyncio.sleep(0.2)
            await pilot.pause()
        assert is_known()


# ---------------------------------------------------------------------- verdicts


async def test_a_verdict_on_its_way_is_not_given_to_another_proposal(tmp_path: Path) -> None:
    async with proposed(tmp_path, []) as (app, pilot, _):
        before = there(app.review_session)
        old = before.review.files[0]
        other = before.reviewable.review.files[0].edited(SECOND)
        reviewable = before.reviewable
        show_review(app, replace(reviewable, review=Review((other,))), before.proposed)
        pane = pane_of(app)
        pane.diff.post_message(DiffView.ReviewChanged(old.all_verdict(old.verdicts[0])))
        gone = replace(old, path="gone.txt")
        pane.diff.post_message(DiffView.ReviewChanged(gone))
        await pilot.pause()
        assert there(app.review_session).review.files == (other,)


async def test_nothing_is_sent_again_of_a_review_that_changed_meanwhile(tmp_path: Path) -> None:
    async with proposed(tmp_path, []) as (app, pilot, server):
        session = there(app.review_session)
        with first_result_held(send_again, "rework") as held:
            await pilot.press("r", "N")
            await until(pilot, lambda: isinstance(app.screen, TextDialog))
            await pilot.press(*"a digit", "ctrl+s")
            await until(pilot, lambda: held.is_waiting)
            pane = pane_of(app)
            pane.take(session.review.all_verdict(session.review.files[0].verdicts[-1]))
            held.release()
            await until(pilot, lambda: "nothing was sent" in said(app))
        assert len(server.requests) == 1
        assert [one.text for one in app.dialog_drafts.now()] == ["a digit"]
        assert proposed_texts(app) == [FIRST]


async def test_a_verdict_given_while_the_review_is_put_into_history_is_kept_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal has it as it was before; that is written late."""
    asked, free = threading.Event(), threading.Event()

    def slow(*arguments: Any, **options: Any) -> None:
        asked.set()
        assert free.wait(120)
        settle_journal(*arguments, **options)

    monkeypatch.setattr(recorder, "settle_journal", slow)
    async with proposed(tmp_path, []) as (app, pilot, _):
        run_id = there(there(app.review_session).run_id)
        settling = asyncio.ensure_future(app.runner.keeping.settle())
        await until(pilot, asked.is_set)
        await pilot.press("a")
        assert there(app.review_session).review.counts.accepted == 1
        await asyncio.sleep(0.2)
        free.set()
        await settling
        await app.reviews.settle()
    kept = there(History(tmp_path / "state").get(run_id).review)
    assert kept["files"][0]["verdicts"].count("accepted") == 1


# ---------------------------------------------------------------------- models


async def test_a_model_that_a_server_names_late_is_not_taken_over_a_newer_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answered = asyncio.Event(), asyncio.Event()

    async def sole_model(_: object) -> str:
        asked.set()
        await answered.wait()
        return "late"

    monkeypatch.setattr("autocoder_tui.runs.sole_model.sole_model", sole_model)
    async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
        before = there(app.chosen).model.name
        app.models.choose_served()
        await asked.wait()
        app.models.choose("picked", "http://127.0.0.1:9/v1")
        answered.set()
        await pilot.pause()
        assert there(app.chosen).model.name == "picked" != before
        assert app.main.query_one(HeaderLine).model.startswith("picked")
        # Where nothing was picked meanwhile it is taken, though there was a model before.
        app.models.choose_served()
        await until(pilot, lambda: there(app.chosen).model.name == "late")


async def test_a_run_waits_to_be_asked_for_until_the_server_has_named_its_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = asyncio.Event()

    async def sole_model(_: object) -> str:
        await answered.wait()
        return "late"

    monkeypatch.setattr("autocoder_tui.runs.sole_model.sole_model", sole_model)
    app = AutocoderApp(setup_for(tmp_path, "--base-url", "http://127.0.0.1:9/v1", "-r", "x"))
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: app.recovery.done and app.job().requirements)
        await pilot.press("ctrl+r")
        said = "has not said yet which model it has"
        await until(pilot, lambda: any(said in note.message for note in app._notifications))
        assert app.screen is app.main
        answered.set()
        await until(pilot, lambda: app.chosen is not None)
        assert there(app.chosen).model.name == "late"
        assert not app.runner.begun


async def test_a_model_is_not_offered_in_place_of_one_that_is_no_longer_asked(
    tmp_path: Path,
) -> None:
    failing = error_reply(404, "model_not_found")
    async with serving(tmp_path, [failing, framed("a.txt", "text\n")]) as (app, pilot, _):
        await until(pilot, lambda: app.recovery.done)
        await run_of(app, pilot, "first")
        await until(pilot, lambda: app.runner.state.error is not None)
        state = app.runner.state
        candidate = there(app.chosen)
        await run_of(app, pilot, "second")
        await until(pilot, lambda: proposed_texts(app) == ["text\n"])
        await app.falling_back._offer(state, candidate)
        assert app.screen is app.main


async def test_notes_and_the_round_before_stay_when_a_file_is_reviewed_again(
    tmp_path: Path,
) -> None:
    """The file was changed on disk meanwhile."""
    async with proposed(tmp_path, []) as (app, pilot, _):
        code = tmp_path / "project" / "code.txt"
        await pilot.press("n", "N")
        await until(pilot, lambda: isinstance(app.screen, TextDialog))
        await pilot.press(*"ugly", "ctrl+k")
        session = there(app.review_session)
        await until(pilot, lambda: session.notes)
        await pilot.press("p", "a")
        code.write_text(f"new\n{code.read_text()}")
        await pilot.press("enter")
        await until(
            pilot,
            lambda: isinstance(app.screen, Question) and app.screen._heading == "Changed meanwhile",
        )
        await pilot.press("r")
        await until(pilot, lambda: app.review_session is not session)
        again = there(app.review_session)
        assert [*again.notes.values()] == ["ugly"]
        counts = again.review.counts
        assert (counts.accepted, counts.rejected) == (1, 1)


async def test_a_server_that_answers_late_is_not_listed_under_another_address(
    tmp_path: Path,
) -> None:
    asked, answered = asyncio.Event(), asyncio.Event()

    async def models(_: object) -> list[ListedModel]:
        asked.set()
        await answered.wait()
        return [ListedModel("of-the-first")]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(endpoint_form, "list_models", models)
        async with driven(setup_for(tmp_path, *AT)) as (app, pilot):
            await until(pilot, lambda: app.recovery.done)
            app.push_screen(EndpointForm(app.setup))
            await until(pilot, lambda: app.screen.query("#endpoint-url"))
            await until(pilot, lambda: isinstance(app.focused, Input))
            address = app.screen.query_one("#endpoint-url", Input)
            address.value = "https://first.example/v1"
            await pilot.press("enter")
            await asked.wait()
            address.value = "https://second.example/v1"
            answered.set()
            result = app.screen.query_one("#endpoint-result", Static)
            await until(pilot, lambda: "another by now" in str(result.render()))
            assert app.screen.query_one(OptionList).option_count == 0
