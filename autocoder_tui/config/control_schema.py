"""The options and settings in other forms: JSON schemas for editors, and a table to read."""

from __future__ import annotations

from typing import Any

from autocoder_tui.config.control_file import SCHEMA_KEY
from autocoder_tui.config.run_options import RUN_OPTIONS, RunOption
from autocoder_tui.config.settings import description_of, expected_of, setting_names


def control_schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a control file. `null` stands for nothing given."""
    properties: dict[str, Any] = {SCHEMA_KEY: {"type": "string"}}
    for option in RUN_OPTIONS:
        properties[option.name] = {"description": option.says, **_or_null(option)}
        for alias in option.aliases:
            properties[alias] = {"description": f"The same as {option.name}.", **_or_null(option)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Control file of autocoder-tui",
        "type": "object",
        "properties": properties,
        "patternProperties": {_dashed_pattern(): {}},
        "additionalProperties": False,
    }


def settings_schema() -> dict[str, Any]:
    """The JSON schema of config.toml, for editors that complete TOML by one."""
    sections: dict[str, Any] = {}
    for full in setting_names():
        section, _, name = full.partition(".")
        table = sections.setdefault(section, _table({}))
        schema = expected_of(section, name).schema
        table["properties"][name] = {"description": description_of(section, name), **schema}
    # The names of bindings, quoted or as tables in tables.
    sections["keys"] = {"type": "object", "description": "Keys by the name of their binding."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of autocoder-tui",
        **_table(sections),
    }


def _table(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _or_null(option: RunOption) -> dict[str, Any]:
    schema = dict(option.expected.schema)
    types = schema["type"]
    schema["type"] = [*([types] if isinstance(types, str) else types), "null"]
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    return schema


def _dashed_pattern() -> str:
    """The same names with dashes, which are read too."""
    dashed = [key.replace("_", "-") for option in RUN_OPTIONS for key in option.keys if "_" in key]
    return f"^({'|'.join(dashed)})$"


def options_table() -> str:
    """The options as a Markdown table: flag, key of a control file, meaning."""
    rows = ["| flag | key in a control file | meaning |", "| --- | --- | --- |"]
    for option in RUN_OPTIONS:
        flags = ", ".join(f"`{flag}`" for flag in option.flags)
        choices = option.expected.schema.get("enum")
        value = "\\|".join(choices) if choices else option.metavar
        shown = f"{flags} `{value}`" if value else flags
        keys = ", ".join(f"`{key}`" for key in option.keys)
        says = option.says.replace("|", "\\|")
        if not option.headless:
            says += " (not for `run`)"
        if not option.on_screen:
            says += " (without the screen)"
        rows.append(f"| {shown} | {keys} | {says} |")
    return "\n".join(rows) + "\n"
