"""What a face starts with: flags over control file over config.toml over defaults."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autocoder_tui.config.api_keys import find_key, missing_key_message
from autocoder_tui.config.control_file import Control, load_control
from autocoder_tui.config.dirs import config_dir, state_dir
from autocoder_tui.config.models_file import load_catalog
from autocoder_tui.config.settings import Settings, load_settings
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Catalog, Endpoint, Model
from autocoder_tui.engine.metering.cost import cap_problem
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.request import Limits
from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.redaction import know
from autocoder_tui.store.calibration import load_calibration
from autocoder_tui.store.capabilities import CapabilityStore
from autocoder_tui.store.json_file import LISTED_FILE, put_damaged_aside
from autocoder_tui.system.locale_encoding import character_set_warning
from autocoder_tui.workspace.output_path import why_nothing_kept, why_nothing_saved
from autocoder_tui.workspace.textfile import read_text_file

NETWORK_LIMITS = (
    "connect_timeout",
    "first_byte_timeout",
    "idle_timeout",
    "keepalive_timeout",
    "total_timeout",
    "max_attempts",
    "max_parts",
)


@dataclass(frozen=True, slots=True)
class Task:
    """What was asked for before the start. `inputs` are patterns as given, not yet looked up;
    `output` is as given too. `resume` names the kept run to go on with: "last", its id or the
    beginning of it, or its name; `reply` is a reply from elsewhere to be reviewed."""

    inputs: tuple[str, ...] = ()
    output: str | None = None
    requirements: str = ""
    resume: str | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class WantedModel:
    """Which model was asked for, before it is looked up; `fallback` are the names of others."""

    name: str | None = None
    base_url: str | None = None
    fallback: tuple[str, ...] = ()
    temperature: float | None = None
    edit_format: str = "auto"


@dataclass(frozen=True, slots=True)
class ResultOptions:
    """What becomes of the result of a run without the screen."""

    force: bool = False
    """Whether the output file may exist."""
    despite_warnings: bool = False
    """Whether a file is replaced though code seems to have been left out of the new text."""
    patch: bool = False
    json: bool = False
    estimate_cost: bool = False
    check: bool | None = None
    """Whether the result is tried first; None leaves that to the settings."""
    check_commands: tuple[str, ...] = ()
    """What it is tried with, in the place of the project's own commands."""
    fix: int = 0
    """How often what fails in a check goes back to the model."""


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of the configuration and of what the program writes for itself."""

    config: Path
    state: Path
    keeps: bool = True
    """Whether anything can be kept in the state folder; if not, a problem says so."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that was decided before the first key press or the first request.

    `problems` are sentences to show.
    """

    root: Path
    task: Task
    model: WantedModel
    limits: Limits
    result: ResultOptions
    debug_level: int
    theme: str | None
    demo: bool
    settings: Settings
    catalog: Catalog
    problems: tuple[str, ...]
    environ: Mapping[str, str]
    places: Places


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A model with where it answers and the key for it; `warnings` are sentences to show.

    `calibration` is what earlier runs taught about its token counts, `capabilities` what they
    taught about the endpoint.
    """

    model: Model
    endpoint: Endpoint
    warnings: tuple[str, ...] = ()
    calibration: Calibration = field(default_factory=Calibration)
    capabilities: Capabilities = field(default_factory=Capabilities)

    @property
    def ready(self) -> bool:
        """Whether a request could be sent: there is a key, or none is needed."""
        return self.endpoint.key is not None or self.endpoint.provider.needs_no_key


def load_setup(directory: Path, options: argparse.Namespace, environ: Mapping[str, str]) -> Setup:
    """Merge everything that sets up a run.

    Raises AutocoderError for a control file or requirements file that can't be used; broken
    settings and catalogs become `problems` and their defaults are used.
    """
    try:
        root = directory.resolve(strict=True)
    except OSError as error:
        raise AutocoderError(
            "The project folder is gone. Change to a folder that exists and start again."
        ) from error
    folder = config_dir(environ)
    settings = load_settings(folder / "config.toml")
    state = state_dir(environ)
    unkept = None if options.list_models else why_nothing_kept(state)
    unsaved = None if options.list_models else why_nothing_saved(folder)
    damaged = put_damaged_aside(state)
    catalog, catalog_problems = load_catalog(folder / "models.toml", state / LISTED_FILE)
    warning = character_set_warning()
    characters = () if warning is None else (warning,)
    for name, value in environ.items():
        # A key of another provider than the chosen one stays out of logs and reports too.
        if name.endswith("_API_KEY"):
            know(value)
    control = load_control(Path(options.control_file)) if options.control_file else Control()
    found = (*characters, *settings.problems, *catalog_problems, *damaged, unkept, unsaved)
    return Setup(
        root=root,
        task=_task(options, control),
        model=_model(settings.settings, options, control),
        limits=_limits(settings.settings, options, control),
        result=_result(options, control),
        debug_level=_first(options.debug_level, control.debug_level, settings.settings.log.level),
        theme=_first(getattr(options, "theme", None), control.theme, settings.settings.ui.theme),
        demo=options.demo,
        settings=settings.settings,
        catalog=catalog,
        problems=tuple(str(problem) for problem in found if problem is not None),
        environ=environ,
        places=Places(folder, state, keeps=unkept is None),
    )


