"""`autocoder-tui doctor`: what a bug report needs, and what is broken. Changes nothing.

No key is ever printed, only where one was found. The home folder is written ~.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import os
import platform
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from autocoder_tui.check.sandbox import sandbox_here
from autocoder_tui.cli.findings import Finding, State, as_text, made_safe
from autocoder_tui.cli.preprompt_findings import preprompt_findings
from autocoder_tui.config.api_keys import find_key
from autocoder_tui.config.dirs import config_dir, state_dir
from autocoder_tui.config.models_file import load_catalog
from autocoder_tui.config.settings import load_settings
from autocoder_tui.config.theme_files import load_themes, packaged_themes_dir
from autocoder_tui.diagnostics.log_file import NAME as LOG_NAME
from autocoder_tui.engine.catalog import LOCAL_KEY_VARIABLE, Catalog, Endpoint, Provider
from autocoder_tui.engine.provider.model_list import list_models
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.guidance import guidance_of
from autocoder_tui.store.history.schema import SCHEMA
from autocoder_tui.store.json_file import LISTED_FILE
from autocoder_tui.system.clipboard import clipboard_tool
from autocoder_tui.system.locale_encoding import character_set_warning
from autocoder_tui.system.terminal_kind import color_depth
from autocoder_tui.system.version import __version__
from autocoder_tui.values import dataclass

_PACKAGES = ("textual", "openai", "tiktoken", "pygments", "platformdirs", "pathspec")
_ANSWER_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the report is about: the project, and the server and model that are to be used."""

    project: Path
    base_url: str | None = None
    model: str | None = None
    offline: bool = False


def doctor(asked: Asked, environ: Mapping[str, str], *, as_json: bool = False) -> tuple[str, bool]:
    """The report, safe to print, and whether the program is usable. Raises nothing."""
    sections: list[Callable[[], Iterator[Finding]]] = [
        _versions,
        lambda: _paths(environ),
        lambda: _settings(asked, environ),
        lambda: _guidance(asked, environ),
        lambda: _terminal(environ),
        lambda: _services(asked, environ),
        lambda: _history(state_dir(environ)),
    ]
    findings: list[Finding] = []
    for section in sections:
        try:
            findings += section()
        except Exception as error:  # what is too broken to be looked at is a finding, too
            findings.append(Finding("doctor", "could not look", type(error).__name__, "broken"))
    home = environ.get("HOME", "")
    shown = [made_safe(finding, home) for finding in findings]
    usable = all(finding.state != "broken" for finding in shown)
    if as_json:
        data = {"usable": usable, "findings": [asdict(finding) for finding in shown]}
        return json.dumps(data, indent=2), usable
    return as_text(shown, usable=usable), usable


# ---------------------------------------------------------------------- the program


def _guidance(asked: Asked, environ: Mapping[str, str]) -> Iterator[Finding]:
    """What is told in every run: where it stands, and what of it is not used."""
    told = guidance_of(asked.project, config_dir(environ))
    for each in told.liked:
        count = len(each.lines)
        value = f"{each.file}: {count} line{'s' * (count != 1)}"
        yield Finding("told in every run", f"preferences ({each.whose})", value)
    for problem in told.problems:
        yield Finding("told in every run", "not used", problem, "broken")


