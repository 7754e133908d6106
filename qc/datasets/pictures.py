"""Photos of a data set as files: their size, and their copies under unique names."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps

from qc.datasets.model import DatasetPhoto, LabelledRegion, split_of
from qc.errors import DatasetError
from qc.evaluation.folder import SUFFIXES


def size_of(path: Path) -> tuple[int, int]:
    """Read a photo's width and height, upright as every reader of Teliti shows it.

    Raises:
        DatasetError: it is missing or not a picture.
    """
    try:
        with Image.open(path) as image:
            turned = image.getexif().get(0x0112, 1) >= 5
            width, height = image.size
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{path} cannot be read as a photo: {error}", fix="Fetch the photo again."
        ) from error
    return (height, width) if turned else (width, height)


def photos_in(folder: Path) -> list[Path]:
    """List the photos of a folder and its subfolders by name."""
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)


def read_photo(
    path: Path,
    name: str,
    folders: Sequence[str],
    regions: Callable[[tuple[int, int]], Iterable[LabelledRegion]],
) -> DatasetPhoto:
    """Read what a layout says of a photo.

    Args:
        path: of the photo.
        name: in the data set.
        folders: of which the first that names a part gives the photo's part.
        regions: its labels, given width and height.

    Raises:
        DatasetError: as `size_of`.
    """
    size = size_of(path)
    return DatasetPhoto(
        path=path,
        name=name,
        width_px=size[0],
        height_px=size[1],
        regions=tuple(regions(size)),
        split=next(filter(None, map(split_of, folders)), None),
    )


def copy_photo(photo: DatasetPhoto, folder: Path, name: str) -> None:
    """Copy a photo to `folder / name`; one that lies turned by EXIF is stored upright.

    Other programs disagree on whether labels refer to the turned or to the stored pixels.

    Raises:
        DatasetError: it cannot be read, or another one has this name already.
    """
    target = folder / name
    if target.exists():
        raise DatasetError(
            f"two photos would be {target}", fix="Give the photos different names or folders."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with Image.open(photo.path) as image:
            if image.getexif().get(0x0112, 1) == 1:
                shutil.copyfile(photo.path, target)
            else:
                upright = ImageOps.exif_transpose(image)
                upright.save(target, quality=95, subsampling=0)
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{photo.path} cannot be copied: {error}", fix="Fetch the photo again."
        ) from error


def clean_photo(data: bytes, name: str) -> tuple[bytes, str]:
    """Take camera, place and time out of a photo, and turn it upright where EXIF says so.

    A JPEG that is upright keeps its pixels: only its metadata goes.

    Returns:
        The bytes, and the suffix of their format.

    Raises:
        DatasetError: it is no JPEG, PNG or WebP.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            suffix = _SUFFIX_OF_FORMAT.get(image.format or "")
            if suffix is None:
                raise ValueError(f"its format is {image.format}")
            upright = image.getexif().get(0x0112, 1) == 1
            if suffix == ".jpg" and upright:
                return _without_metadata(data), suffix
            out = io.BytesIO()
            turned = ImageOps.exif_transpose(image)
            kept = Image.fromarray(np.asarray(turned.convert("RGB")))
            quality = {"quality": 95, "subsampling": 0} if suffix == ".jpg" else {}
            kept.save(out, image.format, **quality)
            return out.getvalue(), suffix
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{name} cannot be read as a photo: {error}", fix="Fetch the photo again."
        ) from error


def _without_metadata(data: bytes) -> bytes:
    """Drop a JPEG's EXIF, XMP, IPTC and comments (APP1, APP3 to APP13, COM); keep its colours."""
    kept, at = bytearray(data[:2]), 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        length = 2 + int.from_bytes(data[at + 2 : at + 4])
        marker = data[at + 1]
        if marker not in _METADATA:
            kept += data[at : at + length]
        at += length
    return bytes(kept + data[at:])


_METADATA: Final = frozenset({0xE1, 0xFE, *range(0xE3, 0xEE)})
_SUFFIX_OF_FORMAT: Final = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp"}


def output_folder(out: Path) -> Path:
    """Make the folder that a data set is written to.

    Raises:
        DatasetError: it is there and not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DatasetError(f"{out} is not an empty folder", fix="Choose another --out.")
    out.mkdir(parents=True, exist_ok=True)
    return out