def choose_model(setup: Setup, name: str | None = None, base_url: str | None = None) -> ChosenModel:
    """The model called `name` (or the one set up, or the default) and its endpoint.

    Raises UnknownModel, or AutocoderError for an address that can't be one.
    """
    wanted = name or setup.model.name
    address = base_url or setup.model.base_url
    if address:
        if not wanted:
            raise AutocoderError(
                "A base URL alone does not say which model to use: add -m NAME, a model that "
                "the server has."
            )
        model, provider = setup.catalog.for_base_url(address, wanted)
    else:
        model = setup.catalog.find(wanted or setup.settings.model.default)
        provider = setup.catalog.provider_of(model)
    found = find_key(provider, setup.root, setup.environ)
    endpoint = Endpoint(provider, found.secret, found.source)
    calibration = load_calibration(setup.places.state, endpoint, model)
    known = CapabilityStore(setup.places.state).of(provider.base_url, model.name)
    return ChosenModel(model, endpoint, tuple(map(str, found.warnings)), calibration, known)


def as_known_now(setup: Setup, chosen: ChosenModel) -> ChosenModel:
    """`chosen` with what runs have taught of its endpoint since it was chosen. Blocking."""
    place = (chosen.endpoint.provider.base_url, chosen.model.name)
    return replace(chosen, capabilities=CapabilityStore(setup.places.state).of(*place))


def obstacle(chosen: ChosenModel, limits: Limits) -> str | None:
    """Why nothing can be sent to the model unasked, as a sentence: there is no key, or no price
    by which a spending cap could hold. None where nothing is in the way."""
    if not chosen.ready:
        return missing_key_message(chosen.endpoint.provider)
    return cap_problem(chosen.model, limits)


def _task(options: argparse.Namespace, control: Control) -> Task:
    return Task(
        inputs=tuple(options.input_files) or control.input_files,
        output=_first(options.output_file, control.output_file),
        requirements=_requirements(_first(options.requirements, control.requirements, "")),
        resume=getattr(options, "resume", None),
        reply=getattr(options, "reply", None),
    )


def _model(settings: Settings, options: argparse.Namespace, control: Control) -> WantedModel:
    return WantedModel(
        name=_first(options.model, control.model),
        base_url=_first(options.base_url, control.base_url),
        fallback=tuple(options.fallback) or control.fallback or settings.model.fallback,
        temperature=_first(options.temperature, control.temperature, settings.model.temperature),
        edit_format=_first(options.edit_format, control.edit_format, settings.model.edit_format),
    )


def _result(options: argparse.Namespace, control: Control) -> ResultOptions:
    return ResultOptions(
        force=bool(_first(options.force, control.force, False)),
        despite_warnings=getattr(options, "despite_warnings", False),
        patch=getattr(options, "patch", False),
        json=getattr(options, "json", False),
        estimate_cost=getattr(options, "estimate_cost", False),
        check=getattr(options, "check", None),
        check_commands=tuple(getattr(options, "check_command", ())),
        fix=getattr(options, "fix", 0),
    )


def _requirements(given: str) -> str:
    if given == "@-":
        return _piped()
    if given.startswith("@@"):
        return given[1:]
    if given.startswith("@"):
        try:
            return read_text_file(Path(given[1:])).text
        except AutocoderError as error:
            raise AutocoderError(
                f"{error.message} A text after -r that begins with @ names a file: write @@ for a "
                "text that begins with @, or give it through stdin with -r @-."
            ) from error
    return given


def _piped() -> str:
    """What comes in by stdin. Raises AutocoderError."""
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise AutocoderError("What -r @- reads from stdin is not UTF-8 text.") from None
    except (OSError, AttributeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is closed"
        raise AutocoderError(f"-r @- can't read stdin: {reason.lower()}.") from error


def _limits(settings: Settings, options: argparse.Namespace, control: Control) -> Limits:
    wanted = {
        name: _first(getattr(options, name), getattr(control, name)) for name in NETWORK_LIMITS
    }
    wanted["max_output_tokens"] = _first(options.max_output, control.max_output)
    wanted["edit_retries"] = _first(options.edit_retries, control.edit_retries)
    wanted["max_cost_usd"] = _first(options.max_cost, control.max_cost)
    given = {name: value for name, value in wanted.items() if value is not None}
    return replace(settings.limits(), **given)


def _first(*values: Any) -> Any:
    """The first value that is given: flag, control file, default."""
    return next((value for value in values if value is not None), None)
