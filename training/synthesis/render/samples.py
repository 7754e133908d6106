"""The repository's sample photos: five products, sound, flawed, out of tolerance and spoilt."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from .photo import Optics
from .scene import Camera, Light, Piece, RenderedDefect, Scene, Wood

Verdict = Literal["pass", "fail", "retake"]
Species = Literal["beech", "teak", "mahogany", "bamboo", "walnut"]
Dimension = tuple[str, Literal["length", "width", "diameter"], Literal["x", "y"]]


@dataclass(frozen=True)
class Product:
    """An article of the example specs: how it is built and which dimensions its spec names."""

    shape: Literal["bowl", "chopstick", "seat", "spoon", "tray"]
    paper: Literal["A4", "A3", "A2"]
    size: dict[str, float]
    dimensions: tuple[Dimension, ...]
    """Name, feature and the axis of the item frame along which it is measured."""


PRODUCTS = {
    "mitsubishi-bowl-150": Product(
        "bowl",
        "A3",
        {"diameter_mm": 150.0, "height_mm": 60.0},
        (("rim diameter", "diameter", "x"),),
    ),
    "kowabo-spoon-200": Product(
        "spoon",
        "A3",
        {"length_mm": 200.0, "width_mm": 42.0, "height_mm": 8.0},
        (("length", "length", "y"), ("bowl width", "width", "x")),
    ),
    "daiso-chopsticks-230": Product(
        "chopstick",
        "A3",
        {"length_mm": 230.0, "thickness_mm": 7.0},
        (("length", "length", "y"), ("thickness", "width", "x")),
    ),
    "asung-tray-280": Product(
        "tray",
        "A2",
        {"length_mm": 280.0, "width_mm": 180.0, "height_mm": 25.0},
        (("length", "length", "y"), ("width", "width", "x")),
    ),
    "lennox-seat-300": Product(
        "seat", "A2", {"diameter_mm": 300.0, "height_mm": 25.0}, (("diameter", "diameter", "x"),)
    ),
}

STATIONS: dict[str, Callable[..., Camera]] = {
    "rendered-a3": lambda **pose: Camera(
        width_px=2048, height_px=1536, focal_35mm=31, **{"distance_mm": 520, "roll_deg": 90} | pose
    ),
    "rendered-a3-portrait": lambda **pose: Camera(
        width_px=1536, height_px=2048, focal_35mm=31, **{"distance_mm": 510} | pose
    ),
    "rendered-a2": lambda **pose: Camera(
        width_px=2304, height_px=1728, focal_35mm=30, **{"distance_mm": 710, "roll_deg": -90} | pose
    ),
}
"""A tablet each, held as its packer holds it; a sample's pose changes that."""


@dataclass(frozen=True)
class Sample:
    """One photo: what lies on the mat, how it is seen and what should come of it."""

    product: str
    station: str
    verdict: Verdict
    why: str
    wood: Species
    seed: int
    finish: Literal["matt", "lacquer"] = "matt"
    pose: dict[str, float] = field(default_factory=dict)
    """Camera pose, see `Camera`."""
    lie: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Where the item lies: x, y in millimetres, angle in degrees."""
    size: dict[str, float] = field(default_factory=dict)
    """What differs from the product's nominal size; in a pair, on the first piece."""
    defects: tuple[RenderedDefect, ...] = ()
    optics: Optics = field(default_factory=Optics)

    def scene(self) -> Scene:
        """The scene that Blender renders."""
        product = PRODUCTS[self.product]
        rng = random.Random(self.seed)  # noqa: S311 - looks, not secrets
        return Scene(
            paper=product.paper,
            pieces=self._pieces(product),
            camera=STATIONS[self.station](**self.pose),
            lights=varied_lights(rng),
            sky_kelvin=rng.uniform(5200, 7500),
            sky_share=rng.uniform(0.25, 0.45),
            table_rgb=rng.choice(TABLES),
            samples=8,
        )

    def _pieces(self, product: Product) -> tuple[Piece, ...]:
        x_mm, y_mm, angle_deg = self.lie
        first = Piece(
            shape=product.shape,
            size=product.size | self.size,
            wood=Wood(species=self.wood, seed=self.seed, finish=self.finish),
            x_mm=x_mm,
            y_mm=y_mm,
            angle_deg=angle_deg,
            defects=self.defects,
        )
        if product.shape != "chopstick":
            return (first,)
        second = first.model_copy(
            update={
                "size": product.size,
                "wood": first.wood.model_copy(update={"seed": self.seed + 1}),
                "x_mm": x_mm + 34.0,
                "y_mm": y_mm + 5.0,
                "angle_deg": angle_deg - 2.5,
                "defects": (),
            }
        )
        return first, second


