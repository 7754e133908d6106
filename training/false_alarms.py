"""What a release calls a defect on pictures that show none."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from qc.defects.detector import Detector
from qc.defects.regions import find_regions
from qc.defects.unscaled import map_unscaled
from qc.evaluation.detection import SURE
from training.overview import Tile

log = logging.getLogger("training")
_PICTURES = {".jpg", ".jpeg", ".png", ".webp"}


def false_alarms(detector: Detector, folder: Path) -> tuple[dict[str, Any], list[Tile]]:
    """Count what the detector calls a defect on clean textures, as `qc detect` looks at them."""
    thresholds = np.array([detector.release.thresholds[name] for name in detector.types])
    promised = detector.release.training.get("threshold_at_1_percent")
    shares, promised_shares, alarmed, doubtful, tiles = [], [], 0, 0, []
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _PICTURES)
    for path in track(paths, "clean textures", console=Console(stderr=True)):
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        if pixels is None:
            log.warning("left out: %s is unreadable", path.name)
            continue
        shown = np.asarray(pixels, np.uint8)
        maps = map_unscaled(detector, shown)
        wrong = (maps.probability >= thresholds[:, None, None]).any(axis=0)
        shares.append(float(wrong.mean()))
        regions = find_regions(maps)
        alarmed += any(region.probability >= SURE for region in regions)
        doubtful += bool(regions)
        if promised is not None:
            promised_shares.append(float((maps.strongest >= promised).mean()))
        tiles.append(Tile(path.stem, shown, maps.strongest, shares[-1]))
    result = {
        "pictures": len(shares),
        "false_pixel_share": round(float(np.mean(shares)), 5),
        "pictures_with_sure_instance": alarmed,
        "pictures_with_any_instance": doubtful,
    }
    if promised_shares:
        result["false_pixel_share_at_promised_1_percent"] = round(
            float(np.mean(promised_shares)), 5
        )
    return result, tiles
