"""What a face starts with: flags over control file over config.toml over defaults."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from autocoder_tui.config.api_keys import find_key, missing_key_message
from autocoder_tui.config.control_file import (
    file_of_text,
    read_control_file,
    server_allowed,
)
from autocoder_tui.config.dirs import config_dir, state_dir
from autocoder_tui.config.models_file import load_catalog
from autocoder_tui.config.run_options import LIMIT_NAMES, given_options
from autocoder_tui.config.settings import Settings, load_settings
from autocoder_tui.engine.base_url import host_of
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Catalog, Endpoint, Model
from autocoder_tui.engine.metering.money import cap_problem
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.purpose import CLARIFY_LIMIT, Mode
from autocoder_tui.engine.request import Limits
from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.redaction import know
from autocoder_tui.store.calibration import load_calibration
from autocoder_tui.store.capabilities import CapabilityStore
from autocoder_tui.store.json_file import LISTED_FILE, put_damaged_aside
from autocoder_tui.system.locale_encoding import character_set_warning
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.output_path import why_nothing_kept, why_nothing_saved
from autocoder_tui.workspace.textfile import read_text_file

STDIN = ("@-", "-")
"""What stands for a text that is piped in."""


@dataclass(frozen=True, slots=True)
class Task:
    """What was asked for before the start. `inputs` are patterns as given, not yet looked up;
    `output` is as given too. `resume` names the kept run to go on with: "last", its id or the
    beginning of it, or its name; `reply` is a reply from elsewhere to be reviewed."""

    inputs: tuple[str, ...] = ()
    output: str | None = None
    requirements: str = ""
    system_prompt: str = ""
    resume: str | None = None
    reply: str | None = None
    mode: Mode = "generate"
    refine: bool | None = None
    """Whether an instruction is made of a complaint; None leaves that to the settings."""
    answers: str | None = None
    """The file with the answers to what the model asks before it writes."""
    assume: bool = False
    """Whether such questions are answered by what the model would take for granted."""
    clarify_limit: int = CLARIFY_LIMIT
    """How many of them there may be."""


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
    """What it is tried with, in the place of the project's own commands: named on the command
    line, which is a yes to them."""
    file_checks: tuple[str, ...] = ()
    """The same, named in a control file. That may have come with somebody's project: it is a yes
    to nothing."""
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
    flags: Mapping[str, Any] = field(default_factory=dict)
    """The options of the command line, by the names of their table."""
    file: Mapping[str, Any] = field(default_factory=dict)
    """Those of the control file."""
    plain: bool = False
    """Whether the program works line by line."""


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
    flags = given_options(options)
    file: Mapping[str, Any] = {}
    if options.control_file:
        read = read_control_file(Path(options.control_file), settings.settings, flags)
        file = read.usable()
    found = (*characters, *settings.problems, *catalog_problems, *damaged, unkept, unsaved)
    setup = Setup(
        root=root,
        task=Task(
            resume=getattr(options, "resume", None),
            reply=getattr(options, "reply", None),
        ),
        model=WantedModel(),
        limits=settings.settings.limits(),
        result=ResultOptions(),
        debug_level=settings.settings.log.level,
        theme=settings.settings.ui.theme,
        demo=options.demo,
        settings=settings.settings,
        catalog=catalog,
        problems=tuple(str(problem) for problem in found if problem is not None),
        environ=environ,
        places=Places(folder, state, keeps=unkept is None),
    )
    return with_options(setup, flags, file)


def with_options(setup: Setup, flags: Mapping[str, Any], file: Mapping[str, Any]) -> Setup:
    """`setup` for the run that these options describe, by the names of their table
    (config/run_options.py): a flag wins over the control file, and that over the settings.

    Raises AutocoderError for a text that names a file that cannot be read.
    """
    given = piped_texts({**file, **flags})
    settings = setup.settings
    return replace(
        setup,
        flags={name: given[name] for name in flags},
        file={name: given[name] if name not in flags else value for name, value in file.items()},
        task=_task(setup.task, settings, given),
        model=_model(settings, given),
        limits=_limits(settings, given),
        result=_result(given, flags),
        debug_level=given.get("debug_level", settings.log.level),
        theme=given.get("theme", settings.ui.theme),
        plain=given.get("plain", settings.ui.plain),
    )


def with_settings(setup: Setup, settings: Settings) -> Setup:
    """`setup` with other settings; what flags and the control file say still wins over them."""
    given = {**setup.file, **setup.flags}
    if setup.demo:
        # The sample project is checked with its own commands, whatever the person's file names.
        check = replace(settings.check, commands=setup.settings.check.commands)
        settings = replace(settings, check=check)
    limit = given.get("clarify_limit", settings.model.clarify_limit)
    return replace(
        setup,
        settings=settings,
        task=replace(setup.task, clarify_limit=limit),
        model=_model(settings, given),
        limits=_limits(settings, given),
        debug_level=given.get("debug_level", settings.log.level),
        theme=given.get("theme", settings.ui.theme),
        plain=given.get("plain", settings.ui.plain),
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
        _check_allowed(setup, provider.base_url)
    found = find_key(provider, setup.root, setup.environ)
    endpoint = Endpoint(provider, found.secret, found.source)
    calibration = load_calibration(setup.places.state, endpoint, model)
    known = CapabilityStore(setup.places.state).of(provider.base_url, model.name)
    return ChosenModel(model, endpoint, tuple(map(str, found.warnings)), calibration, known)


def _check_allowed(setup: Setup, base_url: str) -> None:
    allowed = setup.settings.network.allowed_servers
    if not server_allowed(base_url, allowed):
        raise AutocoderError(
            f"{host_of(base_url)} is none of the servers that your settings allow: add it to "
            "allowed_servers in config.toml, or take another model."
        )


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


def _task(task: Task, settings: Settings, given: Mapping[str, Any]) -> Task:
    return replace(
        task,
        inputs=given.get("input_files", ()),
        output=given.get("output_file"),
        requirements=_text("-r", given.get("requirements", "")),
        system_prompt=_text("--system-prompt", given.get("system_prompt", "")),
        mode=given.get("mode", "generate"),
        refine=given.get("refine"),
        answers=given.get("answers"),
        assume=given.get("assume", False),
        clarify_limit=given.get("clarify_limit", settings.model.clarify_limit),
    )


def _model(settings: Settings, given: Mapping[str, Any]) -> WantedModel:
    name, base_url = given.get("model"), given.get("base_url")
    return WantedModel(
        # Autocoder's word for whatever the server at the endpoint has.
        name=None if base_url and name == "local" else name,
        base_url=base_url,
        fallback=given.get("fallback", settings.model.fallback),
        temperature=given.get("temperature", settings.model.temperature),
        edit_format=given.get("edit_format", settings.model.edit_format),
    )


def _result(given: Mapping[str, Any], flags: Mapping[str, Any]) -> ResultOptions:
    return ResultOptions(
        force=given.get("force", False),
        despite_warnings=given.get("despite_warnings", False),
        patch=given.get("patch", False),
        json=given.get("json", False),
        estimate_cost=given.get("estimate_cost", False),
        check=given.get("check"),
        check_commands=flags.get("check_commands", ()),
        file_checks=given.get("check_commands", ()) if "check_commands" not in flags else (),
        fix=given.get("fix", 0),
    )


def piped_texts(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options with what comes in by stdin in the place of "-" and "@-". Raises
    AutocoderError."""
    names = [name for name in _TEXTS if given.get(name) in STDIN]
    if len(names) > 1:
        raise AutocoderError(
            "The requirements and the system prompt can't both come from stdin; give one of them "
            "as a text or as @FILE."
        )
    # A text that begins with @ has two of them, so that it names no file.
    texts = {name: _piped(_TEXTS[name]) for name in names}
    doubled = {name: f"@{text}" if text.startswith("@") else text for name, text in texts.items()}
    return {**given, **doubled} if doubled else given


_TEXTS = {"requirements": "-r", "system_prompt": "--system-prompt"}


def _text(flag: str, given: str) -> str:
    """A text as it was meant: itself or that of a file."""
    if given.startswith("@@"):
        return given[1:]
    if given.startswith("@"):
        try:
            return read_text_file(Path(file_of_text(given) or "")).text
        except AutocoderError as error:
            raise AutocoderError(
                f"{error.message} A text after {flag} that begins with @ names a file: write @@ "
                f"for a text that begins with @, or give it through stdin with {flag} @-."
            ) from error
    return given


def _piped(flag: str) -> str:
    """What comes in by stdin. Raises AutocoderError."""
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AutocoderError(f"What {flag} @- reads from stdin is not UTF-8 text.") from None
    except (OSError, AttributeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is closed"
        raise AutocoderError(f"{flag} @- can't read stdin: {reason.lower()}.") from error


def _limits(settings: Settings, given: Mapping[str, Any]) -> Limits:
    names = {
        **{name: name for name in (*LIMIT_NAMES, "edit_retries")},
        "max_output": "max_output_tokens",
        "max_cost": "max_cost_usd",
    }
    wanted = {names[name]: value for name, value in given.items() if name in names}
    return replace(settings.limits(), **wanted)
