"""config.toml: what can be set, what it means, and what happens when it is wrong.

A setting that is not as expected keeps its default and becomes a Problem; the file itself
is changed only by `save_setting` (config/settings_edit.py), and never when it is corrupt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autocoder_tui.config.toml_file import TomlFile, read_toml
from autocoder_tui.config.value_types import (
    AMOUNT,
    COMMANDS,
    COUNT,
    DOLLARS,
    ENVIRONMENT_NAMES,
    FLAG,
    MEGABYTES,
    NAME,
    NAMES,
    SECONDS,
    SHARE,
    TEMPERATURE,
    TOKENS,
    Expected,
    one_of,
    whole_number,
)
from autocoder_tui.engine.edit_format import EDIT_FORMATS
from autocoder_tui.engine.purpose import CLARIFY_LIMIT
from autocoder_tui.engine.request import MEGABYTE, Limits
from autocoder_tui.problems import Problem, unknown_name

DEFAULT_MODEL = "Qwen/Qwen2.5-Coder-32B-Instruct"
DEFAULT_THEME = "autocoder-dark"

_LIMITS = Limits()


_SECONDS = {"expected": SECONDS}
_COUNT = {"expected": COUNT}
_KEY = Expected('a key such as "f5"', NAME.check)


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    connect_timeout: float = field(default=_LIMITS.connect_timeout, metadata=_SECONDS)
    """Longest wait for a connection, in seconds."""
    first_byte_timeout: float = field(default=_LIMITS.first_byte_timeout, metadata=_SECONDS)
    """Longest wait from the request to the first byte of the reply, in seconds."""
    idle_timeout: float = field(default=_LIMITS.idle_timeout, metadata=_SECONDS)
    keepalive_timeout: float = field(default=_LIMITS.keepalive_timeout, metadata=_SECONDS)
    """Longest pause without new content within a reply, in seconds."""
    total_timeout: float = field(default=_LIMITS.total_timeout, metadata=_SECONDS)
    """Longest a whole run may take, continuations included, in seconds."""
    max_attempts: int = field(default=_LIMITS.max_attempts, metadata=_COUNT)
    """Tries of one request before its error ends the run."""
    max_parts: int = field(default=_LIMITS.max_parts, metadata=_COUNT)
    """Model replies one run may be joined from."""
    max_reply_mb: float = field(
        default=_LIMITS.max_reply_bytes / MEGABYTE, metadata={"expected": MEGABYTES}
    )
    """Most text one reply may bring, reasoning included, in units of 1,048,576 bytes."""
    allowed_servers: tuple[str, ...] = field(default=(), metadata={"expected": NAMES})
    """Host names a run may go to, ".example.com" for all below it; empty is any. An address on
    the command line or chosen on the screen goes anywhere."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    default: str = field(default=DEFAULT_MODEL, metadata={"expected": NAME})
    """Name of the model used when none is chosen."""
    fallback: tuple[str, ...] = field(default=(), metadata={"expected": NAMES})
    """Models to offer, in this order, when the one in use is not available."""
    temperature: float | None = field(
        default=None,
        metadata={"expected": TEMPERATURE},
    )
    """Sampling temperature, 0 to 2. Unset: the provider's own default."""
    max_output_tokens: int | None = field(default=None, metadata={"expected": TOKENS})
    """Most tokens asked for in one reply. Unset: all the model has."""
    edit_format: str = field(default="auto", metadata={"expected": one_of(*EDIT_FORMATS)})
    """What an existing file is asked for as: "edits", "whole", or "auto", by its size and by
    what the model manages."""
    edit_retries: int = field(
        default=_LIMITS.edit_retries, metadata={"expected": whole_number(0, 5)}
    )
    """How often changes that have no place are sent back to the model."""
    clarify_limit: int = field(default=CLARIFY_LIMIT, metadata={"expected": whole_number(1, 50)})
    """How many questions the model asks at most before it writes, in the mode clarify."""


@dataclass(frozen=True, slots=True)
class UiSettings:
    theme: str = field(default=DEFAULT_THEME, metadata={"expected": NAME})
    """Name of the colour theme, packaged or from themes/ in the configuration folder."""
    diff_layout: str = field(
        default="auto",
        metadata={"expected": one_of("auto", "side-by-side", "unified")},
    )
    """How the review shows changes: "side-by-side", "unified", or "auto", by the width."""


@dataclass(frozen=True, slots=True)
class CostSettings:
    max_cost: Decimal | None = field(
        default=None,
        metadata={"expected": DOLLARS},
    )
    """Most US dollars one run may cost; it stops before the request that could pass it."""
    max_session_cost: Decimal | None = field(default=None, metadata={"expected": DOLLARS})
    """Most US dollars all runs from one start of the program to its end may cost."""
    context_warning: float = field(default=0.40, metadata={"expected": SHARE})
    """Share of the context window from which the meters warn: models get worse there."""
    context_alarm: float = field(default=0.48, metadata={"expected": SHARE})
    """Share of the context window from which they warn in earnest."""


@dataclass(frozen=True, slots=True)
class GitSettings:
    commit_after_accept: bool = field(default=False, metadata={"expected": FLAG})
    """Whether every write is followed by the offer to commit it."""


@dataclass(frozen=True, slots=True)
class CheckSettings:
    commands: tuple[str, ...] = field(default=(), metadata={"expected": COMMANDS})
    """What a proposal is tried with, as for a shell. None is run before you confirm it."""
    seconds: float = field(default=600.0, metadata=_SECONDS)
    """Longest one of the commands may take."""
    pass_environment: tuple[str, ...] = field(default=(), metadata={"expected": ENVIRONMENT_NAMES})
    """Names of environment variables the commands get besides PATH, language and the like."""
    check_before_accept: bool = field(default=False, metadata={"expected": FLAG})
    """Whether nothing is written before the commands have passed on it, or you say so."""


