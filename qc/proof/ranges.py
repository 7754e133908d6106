"""What is drawn at random: items of each family, materials' light, the tablet's lens and sensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from qc.geometry.mat import MatLayout
from qc.proof import cutlery, items
from qc.proof.ground import Lift
from qc.proof.items import Item
from qc.proof.light import Colour, Light
from qc.proof.sensor import Sensor

Random = np.random.Generator
Family = Literal["bowl", "bulging bowl", "spoon", "tray", "chopsticks", "board"]
FAMILIES: tuple[Family, ...] = get_args(Family)


def lift(rng: Random, layout: MatLayout) -> Lift:
    """A quarter of the sheets do not lie quite flat."""
    if rng.random() > 0.25:
        return Lift()
    ring = layout.ring_mm
    return Lift(
        height_mm=float(rng.uniform(0.1, 0.6)),
        x_mm=float(rng.uniform(ring.left_mm, ring.right_mm)),
        y_mm=float(rng.uniform(ring.bottom_mm, ring.top_mm)),
        sigma_mm=float(rng.uniform(40, 90)),
    )


def light(rng: Random) -> Light:
    """A lamp of any colour and size, higher than 35°, and a sky."""
    warm = float(rng.uniform(-1, 1))
    return Light(
        azimuth_deg=float(rng.uniform(0, 360)),
        elevation_deg=float(rng.uniform(35, 75)),
        softness_deg=float(rng.choice([0.3, 2.0, 6.0])),
        ambient=float(rng.uniform(0.3, 0.6)),
        lamp_rgb=(1 + 0.15 * warm, 1.0, 1 - 0.18 * warm),
        sky_rgb=(0.95, 1.0, 1.08),
        falloff_per_m=float(rng.uniform(0, 0.6)),
    )


def print_scale(rng: Random, *, measured: bool) -> tuple[float, float]:
    """Along the sheet's sides; who never measures the print has at least printed at 100 %."""
    reach = 0.02 if measured else 0.005
    return float(rng.uniform(1 - reach, 1 + reach)), float(rng.uniform(1 - reach, 1 + reach))


def table(rng: Random) -> Colour:
    """The albedo of what lies under the mat."""
    red, green, blue = (rng.uniform(0.05, 0.5) * rng.uniform(0.8, 1.0, 3)).tolist()
    return red, green, blue


def sensor(rng: Random) -> Sensor:
    """A tablet's lens and sensor, now and then moved while exposing."""
    return Sensor(
        exposure=float(rng.uniform(0.6, 0.95)),
        blur_px=float(rng.uniform(0.45, 1.1)),
        shake_px=float(rng.uniform(0, 1.5)) if rng.random() < 0.2 else 0.0,
        shake_deg=float(rng.uniform(0, 180)),
        vignetting=float(rng.uniform(0, 0.3)),
        read_noise=float(rng.uniform(0.0005, 0.003)),
        shot_noise=float(rng.uniform(0.004, 0.015)),
        quality=int(rng.integers(70, 96)),
    )


def _between(rng: Random, low: float, high: float) -> float:
    """A size, small ones as likely as large ones."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _bowl(rng: Random) -> list[Item]:
    diameter = _between(rng, 50, 220)
    height = float(np.clip(diameter * rng.uniform(0.25, 0.6), 15, 80))
    lip = float(min(rng.uniform(0.8, 3.0), 0.15 * height))
    flare = float(rng.uniform(12, 40))
    return [items.flared_bowl(diameter, height, float(rng.uniform(0.35, 0.55)), flare, lip)]


def _bulging(rng: Random) -> list[Item]:
    diameter = _between(rng, 50, 200)
    height = float(np.clip(diameter * rng.uniform(0.35, 0.7), 20, 80))
    lip = float(min(rng.uniform(0.8, 2.5), 0.08 * height))
    rim, belly = float(rng.uniform(0.75, 0.93)), float(rng.uniform(0.4, 0.6))
    return [items.bulging_bowl(diameter, height, rim, belly, lip)]


def _spoon(rng: Random) -> list[Item]:
    length = _between(rng, 100, 280)
    return [
        cutlery.spoon(
            length,
            length * float(rng.uniform(0.16, 0.26)),
            float(rng.uniform(2.5, 5)),
            length * float(rng.uniform(0.035, 0.07)),
            float(rng.uniform(0, 8)),
            float(rng.uniform(0.26, 0.38)),
        )
    ]


def _tray(rng: Random) -> list[Item]:
    length = _between(rng, 90, 300)
    width = length * float(rng.uniform(0.45, 0.9))
    height = float(min(rng.uniform(12, 45), 0.25 * length))
    corner, flare = float(rng.uniform(0.08, 0.25)) * width, float(rng.uniform(8, 30))
    lip = float(min(rng.uniform(1.0, 3.0), 0.4 * corner))
    return [items.tray(length, width, height, corner, flare, lip)]


def _chopsticks(rng: Random) -> list[Item]:
    length, thick = float(rng.uniform(170, 290)), float(rng.uniform(6, 10))
    tip, end = float(rng.uniform(2.2, 4)), float(rng.uniform(1.0, 3.0))
    return [
        cutlery.chopstick(length * factor, thick, tip, end)
        for factor in (1.0, 1 + float(rng.normal(0, 0.004)))
    ]


def _board(rng: Random) -> list[Item]:
    size = _between(rng, 20, 300)
    thickness = float(min(rng.uniform(5, 35), 0.5 * size))
    edge = float(rng.uniform(0.5, min(6.0, 0.45 * thickness)))
    hole = float(rng.uniform(0.08, 0.2)) * size if rng.random() < 0.4 else 0.0
    if rng.random() < 0.5:
        return [items.seat(size, thickness, edge, hole)]
    width = size * float(rng.uniform(0.4, 0.95))
    corner = max(edge + 0.5, float(rng.uniform(0.05, 0.3)) * width)
    return [items.board(size, width, thickness, corner, edge, hole)]


PIECES: dict[Family, Callable[[Random], list[Item]]] = {
    "bowl": _bowl,
    "bulging bowl": _bulging,
    "spoon": _spoon,
    "tray": _tray,
    "chopsticks": _chopsticks,
    "board": _board,
}
