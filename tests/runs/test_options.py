"""Which of flag, control file and settings is taken, and what settings forbid a file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from autocoder_tui.config.errors import ControlFileUnusable
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.system_message import WHOLE_FORM
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.key_scan import keys_in
from autocoder_tui.runs.preparation import Job, prepare
from autocoder_tui.runs.restore import snapshot_of
from autocoder_tui.runs.setup import choose_model
from autocoder_tui.store.snapshot import Snapshot
from tests.ui.driving import setup_for


def configured(tmp_path: Path, settings: str, control: str) -> str:
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config" / "config.toml").write_text(settings)
    file = tmp_path / "job.json"
    file.write_text(control)
    return str(file)


def test_a_flag_wins_over_the_file_and_that_over_the_settings(tmp_path: Path) -> None:
    file = configured(
        tmp_path,
        "[model]\ntemperature = 0.1\nmax_output_tokens = 1\nedit_retries = 1\n[log]\nlevel = 0\n",
        '{"temperature": 0.2, "max_output": 2, "debug_level": 2, "force": true, "json": true}',
    )
    setup = setup_for(tmp_path, "-c", file, "-t", "0.3", "--no-force")
    assert setup.model.temperature == 0.3
    assert setup.limits.max_output_tokens == 2
    assert setup.limits.edit_retries == 1
    assert setup.debug_level == 2
    assert (setup.result.force, setup.result.json) == (False, True)


@pytest.mark.parametrize(
    ("settings", "control", "flags", "said"),
    [
        ('[cost]\nmax_cost = "0.5"', '{"max_cost": 0.51}', ("--max-cost", "9"), "0.51 US dollars"),
        (
            '[network]\nallowed_servers = ["127.0.0.1"]',
            '{"endpoint": "http://10.0.0.1:8080/v1"}',
            ("--endpoint", "http://10.0.0.2/v1"),
            "10.0.0.1 is none of the servers",
        ),
        (
            "[check]\ncheck_before_accept = true",
            '{"check": false}',
            ("--no-check",),
            "every result checked",
        ),
    ],
)
def test_a_file_cannot_do_what_the_settings_forbid_and_a_flag_can(
    tmp_path: Path, settings: str, control: str, flags: tuple[str, ...], said: str
) -> None:
    file = configured(tmp_path, settings, control)
    with pytest.raises(ControlFileUnusable, match=said) as caught:
        setup_for(tmp_path, "-c", file)
    assert caught.value.problems[0].line == 1
    setup_for(tmp_path, "-c", file, *flags)


def test_a_lower_cap_and_an_allowed_server_are_taken(tmp_path: Path) -> None:
    file = configured(
        tmp_path,
        '[cost]\nmax_cost = "0.5"\n[network]\nallowed_servers = [".example.com"]',
        '{"max_cost": "0.4", "base_url": "https://llm.example.com/v1", "model": "m"}',
    )
    setup = setup_for(tmp_path, "-c", file)
    assert setup.limits.max_cost_usd == Decimal("0.4")
    assert choose_model(setup).endpoint.provider.base_url == "https://llm.example.com/v1"


def test_no_model_of_another_server_is_chosen(tmp_path: Path) -> None:
    file = configured(
        tmp_path, '[network]\nallowed_servers = ["api.openai.com"]', '{"model": "gpt-4o-mini"}'
    )
    assert choose_model(setup_for(tmp_path, "-c", file)).model.name == "gpt-4o-mini"
    setup = setup_for(tmp_path, "-m", "Qwen/QwQ-32B-Preview")
    with pytest.raises(AutocoderError, match="none of the servers that your settings allow"):
        choose_model(setup)


def test_two_texts_cannot_come_from_one_stdin(tmp_path: Path) -> None:
    with pytest.raises(AutocoderError, match="can't both come from stdin"):
        setup_for(tmp_path, "-r", "-", "--system-prompt", "@-")


def test_the_system_prompt_goes_along_is_kept_and_is_looked_through_for_keys(
    tmp_path: Path,
) -> None:
    secret = "sk-proj-" + "a1B2c3D4" * 5
    setup = setup_for(tmp_path, "--system-prompt", f"Tabs.\n{secret}", "-m", "gpt-4o-mini")
    job = Job(setup.root, (), None, "x", setup.task.system_prompt)
    prepared = prepare(job, choose_model(setup), setup.limits)
    system, _ = first_messages(prepared.request)
    assert WHOLE_FORM in system["content"]
    assert system["content"].endswith(f"Tabs.\n{secret}\n")
    assert [str(key).split(":")[0] for key in keys_in(prepared.request)] == [
        "the system prompt, line 2"
    ]
    kept = Snapshot.from_data(snapshot_of(prepared).to_data())
    assert kept.system_prompt == setup.task.system_prompt


def test_the_system_prompt_comes_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "house.md").write_text("Tabs, no blanks.\n")
    file = configured(tmp_path, "", '{"system_prompt": "@house.md"}')
    assert setup_for(tmp_path, "-c", file).task.system_prompt == "Tabs, no blanks.\n"
