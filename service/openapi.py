"""The API's schema, from which the client is generated.

`python -m service.openapi docs/openapi.json` writes it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.errors import Problem


def build_schema(app: FastAPI) -> dict[str, Any]:
    """Return the schema of `app`, with the problem that all its errors are."""
    schema = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = schema["components"]["schemas"]
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    for name, component in schemas.items():
        if "properties" in component and not name.startswith("Body_"):
            # An answer always carries every field, also one that has a default.
            component["required"] = list(component["properties"])
    schema["components"]["schemas"] = dict(sorted(schemas.items()))
    return schema


def render_schema() -> str:
    """Return the schema's file, the same on every machine."""
    from service.app import create_app
    from service.settings import Settings

    return json.dumps(create_app(Settings()).openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render_schema(), encoding="utf-8")
