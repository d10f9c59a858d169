"""The options of a run, once: what each is called, what it means and what it may be.

From this table come the flags of the command line, the keys of a control file, the JSON schema
that editors complete it by, and the table of the manual. Nothing heavy is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from autocoder_tui.config.value_types import (
    COUNT,
    DOLLARS,
    FLAG,
    NAME,
    SECONDS,
    TEMPERATURE,
    TEXT,
    Expected,
    one_of,
    whole_number,
)
from autocoder_tui.engine.purpose import CLARIFY_LIMIT, MODES
from autocoder_tui.problems import shortened
from autocoder_tui.values import dataclass

Place: TypeAlias = Literal["", "path", "patterns", "text", "url"]
"""What of a value depends on where it is written: a path and patterns of paths are relative to
the folder of their file, a text may name a file by "@", a URL is brought into one form."""

Group: TypeAlias = Literal["the job", "the model", "limits", "what comes out", "the program"]

_Schema: TypeAlias = Mapping[str, Any]


def _texts(value: Any) -> tuple[str, ...] | None:
    """One text, or a list of texts."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(TEXT.check(item) for item in items):
        return None
    return tuple(items)


_ONE_OR_MORE: _Schema = {"type": ["string", "array"], "minLength": 1, "items": TEXT.schema}
_TOKENS = whole_number(1, 10_000_000, "tokens")
_ROUNDS = whole_number(1, 20, "rounds")


@dataclass(frozen=True, slots=True)
class RunOption:
    """One option. `name` is its key in a control file, and its name among the parsed flags;
    `aliases` are other keys for it, which earlier versions or other programs had. `says` is what
    it means, in a line; `metavar` stands for the value of its flag, "" where it has none."""

    name: str
    flags: tuple[str, ...]
    expected: Expected
    says: str
    metavar: str = ""
    aliases: tuple[str, ...] = ()
    group: Group = "the job"
    place: Place = ""
    several: Literal["", "words", "repeated"] = ""
    """How a flag takes more than one value: several words after it, or the flag again."""
    on_screen: bool = True
    """Whether it means something to the full-screen program, too."""
    headless: bool = True
    """Whether it means something to a run without the screen."""

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return self.expected is FLAG

    @property
    def keys(self) -> tuple[str, ...]:
        """All its names in a control file, the one to write first."""
        return (self.name, *self.aliases)

    def from_text(self, text: str) -> Any:
        """The value a flag was given as `text`.

        Raises ValueError with a sentence that says what was expected and what was found.
        """
        schema = self.expected.schema
        if schema["type"] in ("string", ["string", "array"]) and "enum" not in schema:
            # An unset variable of a shell must not pass for a value.
            if not text.strip():
                raise ValueError(_refusal("a value", text))
            return text
        value: Any = text
        with suppress(ValueError):
            if schema["type"] == "integer":
                value = int(text)
            elif schema["type"] == "number":
                value = float(text)
        checked = self.expected.check(value)
        if checked is None:
            raise ValueError(_refusal(self.expected.words.replace('"', ""), text))
        return checked


def _refusal(expected: str, text: str) -> str:
    found = f'"{shortened(text)}"' if text.strip() else "an empty value"
    return f"expected {expected}, found {found}"


_JOB = (
    RunOption(
        "mode",
        ("--mode",),
        one_of(*MODES),
        "generate: files are written (default); query: a question is answered; feedback: the last "
        "run is done again with what is wrong with it; clarify: the model asks before it writes",
    ),
    RunOption(
        "input_files",
        ("-i", "--input-files", "--input-file"),
        Expected('a list of paths or patterns such as ["src/*.py"]', _texts, _ONE_OR_MORE),
        "files, folders or globs the model is given (repeatable)",
        "FILE",
        aliases=("input_file",),
        place="patterns",
        several="words",
    ),
    RunOption(
        "output_file", ("-o", "--output-file"), NAME, "the file to write", "FILE", place="path"
    ),
    RunOption(
        "requirements",
        ("-r", "--requirements"),
        TEXT,
        "what you want; @FILE reads it from a file, @- or - from stdin, @@ begins a text with @",
        "TEXT",
        place="text",
    ),
    RunOption(
        "system_prompt",
        ("--system-prompt",),
        TEXT,
        "what the model is told beforehand, after how to write files (@FILE, @- and @@ as for -r)",
        "TEXT",
        place="text",
    ),
    RunOption("force", ("-f", "--force"), FLAG, "the output file may exist"),
    RunOption(
        "refine",
        ("--refine",),
        FLAG,
        "whether a short request makes an instruction of what --mode feedback is told, before the "
        "run (default: as the settings say)",
        on_screen=False,
    ),
    RunOption(
        "answers",
        ("--answers",),
        NAME,
        "a text file with the answers to what --mode clarify asks, a paragraph each",
        "FILE",
        place="path",
        on_screen=False,
    ),
    RunOption(
        "assume",
        ("--yes",),
        FLAG,
        "what --mode clarify asks is answered by what the model would take for granted, printed",
        on_screen=False,
    ),
    RunOption(
        "clarify_limit",
        ("--clarify-limit",),
        whole_number(1, 50),
        f"how many questions --mode clarify asks at most (default: {CLARIFY_LIMIT})",
        "N",
    ),
)
_MODEL = (
    RunOption("model", ("-m", "--model"), NAME, "model name (see -l)", "NAME", group="the model"),
    RunOption(
        "fallback",
        ("--fallback",),
        Expected('a list of names such as ["gpt-4o-mini"]', _texts, _ONE_OR_MORE),
        "model to go on with when that one is not available (repeatable, in order)",
        "NAME",
        group="the model",
        several="repeated",
    ),
    RunOption(
        "base_url",
        ("--base-url", "--endpoint"),
        NAME,
        "any OpenAI-compatible server",
        "URL",
        aliases=("endpoint",),
        group="the model",
        place="url",
    ),
    RunOption(
        "temperature",
        ("-t", "--temperature"),
        TEMPERATURE,
        "sampling temperature, where taken",
        "T",
        group="the model",
    ),
    RunOption(
        "max_output",
        ("--max-output",),
        _TOKENS,
        "most tokens of one reply",
        "TOKENS",
        group="the model",
    ),
    RunOption(
        "edit_format",
        ("--edit-format",),
        one_of("auto", "whole", "edits"),
        "what to ask for an existing file as (default: auto, by its size and by what the model "
        "manages)",
        group="the model",
    ),
    RunOption(
        "edit_retries",
        ("--edit-retries",),
        whole_number(0, 5),
        "how often changes without a place are sent back to the model (default: 1)",
        "N",
        group="the model",
    ),
    RunOption(
        "max_cost",
        ("--max-cost",),
        DOLLARS,
        "spending cap of one run",
        "USD",
        group="the model",
    ),
)


