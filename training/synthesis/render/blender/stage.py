"""What stands around the item: mat, table, lights, camera and the render's settings.

World frame: the mat frame in metres.
"""

from __future__ import annotations

from typing import Any

import bpy
from mathutils import Matrix, Vector

from .graph import Graph
from .items import Mesh

MM = 0.001


def clear() -> Any:
    """Empty the file and return its scene, set up for metric truth rather than for looks."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.world = bpy.data.worlds.new("world")
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.render.use_persistent_data = False
    scene.render.image_settings.file_format = "PNG"
    # The standard transform is plain sRGB; Filmic and AgX would bend the tones.
    scene.view_settings.look = "None"
    return scene


def add_object(name: str, mesh: Mesh) -> Any:
    """Add a mesh given in millimetres, smooth but for its sharp edges."""
    data = bpy.data.meshes.new(name)
    data.from_pydata((mesh.vertices * MM).tolist(), [], mesh.faces)
    data.validate()
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def smooth(thing: Any) -> None:
    """Shade smooth, keeping edges of more than 30 degrees sharp."""
    thing.data.shade_smooth()
    thing.data.set_sharp_from_angle(angle=0.52)


def add_mat(mat: dict[str, Any]) -> Any:
    """Lay the printed sheet, its centre at the origin."""
    sheet = _plane("mat", mat["width_mm"], mat["height_mm"], 0.0)
    graph = Graph("print")
    image = bpy.data.images.load(mat["png"])
    uv = graph.node("ShaderNodeTexCoord", {}).outputs["UV"]
    texture = graph.node(
        "ShaderNodeTexImage", {0: uv}, image=image, interpolation="Linear", extension="EXTEND"
    )
    # Toner is not quite black and paper not quite white.
    colour = graph.vector(
        "MULTIPLY_ADD", texture.outputs["Color"], (0.84, 0.83, 0.81), (0.012, 0.012, 0.013)
    )
    shader = graph.node("ShaderNodeBsdfDiffuse", {"Color": colour, "Roughness": 0.5})
    sheet.data.materials.append(graph.output(shader.outputs[0]))
    return sheet


def add_table(rgb: list[float]) -> Any:
    """Put a plain table half a millimetre below the sheet."""
    table = _plane("table", 4000, 4000, -0.5)
    graph = Graph("table")
    shader = graph.node("ShaderNodeBsdfDiffuse", {"Color": (*rgb, 1.0)})
    table.data.materials.append(graph.output(shader.outputs[0]))
    return table


def _plane(name: str, width_mm: float, height_mm: float, z_mm: float) -> Any:
    x, y, z = width_mm / 2 * MM, height_mm / 2 * MM, z_mm * MM
    data = bpy.data.meshes.new(name)
    data.from_pydata([(-x, -y, z), (x, -y, z), (x, y, z), (-x, y, z)], [], [(0, 1, 2, 3)])
    uv = data.uv_layers.new()
    for loop, corner in zip(uv.data, ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True):
        loop.uv = corner
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def add_light(light: dict[str, Any]) -> None:
    """Hang a square lamp or window that faces the mat's centre."""
    data = bpy.data.lights.new("lamp", "AREA")
    data.size = light["size_mm"] * MM
    data.energy = light["power_w"]
    data.color = light["rgb"]
    lamp = bpy.data.objects.new("lamp", data)
    lamp.location = Vector(light["position_mm"]) * MM
    lamp.rotation_euler = (-lamp.location).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(lamp)


def set_sky(rgb: list[float], strength: float) -> None:
    """Light from all around: the room's walls and ceiling."""
    world = bpy.context.scene.world
    world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = (*rgb, 1.0)
    background.inputs["Strength"].default_value = strength


def add_camera(camera: dict[str, Any]) -> None:
    """Set up a pinhole camera without defocus; photos are made soft afterwards, in the open."""
    data = bpy.data.cameras.new("camera")
    data.sensor_fit = "HORIZONTAL" if camera["width_px"] >= camera["height_px"] else "VERTICAL"
    data.sensor_width = data.sensor_height = 36.0
    data.lens = camera["f_px"] * 36.0 / max(camera["width_px"], camera["height_px"])
    data.clip_start, data.clip_end = 0.05, 20.0
    thing = bpy.data.objects.new("camera", data)
    thing.matrix_world = Matrix(camera["world_from_camera_mm"])
    thing.matrix_world.translation *= MM
    scene = bpy.context.scene
    scene.collection.objects.link(thing)
    scene.camera = thing
    scene.render.resolution_x, scene.render.resolution_y = camera["width_px"], camera["height_px"]
    scene.render.resolution_percentage = 100


def render_photo(path: str, samples: int) -> None:
    """Render what the camera sees, as a 16-bit sRGB PNG."""
    scene = bpy.context.scene
    scene.cycles.samples = samples
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.denoising_prefilter = "FAST"
    scene.cycles.denoising_quality = "BALANCED"
    scene.cycles.max_bounces = 2
    scene.view_settings.view_transform = "Standard"
    _render(path, "16")


def render_ids(path: str) -> None:
    """Render flat colours (see `surface`), without denoising or light from around."""
    scene = bpy.context.scene
    set_sky([0, 0, 0], 0.0)
    scene.cycles.samples = 4
    scene.cycles.use_denoising = False
    scene.cycles.max_bounces = 0
    scene.view_settings.view_transform = "Raw"
    _render(path, "8")


def _render(path: str, depth: str) -> None:
    scene = bpy.context.scene
    scene.render.image_settings.color_mode = "RGB"
    scene.render.image_settings.color_depth = depth
    scene.render.filepath = path
    bpy.ops.render.render(write_still=True)
