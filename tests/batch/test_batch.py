"""`autocoder-tui batch` against a real loopback server."""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from autocoder_tui.batch.journal import batch_paths
from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.store.history.history import History
from tests.batch.program import Ended, batch, ended, project, started, write_jobs
from tests.batch.server import JobServer, limited, text_of


def at(server: JobServer, *flags: str) -> tuple[str, ...]:
    return ("--base-url", server.base_url, "-m", "small", *flags)


def priced(folder: Path, server: JobServer) -> None:
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config" / "models.toml").write_text(
        f'[providers.near]\nbase_url = "{server.base_url}"\n\n'
        '[[models]]\nname = "small"\nprovider = "near"\n'
        'input_price = "1.0"\noutput_price = "2.0"\nmax_tokens = 1000\ncontext_length = 8000\n'
    )


async def test_fifty_jobs_against_a_server_that_limits_in_bursts(tmp_path: Path) -> None:
    def refuse(server: JobServer, number: int) -> Reply | None:
        asked = sum(server.asked.values())
        if asked % 20 not in (5, 6, 7, 8, 9):
            return None
        return limited("0.2") if asked < 40 else limited()

    async with JobServer(refuse=refuse) as server:
        jobs = write_jobs(tmp_path, 50)
        done = await batch(tmp_path, str(jobs), *at(server, "--jobs", "8", "--json"))
    assert done.code == 0, done.err
    assert set(server.finished.values()) == {1}
    assert len(server.finished) == 50
    assert server.refused
    totals = done.totals
    assert (totals["done"], totals["failed"]) == (50, 0)
    assert totals["requests"] == sum(server.asked.values())
    assert totals["parts"] == 50
    assert totals["completion_tokens"] == sum(line["completion_tokens"] for line in done.lines[:-1])


async def test_a_job_for_a_file_that_is_there_says_what_stands_in_a_job(tmp_path: Path) -> None:
    jobs = project(tmp_path) / "jobs.jsonl"
    job = {"requirements": "Again.", "output_file": "there.txt"}
    async with JobServer() as server:
        (project(tmp_path) / "there.txt").write_text("old\n")
        jobs.write_text(json.dumps(job) + "\n")
        done = await batch(tmp_path, str(jobs), *at(server))
        assert done.code == 1
        assert 'there.txt exists; "force": true in the job lets it be replaced' in done.err
        jobs.write_text(json.dumps(job | {"force": True}) + "\n")
        done = await batch(tmp_path, str(jobs), *at(server))
    assert done.code == 0, done.err


async def test_results_wait_in_history_and_the_files_are_untouched(tmp_path: Path) -> None:
    async with JobServer() as server:
        done = await batch(tmp_path, str(write_jobs(tmp_path, 3)), *at(server, "--json"))
    assert done.code == 0
    assert list((project(tmp_path) / "out").iterdir()) == []
    history = History(tmp_path / "state")
    for line in done.lines[:-1]:
        run = history.get(line["run"])
        assert run.files[0].after == text_of(line["job"], 6)
        assert run.snapshot.batch
    assert history.list(offered=True) == []
    assert history.prune(1, 1) == 0  # what waits for review stays


async def test_jobs_of_a_folder_of_control_files(tmp_path: Path) -> None:
    folder = project(tmp_path) / "jobs"
    folder.mkdir()
    (folder / "b.toml").write_text('requirements = "JOB-2- x"\noutput_file = "../out/2.py"\n')
    (folder / "a.json").write_text('{"requirements": "JOB-1- x", "output_file": "../out/1.py"}')
    (folder / "readme.md").write_text("not a job")
    async with JobServer() as server:
        done = await batch(tmp_path, "jobs", *at(server, "--json"))
    assert [line["name"] for line in done.lines[:-1]] == ["jobs/a.json", "jobs/b.toml"]
    assert [line["output_file"] for line in done.lines[:-1]] == ["out/1.py", "out/2.py"]


async def refused(tmp_path: Path, *flags: str, server: JobServer) -> str:
    done = await batch(tmp_path, *flags, *at(server))
    assert done.code == 1
    assert not server.asked
    return done.err


async def test_all_errors_of_all_files_are_named_at_once_and_nothing_is_sent(
    tmp_path: Path,
) -> None:
    jobs = project(tmp_path) / "jobs.jsonl"
    jobs.write_text(
        '{"requirements": "fine"}\n{"requirments": "x"}\n\nnonsense\n{"output_file": "a"}\n'
        '{"requirements": "x", "check": true}\n{"requirements": "@-"}\n'
        '{"requirements": "x", "mode": "clarify"}\n'
    )
    async with JobServer() as server:
        said = await refused(tmp_path, str(jobs), "missing.toml", server=server)
    lines = [f"line {number}" for number in (2, 4, 5, 6, 7, 8)]
    for part in (*lines, "requirements", "asks nobody", "missing.toml"):
        assert part in said, part


