"""A short way to write Blender shader graphs: every call adds a node and returns its output."""

from __future__ import annotations

from typing import Any

import bpy

Value = Any
"""A socket, a number, or a tuple where the input is a vector or a colour."""


class Graph:
    """The node tree of a new material."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()

    def node(self, kind: str, inputs: dict[str | int, Value], **properties: Any) -> Any:
        """Add a node, set its properties and connect or set its inputs."""
        node = self.tree.nodes.new(kind)
        for name, value in properties.items():
            setattr(node, name, value)
        for key, value in inputs.items():
            if isinstance(value, bpy.types.NodeSocket):
                self.tree.links.new(value, node.inputs[key])
            else:
                node.inputs[key].default_value = value
        return node

    def output(self, shader: Value) -> bpy.types.Material:
        """Make `shader` the surface and return the material."""
        self.node("ShaderNodeOutputMaterial", {"Surface": shader})
        return self.material

    def math(self, operation: str, *values: Value, clamp: bool = False) -> Value:
        """Scalar arithmetic, by Blender's operation names."""
        inputs: dict[str | int, Value] = dict(enumerate(values))
        node = self.node("ShaderNodeMath", inputs, operation=operation, use_clamp=clamp)
        return node.outputs[0]

    def vector(self, operation: str, *values: Value) -> Value:
        """Vector arithmetic, by Blender's operation names."""
        inputs: dict[str | int, Value] = dict(enumerate(values))
        return self.node("ShaderNodeVectorMath", inputs, operation=operation).outputs["Vector"]

    def length(self, vector: Value) -> Value:
        """Euclidean length."""
        return self.node("ShaderNodeVectorMath", {0: vector}, operation="LENGTH").outputs["Value"]

    def split(self, vector: Value) -> tuple[Value, Value, Value]:
        """The components of a vector."""
        x, y, z = self.node("ShaderNodeSeparateXYZ", {0: vector}).outputs
        return x, y, z

    def join(self, x: Value, y: Value, z: Value) -> Value:
        """A vector of three components."""
        return self.node("ShaderNodeCombineXYZ", {0: x, 1: y, 2: z}).outputs[0]

    def noise(self, at: Value, detail: float = 2.0, roughness: float = 0.5) -> Value:
        """Perlin noise in 0…1 with features of about one unit."""
        inputs: dict[str | int, Value] = {
            "Vector": at, "Scale": 1.0, "Detail": detail, "Roughness": roughness
        }  # fmt: skip
        return self.node("ShaderNodeTexNoise", inputs).outputs[0]

    def step(self, value: Value, zero_at: float, one_at: float) -> Value:
        """Smooth step from 0 to 1; `zero_at` may lie above `one_at`."""
        inputs: dict[str | int, Value] = {
            "Value": value,
            "From Min": min(zero_at, one_at),
            "From Max": max(zero_at, one_at),
            "To Min": 0.0 if zero_at < one_at else 1.0,
            "To Max": 1.0 if zero_at < one_at else 0.0,
        }
        node = self.node("ShaderNodeMapRange", inputs, interpolation_type="SMOOTHSTEP")
        return node.outputs[0]

    def mix(self, factor: Value, a: Value, b: Value) -> Value:
        """Blend of two colours."""
        node = self.node("ShaderNodeMix", {}, data_type="RGBA")
        sockets = (node.inputs[0], node.inputs[6], node.inputs[7])
        for socket, value in zip(sockets, (factor, a, b), strict=True):
            if isinstance(value, bpy.types.NodeSocket):
                self.tree.links.new(value, socket)
            else:
                socket.default_value = value
        return node.outputs[2]

    def item_position_mm(self) -> Value:
        """The shaded point in the item frame, in millimetres."""
        point = self.node("ShaderNodeTexCoord", {}).outputs["Object"]
        return self.vector("MULTIPLY", point, (1000.0, 1000.0, 1000.0))


def linear(srgb: str) -> tuple[float, float, float, float]:
    """Colour for a socket from a hexadecimal sRGB code such as `c8a06e`."""
    values = [int(srgb[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = ((v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4) for v in values)
    return r, g, b, 1.0