@dataclass(frozen=True, slots=True)
class FeedbackSettings:
    refine: bool = field(default=True, metadata={"expected": FLAG})
    """Whether a short request makes a precise instruction of what you say is wrong, before the run
    that does it again."""


@dataclass(frozen=True, slots=True)
class LogSettings:
    level: int = field(default=1, metadata={"expected": whole_number(0, 3)})
    """Debug level where no -d is given: 0 silent, 1 info, 2 debug, 3 everything on the wire."""


@dataclass(frozen=True, slots=True)
class HistorySettings:
    enabled: bool = field(default=True, metadata={"expected": FLAG})
    """Whether runs that ended well are kept. Those that did not are kept in any case."""
    keep_runs: int = field(default=1000, metadata={"expected": AMOUNT})
    """How many runs are kept, the newest; 0 is all. Runs with a name of yours always stay."""
    keep_days: int = field(default=365, metadata={"expected": AMOUNT})
    """For how many days runs are kept; 0 is for ever."""


@dataclass(frozen=True, slots=True)
class Settings:
    network: NetworkSettings = NetworkSettings()
    model: ModelSettings = ModelSettings()
    ui: UiSettings = UiSettings()
    cost: CostSettings = CostSettings()
    git: GitSettings = GitSettings()
    check: CheckSettings = CheckSettings()
    feedback: FeedbackSettings = FeedbackSettings()
    log: LogSettings = LogSettings()
    history: HistorySettings = HistorySettings()
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Keys that replace the built-in ones: binding id, such as "run.start", to key, such as
    "f5" or "f5,ctrl+r"."""

    def limits(self) -> Limits:
        """These settings as the limits of one run."""
        network = {item.name: getattr(self.network, item.name) for item in fields(self.network)}
        reply_mb = network.pop("max_reply_mb")
        del network["allowed_servers"]
        return Limits(
            **network,
            max_reply_bytes=int(reply_mb * MEGABYTE),
            max_output_tokens=self.model.max_output_tokens,
            edit_retries=self.model.edit_retries,
            max_cost_usd=self.cost.max_cost,
            max_session_cost_usd=self.cost.max_session_cost,
        )


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings with what was wrong in the file; each problem's setting has its default."""

    settings: Settings
    problems: tuple[Problem, ...] = ()


SECTIONS = ("network", "model", "ui", "cost", "git", "check", "feedback", "history", "log")


STEPS = "steps"
"""A table of configurations of a project's steps, which `steps.configuration` reads."""


def load_settings(file: Path) -> LoadedSettings:
    """Read config.toml. A missing file is all defaults and no problem."""
    parsed = read_toml(file, missing_ok=True)
    if isinstance(parsed, Problem):
        return LoadedSettings(Settings(), (parsed,))
    problems: list[Problem] = []
    settings = Settings()
    for name, table in parsed.data.items():
        if name == STEPS:
            continue
        if name not in (*SECTIONS, "keys"):
            message = unknown_name(name, (*SECTIONS, "keys", STEPS))
            problems.append(parsed.problem([name], message))
        elif not isinstance(table, dict):
            problems.append(parsed.problem([name], f"expected a table [{name}]"))
        elif name == "keys":
            settings = replace(settings, keys=_keys(parsed, table, problems))
        else:
            section = _section(parsed, name, table, getattr(settings, name), problems)
            settings = replace(settings, **{name: section})
    return LoadedSettings(settings, tuple(problems))


def expected_of(section: str, name: str) -> Expected:
    """What the setting may be. Raises KeyError for a section or name that does not exist."""
    if section == "keys":
        return _KEY
    if section in SECTIONS:
        for item in fields(getattr(Settings(), section)):
            if item.name == name:
                return item.metadata["expected"]  # type: ignore[no-any-return]
    raise KeyError(f"{section}.{name}")


def setting_names() -> tuple[str, ...]:
    """All settings as "section.name", but for the keys, which are named by their bindings."""
    settings = Settings()
    return tuple(
        f"{section}.{item.name}"
        for section in SECTIONS
        for item in fields(getattr(settings, section))
    )


def setting_of(settings: Settings, section: str, name: str) -> Any:
    """One value, None where it is not set."""
    if section == "keys":
        return settings.keys.get(name)
    return getattr(getattr(settings, section), name)


def _section(
    file: TomlFile, section: str, table: dict[str, Any], current: Any, problems: list[Problem]
) -> Any:
    names = [item.name for item in fields(current)]
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in names:
            problems.append(file.problem([section, name], unknown_name(name, names)))
            continue
        expected = expected_of(section, name)
        checked = expected.check(value)
        if checked is None:
            problems.append(file.problem([section, name], expected.message(name, value)))
        else:
            values[name] = checked
    return replace(current, **values)


def _keys(file: TomlFile, table: dict[str, Any], problems: list[Problem]) -> Mapping[str, str]:
    keys: dict[str, str] = {}
    for name, value in flat_keys(table):
        checked = _KEY.check(value)
        if checked is None:
            problems.append(file.problem(["keys", name], _KEY.message(name, value)))
        else:
            keys[name] = checked
    return MappingProxyType(keys)


def flat_keys(table: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """`run.start = "f5"` unquoted is a nested table to TOML; both forms mean one binding id."""
    pairs: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            pairs += flat_keys(value, f"{prefix}{name}.")
        else:
            pairs.append((prefix + name, value))
    return pairs
