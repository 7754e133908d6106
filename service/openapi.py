"""The API's schema, from which the client is generated.

`python -m service.openapi docs/openapi.json` writes it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.access import ACCESS
from service.cookies import SESSION_COOKIE
from service.errors import Problem, problems


def build_schema(app: FastAPI) -> dict[str, Any]:
    """Return the schema of `app`, with the problem that all its errors are."""
    schema = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = schema["components"]["schemas"]
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    requests = _request_components(schema)
    for name, component in schemas.items():
        if "properties" in component and name not in requests:
            # An answer always carries every field, also one that has a default.
            component["required"] = list(component["properties"])
    schema["components"]["schemas"] = dict(sorted(schemas.items()))
    _declare_access(schema)
    _declare_bodies(schema)
    _declare_failures(schema)
    _forms_know_no_null(schema)
    return schema


def _request_components(schema: dict[str, Any]) -> set[str]:
    """Name what clients send: there a field with a default may be left out."""
    bodies = [
        operation.get("requestBody", {})
        for methods in schema["paths"].values()
        for operation in methods.values()
    ]
    named: set[str] = set()
    found = set(_references(bodies))
    while found:
        named |= found
        inside = (schema["components"]["schemas"][name] for name in found)
        found = set(_references(list(inside))) - named
    return named


def _references(node: Any) -> Iterator[str]:
    """Name the components to which a part of the schema refers."""
    if isinstance(node, list):
        for one in node:
            yield from _references(one)
    elif isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        yield from _references(list(node.values()))


def _declare_access(schema: dict[str, Any]) -> None:
    """Say of every operation that not everybody may call it what it answers then."""
    schema["components"]["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE}
    }
    refusals = {str(status): answer for status, answer in problems(401, 403).items()}
    for methods in schema["paths"].values():
        for operation in methods.values():
            access = ACCESS[operation["operationId"]]
            if access.roles:
                operation["security"] = [{"session": []}]
            if not access.anybody:
                operation["responses"] = dict(sorted((operation["responses"] | refusals).items()))


def _declare_bodies(schema: dict[str, Any]) -> None:
    """Say of every operation with a body what it answers to one that cannot be read."""
    unreadable = {str(status): answer for status, answer in problems(400, 413).items()}
    for methods in schema["paths"].values():
        for operation in methods.values():
            if "requestBody" in operation:
                operation["responses"] = dict(sorted((unreadable | operation["responses"]).items()))


def _declare_failures(schema: dict[str, Any]) -> None:
    """Say of every operation that needs the database what it answers while that fails."""
    failing = {str(status): answer for status, answer in problems(503).items()}
    for methods in schema["paths"].values():
        for operation in methods.values():
            if operation["operationId"] != "get_health":
                operation["responses"] = dict(sorted((failing | operation["responses"]).items()))


def _forms_know_no_null(schema: dict[str, Any]) -> None:
    """A part of a form is there or is not; FastAPI says as of JSON that it may be null."""
    for methods in schema["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {})
            for name in _references(content.get("multipart/form-data", {})):
                properties = schema["components"]["schemas"][name]["properties"]
                for part, said in properties.items():
                    kinds = [kind for kind in said.get("anyOf", ()) if kind != {"type": "null"}]
                    if len(kinds) == 1:
                        rest = {key: value for key, value in said.items() if key != "anyOf"}
                        properties[part] = kinds[0] | rest


def render_schema() -> str:
    """Return the schema's file, the same on every machine."""
    from service.app import create_app
    from service.settings import Settings

    return json.dumps(create_app(Settings()).openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render_schema(), encoding="utf-8")
