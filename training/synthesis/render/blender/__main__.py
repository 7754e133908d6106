"""Render every scene of a JSON file: `python -m blender scenes.json`."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree

from . import stage, surface
from .defects import CUT, SurfaceHeight, cutter
from .items import ITEMS, Mesh


def main() -> None:
    """Render the scenes one after another."""
    for scene in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        render(scene)


def render(scene: dict[str, Any]) -> None:
    """Write `photo`, `ids` and `measured` of one scene."""
    stage.clear()
    surroundings = [stage.add_mat(scene["mat"]), stage.add_table(scene["table_rgb"])]
    measured, id_materials = [], []
    ids = iter(surface.DEFECT_IDS)
    for piece in scene["pieces"]:
        defect_ids = [next(ids) for _ in piece["defects"]]
        thing, size = _add_piece(piece)
        measured.append(size)
        id_materials.append((thing, _id_materials(piece["defects"], defect_ids)))
    for light in scene["lights"]:
        stage.add_light(light)
    stage.set_sky(scene["sky_rgb"], scene["sky_strength"])
    stage.add_camera(scene["camera"])
    stage.render_photo(scene["photo"], scene["samples"])

    for thing in surroundings:
        thing.hide_render = True
    for thing, materials in id_materials:
        for slot, material in enumerate(materials):
            thing.data.materials[slot] = material
    stage.render_ids(scene["ids"])
    Path(scene["measured"]).write_text(json.dumps(measured), encoding="utf-8")


def _add_piece(piece: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Build, cut and place one piece; measure it on its vertices before it is cut."""
    mesh = ITEMS[piece["shape"]](**piece["size"])
    thing = stage.add_object(piece["shape"], mesh)
    cuts = [d for d in piece["defects"] if d["type"] in CUT]
    marks = [d for d in piece["defects"] if d["type"] not in CUT]
    thing.data.materials.append(surface.item_material(piece["wood"], marks))
    height = _surface_height(mesh)
    measured = _measure(mesh) | {
        "defect_heights_mm": [height(d["x_mm"], d["y_mm"]) for d in piece["defects"]]
    }
    for slot, defect in enumerate(cuts, start=1):
        thing.data.materials.append(surface.inside_material(piece["wood"], defect))
        _cut(thing, cutter(defect, height), slot)
    stage.smooth(thing)
    thing.location = (piece["x_mm"] * stage.MM, piece["y_mm"] * stage.MM, 0.0)
    thing.rotation_euler = (0.0, 0.0, math.radians(piece["angle_deg"]))
    return thing, measured


def _id_materials(defects: list[dict[str, Any]], ids: list[Any]) -> list[Any]:
    """Flat materials in the order of the slots that `_add_piece` made."""
    pairs = list(zip(defects, ids, strict=True))
    marks = [(d, i) for d, i in pairs if d["type"] not in CUT]
    outside = surface.item_id_material([d for d, _ in marks], [i for _, i in marks])
    return [outside, *(surface.flat_material(i) for d, i in pairs if d["type"] in CUT)]


def _cut(thing: Any, body: Mesh, slot: int) -> None:
    """Subtract a body; the faces that it lays bare get the material of `slot`."""
    tool = stage.add_object("cutter", body)
    for _ in range(slot + 1):
        tool.data.materials.append(None)
    tool.data.polygons.foreach_set("material_index", [slot] * len(tool.data.polygons))
    modifier = thing.modifiers.new("cut", "BOOLEAN")
    modifier.operation, modifier.solver, modifier.object = "DIFFERENCE", "EXACT", tool
    bpy.context.view_layer.update()
    cut = bpy.data.meshes.new_from_object(
        thing.evaluated_get(bpy.context.evaluated_depsgraph_get())
    )
    thing.modifiers.clear()
    thing.data = cut
    bpy.data.objects.remove(tool)


def _surface_height(mesh: Mesh) -> SurfaceHeight:
    """Height of the upper surface by a ray from above; else the nearest point."""
    tree = BVHTree.FromPolygons(mesh.vertices.tolist(), mesh.faces)

    def height(x_mm: float, y_mm: float) -> float:
        hit = tree.ray_cast(Vector((x_mm, y_mm, 1000.0)), Vector((0.0, 0.0, -1.0)))[0]
        if hit is None:
            hit = tree.find_nearest(Vector((x_mm, y_mm, float(mesh.vertices[:, 2].max()))))[0]
        return float(hit.z)

    return height


def _measure(mesh: Mesh) -> dict[str, Any]:
    """Extents in the item frame and the heights at which they are reached."""
    low, high = mesh.vertices.argmin(axis=0), mesh.vertices.argmax(axis=0)
    ends = np.stack([mesh.vertices[low, [0, 1, 2]], mesh.vertices[high, [0, 1, 2]]])
    return {
        "extent_mm": (ends[1] - ends[0]).tolist(),
        "x_edge_height_mm": mesh.vertices[[low[0], high[0]], 2].mean(),
        "y_edge_height_mm": mesh.vertices[[low[1], high[1]], 2].mean(),
    }


main()