def _limit(name: str, expected: Expected, metavar: str, says: str) -> RunOption:
    return RunOption(
        name, ("--" + name.replace("_", "-"),), expected, says, metavar, group="limits"
    )


_LIMITS = (
    _limit("connect_timeout", SECONDS, "SECONDS", "longest wait for a connection"),
    _limit("first_byte_timeout", SECONDS, "SECONDS", "longest wait for the first piece of a reply"),
    _limit("idle_timeout", SECONDS, "SECONDS", "longest silence within a reply"),
    _limit(
        "keepalive_timeout", SECONDS, "SECONDS", "longest wait for text while signs of life come"
    ),
    _limit("total_timeout", SECONDS, "SECONDS", "longest a whole run may take"),
    _limit("max_attempts", COUNT, "N", "most tries in a row of a failing request"),
    _limit("max_parts", COUNT, "N", "most parts a cut-off reply is continued to"),
)
_OUTPUT = (
    RunOption(
        "despite_warnings",
        ("--despite-warnings",),
        FLAG,
        "write FILE, or print the patch, though it would most likely do damage: code left out, a "
        "diff or marks in the place of the file, text that no longer parses",
        group="what comes out",
        on_screen=False,
    ),
    RunOption(
        "patch",
        ("--patch",),
        FLAG,
        "print a unified diff and write nothing",
        group="what comes out",
        on_screen=False,
    ),
    RunOption(
        "json",
        ("--json",),
        FLAG,
        "print one JSON object at the end on stdout",
        group="what comes out",
        on_screen=False,
    ),
    RunOption(
        "check",
        ("--check",),
        FLAG,
        "try the result in a copy of the project first; where a command fails nothing is written "
        "or printed, and the exit code is 1. The commands are those of the project, as far as you "
        "have said yes to them on the screen",
        group="what comes out",
        on_screen=False,
    ),
    RunOption(
        "check_commands",
        ("--check-command",),
        Expected('a list of commands such as ["pytest -q"]', _texts, _ONE_OR_MORE),
        'check with this command, such as "pytest -q", and no other (repeatable)',
        "CMD",
        aliases=("check_command",),
        group="what comes out",
        several="repeated",
        on_screen=False,
    ),
    RunOption(
        "fix",
        ("--fix",),
        _ROUNDS,
        "send what fails in the check back to the model, at most N times",
        "N",
        group="what comes out",
        on_screen=False,
    ),
    RunOption(
        "estimate_cost",
        ("--estimate-cost",),
        FLAG,
        "print the tokens and what the run may cost, and send nothing",
        group="what comes out",
        on_screen=False,
    ),
)
_PROGRAM = (
    RunOption(
        "debug_level",
        ("-d", "--debug-level"),
        whole_number(0, 3),
        "0 silent but for errors, 1 info (default), 2 debug, 3 all requests and chunks",
        "0..3",
        group="the program",
    ),
    RunOption(
        "theme",
        ("--theme",),
        NAME,
        "colour theme; auto is a dark or a light one, as the terminal is",
        "NAME",
        group="the program",
        headless=False,
    ),
    RunOption(
        "plain",
        ("--plain",),
        FLAG,
        "line by line, for screen readers: no full screen, nothing that moves",
        group="the program",
        headless=False,
    ),
)

RUN_OPTIONS: Final = (*_JOB, *_MODEL, *_LIMITS, *_OUTPUT, *_PROGRAM)
"""All of them, in the order in which they are shown."""

OPTION_OF_KEY: Final[Mapping[str, RunOption]] = MappingProxyType(
    {key: option for option in RUN_OPTIONS for key in option.keys}
)
"""By every name a control file may have for it."""

LIMIT_NAMES: Final = tuple(option.name for option in _LIMITS)


def given_options(parsed: object) -> dict[str, Any]:
    """The options that `parsed`, what a command line was parsed to, has a value for."""
    found = {option.name: getattr(parsed, option.name, None) for option in RUN_OPTIONS}
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in found.items()
        if value is not None and value != []
    }
