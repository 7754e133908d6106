"""Where the files of releases lie, and how they get there whole."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final
from uuid import uuid4

from qc.defects.detector import Detector
from qc.defects.release import Release, models_folder, read_release
from qc.errors import ReleaseError
from service.durable import flush, make_folder

_FOLDER: Final = "releases"
_KEPT: Final = ("model.onnx", "release.json", "card.md", "failures.jpg")
"""All of a release that is copied; nothing else of a folder comes along."""


def folder_of(data_dir: Path, reference: str) -> Path:
    """Return where a registered release lies; `reference` is `name@version`."""
    name, _, version = reference.partition("@")
    return data_dir / _FOLDER / name / version


def shipped_folder(reference: str) -> Path | None:
    """Return the folder of a release that came with the software, or None."""
    name, _, version = reference.partition("@")
    folder = models_folder() / name / version
    inside = folder.resolve().is_relative_to(models_folder().resolve())
    return folder if version and inside and (folder / "release.json").is_file() else None


def shipped() -> list[Path]:
    """List the detector releases that came with the software."""
    return sorted(path.parent for path in (models_folder() / "detector").glob("*/release.json"))


def store(data_dir: Path, source: Path) -> Release:
    """Copy a release into the data folder after running it once.

    The copy appears under its name only when it is complete, flushed and verified; what a crash
    leaves behind is replaced the next time.

    Raises:
        ReleaseError: it is incomplete, altered or cannot be run.
    """
    release = Detector.load(source).release
    target = folder_of(data_dir, release.reference)
    make_folder(target.parent.absolute())
    building = target.parent / f".{target.name}-{uuid4().hex}"
    building.mkdir()
    try:
        for name in _KEPT:
            if (source / name).is_file():
                shutil.copyfile(source / name, building / name)
                flush(building / name)
        if read_release(building) != release:
            raise ReleaseError(f"{source} changed while it was copied", fix="Register it again.")
        flush(building)
        if target.exists():
            shutil.rmtree(target)  # of a registration that was never committed
        building.rename(target)
        flush(target.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return release
