"""Procedural wood: a solid texture, so that grain runs through every cut face.

The tree's axis is parallel to y. Rings are cylinders around it, warped; fibres, pores and
flecks are noise stretched along it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from .graph import Graph, Value, linear


@dataclass(frozen=True)
class Species:
    """What tells one wood from another; colours are sRGB, shares are 0…1."""

    light: str
    dark: str
    pore: str
    ring_mm: float
    ring_share: float
    fibre_share: float
    pore_share: float
    pore_size: float = 0.16
    fleck_share: float = 0.0
    strip_mm: float = 0.0
    warp_mm: float = 14.0


SPECIES = {
    "beech": Species("d9b48c", "b98a5f", "8a6040", 3.2, 0.35, 0.35, 0.25, 0.12, fleck_share=0.5),
    "teak": Species("bd8850", "7f5029", "4a2d14", 4.0, 0.6, 0.45, 0.55, 0.15),
    "mahogany": Species("9c5233", "6f2f1c", "3b170d", 9.0, 0.3, 0.5, 0.65, 0.16),
    "bamboo": Species("dcbb7c", "bd9250", "9c7038", 2.0, 0.05, 0.6, 0.2, 0.1, strip_mm=7.0),
    "walnut": Species("6b4a32", "3a2417", "20120b", 5.0, 0.65, 0.4, 0.6, 0.17, warp_mm=22.0),
}


@dataclass(frozen=True)
class Surface:
    """Graph values that a defect may change before they become a shader."""

    colour: Value
    height_mm: Value
    roughness: Value
    coat: Value


def wood_surface(graph: Graph, wood: dict[str, Any]) -> Surface:
    """Build colour and relief of `wood` (`species`, `seed`, `finish`) at the shaded point."""
    species = SPECIES[wood["species"]]
    rng = random.Random(wood["seed"])  # noqa: S311 - looks, not secrets
    # The pith lies outside the item, below or beside it, as in sawn timber.
    offset = (rng.uniform(-40, 40), rng.uniform(-500, 500), rng.uniform(60, 140))
    point = graph.vector("ADD", graph.item_position_mm(), offset)
    tone: Value = 0.0
    if species.strip_mm:
        point, tone = _laminated(graph, point, species.strip_mm)

    def stretched(across: float, along: float) -> Value:
        return graph.vector("MULTIPLY", point, (across, along, across))

    warp = graph.math("SUBTRACT", graph.noise(stretched(0.018, 0.004), 1.0), 0.5)
    x, _, z = graph.split(point)
    radius = graph.length(graph.join(x, 0.0, z))
    radius = graph.math("ADD", radius, graph.math("MULTIPLY", warp, 2 * species.warp_mm))
    wobble = graph.math("MULTIPLY", graph.noise(stretched(0.25, 0.012), 1.0), 0.9)
    phase = graph.math("ADD", graph.math("DIVIDE", radius, species.ring_mm), wobble)
    phase = graph.math("FRACT", phase)
    # Latewood darkens slowly over the year and ends abruptly.
    ring = graph.math("MULTIPLY", graph.math("POWER", phase, 2.2), graph.step(phase, 1.0, 0.93))
    fibre = graph.noise(stretched(0.9, 0.02), 2.0, 0.65)
    fine = graph.noise(stretched(3.5, 0.06), 1.0, 0.6)
    broad = graph.noise(stretched(0.012, 0.003), 0.0)

    def centred(value: Value, share: float) -> Value:
        return graph.math("MULTIPLY", graph.math("SUBTRACT", value, 0.5), share)

    factor = graph.math("MULTIPLY", ring, species.ring_share)
    for value, share in (
        (fibre, 2.0 * species.fibre_share),
        (fine, 1.2 * species.fibre_share),
        (broad, 0.9),
    ):
        factor = graph.math("ADD", factor, centred(value, share))
    factor = graph.math("ADD", graph.math("ADD", factor, tone), 0.25, clamp=True)
    colour = graph.mix(factor, linear(species.light), linear(species.dark))

    pores = _dashes(graph, stretched(1.5, 0.12), species.pore_size)
    colour = graph.mix(
        graph.math("MULTIPLY", pores, species.pore_share), colour, linear(species.pore)
    )
    if species.fleck_share:
        flecks = _dashes(graph, stretched(0.55, 0.22), 0.14)
        amount = graph.math("MULTIPLY", flecks, species.fleck_share)
        colour = graph.mix(amount, colour, linear(species.dark))

    relief = graph.math("MULTIPLY", pores, -0.03)
    relief = graph.math("ADD", relief, centred(fine, 0.02))
    lacquered = wood["finish"] == "lacquer"
    roughness = graph.math("ADD", centred(fibre, 0.25), 0.38 if lacquered else 0.58)
    return Surface(colour, relief, roughness, 0.55 if lacquered else 0.0)


def _laminated(graph: Graph, point: Value, strip_mm: float) -> tuple[Value, Value]:
    """Cut the wood into glued strips along y: each shifted along, with a tone of its own."""
    x, y, z = graph.split(point)
    strip = graph.math("FLOOR", graph.math("DIVIDE", x, strip_mm))
    node = graph.node("ShaderNodeTexWhiteNoise", {"W": strip}, noise_dimensions="1D")
    chance = node.outputs["Value"]
    shifted = graph.math("ADD", y, graph.math("MULTIPLY", chance, 900.0))
    # The nodes of the culm: a dark band every 190 mm or so.
    along = graph.math("MULTIPLY", graph.math("FRACT", graph.math("DIVIDE", shifted, 190.0)), 190.0)
    band = graph.step(graph.math("ABSOLUTE", graph.math("SUBTRACT", along, 95.0)), 3.5, 0.5)
    tone = graph.math("MULTIPLY", graph.math("SUBTRACT", chance, 0.5), 0.45)
    tone = graph.math("ADD", tone, graph.math("MULTIPLY", band, 0.3))
    return graph.join(x, shifted, z), tone


def _dashes(graph: Graph, at: Value, size: float) -> Value:
    """Short dashes scattered at random: pores, flecks."""
    inputs: dict[str | int, Value] = {"Vector": at, "Scale": 1.0, "Randomness": 1.0}
    distance = graph.node("ShaderNodeTexVoronoi", inputs).outputs["Distance"]
    return graph.step(distance, size, 0.4 * size)


def shaded(graph: Graph, surface: Surface) -> Any:
    """Turn a surface into a material."""
    bump = graph.node(
        "ShaderNodeBump",
        {"Height": surface.height_mm, "Distance": 0.001, "Strength": 1.0},
    )
    shader = graph.node(
        "ShaderNodeBsdfPrincipled",
        {
            "Base Color": surface.colour,
            "Roughness": surface.roughness,
            "Specular IOR Level": 0.35,
            "Coat Weight": surface.coat,
            "Coat Roughness": 0.18,
            "Normal": bump.outputs[0],
        },
    )
    return graph.output(shader.outputs[0])
