"""What a face starts with, by subject: flags over control file over settings over defaults."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from autocoder_tui.engine.catalog import Endpoint, Model, Provider, Secret
from autocoder_tui.engine.request import Limits
from autocoder_tui.runs.setup import (
    ChosenModel,
    Places,
    ResultOptions,
    Setup,
    Task,
    WantedModel,
    obstacle,
)
from tests.ui.driving import setup_for


def told(folder: Path, control: str, settings: str, *flags: str) -> Setup:
    (folder / "config").mkdir()
    (folder / "config" / "config.toml").write_text(settings)
    (folder / "control.toml").write_text(control)
    return setup_for(folder, "-c", str(folder / "control.toml"), *flags)


def test_nothing_given_is_the_defaults(tmp_path: Path) -> None:
    setup = setup_for(tmp_path)
    assert setup.task == Task()
    assert setup.model == WantedModel()
    assert setup.result == ResultOptions()
    assert setup.places == Places(tmp_path / "config", tmp_path / "state")
    assert setup.problems == ()


def test_the_nearest_word_counts_in_every_group(tmp_path: Path) -> None:
    setup = told(
        tmp_path,
        'requirements = "of the file"\nmodel = "of-the-file"\nfallback = ["b"]\n'
        'input_files = ["*.py"]\noutput_file = "out.py"\nforce = true\nidle_timeout = 7\n',
        '[model]\nfallback = ["c"]\n[log]\nlevel = 2\n[network]\nidle_timeout = 9\nmax_parts = 3\n',
        *("-r", "of the flag", "--fallback", "a"),
    )
    assert setup.task == Task((f"{tmp_path}/*.py",), f"{tmp_path}/out.py", "of the flag")
    assert setup.model == WantedModel("of-the-file", None, ("a",))
    assert setup.result == ResultOptions(force=True)
    assert (setup.limits.idle_timeout, setup.limits.max_parts) == (7, 3)
    assert setup.debug_level == 2


def test_what_is_in_the_way_of_a_run_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    free = Model("free", "here", input_price=Decimal(0), output_price=Decimal(0))
    keyless = ChosenModel(free, Endpoint(Provider("far", "https://api.example/v1", "FAR_API_KEY")))
    assert "FAR_API_KEY" in (obstacle(keyless, Limits()) or "")
    keyed = ChosenModel(free, Endpoint(keyless.endpoint.provider, Secret("sk-canary-1")))
    assert obstacle(keyed, Limits(max_cost_usd=Decimal(1))) is None
    unpriced = replace(keyed, model=Model("unpriced", "here"))
    assert obstacle(unpriced, Limits()) is None
    assert "price" in (obstacle(unpriced, Limits(max_cost_usd=Decimal(1))) or "")
