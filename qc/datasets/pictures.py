"""Photos of a data set as files: their size, and their copies under unique names."""

from __future__ import annotations

import shutil
from pathlib import Path

from PIL import Image, ImageOps

from qc.datasets.model import DatasetPhoto
from qc.errors import DatasetError


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


def output_folder(out: Path) -> Path:
    """Make the folder that a data set is written to.

    Raises:
        DatasetError: it is there and not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DatasetError(f"{out} is not an empty folder", fix="Choose another --out.")
    out.mkdir(parents=True, exist_ok=True)
    return out
