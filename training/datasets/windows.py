"""Square windows of a picture at any scale and angle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synthesis.composite.noise import smooth_noise
from training.synthesis.composite.scene import Pixels, log_uniform


@dataclass(frozen=True)
class Window:
    """Where a square patch lies in a picture.

    Attributes:
        matrix: 2×3 affine from picture to patch pixels.
        side: edge length of the patch in pixels.
    """

    matrix: NDArray[np.float64]
    side: int

    @classmethod
    def draw(
        cls,
        rng: np.random.Generator,
        shape: tuple[int, int],
        side: int,
        scale: float,
        centre: tuple[float, float] | None = None,
    ) -> Self:
        """Draw a window, turned and mirrored at random; beyond the picture it is reflected.

        Args:
            rng: source of chance.
            shape: height and width of the picture.
            side: edge length of the patch.
            scale: patch pixels per picture pixel.
            centre: `(x, y)` in the picture, random by default.
        """
        height, width = shape
        x, y = centre or (rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.9) * height)
        quarter = rng.integers(4) * 90.0
        angle = quarter + (rng.uniform(-180, 180) if rng.random() < 0.5 else rng.normal(0, 3))
        matrix = np.asarray(cv2.getRotationMatrix2D((x, y), float(angle), scale), np.float64)
        matrix[:, 2] += np.array([side / 2 - x, side / 2 - y])
        if rng.random() < 0.5:
            matrix[0] *= -1
            matrix[0, 2] += side
        return cls(matrix, side)

    def cut(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Resample colours; a reduced picture is smoothed first."""
        scale = float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2]))))
        if scale < 0.8:
            pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.4 / scale), np.uint8)
        return np.asarray(self._warp(pixels, cv2.INTER_LINEAR), np.uint8)

    def cut_mask(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Resample a mask."""
        return self._warp(mask.astype(np.uint8), cv2.INTER_NEAREST).astype(bool)

    def _warp(self, array: NDArray[np.uint8], how: int) -> NDArray[np.uint8]:
        warped = cv2.warpAffine(
            array,
            self.matrix,
            (self.side, self.side),
            flags=how,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        return np.asarray(warped, np.uint8)


def bend(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Bend the grain smoothly, as in turned and carved items."""
    height, width = pixels.shape[:2]
    cell, reach = log_uniform(rng, 80, 400), log_uniform(rng, 3, 25)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    shift_x = reach * smooth_noise(rng, (height, width), cell)
    shift_y = reach * smooth_noise(rng, (height, width), cell)
    bent = cv2.remap(
        pixels, x + shift_x, y + shift_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return np.asarray(bent, np.float32)