async def test_a_question_is_no_job(tmp_path: Path) -> None:
    jobs = project(tmp_path) / "jobs.jsonl"
    jobs.write_text('{"requirements": "fine"}\n{"requirements": "Why?", "mode": "query"}\n')
    async with JobServer() as server:
        said = await refused(tmp_path, str(jobs), server=server)
    assert "jobs.jsonl:2: a batch proposes files" in said
    assert "run --mode query" in said


@pytest.mark.parametrize("second", ["out/1.py", "./out/../out/1.py", "link.py", "hard.py"])
async def test_jobs_that_write_the_same_file_are_refused_before_anything_is_paid(
    tmp_path: Path, second: str
) -> None:
    root = project(tmp_path)
    (root / "out" / "1.py").write_text("old\n")
    (root / "link.py").symlink_to("out/1.py")
    (root / "hard.py").hardlink_to(root / "out" / "1.py")
    jobs = root / "jobs.jsonl"
    jobs.write_text(
        "".join(
            json.dumps({"requirements": "JOB-1- x", "output_file": name, "force": True}) + "\n"
            for name in ("out/1.py", second)
        )
    )
    async with JobServer() as server:
        said = await refused(tmp_path, str(jobs), server=server)
    assert "jobs.jsonl:1" in said
    assert "jobs.jsonl:2" in said
    assert "--same-file sequential" in said


async def test_in_sequence_each_job_gets_the_result_of_the_one_before(tmp_path: Path) -> None:
    root = project(tmp_path)
    jobs = root / "jobs.jsonl"
    line = '{"requirements": "JOB-1- more", "output_file": "out/1.py"}\n'
    jobs.write_text(line * 3)
    async with JobServer() as server:
        flags = ("--same-file", "sequential", "--patch", "all.patch", "--json")
        done = await batch(tmp_path, str(jobs), *at(server, *flags))
        sent = [received.messages[1]["content"] for received in server.requests]
    assert done.code == 0, done.err
    assert server.most_at_once == 1
    assert "value_1_5" not in sent[0]
    assert all(text_of(1, 6) in text for text in sent[1:])


async def test_a_patch_of_all_results_applies(tmp_path: Path) -> None:
    async with JobServer() as server:
        flags = at(server, "--patch", "all.patch")
        done = await batch(tmp_path, str(write_jobs(tmp_path, 3)), *flags)
    assert done.code == 0, done.err
    root = project(tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "apply", "all.patch"], cwd=root, check=True)
    assert (root / "out" / "2.py").read_text() == text_of(2, 6)
    assert History(tmp_path / "state").prune(1, 0) == 2  # handed out, none of them waits


async def test_the_patch_goes_to_stdout_if_it_is_named_so(tmp_path: Path) -> None:
    async with JobServer() as server:
        jobs = str(write_jobs(tmp_path, 2))
        done = await batch(tmp_path, jobs, *at(server, "--patch", "-"))
        both = await batch(tmp_path, jobs, *at(server, "--patch", "-", "--json"))
    assert done.code == 0, done.err
    assert done.out.count("diff --git") == 2
    assert not (project(tmp_path) / "-").exists()
    assert both.code == 1
    assert "stdout for itself" in both.err


def committed(root: Path) -> None:
    name = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "."], [*name, "commit", "-qm", "begin"]):
        subprocess.run(["git", *command], cwd=root, check=True)


async def test_apply_writes_what_every_job_names(tmp_path: Path) -> None:
    jobs = write_jobs(tmp_path, 4)
    (project(tmp_path) / "out" / "1.py").write_text("old\n")
    committed(project(tmp_path))
    async with JobServer() as server:
        done = await batch(tmp_path, str(jobs), *at(server, "--apply", "--force", "--json"))
    assert done.code == 0, done.err
    for line in done.lines[:-1]:
        assert line["written"]
        assert (project(tmp_path) / line["output_file"]).read_text() == text_of(line["job"], 6)


@pytest.mark.parametrize("case", ["no git", "changed", "untracked", "no output"])
async def test_apply_is_refused_where_it_could_not_be_taken_back(tmp_path: Path, case: str) -> None:
    jobs, root = write_jobs(tmp_path, 2), project(tmp_path)
    (root / "other.py").write_text("1\n")
    if case != "no git":
        committed(root)
    if case == "changed":
        (root / "other.py").write_text("2\n")
    if case == "untracked":
        (root / "out" / "1.py").write_text("mine\n")
    if case == "no output":
        jobs.write_text('{"requirements": "JOB-1- x"}\n')
    async with JobServer() as server:
        said = await refused(tmp_path, str(jobs), "--apply", "--force", server=server)
    assert "--apply" in said


