"""Putting what was written on the disk, so that a power cut does not take it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, so that a power cut leaves them there.

    Whoever else made it at the same moment may not have come as far as flushing its entry, so
    that is done also where it is there already, unless it is in a folder that cannot be read.
    """
    try:
        if not folder.parent.is_dir():
            make_folder(folder.parent)
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():
            raise
        with suppress(PermissionError):
            flush(folder.parent)
    else:
        flush(folder.parent)


def flush(path: Path) -> None:
    """Wait until a file's bytes, or a folder's entries, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