def _versions() -> Iterator[Finding]:
    section = "versions"
    yield Finding(section, "autocoder-tui", __version__)
    python = platform.python_version()
    yield Finding(section, "Python", python, "ok" if sys.version_info >= (3, 11) else "broken")
    yield Finding(section, "platform", f"{platform.system()} {platform.release()}")
    for name in _PACKAGES:
        try:
            yield Finding(section, name, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Finding(section, name, "not installed", "broken")
    full_text = "with" if _has_full_text() else "without"
    yield Finding(
        section,
        "sqlite",
        f"{sqlite3.sqlite_version}, {full_text} full-text search (FTS5)",
        "ok" if full_text == "with" else "note",
    )
    git = _git_version()
    yield Finding(section, "git", git or "not found: no commits", "ok" if git else "note")
    if hasattr(os, "fork"):
        sandbox = sandbox_here()
        yield Finding(
            section, "sandbox of checks", sandbox.words, "ok" if sandbox.closed else "note"
        )
    else:
        yield Finding(section, "sandbox of checks", "checks need a POSIX system", "note")


def _has_full_text() -> bool:
    try:
        with sqlite3.connect(":memory:") as connection:
            connection.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
    except sqlite3.Error:
        return False
    return True


def _git_version() -> str:
    try:
        done = subprocess.run(
            ["git", "--version"], capture_output=True, timeout=5, check=False, text=True
        )
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return ""
    return done.stdout.strip().removeprefix("git version ")[:60]


# ---------------------------------------------------------------------- files


def _paths(environ: Mapping[str, str]) -> Iterator[Finding]:
    config, state = config_dir(environ), state_dir(environ)
    yield _folder("configuration", config, needed=False)
    yield _folder("state", state, needed=True)
    yield _folder("themes", packaged_themes_dir(), needed=False)
    yield _folder("your themes", config / "themes", needed=False)
    yield _folder("log", state / "log", needed=False)
    log = state / "log" / LOG_NAME
    if log.is_file():
        yield Finding("paths", "log file", f"{log.stat().st_size:,} bytes")
    reports = [path for path in (*state.glob("crash*"), *state.glob("crash*/*")) if path.is_file()]
    newest = max(reports, key=lambda path: path.stat().st_mtime, default=None)
    yield Finding(
        "paths",
        "last crash report",
        "none" if newest is None else str(newest),
        "ok" if newest is None else "note",
    )


def _folder(name: str, folder: Path, *, needed: bool) -> Finding:
    """What can be done with a folder; one that is `needed` must be writable, or can be made."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    writable = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    broken: State = "broken" if needed and not writable else "ok"
    if there != folder:
        can = "not there yet" if writable else "not there, and can't be made"
        return Finding("paths", name, f"{folder} ({can})", broken)
    if not folder.is_dir():
        return Finding("paths", name, f"{folder} (not a folder)", "broken")
    mode = stat.S_IMODE(folder.stat().st_mode)
    how = "writable" if writable else "read-only"
    if not os.access(folder, os.R_OK | os.X_OK):
        return Finding("paths", name, f"{folder} ({mode:04o}, can't be read)", "broken")
    return Finding("paths", name, f"{folder} ({mode:04o}, {how})", broken)


def _settings(asked: Asked, environ: Mapping[str, str]) -> Iterator[Finding]:
    section = "settings"
    config = config_dir(environ)
    loaded = load_settings(config / "config.toml")
    catalog, problems = _catalog(environ)
    themes = load_themes(config / "themes")
    wrong = [str(problem) for problem in (*loaded.problems, *problems, *themes.problems)]
    yield Finding(section, "models", f"{len(catalog.models)} known")
    yield Finding(section, "default model", loaded.settings.model.default)
    if asked.model is not None and asked.base_url is None:
        yield _named_model(catalog, asked.model)
    yield Finding(section, "debug level", str(loaded.settings.log.level))
    for sentence in wrong:
        yield Finding(section, "problem", sentence, "broken")
    for words, state in preprompt_findings(asked.project.absolute(), config):
        yield Finding(section, "preprompts", words, state)


def _named_model(catalog: Catalog, name: str) -> Finding:
    try:
        model = catalog.find(name)
        catalog.provider_of(model)
    except AutocoderError as error:
        return Finding("settings", "model", error.message, "broken")
    return Finding("settings", "model", f"{name}, at {model.provider}")


def _catalog(environ: Mapping[str, str]) -> tuple[Catalog, tuple[object, ...]]:
    return load_catalog(config_dir(environ) / "models.toml", state_dir(environ) / LISTED_FILE)


# ---------------------------------------------------------------------- the terminal


def _terminal(environ: Mapping[str, str]) -> Iterator[Finding]:
    section = "terminal"
    ttys = {
        name: getattr(sys, name) is not None and getattr(sys, name).isatty()
        for name in ("stdin", "stdout", "stderr")
    }
    attached = [name for name, is_tty in ttys.items() if is_tty]
    yield Finding(section, "terminal on", ", ".join(attached) or "none of stdin, stdout, stderr")
    term = environ.get("TERM", "")
    can_draw: State = "ok" if term not in ("", "dumb") else "note"
    yield Finding(section, "TERM", term or "(unset)", can_draw)
    yield Finding(section, "COLORTERM", environ.get("COLORTERM", "") or "(unset)")
    yield Finding(section, "colours", _colours(environ))
    yield Finding(section, "size", _size())
    warning = character_set_warning()
    yield Finding(section, "characters", warning or "UTF-8", "ok" if warning is None else "note")
    inside = {"tmux": "TMUX", "screen": "STY", "ssh": "SSH_CONNECTION"}
    yield Finding(
        section,
        "inside",
        ", ".join(name for name, variable in inside.items() if environ.get(variable)) or "-",
    )
    tool = clipboard_tool(environ)
    copies = Path(tool[0]).name if tool else "none: the terminal's own (OSC 52) and a file"
    yield Finding(section, "clipboard", copies)


def _colours(environ: Mapping[str, str]) -> str:
    if environ.get("NO_COLOR"):
        return "none wanted (NO_COLOR)"
    if not environ.get("TERM"):
        return "not known"
    known = {"all": "16 million", "256": "256", "16": "16, as far as is known"}
    return known[color_depth(environ)]


def _size() -> str:
    for stream in (sys.__stdout__, sys.__stderr__, sys.__stdin__):
        try:
            if stream is not None:
                size = os.get_terminal_size(stream.fileno())
                return f"{size.columns} x {size.lines}"
        except (OSError, ValueError):
            continue
    return "unknown: no terminal"


# ---------------------------------------------------------------------- services


def _services(asked: Asked, environ: Mapping[str, str]) -> Iterator[Finding]:
    catalog, _ = _catalog(environ)
    providers = dict(catalog.providers)
    named: Provider | None = None
    if asked.base_url is not None:
        try:
            _, named = catalog.for_base_url(asked.base_url, asked.model or "any")
        except AutocoderError as error:
            yield Finding("endpoints", "--base-url", error.message, "broken")
        else:
            if named not in providers.values():
                providers["--base-url"] = named
    endpoints: list[Endpoint] = []
    for provider in providers.values():
        found = find_key(provider, asked.project, environ)
        endpoints.append(Endpoint(provider, found.secret, found.source))
        yield Finding("keys", provider.name, _key_line(provider, found.source))
        for warning in found.warnings:
            yield Finding("keys", provider.name, warning, "note")
    yield _key_for_any_server(asked.project, environ)
    if asked.offline:
        yield Finding("endpoints", "not asked", "--offline")
        return
    yield from asyncio.run(_ask_all(endpoints, named, asked.model))


def _key_line(provider: Provider, source: str) -> str:
    if source:
        return f"from {source}"
    return "none needed" if provider.needs_no_key else f"none ({provider.key_variable} is not set)"


def _key_for_any_server(project: Path, environ: Mapping[str, str]) -> Finding:
    """The key that goes to whatever server --base-url names."""
    source = find_key(Provider("any server", "https://any.invalid/v1"), project, environ).source
    found = f"from {source}" if source else f"none ({LOCAL_KEY_VARIABLE} is not set)"
    return Finding("keys", "other servers", f"{found}, for what --base-url names")


async def _ask_all(
    endpoints: list[Endpoint], named: Provider | None, model: str | None
) -> list[Finding]:
    return list(
        await asyncio.gather(
            *(
                _ask(endpoint, model, named=True) if endpoint.provider is named else _ask(endpoint)
                for endpoint in endpoints
            )
        )
    )


async def _ask(endpoint: Endpoint, model: str | None = None, *, named: bool = False) -> Finding:
    """Whether the list of models comes. Without a key a "no" still shows that it answers; a
    server that was `named` must be there. `model` is one it should have."""
    name = endpoint.provider.name
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            models = await list_models(endpoint)
    except TimeoutError:
        said, kind = f"no answer within {_ANSWER_SECONDS:g} s", "timed_out"
    except AutocoderError as error:
        said, kind = error.message, error.kind
    else:
        answers = f"answers, {len(models)} model{'s' * (len(models) != 1)}"
        if model is None:
            return Finding("endpoints", name, answers)
        if any(listed.name == model for listed in models):
            return Finding("endpoints", name, f"{answers}, {model} among them")
        return Finding("endpoints", name, f"{answers}, but {model} is not listed", "note")
    if endpoint.key is None and kind == "key_rejected":
        return Finding("endpoints", name, "answers, and wants a key")
    needed = named or endpoint.key is not None
    return Finding("endpoints", name, said, "broken" if needed else "note")


# ---------------------------------------------------------------------- history


def _history(state: Path) -> Iterator[Finding]:
    """Looks without opening it for writing, so that nothing is set aside or made anew here."""
    section, file = "history", state / "history.db"
    for aside in sorted(state.glob("history*damaged*")):
        yield Finding(section, "set aside", str(aside), "note")
    if not file.exists():
        yield Finding(section, "database", "none yet")
        return
    try:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=2)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (check,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            (count,) = connection.execute("SELECT count(*) FROM runs").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        yield Finding(section, "database", f"{file}: {error}", "broken")
        return
    size = file.stat().st_size
    yield Finding(
        section,
        "database",
        f"{file}, {count:,} run{'s' * (count != 1)}, {size:,} bytes, version {version}",
    )
    if check != "ok":
        yield Finding(section, "check", str(check), "broken")
    if version > SCHEMA:
        yield Finding(section, "version", "a newer autocoder-tui wrote it; left alone", "note")