@pytest.mark.parametrize("there", [True, False])
async def test_apply_writes_over_nothing_that_came_while_the_batch_ran(
    tmp_path: Path, there: bool
) -> None:
    jobs, mine = write_jobs(tmp_path, 1, force=True), project(tmp_path) / "out" / "1.py"
    if there:
        mine.write_text("old\n")
    committed(project(tmp_path))
    async with JobServer(lines=30, tokens_per_second=200) as server:
        process = await started(tmp_path, str(jobs), *at(server, "--apply", "--json"))
        await server.until_asked(1)
        mine.write_text("mine\n")
        done = await ended(process)
        assert done.code == 1, done.err
        assert mine.read_text() == "mine\n"
        assert "history" in done.err
        mine.unlink()
        if there:
            subprocess.run(["git", "checkout", "-q", "."], cwd=mine.parent, check=True)
        again = await batch(tmp_path, "--resume", "last", "--retry-failed", "--json")
    assert again.code == 0, again.err
    assert mine.read_text() == text_of(1, 30)
    assert sum(server.asked.values()) == 1


async def test_jobs_in_sequence_are_applied_on_each_other(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "jobs.jsonl").write_text(
        '{"requirements": "JOB-1- x", "output_file": "out/1.py"}\n' * 2
    )
    committed(root)
    async with JobServer() as server:
        flags = ("--same-file", "sequential", "--apply", "--json")
        done = await batch(tmp_path, "jobs.jsonl", *at(server, *flags))
    assert done.code == 0, done.err
    assert (root / "out" / "1.py").read_text() == text_of(1, 6)


async def test_nothing_is_sent_that_could_pass_the_cap(tmp_path: Path) -> None:
    async with JobServer() as server:
        priced(tmp_path, server)
        # Each may cost up to a quarter of a cent and more; each costs far less in the end.
        jobs = write_jobs(tmp_path, 6, max_cost=0.01)
        done = await batch(tmp_path, str(jobs), *at(server, "--max-cost", "0.0105", "--json"))
        assert server.most_at_once == 1
    assert done.code == 1
    totals = done.totals
    assert totals["cost_usd"] <= 0.0105
    assert totals["done"] >= 1
    assert totals["failed"] == 6 - totals["done"]
    assert {line["error"]["kind"] for line in done.lines[:-1] if line["error"]} == {"spending_cap"}
    assert sum(server.asked.values()) == totals["done"]


async def test_a_cap_needs_prices(tmp_path: Path) -> None:
    jobs = write_jobs(tmp_path, 2)
    async with JobServer() as server:
        said = await refused(tmp_path, str(jobs), "--max-cost", "1", server=server)
    assert "price" in said


async def test_what_failed_is_tried_again_and_what_is_done_is_not(tmp_path: Path) -> None:
    broken = True

    def refuse(server: JobServer, number: int) -> Reply | None:
        return error_reply(400, "not today") if broken and number == 2 else None

    async with JobServer(refuse=refuse) as server:
        first = await batch(tmp_path, str(write_jobs(tmp_path, 3)), *at(server, "--json"))
        assert first.code == 1
        assert first.lines[1]["error"]["message"]
        assert "--retry-failed" in first.err
        broken = False
        same = await batch(tmp_path, "--resume", "last", *at(server, "--json"))
        assert same.code == 1
        assert server.asked[2] == 1
        again = await batch(tmp_path, "--resume", "last", "--retry-failed", *at(server, "--json"))
    assert again.code == 0, again.err
    assert dict(server.finished) == {1: 1, 2: 1, 3: 1}
    assert again.totals["requests"] == sum(server.asked.values()) == 4


async def test_a_key_that_is_refused_stops_the_queue_and_not_one_job_after_the_other(
    tmp_path: Path,
) -> None:
    async with JobServer(refuse=lambda server, number: error_reply(401, "no")) as server:
        done = await batch(
            tmp_path, str(write_jobs(tmp_path, 30)), *at(server, "--jobs", "2", "--json")
        )
    assert done.code == 1
    assert sum(server.asked.values()) <= 4
    assert done.totals["waiting"] >= 26
    assert "go on: autocoder-tui batch --resume" in done.err


