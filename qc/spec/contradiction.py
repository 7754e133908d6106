"""A contradiction between the parts of a spec."""

from __future__ import annotations

from typing import NamedTuple


class Contradiction(NamedTuple):
    """One contradiction; `path` leads to the key that a person would change."""

    path: tuple[str | int, ...]
    message: str