TABLES = ((0.35, 0.33, 0.3), (0.16, 0.11, 0.08), (0.5, 0.5, 0.48), (0.1, 0.11, 0.12))


def varied_lights(rng: random.Random) -> tuple[Light, ...]:
    """One to three lamps or windows; the colours are what a tablet's white balance leaves."""
    shares = [rng.uniform(0.4, 1.0) for _ in range(rng.choice((1, 2, 2, 3)))]
    return tuple(
        Light(
            azimuth_deg=rng.uniform(0, 360),
            elevation_deg=rng.uniform(38, 72),
            distance_mm=rng.uniform(1100, 2200),
            size_mm=rng.choice((120, 300, 600, 1000)),
            kelvin=rng.uniform(4300, 6800),
            share=0.65 * share / sum(shares),
        )
        for share in shares
    )


def _flaw(
    kind: str, x: float, y: float, length: float, width: float, **more: Any
) -> RenderedDefect:
    return RenderedDefect.model_validate(
        {"type": kind, "x_mm": x, "y_mm": y, "length_mm": length, "width_mm": width} | more
    )


_BOWL, _SPOON, _STICKS = "mitsubishi-bowl-150", "kowabo-spoon-200", "daiso-chopsticks-230"
_TRAY, _SEAT = "asung-tray-280", "lennox-seat-300"
_SOUND = "sound and at nominal size"

