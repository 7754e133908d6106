"""Text that can be stored and shown: no control characters, no halves of characters.

PostgreSQL stores no NUL, UTF-8 has no lone surrogates, and neither terminal nor PDF should ever be
steered by what somebody typed. Looked at once for every request, before its parts are validated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from fastapi import Request
from pydantic import StringConstraints

from service.errors import UploadError

_REFUSED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Tabs and ends of lines are text."""


class ControlCharacterError(UploadError):
    """A text of the request holds a character that is none."""

    code = "control-character"


def filled(longest: int) -> StringConstraints:
    """Require a text that says something; blanks around it are taken away.

    The pattern tells the schema's reader that blanks alone are too short.
    """
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest, pattern=r"\S")


async def require_plain_text(request: Request) -> None:
    """Look at path, query and JSON of a request; forms hold photos and what patterns describe.

    Raises:
        ControlCharacterError: one of their texts cannot be stored.
    """
    _check("path", request.scope["path"])
    for name, value in request.query_params.multi_items():
        _check(f"query.{name}", name + value)
    if "json" not in request.headers.get("content-type", ""):
        return
    try:
        content = json.loads(await request.body())
    except (ValueError, RecursionError):
        return  # the route says what is wrong with it
    for place, text in _texts("body", content):
        _check(place, text)


def _check(place: str, text: str) -> None:
    found = _REFUSED.search(text)
    if found is not None:
        raise ControlCharacterError(
            f"{place} holds the control character U+{ord(found[0]):04X}",
            fix="Remove it and send the rest again.",
        )


def _texts(place: str, content: Any) -> Iterator[tuple[str, str]]:
    if isinstance(content, str):
        yield place, content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield f"{place} (a name)", key
            yield from _texts(f"{place}.{key}", value)
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from _texts(f"{place}.{number}", value)
