"""What an archive holds: photos, or a folder of photos for each item.

Items are given one after another, so that an archive takes the memory of its largest folder's names
and no more, however long it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qc.errors import ArchiveError
from qc.evaluation.folder import SUFFIXES
from qc.spec.models import Spec


@dataclass(frozen=True, slots=True)
class Item:
    """An item: its name in the archive, and its photos by view."""

    name: str
    photos: tuple[tuple[str, Path], ...]


def find_items(archive: Path, spec: Spec) -> Iterator[Item]:
    """Give the items of an archive in the order of their paths.

    Args:
        archive: a folder whose photos are one item each, where the spec has one view; else with a
            folder for each item, in which the photos are named by view: `0017/top.jpg`.
        spec: names the views.

    Raises:
        ArchiveError: there is no photo, a folder cannot be read, or a photo is named by no view.
    """
    views = [view.name for view in spec.views]
    found = _photos(archive, views[0]) if len(views) == 1 else _folders(archive, archive, views)
    nothing = True
    for path, photos in found:
        nothing = False
        yield Item(path.relative_to(archive).as_posix(), photos)
    if nothing:
        raise ArchiveError(f"no photo in {archive}", fix="Check the path.")


_Found = Iterator[tuple[Path, tuple[tuple[str, Path], ...]]]
"""Path of an item, and its photos by view."""


def _photos(folder: Path, view: str) -> _Found:
    """Give the photos in and below a folder as items."""
    folders, photos = _names(folder)
    for name in sorted(folders | photos):
        path = folder / name
        if name in folders:
            yield from _photos(path, view)
        else:
            yield path, ((view, path),)


def _folders(folder: Path, archive: Path, views: list[str]) -> _Found:
    """Give a folder and those below it as items, where photos are in them."""
    folders, photos = _names(folder)
    own = dict[str, Path]()
    for name in sorted(photos):
        photo = folder / name
        if photo.stem not in views or folder == archive:
            raise ArchiveError(
                f"{photo} is not named by item and view",
                fix=f"Put the photos of each item into a folder: ITEM/{views[0]}.jpg.",
            )
        own[photo.stem] = photo
    if own:
        yield folder, tuple((view, own[view]) for view in views if view in own)
    for name in sorted(folders):
        yield from _folders(folder / name, archive, views)


def _names(folder: Path) -> tuple[set[str], set[str]]:
    """Name a folder's folders, and its photos."""
    folders, photos = set[str](), set[str]()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.add(entry.name)
                elif Path(entry.name).suffix.lower() in SUFFIXES:
                    photos.add(entry.name)
    except OSError as error:
        raise ArchiveError(
            f"cannot read {folder}: {error.strerror}", fix="Check the path."
        ) from error
    return folders, photos
