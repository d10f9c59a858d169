"""The table of options in other forms: the JSON schema of a control file, and a table to read."""

from __future__ import annotations

from typing import Any

from autocoder_tui.config.control_file import SCHEMA_KEY
from autocoder_tui.config.run_options import RUN_OPTIONS, RunOption


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
