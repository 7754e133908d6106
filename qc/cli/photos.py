"""Photos named on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qc.errors import PhotoError
from qc.photo import Photo, decode_photo

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def find_photos(sources: Sequence[Path]) -> list[Path]:
    """List photos as they are named, and those of folders and their subfolders by name.

    Raises:
        PhotoError: a folder holds no photo.
    """
    found: list[Path] = []
    for source in sources:
        if not source.is_dir():
            found.append(source)
            continue
        inside = sorted(p for p in source.rglob("*") if p.suffix.lower() in _SUFFIXES)
        if not inside:
            raise PhotoError(
                f"no photo in {source}", fix=f"Photos end in {', '.join(sorted(_SUFFIXES))}."
            )
        found += inside
    return found


def read_photo(path: Path) -> Photo:
    """Read a photo; errors name it.

    Raises:
        PhotoError: it cannot be read or decoded.
    """
    try:
        return decode_photo(path.read_bytes())
    except OSError as error:
        raise PhotoError(f"cannot read {path}: {error.strerror}", fix="Check the path.") from error
    except PhotoError as error:
        raise type(error)(f"{path}: {error.message}", fix=error.fix) from error
