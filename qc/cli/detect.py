"""`qc detect`: the detector alone, on any photo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from PIL import Image
from rich.console import Console
from rich.progress import track

from qc.cli.photos import find_photos
from qc.cli.status import EXIT_DATA
from qc.defects.detector import DefectMap, Detector
from qc.defects.regions import find_regions
from qc.defects.unscaled import map_unscaled
from qc.errors import PhotoError, ReleaseError
from qc.photo import decode_photo


def detect(
    source: Annotated[Path, typer.Argument(help="A photo, or a folder of photos.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    maps: Annotated[
        Path | None,
        typer.Option(
            help="Folder for one 16-bit PNG per photo and type, in the photos' own subfolders; "
            "65535 is probability 1."
        ),
    ] = None,
    release: Annotated[
        Path | None, typer.Option(help="Folder of a release other than the active one.")
    ] = None,
) -> None:
    """Find defects on photos of any scale, mat or no mat; sizes are in pixels.

    Photos longer than 724 px are looked at in reduced copies as well, which vote.

    A photo that cannot be read is reported and the others go on; the exit status is then 65.
    """
    detector = Detector.load(release) if release else Detector.load_active()
    if detector is None:
        raise ReleaseError("no detector release is active", fix="Give one with --release.")
    paths = find_photos([source])
    console = Console(stderr=True)
    results = [
        _detect(path, detector, maps and _maps_folder(maps, path, source))
        for path in track(paths, "Detecting …", console=console, transient=True)
    ]
    if as_json:
        print(json.dumps({"release": detector.reference, "photos": results}, indent=2))
    else:
        for result in results:
            print(_line(result))
    if any(result["error"] for result in results):
        raise typer.Exit(EXIT_DATA)


def _detect(path: Path, detector: Detector, maps: Path | None) -> dict[str, Any]:
    try:
        photo = decode_photo(path.read_bytes())
    except (OSError, PhotoError) as error:
        return {"photo": str(path), "error": str(error)}
    found = map_unscaled(detector, photo.pixels)
    if maps:
        _write_maps(found, maps, path.stem)
    regions = find_regions(found)
    return {
        "photo": str(path),
        "error": None,
        "width_px": photo.width_px,
        "height_px": photo.height_px,
        "score": round(found.score, 6),
        "defects": [
            {
                "type": region.type,
                "probability": round(region.probability, 4),
                "length_px": round(region.length, 1),
                "width_px": round(region.width, 1),
                "area_px": round(region.area, 1),
                "polygon_px": [[float(x), float(y)] for x, y in region.polygon],
            }
            for region in regions
        ],
    }


def _maps_folder(maps: Path, photo: Path, source: Path) -> Path:
    """Mirror the source's folders: photos of two lots often have the same names."""
    return maps / photo.parent.relative_to(source) if source.is_dir() else maps


def _write_maps(found: DefectMap, folder: Path, stem: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, probability in zip(found.types, found.probability, strict=True):
        levels = np.rint(np.clip(probability, 0, 1) * 65535).astype(np.uint16)
        Image.fromarray(levels).save(folder / f"{stem}.{name}.png")


def _line(result: dict[str, Any]) -> str:
    if result["error"]:
        return f"{result['photo']}: {result['error']}"
    found = ", ".join(f"{d['type']} {d['probability']:.2f}" for d in result["defects"][:8])
    return f"{result['photo']}: {result['score']:.3f}  {found or 'nothing'}"
