"""Rendered items to train on: wood that is truly cut and sunk, with a mask per type of defect.

`training.datasets.renders` reads what is written here.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synthesis import PAINTED_MM_PER_PX

from .photo import Optics, expose, read_linear
from .run import Rendered, render
from .samples import PRODUCTS, TABLES, Product, varied_lights
from .scene import Camera, Piece, RenderedDefect, Scene, Wood
from .truth import id_masks

_SIDE_PX = 512
_FOCAL_35MM = 80  # from far away an item's near and far parts are alike in scale
_SOUND_SHARE = 0.15
_MOST_TILT_DEG = 25

_SIZES_MM = {
    "crack": ((8, 50), (0.5, 2.0), (1.0, 6.0)),
    "hole": ((1.5, 5.0), (1.5, 4.0), (3.0, 12.0)),
    "chip": ((4, 14), (3, 8), (1.5, 5.0)),
    "stain": ((6, 30), (4, 20), (1.0, 1.0)),
    "scratch": ((10, 50), (0.4, 1.4), (0.1, 0.4)),
    "dent": ((5, 20), (4, 14), (0.2, 1.5)),
}
"""Length, width and depth of a defect, from and to; every octave is equally likely."""

_STAINS = ("2e3238", "2b3138", "33404a", "4a2f1d", "6b2f28", "d8d4cc")


def training_scene(seed: int, *, sound: bool = False) -> Scene:
    """Draw an item, its defects (none, one or two), its light and a close camera above it.

    Args:
        seed: the only source of chance.
        sound: no defect, whatever the seed says.
    """
    rng = random.Random(seed)  # noqa: S311 - looks, not secrets
    product = rng.choice([*PRODUCTS.values()])
    size = {name: value * rng.uniform(0.85, 1.15) for name, value in product.size.items()}
    count = 0 if sound or rng.random() < _SOUND_SHARE else rng.choice((1, 2))
    defects = tuple(_defect(product, size, rng) for _ in range(count))
    aim = (defects[0].x_mm, defects[0].y_mm) if defects else _place(product, size, rng)[:2]
    turn_deg = rng.uniform(0, 360)
    piece = Piece(
        shape=product.shape,
        size=size,
        wood=Wood(
            species=rng.choice(("beech", "teak", "mahogany", "bamboo", "walnut")),
            seed=seed,
            finish=rng.choice(("matt", "lacquer")),
        ),
        angle_deg=turn_deg,
        defects=defects,
    )
    cos, sin = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    height_mm = size.get("height_mm", size.get("thickness_mm", 0.0))
    f_px = Camera(width_px=_SIDE_PX, height_px=_SIDE_PX, focal_35mm=_FOCAL_35MM).f_px
    camera = Camera(
        width_px=_SIDE_PX,
        height_px=_SIDE_PX,
        focal_35mm=_FOCAL_35MM,
        distance_mm=f_px * PAINTED_MM_PER_PX,  # of the photo where the camera aims
        tilt_deg=rng.uniform(0, _MOST_TILT_DEG),
        azimuth_deg=rng.uniform(0, 360),
        roll_deg=rng.uniform(0, 360),
        aim_x_mm=cos * aim[0] - sin * aim[1] + rng.uniform(-25, 25),
        aim_y_mm=sin * aim[0] + cos * aim[1] + rng.uniform(-25, 25),
        aim_z_mm=height_mm / 2 if product.shape == "bowl" else height_mm,
    )
    return Scene(
        paper=product.paper,
        pieces=(piece,),
        camera=camera,
        lights=varied_lights(rng),
        sky_kelvin=rng.uniform(5200, 7500),
        sky_share=rng.uniform(0.25, 0.45),
        table_rgb=rng.choice(TABLES),
        samples=4,
    )


def render_training_items(
    count: int, seed: int, blender: Path, out: Path, work: Path, *, sound: bool = False
) -> Iterator[str]:
    """Render items one after another and yield their names; those already there stay.

    Args:
        count: of items.
        seed: of the first; the next has the next.
        blender: Python of an environment with `bpy`.
        out: folder for pictures, masks and `index.json`; made if missing.
        work: folder for what Blender writes on the way.
        sound: all without a defect.

    Raises:
        BlenderError: the interpreter is missing, or rendering failed.
    """
    out.mkdir(parents=True, exist_ok=True)
    names: list[str] = []
    for number in range(seed, seed + count):
        name = f"item-{number:05d}"
        if not (out / f"{name}.png").exists():
            scene = training_scene(number, sound=sound)
            _write(name, scene, render({name: scene}, blender, work)[name], out)
        names.append(name)
        (out / "index.json").write_text(json.dumps({"items": names}, indent=1) + "\n")
        yield name


def _write(name: str, scene: Scene, rendered: Rendered, folder: Path) -> None:
    item, masks = id_masks(rendered.ids)
    by_type: dict[str, NDArray[np.bool_]] = {}
    for defect, mask in zip(scene.pieces[0].defects, masks, strict=False):
        by_type[defect.type] = by_type.get(defect.type, np.zeros_like(mask)) | mask
    for part, mask in {"item": item, **by_type}.items():
        cv2.imwrite(str(folder / f"{name}.{part}.png"), mask.astype(np.uint8) * 255)
    # Noise and most blur come with training, anew for every patch.
    photo = expose(read_linear(rendered.photo), Optics(read_noise=0, shot_noise=0))
    cv2.imwrite(str(folder / f"{name}.png"), np.ascontiguousarray(photo[..., ::-1]))


def _defect(product: Product, size: dict[str, float], rng: random.Random) -> RenderedDefect:
    kind = rng.choice([*_SIZES_MM])
    x_mm, y_mm, edge_deg = _place(product, size, rng, at_edge=kind == "chip")
    length_mm, width_mm, depth_mm = (_log_uniform(rng, *limits) for limits in _SIZES_MM[kind])
    if product.shape in ("chopstick", "spoon"):  # no wider than the item
        length_mm, width_mm = min(length_mm, 25.0), min(width_mm, 3.0)
    # Wood splits along its grain, which runs along y; an edge is chipped along itself.
    angle_deg = {"crack": rng.gauss(0, 4), "chip": edge_deg}.get(kind, rng.uniform(0, 180))
    return RenderedDefect.model_validate(
        {
            "type": kind,
            "x_mm": x_mm,
            "y_mm": y_mm,
            "length_mm": max(length_mm, width_mm),
            "width_mm": min(length_mm, width_mm),
            "depth_mm": depth_mm,
            "angle_deg": angle_deg,
            "seed": rng.randrange(1000),
            "srgb": rng.choice(_STAINS),
        }
    )


def _place(
    product: Product, size: dict[str, float], rng: random.Random, *, at_edge: bool = False
) -> tuple[float, float, float]:
    """A point of the item, in its frame, and the direction of its edge there in degrees."""
    if "diameter_mm" in size:
        radius_mm = size["diameter_mm"] / 2
        angle = rng.uniform(0, 2 * math.pi)
        far_mm = radius_mm - 2 if at_edge else 0.75 * radius_mm * math.sqrt(rng.random())
        return far_mm * math.cos(angle), far_mm * math.sin(angle), math.degrees(angle)
    along_mm = rng.uniform(-0.42, 0.42) * size["length_mm"]
    if product.shape == "tray":
        half_mm = size["width_mm"] / 2
        x_mm = (
            rng.choice((-1, 1)) * (half_mm - 1.5) if at_edge else rng.uniform(-0.75, 0.75) * half_mm
        )
        return x_mm, along_mm, 0.0
    end_mm = size["length_mm"] / 2 - 1.5
    return (0.0, rng.choice((-1, 1)) * end_mm, 90.0) if at_edge else (0.0, along_mm, 0.0)


def _log_uniform(rng: random.Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))
