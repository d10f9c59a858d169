"""The description of the API as a page: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any


def docs_page(description: Mapping[str, Any]) -> bytes:
    """A page of what `description`, an OpenAPI document, says of each route."""
    title = escape(f"{description['info']['title']} {description['info']['version']}")
    lines = [
        "<!doctype html><html lang=en><head><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width, initial-scale=1">',
        f"<title>{title}</title></head><body><main><h1>{title}</h1>",
        f"<p>{escape(description['info'].get('description', ''))} The same for programs: ",
        "<a href=/openapi.json>openapi.json</a>.</p>",
        *_routes(description["paths"]),
        "<h2>Values</h2>",
        *_schemas(description.get("components", {}).get("schemas", {})),
        "</main></body></html>",
    ]
    return "\n".join(lines).encode()


def _routes(paths: Mapping[str, Any]) -> Iterator[str]:
    for path, operations in paths.items():
        for method, operation in operations.items():
            yield f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2>"
            yield f"<p>{escape(operation.get('description', ''))}</p><ul>"
            for parameter in operation.get("parameters", ()):
                yield f"<li>{escape(parameter['in'])} <code>{escape(parameter['name'])}</code></li>"
            body = operation.get("requestBody", {}).get("content", {})
            for media, said in body.items():
                yield f"<li>body: {escape(media)}, {_named(said.get('schema', {}))}</li>"
            yield "</ul><dl>"
            for status, said in operation["responses"].items():
                means = escape(said.get("description", ""))
                yield f"<dt>{escape(str(status))}</dt><dd>{means}</dd>"
            yield "</dl>"


def _schemas(schemas: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in schemas.items():
        yield f"<h3 id={escape(name)}>{escape(name)}</h3><p>{escape(schema.get('description', ''))}"
        yield "</p><ul>"
        required = schema.get("required", ())
        for field, said in schema.get("properties", {}).items():
            need = "" if field in required else ", may be left out"
            yield f"<li><code>{escape(field)}</code>: {_named(said)}{need}</li>"
        yield "</ul>"


def _named(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(str(schema["$ref"]).rpartition("/")[2])
        return f"<a href=#{name}>{name}</a>"
    if "anyOf" in schema:
        return " or ".join(_named(each) for each in schema["anyOf"])
    kind = escape(str(schema.get("type", "value")))
    return f"{kind} of {_named(schema['items'])}" if "items" in schema else kind
