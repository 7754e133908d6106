"""Materials of a sound or flawed surface, and the flat colours of the id image."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .graph import Graph, Value, linear
from .wood import Surface, shaded, wood_surface

ITEM_ID = (0.0, 0.0, 1.0, 1.0)
DEFECT_IDS = ((1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0))
"""Colours in the id image: blue is sound item, red the first defect, green the second."""


def item_material(wood: dict[str, Any], defects: list[dict[str, Any]]) -> Any:
    """The item's outside, with stains, scratches and dents."""
    graph = Graph("wood")
    surface = wood_surface(graph, wood)
    for defect in defects:
        mask = _mask(graph, defect)
        if defect["type"] == "stain":
            amount = graph.math("MULTIPLY", mask, 0.75)
            surface = replace(
                surface, colour=graph.mix(amount, surface.colour, linear(defect["srgb"]))
            )
        elif defect["type"] == "scratch":
            pale = graph.mix(0.65, surface.colour, linear("e8d3b4"))
            colour = graph.mix(graph.math("MULTIPLY", mask, 0.8), surface.colour, pale)
            cut = graph.math("MULTIPLY", mask, -defect["depth_mm"])
            surface = replace(
                surface, colour=colour, height_mm=graph.math("ADD", surface.height_mm, cut)
            )
        else:  # a dent: the finish stays whole, only the relief gives way
            sunk = graph.math("MULTIPLY", mask, -defect["depth_mm"])
            surface = replace(surface, height_mm=graph.math("ADD", surface.height_mm, sunk))
    return shaded(graph, surface)


def inside_material(wood: dict[str, Any], defect: dict[str, Any]) -> Any:
    """The wood laid bare in a crack, hole or chip: no finish, rough."""
    graph = Graph("inside")
    surface = wood_surface(graph, wood)
    rough = graph.noise(graph.vector("MULTIPLY", graph.item_position_mm(), (1.6, 0.5, 1.6)), 4.0)
    if defect["type"] == "chip":
        colour = graph.mix(0.35, surface.colour, linear("e3c79f"))
    else:
        colour = graph.mix(0.8, surface.colour, linear("1c120b"))
    height = graph.math("MULTIPLY", rough, 0.8 if defect["type"] == "chip" else 0.3)
    return shaded(graph, Surface(colour, height, 0.85, 0.0))


def flat_material(colour: tuple[float, float, float, float]) -> Any:
    """An id's colour, whatever the light."""
    graph = Graph("id")
    return graph.output(graph.node("ShaderNodeEmission", {"Color": colour}).outputs[0])


def item_id_material(
    defects: list[dict[str, Any]], ids: list[tuple[float, float, float, float]]
) -> Any:
    """The item's id, with the ids of the defects that are drawn on its surface."""
    graph = Graph("item id")
    colour: Value = ITEM_ID
    for defect, defect_id in zip(defects, ids, strict=True):
        inside = graph.math("GREATER_THAN", _mask(graph, defect), 0.35)
        colour = graph.mix(inside, colour, defect_id)
    return graph.output(graph.node("ShaderNodeEmission", {"Color": colour}).outputs[0])


def _mask(graph: Graph, defect: dict[str, Any]) -> Value:
    """How strongly a stain, scratch or dent marks the shaded point, 0…1."""
    point = graph.item_position_mm()
    x, y, _ = graph.split(graph.vector("SUBTRACT", point, (defect["x_mm"], defect["y_mm"], 0.0)))
    angle = np.deg2rad(defect["angle_deg"])
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    across = graph.math("ADD", graph.math("MULTIPLY", x, cos), graph.math("MULTIPLY", y, sin))
    along = graph.math("SUBTRACT", graph.math("MULTIPLY", y, cos), graph.math("MULTIPLY", x, sin))
    seed = graph.vector("ADD", point, (float(defect["seed"] % 97) * 31.0, 0.0, 0.0))
    half_width, half_length = defect["width_mm"] / 2, defect["length_mm"] / 2

    if defect["type"] == "scratch":
        bend = graph.math("MULTIPLY", graph.math("MULTIPLY", along, along), 0.0015)
        jitter = graph.noise(graph.vector("MULTIPLY", seed, (0.3, 0.3, 0.3)))
        path = graph.math(
            "ADD", graph.math("ADD", across, bend), graph.math("SUBTRACT", jitter, 0.5)
        )
        near = graph.step(graph.math("ABSOLUTE", path), half_width, 0.4 * half_width)
        ends = graph.step(graph.math("ABSOLUTE", along), half_length, 0.8 * half_length)
        return graph.math("MULTIPLY", near, ends)

    distance = graph.length(
        graph.join(
            graph.math("DIVIDE", across, half_width), graph.math("DIVIDE", along, half_length), 0.0
        )
    )
    if defect["type"] == "dent":
        rest = graph.math("SUBTRACT", 1.0, graph.math("MULTIPLY", distance, distance), clamp=True)
        return graph.math("MULTIPLY", rest, rest)
    scale = 3.0 / defect["length_mm"]
    rag = graph.noise(graph.vector("MULTIPLY", seed, (scale, scale, scale)), 4.0, 0.6)
    distance = graph.math("ADD", distance, graph.math("MULTIPLY", rag, 0.7))
    return graph.step(distance, 1.35, 1.0)
