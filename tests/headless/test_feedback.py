"""`run --mode feedback --resume RUN`, as a program of its own against a real loopback server."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.review.serialization import review_data
from autocoder_tui.runs.restore import model_as_sent, reviewable_of
from autocoder_tui.store.history.history import History
from tests.headless.test_run import NEW, Ended, ended, framed, started
from tests.watched_server import WatchedServer

BETTER = NEW.replace("'hello'", "'Hello'")
SAID = "capital letter please"
MADE = "In out.py, return 'Hello'. The rest stays."


async def ran(folder: Path, *flags: str) -> Ended:
    return await ended(await started(folder, *flags))


def flags(server: WatchedServer) -> list[str]:
    return ["--base-url", server.base_url, "-m", "test-model"]


async def test_a_complaint_is_made_an_instruction_and_the_run_done_again(tmp_path: Path) -> None:
    script = [Reply(framed(NEW)), Reply(f'"{MADE}"'), Reply(framed(BETTER))]
    async with WatchedServer(script) as server:
        given = flags(server)
        await ran(tmp_path, "-r", "say hello", "-o", "out.py", *given)
        again = await ran(
            tmp_path,
            *("--mode", "feedback", "--resume", "last", "-r", SAID, "-o", "out.py", "-f"),
            *("--json", *given),
        )
        assert again.code == 0, again.err
        assert (tmp_path / "project" / "out.py").read_text() == BETTER
        told = again.report["feedback"]
        assert (told["complaint"], told["instruction"], told["refined"]) == (SAID, MADE, True)
        assert told["refine"]["completion_tokens"] > 0
        assert [one["complaint"] for one in told["rounds"]] == ["", SAID]
        assert MADE in again.err
        assert SAID in str(server.requests[1].messages)
        assert "+def hello" in str(server.requests[1].messages)
        last = server.requests[2].messages[-1]["content"]
        assert "say hello" in last
        assert MADE in last
        # The second round goes on from the second run, whatever was asked in passing.
        third = await ran(
            tmp_path, "--mode", "feedback", "--resume", "last", "-r", "x", "--no-refine", *given
        )
        assert third.code == 1, third.err
        assert len(server.requests) == 4
        last = server.requests[3].messages[-1]["content"]
        assert "Earlier feedback, round 1" in last
        assert MADE in last


async def test_the_setting_leaves_the_call_out_and_the_estimate_counts_it(tmp_path: Path) -> None:
    async with WatchedServer([Reply(framed(NEW)), Reply(framed(BETTER))]) as server:
        given = flags(server)
        await ran(tmp_path, "-r", "say hello", *given)
        wanted = ["--mode", "feedback", "--resume", "last", "-r", SAID, *given]
        counted = await ran(tmp_path, *wanted, "--estimate-cost", "--json")
        assert counted.report["prompt_tokens"] > 0
        assert len(server.requests) == 1
        (tmp_path / "config").mkdir(exist_ok=True)
        (tmp_path / "config" / "config.toml").write_text("[feedback]\nrefine = false\n")
        again = await ran(tmp_path, *wanted)
        assert again.out == BETTER
        assert SAID in server.requests[1].messages[-1]["content"]


async def test_an_instruction_that_cannot_be_had_ends_it_and_is_not_asked_for_twice(
    tmp_path: Path,
) -> None:
    script = [
        Reply(framed(NEW)),
        error_reply(400, "no"),
        Reply(MADE),
        error_reply(400, "no"),
        Reply(framed(BETTER)),
    ]
    async with WatchedServer(script) as server:
        given = flags(server)
        await ran(tmp_path, "-r", "say hello", *given)
        first = History(tmp_path / "state").list()[0].run_id
        wanted = ["--mode", "feedback", "--resume", first, "-r", SAID, *given]
        failed = await ran(tmp_path, *wanted)
        assert failed.code == 1
        assert "--no-refine" in failed.err
        assert len(server.requests) == 2
        # The instruction comes, the run fails: what was paid for is there at the next try.
        assert (await ran(tmp_path, *wanted)).code == 1
        assert len(server.requests) == 4
        again = await ran(tmp_path, *wanted)
        assert again.out == BETTER
        assert len(server.requests) == 5
        assert MADE in server.requests[4].messages[-1]["content"]


async def test_without_a_run_or_a_complaint_nothing_is_sent(tmp_path: Path) -> None:
    async with WatchedServer([Reply(framed(NEW))]) as server:
        given = flags(server)
        alone = await ran(tmp_path, "--mode", "feedback", "-r", SAID, *given)
        assert alone.code == 1
        assert "--resume last" in alone.err
        await ran(tmp_path, "-r", "say hello", *given)
        silent = await ran(tmp_path, "--mode", "feedback", "--resume", "last", *given)
        assert silent.code == 1
        assert "Say what is wrong" in silent.err
        assert len(server.requests) == 1


async def test_what_a_person_rejected_is_not_written_behind_their_back(tmp_path: Path) -> None:
    """The model is told, and gives it once more."""
    async with WatchedServer(
        [Reply(framed(NEW)), Reply(framed(NEW)), Reply(framed(NEW))]
    ) as server:
        given = flags(server)
        await ran(tmp_path, "-r", "say hello", *given)
        history = History(tmp_path / "state")
        kept = history.get("last")
        review = reviewable_of(kept, model_as_sent(kept)).review.all_verdict(Verdict.REJECTED)
        history.keep_review(kept.run_id, {**review_data(review), "refused": []})
        wanted = ["--mode", "feedback", "-r", SAID, "--no-refine", "-o", "out.py", *given]
        again = await ran(tmp_path, "--resume", kept.run_id, *wanted)
        assert again.code == 1
        assert "rejected in round 1" in again.err
        assert not (tmp_path / "project" / "out.py").exists()
        forced = await ran(tmp_path, "--resume", kept.run_id, *wanted, "--despite-warnings")
        assert forced.code == 0, forced.err
        assert (tmp_path / "project" / "out.py").read_text() == NEW