SAMPLES: dict[str, Sample] = {
    "bowl-sound": Sample(
        _BOWL, "rendered-a3", "pass", _SOUND, "teak", 11, "lacquer",
        {"tilt_deg": 5, "azimuth_deg": 40, "roll_deg": 88}, (3, -8, 15),
    ),
    "bowl-wide": Sample(
        _BOWL, "rendered-a3", "fail", "rim diameter 2.5 mm above nominal, limit 1 mm", "beech", 12,
        pose={"tilt_deg": 3, "azimuth_deg": 250, "roll_deg": 92}, lie=(-5, 10, 70),
        size={"diameter_mm": 152.5},
    ),
    "bowl-crack": Sample(
        _BOWL, "rendered-a3", "fail", "open crack inside", "mahogany", 13, "lacquer",
        {"tilt_deg": 8, "azimuth_deg": 120, "roll_deg": 86}, (0, 4, -30),
        defects=(_flaw("crack", 14, -12, 32, 1.8, seed=4, depth_mm=3.0),),
    ),
    "bowl-chip": Sample(
        _BOWL, "rendered-a3", "fail", "chip broken out of the rim", "walnut", 14,
        pose={"tilt_deg": 6, "azimuth_deg": 300, "roll_deg": 91}, lie=(6, -4, 50),
        defects=(_flaw("chip", 72.5, 0, 12, 6, depth_mm=4, seed=2),),
    ),
    "spoon-sound": Sample(
        _SPOON, "rendered-a3", "pass", _SOUND, "beech", 21,
        pose={"tilt_deg": 7, "azimuth_deg": 200, "roll_deg": 88}, lie=(4, 3, 12),
    ),
    "spoon-short": Sample(
        _SPOON, "rendered-a3", "fail", "length 8 mm below nominal", "teak", 22, "lacquer",
        {"tilt_deg": 4, "azimuth_deg": 90, "roll_deg": 93}, (-6, 6, -8), {"length_mm": 192.0},
    ),
    "spoon-crack": Sample(
        _SPOON, "rendered-a3", "fail", "open crack in the handle", "bamboo", 23,
        pose={"tilt_deg": 10, "azimuth_deg": 20, "roll_deg": 91}, lie=(2, -5, -15),
        defects=(_flaw("crack", 0.5, 48, 26, 1.6, seed=7, angle_deg=2),),
    ),
    "chopsticks-sound": Sample(
        _STICKS, "rendered-a3-portrait", "pass", _SOUND, "walnut", 31, "lacquer",
        {"tilt_deg": 4, "azimuth_deg": 10, "roll_deg": -1}, (-18, 0, 4),
    ),
    "chopsticks-unequal": Sample(
        _STICKS, "rendered-a3-portrait", "fail", "one of the pair is 9 mm too short", "bamboo", 32,
        pose={"tilt_deg": 2, "azimuth_deg": 140, "roll_deg": 3}, lie=(-15, 4, -5),
        size={"length_mm": 221.0},
    ),
    "chopsticks-stain": Sample(
        _STICKS, "rendered-a3-portrait", "fail", "dark stain", "beech", 33, "lacquer",
        {"tilt_deg": 6, "azimuth_deg": 270, "roll_deg": 0}, (-20, -3, 2),
        defects=(_flaw("stain", 0.5, 62, 20, 7, seed=5, srgb="2b3138"),),
    ),
    "tray-sound": Sample(
        _TRAY, "rendered-a2", "pass", _SOUND, "bamboo", 41, "lacquer",
        {"tilt_deg": 5, "azimuth_deg": 60, "roll_deg": -91}, (6, -10, 4),
    ),
    "tray-narrow": Sample(
        _TRAY, "rendered-a2", "fail", "width 8 mm below nominal", "beech", 42,
        pose={"tilt_deg": 3, "azimuth_deg": 180, "roll_deg": -88}, lie=(-8, 12, -6),
        size={"width_mm": 172.0},
    ),
    "tray-stain-scratch": Sample(
        _TRAY, "rendered-a2", "fail", "stain and scratch on the floor", "beech", 43, "lacquer",
        {"tilt_deg": 7, "azimuth_deg": 330, "roll_deg": -90}, (3, 6, 8),
        defects=(
            _flaw("stain", 28, 52, 30, 20, seed=3, srgb="33404a"),
            _flaw("scratch", -22, -38, 48, 1.4, depth_mm=0.4, angle_deg=38, seed=8),
        ),
    ),
    "seat-sound": Sample(
        _SEAT, "rendered-a2", "pass", _SOUND, "mahogany", 51,
        pose={"tilt_deg": 3, "azimuth_deg": 100, "roll_deg": -92}, lie=(0, 8, 25),
    ),
    "seat-small": Sample(
        _SEAT, "rendered-a2", "fail", "diameter 11 mm below nominal", "teak", 52, "lacquer",
        {"tilt_deg": 2, "azimuth_deg": 220, "roll_deg": -89}, (2, -6, -40),
        {"diameter_mm": 289.0},
    ),
    "seat-hole-crack": Sample(
        _SEAT, "rendered-a2", "fail", "hole of 3 mm and an open crack", "beech", 53,
        pose={"tilt_deg": 4, "azimuth_deg": 350, "roll_deg": -90}, lie=(4, 0, 10),
        defects=(
            _flaw("hole", -52, 40, 3, 3, depth_mm=12),
            _flaw("crack", 30, -112, 60, 2.2, depth_mm=8, angle_deg=-4, seed=9),
        ),
    ),
    "retake-shaken": Sample(
        _BOWL, "rendered-a3", "retake", "the tablet moved", "teak", 61,
        pose={"tilt_deg": 6, "azimuth_deg": 70, "roll_deg": 87}, lie=(-4, 5, 0),
        optics=Optics(blur_px=1.6, shake_px=22, shake_deg=35),
    ),
    "retake-dark": Sample(
        _SPOON, "rendered-a3", "retake", "far too dark", "mahogany", 62,
        pose={"tilt_deg": 5, "azimuth_deg": 160, "roll_deg": 92}, lie=(3, 0, 6),
        optics=Optics(exposure_ev=-4.6),
    ),
    "retake-cut-off": Sample(
        _TRAY, "rendered-a2", "retake", "the photo cuts the item off", "teak", 63,
        pose={"tilt_deg": 6, "azimuth_deg": 20, "roll_deg": -90, "aim_y_mm": 320.0},
        lie=(0, -30, 2),
    ),
}  # fmt: skip
