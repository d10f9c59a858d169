"""Finding the API key of a provider.

Looked for in this order: the environment; `.env` in the project, where only the one name
ending in `_API_KEY` is read; a key file in the project, then in the configuration folder.
A URL is never taken from `.env`: a cloned project must not be able to send a key elsewhere.
No message ever holds a key or a line that may hold one.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from autocoder_tui.config.dirs import config_dir
from autocoder_tui.config.toml_file import read_small_text
from autocoder_tui.engine.base_url import is_plain_http
from autocoder_tui.engine.catalog import LOCAL_KEY_VARIABLE, Provider, Secret
from autocoder_tui.problems import Problem
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class FoundKey:
    """`secret` is None when no usable key was found; `source` then is "".

    `warnings` are sentences to show, also when a key was found.
    """

    secret: Secret | None
    source: str = ""
    warnings: tuple[str, ...] = ()


def find_key(provider: Provider, project: Path, environ: Mapping[str, str]) -> FoundKey:
    """The key for `provider`, with where it came from. Nothing is put into the environment.

    A blank key counts as absent; one that cannot be a key (inner white space, control or
    non-ASCII characters) is named in a warning and passed over.
    """
    warnings: list[str] = []
    variable = provider.key_variable
    found = _usable(environ.get(variable, ""), f"{variable} in the environment", warnings)
    if found is None and variable.endswith("_API_KEY"):
        text = _from_dotenv(project / ".env", variable, warnings)
        found = _usable(text, f"{variable} in .env", warnings)
    if found is None and provider.key_file is not None:
        found = _from_key_files(provider, project, config_dir(environ), warnings)
    if found is None:
        return FoundKey(None, "", tuple(warnings))
    if is_plain_http(provider.base_url):
        warnings.append(plain_http_warning(provider.name, found.source))
    return FoundKey(found.secret, found.source, tuple(warnings))


def plain_http_warning(name: str, source: str = "") -> str:
    """What to think of before anything is sent to `name` unencrypted."""
    what = f"Your files and the key from {source}" if source else "Your files and the key, if any,"
    return (
        f"{what} go to {name} over plain http, where others on the network can read them. Use "
        "an https URL if the server has one."
    )


def missing_key_message(provider: Provider) -> str:
    """What to do when `find_key` found none."""
    # Of an address given by hand nobody knows whether it checks one.
    any_text = provider.key_variable == LOCAL_KEY_VARIABLE
    return (
        f"There is no key for {provider.name}. Set {provider.key_variable} in the environment "
        "or in a .env file in the project"
        f"{'; if the server checks none, any text will do' if any_text else ''}."
    )


_QUOTES: Final = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019"}


def _bare(text: str) -> tuple[str, list[str]]:
    """The key in `text` without what was copied with it, and the words for what that was."""
    key, taken_off = text.strip("\ufeff \t\r\n"), set[str]()
    while True:
        if len(key) > 1 and _QUOTES.get(key[0]) == key[-1]:
            key = key[1:-1].strip()
            taken_off.add("the quotes")
        elif key.split(maxsplit=1)[:1] and key.split(maxsplit=1)[0].lower() == "bearer":
            key = key[len("bearer") :].strip()
            taken_off.add('the word "Bearer"')
        else:
            return key, sorted(taken_off)


def _usable(text: str, source: str, warnings: list[str]) -> FoundKey | None:
    key, taken_off = _bare(text)
    if taken_off and key:
        what = " and ".join(taken_off)
        warnings.append(
            f"{what[:1].upper()}{what[1:]} around the key from {source} "
            f"{'were' if 'the quotes' in taken_off else 'was'} taken off: no key holds such."
        )
    if not key:
        return None
    if any(character.isspace() for character in key):
        wrong = "holds white space or a line break"
    elif not key.isascii() or not key.isprintable():
        wrong = "holds a character that no key has"
    else:
        return FoundKey(Secret(key), source)
    warnings.append(f"The key from {source} {wrong} and was not used. Copy it again, alone.")
    return None


def _from_dotenv(file: Path, variable: str, warnings: list[str]) -> str:
    text = read_small_text(file, missing_ok=True)
    if isinstance(text, Problem):
        warnings.append(str(text))
        return ""
    if not text.strip():
        return ""
    from dotenv.parser import parse_stream

    value = ""
    for binding in parse_stream(io.StringIO(text)):
        blank = binding.original.string
        # A binding starts before the empty lines above it; the message names its own line.
        line = binding.original.line + blank[: len(blank) - len(blank.lstrip())].count("\n")
        if binding.error:
            warnings.append(str(Problem(file, line, "expected NAME=value")))
        elif binding.key == variable:
            value = binding.value or ""
    return value


def _from_key_files(
    provider: Provider, project: Path, config: Path, warnings: list[str]
) -> FoundKey | None:
    places = ((project, "the project folder"), (config, "the configuration folder"))
    for folder, words in places:
        file = folder / (provider.key_file or "")
        text = read_small_text(file, missing_ok=True)
        if isinstance(text, Problem):
            warnings.append(str(text))
            continue
        if file.exists() and not text.strip():
            warnings.append(str(Problem(file, 1, "expected a key, found an empty file")))
        found = _usable(text, f"{file.name} in {words}", warnings)
        if found is not None:
            warnings.append(_insecure(file, found.source, provider.key_variable))
            return found
    return None


def _insecure(file: Path, source: str, variable: str) -> str:
    sentence = f"A key in a plain file ({source}) is insecure. Prefer {variable}."
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        return f"{sentence[:-1]}, or at least chmod 600: other users of this machine can read it."
    return sentence
