"""The sections of config.toml: each setting with its default, what it may be and what it means.

The screen of settings, the manual and the messages say of a setting what is said here.
"""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from typing import TypeVar

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
from autocoder_tui.values import dataclass

DEFAULT_MODEL = "Qwen/Qwen2.5-Coder-32B-Instruct"
DEFAULT_THEME = "autocoder-dark"

_LIMITS = Limits()
_T = TypeVar("_T")


def setting(default: _T, expected: Expected, says: str) -> _T:
    """A field with what its value may be and what it means, both for people to read."""
    return field(default=default, metadata={"expected": expected, "says": says})


@dataclass(frozen=True, slots=True)
class ModelSettings:
    default: str = setting(DEFAULT_MODEL, NAME, "Name of the model used when none is chosen.")
    fallback: tuple[str, ...] = setting(
        (), NAMES, "Models to offer, in this order, when the one in use is not available."
    )
    temperature: float | None = setting(
        None, TEMPERATURE, "Sampling temperature, 0 to 2. Unset: the provider's own default."
    )
    max_output_tokens: int | None = setting(
        None, TOKENS, "Most tokens asked for in one reply. Unset: all the model has."
    )
    edit_format: str = setting(
        "auto",
        one_of(*EDIT_FORMATS),
        'What an existing file is asked for as: "edits", "whole", or "auto", by its size and by '
        "what the model manages.",
    )
    edit_retries: int = setting(
        _LIMITS.edit_retries,
        whole_number(0, 5),
        "How often changes that have no place are sent back to the model.",
    )
    clarify_limit: int = setting(
        CLARIFY_LIMIT,
        whole_number(1, 50),
        "How many questions the model asks at most before it writes, in the mode clarify.",
    )


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    connect_timeout: float = setting(
        _LIMITS.connect_timeout, SECONDS, "Longest wait for a connection, in seconds."
    )
    first_byte_timeout: float = setting(
        _LIMITS.first_byte_timeout,
        SECONDS,
        "Longest wait from the request to the first byte of the reply, in seconds.",
    )
    idle_timeout: float = setting(
        _LIMITS.idle_timeout, SECONDS, "Longest silence of the server within a reply, in seconds."
    )
    keepalive_timeout: float = setting(
        _LIMITS.keepalive_timeout,
        SECONDS,
        "Longest pause without new text from a server that shows it is at work, in seconds.",
    )
    total_timeout: float = setting(
        _LIMITS.total_timeout,
        SECONDS,
        "Longest a whole run may take, continuations included, in seconds; without time spent "
        "stopped (Ctrl+Z) or waiting for your answer.",
    )
    max_attempts: int = setting(
        _LIMITS.max_attempts, COUNT, "Tries of one request before its error ends the run."
    )
    max_parts: int = setting(_LIMITS.max_parts, COUNT, "Model replies one run may be joined from.")
    max_reply_mb: float = setting(
        _LIMITS.max_reply_bytes / MEGABYTE,
        MEGABYTES,
        "Most text one reply may bring, reasoning included, in units of 1,048,576 bytes.",
    )
    allowed_servers: tuple[str, ...] = setting(
        (),
        NAMES,
        'Host names a run may go to, ".example.com" for all below it; empty is any. An address '
        "on the command line or chosen on the screen goes anywhere.",
    )


@dataclass(frozen=True, slots=True)
class CostSettings:
    max_cost: Decimal | None = setting(
        None,
        DOLLARS,
        "Most US dollars one run may cost; it stops before the request that could pass it. "
        "Unset: no cap.",
    )
    max_session_cost: Decimal | None = setting(
        None,
        DOLLARS,
        "Most US dollars all runs from one start of the program to its end may cost. "
        "Unset: no cap.",
    )
    context_warning: float = setting(
        0.40,
        SHARE,
        "Share of the context window from which the meters warn: models get worse there.",
    )
    context_alarm: float = setting(
        0.48, SHARE, "Share of the context window from which they warn in earnest."
    )


@dataclass(frozen=True, slots=True)
class UiSettings:
    theme: str = setting(
        DEFAULT_THEME,
        NAME,
        "Name of the colour theme, packaged or from themes/ in the configuration folder; "
        '"auto" takes the dark or the light one below, as the terminal is.',
    )
    dark_theme: str = setting(
        DEFAULT_THEME, NAME, 'The theme of a dark terminal, where theme is "auto".'
    )
    light_theme: str = setting(
        "autocoder-light", NAME, 'The theme of a light terminal, where theme is "auto".'
    )
    diff_layout: str = setting(
        "auto",
        one_of("auto", "side-by-side", "unified"),
        'How the review shows changes: "side-by-side", "unified", or "auto", by the width.',
    )
    key_preset: str = setting(
        "default",
        one_of("default", "vim", "emacs"),
        "Keys to begin with, before those of [keys]: the program's own, or also those by which vim "
        "or Emacs move. In the requirements Emacs' move the cursor; vim's modes are not there: "
        "Alt+E opens your editor.",
    )
    plain: bool = setting(
        False,
        FLAG,
        "Whether the program works line by line, for screen readers: prompts instead of a full "
        "screen, words instead of colours, from the next start on.",
    )


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    title: bool = setting(
        True, FLAG, "Whether the window's title says the project and what a run is doing."
    )
    progress: bool = setting(
        True,
        FLAG,
        "Whether a run shows as progress in the tab or the taskbar, in terminals that can (OSC "
        "9;4).",
    )
    notify: str = setting(
        "bell",
        one_of("bell", "desktop", "off"),
        "What tells you, while the window is not in front, that a run has ended or asks: the "
        'bell, a notification of the desktop (OSC 9 and 777), or nothing ("off").',
    )
    ask_background: bool = setting(
        True,
        FLAG,
        'Whether the terminal is asked if it is light or dark (OSC 11), where theme is "auto".',
    )


@dataclass(frozen=True, slots=True)
class GitSettings:
    commit_after_accept: bool = setting(
        False, FLAG, "Whether every write is followed by the offer to commit it."
    )


@dataclass(frozen=True, slots=True)
class CheckSettings:
    commands: tuple[str, ...] = setting(
        (),
        COMMANDS,
        "What a proposal is tried with, as for a shell. None is run before you confirm it.",
    )
    seconds: float = setting(600.0, SECONDS, "Longest one of the commands may take.")
    pass_environment: tuple[str, ...] = setting(
        (),
        ENVIRONMENT_NAMES,
        "Names of environment variables the commands get besides PATH, language and the like.",
    )
    check_before_accept: bool = setting(
        False,
        FLAG,
        "Whether nothing is written before the commands have passed on it, or you say so.",
    )


@dataclass(frozen=True, slots=True)
class FeedbackSettings:
    refine: bool = setting(
        True,
        FLAG,
        "Whether a short request makes a precise instruction of what you say is wrong, before the "
        "run that does it again.",
    )


@dataclass(frozen=True, slots=True)
class HistorySettings:
    enabled: bool = setting(
        True,
        FLAG,
        "Whether runs that ended well are kept. Those that did not are kept in any case.",
    )
    keep_runs: int = setting(
        1000,
        AMOUNT,
        "How many runs are kept, the newest; 0 is all. Runs with a name of yours always stay.",
    )
    keep_days: int = setting(365, AMOUNT, "For how many days runs are kept; 0 is for ever.")


@dataclass(frozen=True, slots=True)
class LogSettings:
    level: int = setting(
        1,
        whole_number(0, 3),
        "Debug level where no -d is given: 0 silent, 1 info, 2 debug, 3 everything on the wire.",
    )
