"""Names as people type them."""

from __future__ import annotations

import unicodedata


def tidy_name(typed: str) -> str:
    """Return a name in one form of Unicode, with single spaces.

    Raises:
        ValueError: nothing readable is left, or there are control characters.
    """
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not name or not name.isprintable():
        raise ValueError("a name has at least one letter and no control characters")
    return name


def name_key(typed: str) -> str:
    """Return what two spellings of the same name have in common."""
    return unicodedata.normalize("NFC", " ".join(typed.split())).casefold()
