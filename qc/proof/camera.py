"""The true camera of a scene: pinhole, OpenCV's five distortion coefficients, pose.

Written apart from `qc.geometry.camera`, so that the two check each other. Frames are the same:
the mat frame in millimetres (x right, y up the page, z towards the camera), pixels with the
origin at the centre of the upper left pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Vector = tuple[float, float, float]

_NODE_PX = 8
"""Positions are exact at every eighth pixel and bilinear between, which bends < 0.003 px."""

_NEWTON_STEPS = 8


@dataclass(frozen=True, slots=True)
class TrueCamera:
    """Intrinsics, distortion `(k1, k2, p1, p2, k3)` and pose `X_camera = R X_mat + t`."""

    width_px: int
    height_px: int
    fx_px: float
    fy_px: float
    cx_px: float
    cy_px: float
    distortion: tuple[float, float, float, float, float]
    rotation: tuple[Vector, Vector, Vector]
    translation_mm: Vector

    @property
    def eye_mm(self) -> Array:
        """The camera's centre in the mat frame, `(3,)`."""
        return np.asarray(-np.array(self.rotation).T @ np.array(self.translation_mm))

    def project(self, points_mm: Array) -> Array:
        """Project `(..., 3)` points of the mat frame to `(..., 2)` pixels."""
        x, y, z = np.moveaxis(points_mm @ np.array(self.rotation).T + self.translation_mm, -1, 0)
        u, v = self._distort(x / z, y / z)
        return np.stack([self.fx_px * u + self.cx_px, self.fy_px * v + self.cy_px], axis=-1)

    def on_plane(self, points_px: Array, height_mm: float) -> Array:
        """Return where the rays of `(..., 2)` pixels meet z = `height_mm`: `(..., 2)` mm."""
        wanted_u = (points_px[..., 0] - self.cx_px) / self.fx_px
        wanted_v = (points_px[..., 1] - self.cy_px) / self.fy_px
        u, v = wanted_u, wanted_v
        # The distortion is a small change, so its undoing converges as a fixed point.
        for _ in range(_NEWTON_STEPS):
            seen_u, seen_v = self._distort(u, v)
            u, v = u + wanted_u - seen_u, v + wanted_v - seen_v
        eye = self.eye_mm
        rays = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.array(self.rotation)
        reach = (height_mm - eye[2]) / rays[..., 2]
        return np.asarray(eye[:2] + reach[..., None] * rays[..., :2])

    def plane_map(
        self, left: int, top: int, width: int, height: int, height_mm: float
    ) -> npt.NDArray[np.float32]:
        """Return `on_plane` for every pixel of a window, `(height, width, 2)`, float32."""
        columns = np.arange(0, width + 2 * _NODE_PX, _NODE_PX, dtype=np.float64)
        rows = np.arange(0, height + 2 * _NODE_PX, _NODE_PX, dtype=np.float64)
        nodes = np.stack(np.meshgrid(columns + left, rows + top), axis=-1)
        at_nodes = self.on_plane(nodes, height_mm).astype(np.float32)
        x, y = np.meshgrid(
            np.arange(width, dtype=np.float32) / _NODE_PX,
            np.arange(height, dtype=np.float32) / _NODE_PX,
        )
        return np.asarray(cv2.remap(at_nodes, x, y, cv2.INTER_LINEAR), np.float32)

    def _distort(self, u: Array, v: Array) -> tuple[Array, Array]:
        k1, k2, p1, p2, k3 = self.distortion
        r2 = u * u + v * v
        radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
        return (
            u * radial + 2 * p1 * u * v + p2 * (r2 + 2 * u * u),
            v * radial + p1 * (r2 + 2 * v * v) + 2 * p2 * u * v,
        )
