"""What an archive holds: photos, or a folder of photos for each item."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qc.datasets.pictures import photos_in
from qc.errors import ArchiveError
from qc.spec.models import Spec


@dataclass(frozen=True, slots=True)
class Item:
    """An item: its name in the archive, and its photos by view."""

    name: str
    photos: tuple[tuple[str, Path], ...]


def find_items(archive: Path, spec: Spec) -> list[Item]:
    """List the items of an archive by name.

    Args:
        archive: a folder whose photos are one item each, where the spec has one view; else with a
            folder for each item, in which the photos are named by view: `0017/top.jpg`.
        spec: names the views.

    Raises:
        ArchiveError: there is no photo, or a photo that is named by no view.
    """
    photos = photos_in(archive)
    if not photos:
        raise ArchiveError(f"no photo in {archive}", fix="Check the path.")
    views = [view.name for view in spec.views]
    if len(views) == 1:
        return [Item(p.relative_to(archive).as_posix(), ((views[0], p),)) for p in photos]
    by_folder: dict[Path, dict[str, Path]] = {}
    for photo in photos:
        if photo.stem not in views or photo.parent == archive:
            raise ArchiveError(
                f"{photo} is not named by item and view",
                fix=f"Put the photos of each item into a folder: ITEM/{views[0]}.jpg.",
            )
        by_folder.setdefault(photo.parent, {})[photo.stem] = photo
    return [
        Item(
            folder.relative_to(archive).as_posix(),
            tuple((view, own[view]) for view in views if view in own),
        )
        for folder, own in sorted(by_folder.items())
    ]
