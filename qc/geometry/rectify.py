"""The photo seen from straight above: resampled to a plane of constant scale.

Used to find things (the item, its defects), never to measure edges: resampling blurs.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from qc.geometry.camera import Camera, Pose
from qc.geometry.mat import Rect

_MAP_STEP_PX = 16
"""The mapping is exact at every 16th pixel and bilinear between, where it bends < 0.01 px."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A rectangle of the plane z = `height_mm`, rastered at `mm_per_px`.

    Row 0 is the top (largest y); pixel `(0, 0)` has its centre half a pixel inside `area`.
    """

    area: Rect
    height_mm: float
    mm_per_px: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the raster."""
        rows = round((self.area.top_mm - self.area.bottom_mm) / self.mm_per_px)
        columns = round((self.area.right_mm - self.area.left_mm) / self.mm_per_px)
        return max(1, rows), max(1, columns)

    def to_mm(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Convert `(N, 2)` raster positions (x, y) to the mat frame."""
        x_mm = self.area.left_mm + (points[:, 0] + 0.5) * self.mm_per_px
        y_mm = self.area.top_mm - (points[:, 1] + 0.5) * self.mm_per_px
        return np.column_stack([x_mm, y_mm])

    def to_raster(self, points_mm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Convert `(N, 2)` positions of the mat frame to raster positions (x, y)."""
        x = (points_mm[:, 0] - self.area.left_mm) / self.mm_per_px - 0.5
        y = (self.area.top_mm - points_mm[:, 1]) / self.mm_per_px - 0.5
        return np.column_stack([x, y])

    def to_photo(
        self, points: npt.NDArray[np.float64], camera: Camera, pose: Pose
    ) -> npt.NDArray[np.float64]:
        """Convert `(N, 2)` raster positions (x, y) to pixels of the photo."""
        plane_mm = self.to_mm(points)
        heights = np.full(len(plane_mm), self.height_mm)
        return camera.project(np.column_stack([plane_mm, heights]), pose)


def rectify(
    pixels: npt.NDArray[np.uint8], camera: Camera, pose: Pose, plane: Plane
) -> npt.NDArray[np.uint8]:
    """Resample a photo to a plane.

    Args:
        pixels: `(H, W, 3)` upright photo.
        camera: with `pose`, tells where each point of the plane is seen.
        pose: of the mat.
        plane: what to show.

    Returns:
        `(rows, columns, 3)` view from above; black where the photo does not reach.
    """
    rows, columns = plane.shape
    # Half a pixel off, so that enlarging the nodes' picture gives values at whole pixels.
    grid_x, grid_y = (
        np.arange(-_MAP_STEP_PX, length + 2 * _MAP_STEP_PX, _MAP_STEP_PX) + 0.5
        for length in (columns, rows)
    )
    nodes = np.stack(np.meshgrid(grid_x, grid_y), axis=-1)
    seen = plane.to_photo(nodes.reshape(-1, 2), camera, pose).reshape(nodes.shape)

    # Reduce first where the plane is coarser than the photo, against aliasing.
    step_px = float(np.median(np.linalg.norm(np.diff(seen, axis=1), axis=-1))) / _MAP_STEP_PX
    source, origin, factor = _reduced(pixels, seen, step_px)
    seen = (seen - origin + 0.5) / factor - 0.5

    size = (len(grid_x) * _MAP_STEP_PX, len(grid_y) * _MAP_STEP_PX)
    dense = cv2.resize(seen.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    first = _MAP_STEP_PX + _MAP_STEP_PX // 2 - 1
    dense = dense[first : first + rows, first : first + columns]
    return _as_bytes(cv2.remap(source, dense, None, cv2.INTER_LINEAR))


def _reduced(
    pixels: npt.NDArray[np.uint8], seen: npt.NDArray[np.float64], step_px: float
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.intp], int]:
    """Return the part of a photo that is seen, where it begins (x, y), and how far it is reduced.

    Halving again and again is several times faster than other factors.
    """
    halvings = max(0, int(np.log2(max(step_px, 1.0))))
    if halvings == 0:
        return pixels, np.zeros(2, np.intp), 1
    factor = 2**halvings
    margin = 2 * factor
    size = np.array([pixels.shape[1], pixels.shape[0]])
    low = np.clip(np.floor(seen.min(axis=(0, 1))).astype(np.intp) - margin, 0, size - factor)
    high = np.clip(np.ceil(seen.max(axis=(0, 1))).astype(np.intp) + margin, low + factor, size)
    width, height = (high - low) // factor * factor
    source = pixels[low[1] : low[1] + height, low[0] : low[0] + width]
    for _ in range(halvings):
        half = (source.shape[1] // 2, source.shape[0] // 2)
        source = _as_bytes(cv2.resize(source, half, interpolation=cv2.INTER_AREA))
    return source, low, factor


def _as_bytes(image: object) -> npt.NDArray[np.uint8]:
    return np.asarray(image, np.uint8)