async def test_ctrl_c_ends_in_order_and_resume_goes_on(tmp_path: Path) -> None:
    async with JobServer(lines=60, tokens_per_second=200) as server:
        process = await started(
            tmp_path, str(write_jobs(tmp_path, 6)), *at(server, "--jobs", "2", "--json")
        )
        await server.until_asked(3)
        server.client_ends()
        process.send_signal(signal.SIGINT)
        stopped = await ended(process)
        assert stopped.code == 130, stopped.err
        report = stopped.lines
        assert report[-1]["totals"]["waiting"] >= 1
        assert report[-1]["totals"]["requests"] == sum(server.asked.values())
        again = await batch(tmp_path, "--resume", "last", *at(server, "--json"))
    assert again.code == 0, again.err
    assert max(server.finished.values()) == 1
    assert again.totals["requests"] == sum(server.asked.values())
    history = History(tmp_path / "state")
    for line in again.lines[:-1]:
        assert history.get(line["run"]).files[0].after == text_of(line["job"], 60)


async def test_a_batch_that_is_being_run_is_not_run_by_another(tmp_path: Path) -> None:
    async with JobServer(lines=60, tokens_per_second=100) as server:
        process = await started(tmp_path, str(write_jobs(tmp_path, 2)), *at(server))
        await server.until_asked(1)
        other = await batch(tmp_path, "--resume", "last", *at(server))
        assert other.code == 1
        assert "another program" in other.err
        process.kill()
        await process.wait()


async def test_batches_are_listed(tmp_path: Path) -> None:
    none: Ended = await batch(tmp_path, "list")
    assert none.out == "There is no batch yet.\n"
    async with JobServer() as server:
        await batch(tmp_path, str(write_jobs(tmp_path, 2)), *at(server))
    listed = await batch(tmp_path, "list")
    assert re.search(r"^[0-9a-f]{8} .* 2 +2 +0 +0 ", listed.out, re.MULTILINE)


async def test_in_sequence_with_apply_each_job_reads_what_the_one_before_wrote(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    (root / "out" / "1.py").write_text("old = 1\n")
    jobs = root / "jobs.jsonl"
    line = {
        "requirements": "JOB-1- more",
        "input_files": "out/1.py",
        "output_file": "out/1.py",
        "force": True,
    }
    jobs.write_text(f"{json.dumps(line)}\n" * 2)
    committed(root)
    async with JobServer() as server:
        flags = ("--same-file", "sequential", "--apply", "--despite-warnings")
        done = await batch(tmp_path, str(jobs), *at(server, *flags))
        sent = [received.messages[1]["content"] for received in server.requests]
    assert done.code == 0, done.err
    assert "old = 1" in sent[0]
    assert text_of(1, 6) in sent[1]
    assert "old = 1" not in sent[1]


async def test_killed_after_a_result_was_written_it_is_neither_paid_for_nor_written_again(
    tmp_path: Path,
) -> None:
    jobs = write_jobs(tmp_path, 2)
    committed(project(tmp_path))
    async with JobServer() as server:
        first = await batch(tmp_path, str(jobs), *at(server, "--apply", "--json"))
        assert first.code == 0, first.err
        (path,) = batch_paths(tmp_path / "state")
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:-1]))  # as if killed before the last was written down
        written = project(tmp_path) / "out" / "2.py"
        before = written.stat().st_mtime_ns
        again = await batch(tmp_path, "--resume", "last", *at(server, "--json"))
    assert again.code == 0, again.err
    assert sum(server.asked.values()) == 2
    assert written.stat().st_mtime_ns == before
    assert all(line["written"] for line in again.lines[:-1])
    assert again.totals["requests"] == 2


async def test_ctrl_c_twice_ends_at_once_and_loses_nothing(tmp_path: Path) -> None:
    async with JobServer(lines=60, tokens_per_second=100) as server:
        process = await started(tmp_path, str(write_jobs(tmp_path, 2)), *at(server, "--json"))
        await server.until_asked(2)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        stopped = await ended(process)
        assert stopped.code in (130, 143)
        again = await batch(tmp_path, "--resume", "last", *at(server, "--json"))
    assert again.code == 0, again.err
    assert again.totals["done"] == 2


async def test_what_stood_in_the_way_is_said_as_json_too(tmp_path: Path) -> None:
    path = write_jobs(tmp_path, 1, modl="x")
    for flags, code, kind in (
        ((str(path), "--json"), 1, "control_file"),
        (("--resume", "nobody", "--json"), 1, None),
        ((str(path), "--jsn", "--json"), 2, "usage"),
        ((str(path), "--report", "-"), 1, "control_file"),
    ):
        came = await batch(tmp_path, *flags)
        (line,) = came.lines
        assert (came.code, line["status"]) == (code, "refused")
        assert kind in (None, line["error"]["kind"])
        assert line["error"]["message"] in came.err
