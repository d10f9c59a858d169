"""What ends a run without the screen, and how it is said."""

import json
from pathlib import Path

import pytest

from autocoder_tui.cli.arguments import run_parser
from autocoder_tui.headless.command import run_headless
from autocoder_tui.headless.exit_codes import EXIT_FAILED
from autocoder_tui.runs.setup import load_setup
from autocoder_tui.store.history.history import History

PASSWORD = "hunter2-canary"


def test_an_error_nobody_foresaw_ends_the_run_as_failed_with_its_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def wrong(*_: object, **__: object) -> None:
        raise LookupError(f"http://user:{PASSWORD}@proxy")

    monkeypatch.setattr("autocoder_tui.runs.supervision.run", wrong)
    flags = ["--base-url", "http://127.0.0.1:1/v1", "-m", "m", "-r", "x", "--json"]
    parser = run_parser()
    environ = {
        "AUTOCODER_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(tmp_path / "state"),
    }
    setup = load_setup(tmp_path, parser.parse_args(flags), environ)
    assert run_headless(setup, parser) == EXIT_FAILED
    out, err = capfd.readouterr()
    (report,) = (tmp_path / "state" / "crashes").iterdir()
    error = json.loads(out)["error"]
    assert json.loads(out)["status"] == "failed"
    assert error["kind"] == "internal"
    assert "An internal error ended the run (LookupError)" in error["message"]
    assert str(report) in error["message"]
    assert error["message"] in err
    assert PASSWORD not in out + err + report.read_text()
    (run,) = History(tmp_path / "state").list()
    assert run.status == "failed"
