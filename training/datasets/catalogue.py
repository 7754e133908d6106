"""Everything that a run trains on: found, read once, counted, hashed and split."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import track

from training.config import SurfaceName, TrainingConfig
from training.datasets.boards import Board, read_index, readable
from training.datasets.patches import BoardSource, CompositeSource, Patches, Source, at_scale
from training.datasets.renders import RenderSource, load_render, read_renders
from training.datasets.surfaces import (
    Picture,
    Surface,
    board_surface,
    picture_surface,
    procedural_surface,
    read_hires,
    read_textures,
    wood_surface,
)
from training.errors import TrainingDataError

log = logging.getLogger("training")
_CALIBRATION_SEED = 7_000_000
_SAWN: frozenset[SurfaceName] = frozenset({"boards", "hires"})
_PHOTOGRAPHED: tuple[SurfaceName, ...] = ("boards", "hires", "textures")


def manifest(root: Path, files: Iterable[Path]) -> dict[str, Any]:
    """Summarise files: how many, and one SHA-256 over the sorted list of name and SHA-256."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(root).as_posix()}\n"
        for path in sorted(files)
    ]
    return {"files": len(lines), "sha256": hashlib.sha256("".join(lines).encode()).hexdigest()}


@dataclass(frozen=True)
class Catalogue:
    """The parts of the data, and the streams of patches made of them."""

    fitting: list[Board]
    calibration: list[Board]
    hires: list[Picture]
    textures: list[Picture]
    renders: tuple[Path, list[str]] | None = None
    summary: dict[str, Any] = field(default_factory=dict)

    def training_patches(self, config: TrainingConfig, length: int) -> Patches:
        """The endless mixture that the network learns from."""
        sources: list[Source] = [BoardSource(self.fitting, config.mm_per_px)]
        weights = [config.boards_share]
        if self.renders and config.renders_share:
            root, names = self.renders
            sources.append(at_scale(RenderSource(root, names), config.mm_per_px))
            weights.append(config.renders_share)
        composited = self.composites(
            self.fitting, config.surfaces, config.frequency, config.crossed_share
        )
        sources.append(at_scale(composited, config.mm_per_px))
        weights.append(max(0.0, 1 - sum(weights)))
        return Patches(sources, weights, config.side_px, length, config.seed, config.zoom_share)

    def calibration_patches(self, config: TrainingConfig, length: int | None = None) -> Patches:
        """Fixed patches of blocks that are not trained on, half real and half composited."""
        sources: list[Source] = [
            BoardSource(self.calibration, config.mm_per_px),
            at_scale(self.composites(self.calibration), config.mm_per_px),
        ]
        count = length or config.check_patches
        return Patches(sources, [0.5, 0.5], config.side_px, count, _CALIBRATION_SEED)

    def composites(
        self,
        boards: list[Board],
        names: Sequence[SurfaceName] = ("procedural", *_PHOTOGRAPHED),
        frequency: Mapping[str, float] | None = None,
        crossed_share: float = 0.0,
    ) -> CompositeSource:
        """Defects on the named surfaces, as far as they are there, some types more often."""
        clean = [board for board in boards if not board.classes]
        surfaces: dict[SurfaceName, tuple[Surface, float]] = {
            "procedural": (procedural_surface, 0.4),
            "wood": (wood_surface, 0.4),
        }
        if clean:
            surfaces["boards"] = (board_surface(clean), 0.2)
        if self.hires:
            surfaces["hires"] = (picture_surface(self.hires), 0.12)
        if self.textures:
            surfaces["textures"] = (picture_surface(self.textures), 0.28)
        there = [name for name in names if name in surfaces]
        return CompositeSource(
            [surfaces[name][0] for name in there],
            [surfaces[name][1] for name in there],
            frequency or {},
            frozenset(place for place, name in enumerate(there) if name in _SAWN),
            crossed_share,
        )


def read_catalogue(data: Path, renders: Path | None = None) -> Catalogue:
    """Read all training data once; what is broken is named, counted and left out.

    Raises:
        TrainingDataError: an index is missing, or nothing of the boards is usable.
    """
    every = read_index(data / "wood_boards")
    twins = duplicates(every)
    boards = [board for board in every if board.split == "train"]
    good, problems = [], []
    for board, problem in track(readable(boards), "reading boards", total=len(boards)):
        said = twins.get(board) if problem is None else str(problem)
        if said is None:
            good.append(board)
        else:
            problems.append(said)
            log.warning("left out: %s", said)
    if not good:
        raise TrainingDataError("no board is usable", fix="Check the folder of the boards.")
    if problems:
        log.warning("%d of %d boards were left out", len(problems), len(boards))
    fitting = [board for board in good if not board.calibrates]
    textures = read_textures(data / "wood_textures_cc0")
    hires = read_hires(data / "wood_boards_hires", "train")
    rendered = None
    if renders is not None:
        rendered = (renders, _readable_renders(renders))
    files = [path for board in fitting for path in (board.image, board.mask)]
    extra = [
        *(data / "wood_boards_hires").rglob("*.*"),
        *(data / "wood_textures_cc0").rglob("*.jpg"),
    ]
    summary = {
        "wood_boards": manifest(data, files),
        "surfaces": manifest(data, extra),
        "blocks": len({board.block for board in fitting}),
        "calibration_blocks": sorted({b.block for b in good if b.calibrates}),
        "left_out": problems,
        "renders": manifest(renders, renders.rglob("*.png")) if renders else None,
    }
    calibration = [board for board in good if board.calibrates]
    return Catalogue(fitting, calibration, hires, textures, rendered, summary)


def duplicates(boards: Sequence[Board]) -> dict[Board, str]:
    """Boards to train on whose photo lies in another part as well, and what to say of each.

    The copy that measures or calibrates stays. Only photos equal to the byte are seen; near
    duplicates are what the split by block is for.
    """
    parts: dict[str, list[Board]] = {}
    for board in boards:
        if board.image.exists():
            digest = hashlib.sha256(board.image.read_bytes()).hexdigest()
            parts.setdefault(digest, []).append(board)
    found: dict[Board, str] = {}
    for same in parts.values():
        kept = [b for b in same if b.split != "train" or b.calibrates]
        for board in same if kept else ():
            if board not in kept:
                found[board] = f"{board.image.name} is the same photo as {kept[0].image.name}, " + (
                    "which is not trained on"
                )
    return found


def _readable_renders(root: Path) -> list[str]:
    names = []
    for name in read_renders(root):
        try:
            load_render(root, name)
        except TrainingDataError as error:
            log.warning("left out: %s", error)
        else:
            names.append(name)
    if not names:
        raise TrainingDataError(f"no render in {root} is usable", fix="Render the items again.")
    return names
