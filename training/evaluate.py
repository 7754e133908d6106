"""Judge a release: `python -m training.evaluate --release DIR --data DIR`.

Everything is measured on the exported network, as it ships, on boards of the validation blocks,
on composites made on them, and on clean textures that nothing was trained on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from qc.defects.detector import DefectMap, Detector
from qc.defects.regions import HIGH, LOW, Region, find_regions
from qc.defects.surface import hide_surroundings, surface_regions
from qc.defects.unscaled import map_unscaled
from qc.evaluation.detection import SURE
from qc.evaluation.pixels import PixelScores, score_auroc
from qc.evaluation.regions import RegionScores
from qc.evaluation.visibility import STRATA, strata
from training.augment import CameraEffects
from training.datasets.boards import MM_PER_PX as BOARD_MM_PER_PX
from training.datasets.boards import Board, load_board, read_index
from training.datasets.patches import PAINTED_MM_PER_PX, CompositeSource, Patches
from training.datasets.renders import load_render, read_renders
from training.datasets.surfaces import (
    Surface,
    board_surface,
    picture_surface,
    read_pictures,
)
from training.errors import TrainingDataError
from training.labels import Sample
from training.overview import Tile, contact_sheet

log = logging.getLogger("training")
app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
_COMPOSITE_SEED = 9_000_000
_SWEEP = 0.1
"""Lowest probability of the regions that recall is swept over."""

PROMISED_SIZES = {
    "crack": (5.0, 0.5, 0.0),
    "hole": (1.5, 1.5, 0.0),
    "chip": (1.5, 0.0, 0.0),
    "scratch": (8.0, 0.0, 0.0),
    "stain": (0.0, 0.0, 20.0),
    "coating": (0.0, 0.0, 20.0),
    "dent": (0.0, 0.0, 20.0),
    "roughness": (0.0, 0.0, 20.0),
}
"""Least length mm, width mm and area mm² of a defect that the detector is asked to find."""

_PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
# Classes of the boards whose images count as defective, beside the defect-free ones.
_IMAGE_QUESTIONS = {
    "crack": {4},
    "missing knot": {8},
    "stain": {9},
    "crack, missing knot, stain": {4, 8, 9},
}


@dataclass(frozen=True)
class Judged:
    """A labelled picture, its maps and its score."""

    name: str
    sample: Sample
    maps: DefectMap
    classes: frozenset[int] = frozenset()
    item: NDArray[np.bool_] | None = None
    """`(H, W)` what an inspection looks at; None where that is the whole picture."""

    @property
    def probability(self) -> NDArray[np.float32]:
        """`(types, H, W)`."""
        return self.maps.probability

    @property
    def score(self) -> float:
        """As `qc detect` pools it."""
        return self.maps.score

    def regions(self, low: float = LOW, high: float = HIGH) -> list[Region]:
        """Instances as `qc detect` finds them, or as an inspection does on an item."""
        if self.item is None:
            return find_regions(self.maps, low=low, high=high)
        return surface_regions(self.maps, self.item, PAINTED_MM_PER_PX, low=low, high=high)


def unseen_wood(data: Path) -> Surface:
    """Draw windows of the clean textures that nothing was trained on, at scales about their own.

    Boards whose mask is empty show small cracks and knots all the same; these show none.
    """
    return picture_surface(read_pictures(data / "wood_textures_eval", 0.6, 1.6))


def judge_boards(detector: Detector, boards: list[Board]) -> Iterator[Judged]:
    """Run the detector on boards at its own scale; broken ones are named and left out."""
    for board in track(boards, "validation boards", console=Console(stderr=True)):
        try:
            sample = load_board(board)
        except TrainingDataError as error:
            log.warning("left out: %s", error)
            continue
        maps = map_at_own_scale(detector, sample.pixels, BOARD_MM_PER_PX)
        yield Judged(board.image.name, sample, maps, board.classes)


def map_at_own_scale(detector: Detector, pixels: NDArray[np.uint8], mm_per_px: float) -> DefectMap:
    """Run the detector at its own scale and return the maps at the photo's.

    Whatever the release's scale, its maps meet the same labels at the labels' own scale.

    Args:
        detector: at `detector.mm_per_px`.
        pixels: `(H, W, 3)`.
        mm_per_px: of the photo.
    """
    ratio = mm_per_px / detector.mm_per_px
    if ratio == 1:
        return detector.map(pixels)
    there, back = cv2.INTER_LINEAR, cv2.INTER_AREA
    if ratio < 1:
        there, back = back, there
    shown = cv2.resize(pixels, None, fx=ratio, fy=ratio, interpolation=there)
    maps = detector.map(np.asarray(shown, np.uint8)).probability
    size = (pixels.shape[1], pixels.shape[0])
    own = np.stack([cv2.resize(m, size, interpolation=back) for m in maps])
    return DefectMap(detector.types, own.astype(np.float32))


def judge_composites(detector: Detector, surface: Surface, count: int) -> Iterator[Judged]:
    """Run the detector on defects composited on a clean surface, from seeds never trained on.

    The same composites for every release; one of another scale sees them resampled.
    """
    patches = Patches([CompositeSource([surface], [1.0])], [1.0], 320, count, _COMPOSITE_SEED)
    for index in track(range(count), "composites", console=Console(stderr=True)):
        sample = patches.sample(index)
        maps = map_at_own_scale(detector, sample.pixels, PAINTED_MM_PER_PX)
        yield Judged(f"composite {index}", sample, maps)


def judge_renders(detector: Detector, root: Path) -> Iterator[Judged]:
    """Run the detector on rendered items, as an inspection sees them.

    Their cracks, holes, chips and dents are cut into the mesh, so that light behaves. A camera's
    noise and blur are added, the same for every release.
    """
    effects = CameraEffects()
    names = read_renders(root)
    for number, name in enumerate(track(names, "renders", console=Console(stderr=True))):
        drawn, item = load_render(root, name)
        photo = hide_surroundings(effects(drawn.pixels, number), item)
        maps = map_at_own_scale(detector, photo, PAINTED_MM_PER_PX)
        # The wood that we render has no knots, though training does not count on it.
        sample = Sample(photo, drawn.target, np.ones_like(drawn.known), item)
        yield Judged(name, sample, DefectMap(maps.types, maps.probability * item), item=item)


def pixel_metrics(
    judged: list[Judged], types: tuple[str, ...], thresholds: dict[str, float]
) -> dict[str, dict[str, float]]:
    """AP, AUROC and IoU (at the release's threshold) of every type, where labels are known."""
    table = {}
    for channel, name in enumerate(types):
        scores = PixelScores()
        for one in judged:
            keep = one.sample.known[channel]
            scores.add(one.probability[channel][keep], one.sample.target[channel][keep])
        if scores.positives:
            table[name] = {
                "ap": round(scores.average_precision(), 4),
                "auroc": round(scores.auroc(), 4),
                "iou": round(scores.iou(thresholds[name]), 4),
                "ece": round(scores.calibration_error(), 4),
            }
    return table


def region_recall(detector: Detector, judged: list[Judged]) -> dict[str, dict[str, Any]]:
    """Recall of composited defects as regions, by type, at 0.1, 1 and 10 false ones a picture.

    Only defects of the sizes that the detector promises to see are asked for. `by_visibility` has
    the same by contrast to noise, for the false regions that all of them share.
    """
    table: dict[str, dict[str, Any]] = {}
    found = [one.regions(_SWEEP, _SWEEP) for one in judged]
    labelled = [numbered(one.sample) for one in judged]
    for channel, name in enumerate(detector.types):
        scores, shown = RegionScores(), list[str]()
        for one, regions, truths in zip(judged, found, labelled, strict=True):
            asked = _large_enough(name, truths, one.sample.target[channel], PAINTED_MM_PER_PX)
            # A defect that light has swallowed is not known, and is no clean surface either.
            unknown = np.asarray(~one.sample.known.all(axis=0))
            scores.add(regions, truths, asked, unknown)
            shown += strata(one.sample.pixels, truths, asked, unknown, one.sample.item)
        if not scores.found:
            continue
        table[name] = _recall(scores) | {"by_visibility": {}}
        for level in (level for level in STRATA if level in shown):
            found_there = [p for p, own in zip(scores.found, shown, strict=True) if own == level]
            there = RegionScores(scores.pictures, found_there, scores.false)
            table[name]["by_visibility"][level] = _recall(there)
    return table


def _recall(scores: RegionScores) -> dict[str, float]:
    return {"defects": len(scores.found)} | {
        f"recall_at_{rate}": round(scores.recall_at(rate), 4) for rate in (0.1, 1.0, 10.0)
    }


def numbered(sample: Sample) -> NDArray[np.int32]:
    """Number the connected defects `(H, W)`; 0 where there is none.

    Defects of two types that touch are two: a scratch across a stain is asked for by itself.
    """
    labels = np.zeros(sample.target.shape[1:], np.int32)
    for own in sample.target:
        _, parts = cv2.connectedComponents(own.astype(np.uint8), connectivity=8)
        labels[own] = np.asarray(parts)[own] + labels.max()
    return labels


def _large_enough(
    name: str, truths: NDArray[np.int32], own: NDArray[np.bool_], mm_per_px: float
) -> list[int]:
    """Labels of the regions of a type that reach the size promised for it."""
    least_length_mm, least_width_mm, least_area_mm2 = PROMISED_SIZES.get(name, (0.0, 0.0, 0.0))
    kept = []
    for label in np.unique(truths[own & (truths > 0)]):
        rows, columns = np.nonzero(truths == label)
        points = np.column_stack([columns, rows]).astype(np.float32)
        sides = sorted(side + 1 for side in cv2.minAreaRect(points)[1])
        area_mm2 = len(rows) * mm_per_px**2
        # A stroke's width is its area over its length: the rectangle of a bent one is wider.
        width_mm = min(sides[0] * mm_per_px, area_mm2 / (sides[1] * mm_per_px))
        if (
            sides[1] * mm_per_px >= least_length_mm
            and width_mm >= least_width_mm
            and area_mm2 >= least_area_mm2
        ):
            kept.append(int(label))
    return kept


def any_defect_metrics(judged: list[Judged]) -> dict[str, float]:
    """AP and AUROC of "any defect here", whatever its type."""
    scores = PixelScores()
    for one in judged:
        keep = np.asarray(one.sample.known.all(axis=0))
        defective = np.asarray(one.sample.target.any(axis=0))
        scores.add(one.maps.any_type[keep], defective[keep])
    return {"ap": round(scores.average_precision(), 4), "auroc": round(scores.auroc(), 4)}


def composite_metrics(detector: Detector, judged: list[Judged]) -> dict[str, Any]:
    """Everything that is measured on composites.

    A patch that shows no defect but what light or camera hide is neither defective nor clean.
    """
    scores = np.array([one.score for one in judged])
    defective = np.array([bool(one.sample.target.any()) for one in judged])
    clean = ~defective & np.array([bool(one.sample.known.all()) for one in judged])
    told = defective | clean
    return {
        "patches": len(judged),
        "pixels": pixel_metrics(judged, detector.types, detector.release.thresholds),
        "any_defect": any_defect_metrics(judged),
        "regions": region_recall(detector, judged),
        "image_auroc": round(score_auroc(scores[told], defective[told]), 4),
        "clean_patches": int(clean.sum()),
        "clean_patches_sure_of_a_defect": sum(
            any(region.probability >= SURE for region in one.regions())
            for one in compress(judged, clean)
        ),
    }


def image_metrics(judged: list[Judged]) -> dict[str, float]:
    """Image AUROC: defect-free boards against those with a class."""
    scores = np.array([one.score for one in judged])
    clean = np.array([not one.classes for one in judged])
    result = {}
    for question, classes in _IMAGE_QUESTIONS.items():
        defective = np.array([bool(one.classes & classes) for one in judged])
        asked = clean | defective
        result[question] = round(score_auroc(scores[asked], defective[asked]), 4)
    return result


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
        maps = map_unscaled(detector, np.asarray(pixels, np.uint8))
        wrong = (maps.probability >= thresholds[:, None, None]).any(axis=0)
        shares.append(float(wrong.mean()))
        regions = find_regions(maps)
        alarmed += any(region.probability >= SURE for region in regions)
        doubtful += bool(regions)
        if promised is not None:
            promised_shares.append(float((maps.probability.max(axis=0) >= promised).mean()))
        tiles.append(
            Tile(
                path.stem,
                np.asarray(pixels, np.uint8),
                maps.probability.max(axis=0),
                float(wrong.mean()),
            )
        )
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


@app.command()
def main(
    release: Annotated[Path, typer.Option(help="Folder of the release.")],
    data: Annotated[Path, typer.Option(help="Folder with wood_boards and wood_textures_eval.")],
    composites: Annotated[int, typer.Option(help="Composited patches.")] = 400,
    record: Annotated[bool, typer.Option(help="Write the metrics into release.json.")] = False,
    failures: Annotated[Path | None, typer.Option(help="JPEG of the worst pictures.")] = None,
    renders: Annotated[
        Path | None, typer.Option(help="Rendered items that it was not trained on.")
    ] = None,
) -> None:
    """Measure a release and print its metrics as JSON."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    detector = Detector.load(release)
    thresholds = detector.release.thresholds
    boards = [board for board in read_index(data / "wood_boards") if board.split == "val"]
    real = list(judge_boards(detector, boards))
    clean = [board for board in boards if not board.classes]
    surfaces = {
        "composites_on_validation_boards": board_surface(clean),
        "composites_on_other_wood": unseen_wood(data),
    }
    made = {  # one set of maps after the other: each takes more than a gigabyte
        name: composite_metrics(detector, list(judge_composites(detector, surface, composites)))
        for name, surface in surfaces.items()
    }
    if renders:
        made["rendered_items"] = composite_metrics(detector, list(judge_renders(detector, renders)))
    alarms, textures = false_alarms(detector, data / "wood_textures_eval")
    metrics = {
        "validation_boards": {
            "images": len(real),
            "pixels": pixel_metrics(real, detector.types, thresholds),
            "any_defect": any_defect_metrics(real),
            "image_auroc": image_metrics(real),
        },
        **made,
        "clean_textures": alarms,
    }
    print(json.dumps(metrics, indent=2))  # noqa: T201  # the command's answer
    if record:
        kept = detector.release.metrics | metrics
        changed = detector.release.model_copy(update={"metrics": kept})
        (release / "release.json").write_text(changed.model_dump_json(indent=2) + "\n")
    if failures:
        worst = sorted(textures, key=lambda tile: -tile.error)[:6]
        contact_sheet([*worst, *_worst_boards(real)], failures)


def _worst_boards(judged: list[Judged]) -> list[Tile]:
    """The clean boards that alarm most and the cracked ones that alarm least."""
    clean = sorted((j for j in judged if not j.classes), key=lambda j: -j.score)[:6]
    cracked = [j for j in judged if 4 in j.classes]

    def response(one: Judged) -> float:
        crack = one.sample.target[0]
        return float(one.probability[0][crack].mean()) if crack.any() else 1.0

    missed = sorted(cracked, key=response)[:6]
    return [
        Tile(
            j.name,
            j.sample.pixels,
            j.probability.max(axis=0),
            0,
            np.asarray(j.sample.target.any(axis=0)),
        )
        for j in (*clean, *missed)
    ]


if __name__ == "__main__":
    app()
