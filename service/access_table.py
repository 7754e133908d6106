"""The table of roles and routes for people who read.

`python -m service.access_table docs/access.md` writes it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fastapi.routing import iter_route_contexts

from service.access import ACCESS, Access
from service.people.roles import Role

_HEAD = """# Who may call what

Written by `python -m service.access_table docs/access.md` from `service/access.py`.
A route that does not stand there stops the service at its start.
*anybody* is everybody who reaches the service.
*tablet* is every enrolled tablet, whether somebody is signed in on it or not.

"""


def operations() -> list[tuple[str, str, str]]:
    """Return name, method and path of every route, by path."""
    from service.app import create_app
    from service.settings import Settings

    routes = [
        (context.name or "", method, context.path or "")
        for context in iter_route_contexts(create_app(Settings()).routes)
        for method in sorted((context.methods or set()) - {"HEAD"})
    ]
    return sorted(routes, key=lambda route: (route[2], route[1]))


def render_table() -> str:
    """Return the page as Markdown."""
    columns = ["anybody", "tablet", *Role]
    lines = [
        "| route | " + " | ".join(columns) + " |",
        "| --- |" + " --- |" * len(columns),
    ]
    for name, method, path in operations():
        if name != "bundle_missing":  # only where the page is not built
            cells = ["✓" if may else "" for may in _cells(ACCESS[name])]
            lines.append(f"| `{method} {path}` | " + " | ".join(cells) + " |")
    return _HEAD + "\n".join(lines) + "\n"


def _cells(access: Access) -> list[bool]:
    anybody = access.anybody
    return [anybody, anybody or access.tablet, *(anybody or role in access.roles for role in Role)]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render_table(), encoding="utf-8")
