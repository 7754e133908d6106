"""Networks so small that their answer is known, packed as releases.

Each takes uint8 `(N, H, W, 3)` and gives float32 `(N, types, H, W)`, or half of H and W, as trained
ones do.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

COLOURS = ("crack", "stain", "hole")
"""Types of the networks that show red, green and blue."""


def colours() -> onnx.ModelProto:
    """Return a network whose three probabilities are red, green and blue over 255."""
    return _network(
        [helper.make_node("Mul", ["planes", "scale"], ["maps"])],
        {"scale": np.float32(1 / 255)},
        types=3,
    )


def averages(side_px: int) -> onnx.ModelProto:
    """Return `colours` averaged over a square of odd side, less at the border."""
    reach = side_px // 2
    pool = helper.make_node(
        "AveragePool",
        ["scaled"],
        ["maps"],
        kernel_shape=[side_px, side_px],
        pads=[reach] * 4,
        count_include_pad=0,
    )
    scaled = helper.make_node("Mul", ["planes", "scale"], ["scaled"])
    return _network([scaled, pool], {"scale": np.float32(1 / 255)}, types=3)


def halves() -> onnx.ModelProto:
    """Return `colours` averaged over squares of 2 × 2 pixels, one value for each."""
    pool = helper.make_node(
        "AveragePool", ["scaled"], ["maps"], kernel_shape=[2, 2], strides=[2, 2]
    )
    scaled = helper.make_node("Mul", ["planes", "scale"], ["scaled"])
    return _network([scaled, pool], {"scale": np.float32(1 / 255)}, types=3)


def darkness() -> onnx.ModelProto:
    """Return a network that calls dark a crack: 1 where it is black, 0 from level 100 on."""
    return _network(
        [
            helper.make_node("ReduceMean", ["planes"], ["grey"], axes=[1], keepdims=1),
            helper.make_node("Div", ["grey", "limit"], ["share"]),
            helper.make_node("Sub", ["one", "share"], ["dark"]),
            helper.make_node("Relu", ["dark"], ["maps"]),
        ],
        {"limit": np.float32(100), "one": np.float32(1)},
        types=1,
    )


def write_release(
    folder: Path,
    network: onnx.ModelProto,
    types: tuple[str, ...],
    *,
    version: str = "0.0.1",
    mm_per_px: float = 0.5,
    stride_px: int = 1,
) -> Path:
    """Write a release folder and return it."""
    folder.mkdir(parents=True)
    weights = network.SerializeToString()
    (folder / "model.onnx").write_bytes(weights)
    release = {
        "name": "detector",
        "version": version,
        "created": "2026-01-31",
        "types": types,
        "mm_per_px": mm_per_px,
        "stride_px": stride_px,
        "input": "uint8 NHWC sRGB",
        "sha256": hashlib.sha256(weights).hexdigest(),
        "opset": 17,
        "thresholds": dict.fromkeys(types, 0.5),
        "training": {},
        "metrics": {},
        "licences": ["Apache-2.0"],
    }
    (folder / "release.json").write_text(json.dumps(release), encoding="utf-8")
    return folder


def _network(
    nodes: list[onnx.NodeProto], constants: dict[str, np.float32], *, types: int
) -> onnx.ModelProto:
    """Wrap nodes that lead from `planes` (float, channels first) to `maps`."""
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["image"], ["wide"], to=TensorProto.FLOAT),
            helper.make_node("Transpose", ["wide"], ["planes"], perm=[0, 3, 1, 2]),
            *nodes,
        ],
        "known-answer",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", "h", "w", 3])],
        [helper.make_tensor_value_info("maps", TensorProto.FLOAT, ["n", types, "y", "x"])],
        [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model
